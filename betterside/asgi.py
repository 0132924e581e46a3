"""ASGI entry point: uvicorn serves pages, API and live updates from it."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")
django.setup(set_prefix=False)

# These need the apps.
from channels.routing import ProtocolTypeRouter  # noqa: E402

from betterside.api.bodies import MeasuredBodies  # noqa: E402
from betterside.realtime.handshake import Gate  # noqa: E402
from betterside.realtime.sockets import LiveUpdates  # noqa: E402
from betterside.serving.handler import Handler  # noqa: E402

application = ProtocolTypeRouter({"http": MeasuredBodies(Handler()), "websocket": Gate(LiveUpdates.as_asgi())})
