"""Secrets at rest: a text column that the database sees encrypted (Fernet, keys of FIELD_ENCRYPTION_KEYS)."""

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import checks
from django.db import models

PREFIX = "enc1:"


@cache
def _cipher() -> MultiFernet:
    """The first key encrypts, all decrypt. In development without keys, one derived from SECRET_KEY."""
    keys = settings.FIELD_ENCRYPTION_KEYS
    if not keys:
        keys = [base64.urlsafe_b64encode(hashlib.sha256(settings.SECRET_KEY.encode()).digest())]
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return PREFIX + _cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """Empty for empty. ValueError when no key fits: the secret is lost, which must be seen."""
    if not stored:
        return ""
    try:
        return _cipher().decrypt(stored.removeprefix(PREFIX).encode()).decode()
    except InvalidToken as error:
        raise ValueError("No key of FIELD_ENCRYPTION_KEYS decrypts this secret.") from error


class EncryptedTextField(models.TextField):
    """Reads and writes plain text; cannot be searched."""

    def get_prep_value(self, value):
        return encrypt(value) if value else ""

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else ""


@checks.register(checks.Tags.security, deploy=True)
def keys_are_set(app_configs, **kwargs):
    if settings.FIELD_ENCRYPTION_KEYS:
        return []
    return [checks.Error("FIELD_ENCRYPTION_KEYS is empty: tokens would hang on SECRET_KEY.", id="betterside.E001")]
