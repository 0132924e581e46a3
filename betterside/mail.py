"""Mail as text, from templates/mail. Call it from a job: a mail server may be slow, or away."""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string


class File(NamedTuple):
    name: str
    content: bytes
    content_type: str


def send(*, to: str, subject: str, template: str, context: dict, reference: str, files: Sequence[File] = ()) -> None:
    """Send one mail; OSError (smtplib's errors are such) when it could not be handed over.

    `reference` names the occasion, such as "code-12": a second try has the same Message-ID, so receivers drop the double.
    Names that strangers chose have no place in a mail to somebody else.
    """
    host = urlsplit(settings.SITE_URL).hostname
    body = render_to_string(f"mail/{template}", context | {"site": settings.SITE_URL})
    headers = {"Message-ID": f"<{reference}@{host}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(subject=subject, body=body, to=[to], headers=headers, attachments=list(files)).send()
