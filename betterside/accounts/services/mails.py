"""What accounts are told by mail. The jobs call these; whether somebody has an account is found out here."""

from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from betterside import mail

from ..models import OneTimeCode, User
from . import invitations
from .reset_links import links

VERIFY, RESET = OneTimeCode.Purpose.VERIFY, OneTimeCode.Purpose.RESET


def code(code_id: int) -> None:
    """Mail the code, if it still lives and its address has an account in use."""
    found = OneTimeCode.objects.alive().filter(pk=code_id).first()
    user = found and User.objects.active().with_email(found.email).first()
    if not user:
        return
    if found.purpose == RESET:
        link = {"uid": urlsafe_base64_encode(force_bytes(user.pk)), "token": links.make_token(user)}
        _send(user, "Your code for a new password", "reset.txt", f"code-{found.pk}", code=found.digits, **link)
    elif user.is_verified:
        _send(user, "You have a BetterSide account already", "registered.txt", f"code-{found.pk}")
    elif user.is_invited:
        invitation(user.pk, f"code-{found.pk}")
    else:
        _send(user, "Your code for BetterSide", "verify.txt", f"code-{found.pk}", code=found.digits)


def invitation(user_id: int, occasion: str) -> None:
    """Mail the link to the first password, while there is none."""
    user = User.objects.active().select_related("entity").filter(pk=user_id).first()
    if user and user.is_invited:
        token = invitations.token(user)
        _send(user, "You are invited to BetterSide", "invitation.txt", f"invitation-{occasion}", token=token)


def _send(user: User, subject: str, template: str, reference: str, **context) -> None:
    mail.send(to=user.email, subject=subject, template=template, context=context | {"user": user}, reference=reference)
