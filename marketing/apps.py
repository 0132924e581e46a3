from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "marketing"

    def ready(self):
        from crm.signals import status_entered

        from .services import leads

        status_entered.connect(leads.on_status, dispatch_uid="converted leads are handed over")
