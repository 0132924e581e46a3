"""ASGI entry point: uvicorn serves pages, API and live updates from it."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")

django = get_asgi_application()

# These need the apps.
from channels.routing import ProtocolTypeRouter  # noqa: E402

from betterside.api.bodies import MeasuredBodies  # noqa: E402
from betterside.realtime.handshake import Gate  # noqa: E402
from betterside.realtime.sockets import LiveUpdates  # noqa: E402

application = ProtocolTypeRouter({"http": MeasuredBodies(django), "websocket": Gate(LiveUpdates.as_asgi())})
