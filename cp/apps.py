from django.apps import AppConfig


class ChannelPartnersConfig(AppConfig):
    name = "cp"
