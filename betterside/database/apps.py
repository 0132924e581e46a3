from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "betterside.database"

    def ready(self):
        from . import checks  # noqa: F401 - registers them
