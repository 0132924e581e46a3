"""Settings of the test run: they change speed, never behaviour."""

import os

os.environ.setdefault("DEBUG", "true")

from betterside.settings import *  # noqa: E402, F403
from betterside.settings import DATABASES, LOGGING  # noqa: E402

DEBUG = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
del DATABASES["default"]["OPTIONS"]["pool"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
LOGGING["root"]["level"] = "WARNING"
ADMIN_API_TOKEN = "admin-token-of-the-tests"  # noqa: S105 - of no use elsewhere
# Whatever a developer's .env opens stays shut here, and no test asks Meta.
FB_APP_ID = FB_APP_SECRET = FB_VERIFY_TOKEN = FB_PAGE_ACCESS_TOKEN = ""
META_GRAPH_URL = "http://127.0.0.1:9"
