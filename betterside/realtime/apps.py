from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "betterside.realtime"
    verbose_name = "System"
