from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class RealtimeConfig(AppConfig):
    name = "betterside.realtime"
    verbose_name = "System"

    def ready(self):
        user_logged_out.connect(end_session)


def end_session(sender, request, user, **kwargs):
    """The signal comes before Django ends the session, and the person's open streams must find it ended."""
    from . import events

    if user is not None:
        request.session.flush()
        events.doubt(user_id=user.pk)
