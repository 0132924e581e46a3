"""ASGI entry point: uvicorn serves pages, API and live updates from it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")

django = get_asgi_application()

from betterside.api.bodies import MeasuredBodies  # noqa: E402 - needs the apps

application = MeasuredBodies(django)
