from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend

from .services import presence


class EmailOrUsernameBackend(ModelBackend):
    """Signs in by e-mail or username. An unknown login costs one hash, like a known one (Django's ModelBackend)."""

    def user_can_authenticate(self, user):
        return user.is_active and user.entity.is_active

    def get_user(self, user_id):
        user = get_user_model().objects.select_related("entity").filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        presence.note(user)
        return user
