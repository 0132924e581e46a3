from django.apps import AppConfig


class MarketingConfig(AppConfig):
    name = "marketing"

    def ready(self):
        from corsheaders.signals import check_request_enabled

        from crm.signals import person_erased, status_entered

        from .api import cors
        from .services import inbox, leads

        status_entered.connect(leads.on_status, dispatch_uid="converted leads are handed over")
        check_request_enabled.connect(cors.is_open, dispatch_uid="websites may send leads")
        person_erased.connect(inbox.forget, dispatch_uid="the inbox forgets the erased")
