from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "betterside.database"
