"""The link in a reset mail. It lives an hour, beside the code's ten minutes, and dies with it otherwise."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator

from ..models import OneTimeCode, User


class ResetLinks(PasswordResetTokenGenerator):
    """Django's tokens, which a new password or a login ends, tied to the newest code: asking again ends the older link."""

    key_salt = "betterside.reset_link"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        newest = OneTimeCode.objects.open().filter(email=user.email, purpose=OneTimeCode.Purpose.RESET).first()
        return f"{super()._make_hash_value(user, timestamp)}{newest and newest.nonce}"


links = ResetLinks()
