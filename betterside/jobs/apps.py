from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "betterside.jobs"

    def ready(self):
        from . import checks  # noqa: F401 - registers them
