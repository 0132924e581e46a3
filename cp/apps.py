from django.apps import AppConfig


class ChannelPartnersConfig(AppConfig):
    name = "cp"
    verbose_name = "Channel partners"

    def ready(self):
        from marketing.signals import spend_seen

        from .services import ads_requests

        spend_seen.connect(ads_requests.on_spend, dispatch_uid="ads request runs")
