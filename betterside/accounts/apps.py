from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "betterside.accounts"
    verbose_name = "People"

    def ready(self):
        from .services import presence

        user_logged_in.connect(presence.note_login)
