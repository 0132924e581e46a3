"""WSGI entry point, for hosts without ASGI: everything but live updates works."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")

application = get_wsgi_application()
