import uvicorn
from django.conf import settings
from django.contrib.staticfiles.management.commands import runserver
from django.db import connections
from django.utils import autoreload


class Command(runserver.Command):
    """Django's own serves WSGI, where one open stream of live updates keeps everybody else waiting."""

    help = "Start uvicorn for development. Static files come from WhiteNoise."
    default_port = str(settings.PORT)

    def inner_run(self, *args, **options):
        autoreload.raise_last_exception()
        if not options["skip_checks"]:
            self.check(display_num_errors=True)
        self.check_migrations()
        connections.close_all()
        host = f"[{self.addr}]" if self.use_ipv6 and self._raw_ipv6 else self.addr
        self.stdout.write(f"Serving http://{host}:{self.port}/ (Ctrl-C stops)")
        self.serve()

    def serve(self):
        uvicorn.run(
            "betterside.asgi:application",
            host=self.addr,
            port=int(self.port),
            lifespan="off",
            # Without it an open stream would hold up every stop.
            timeout_graceful_shutdown=2,
            # Forwarded addresses are judged by betterside.api.addresses alone.
            proxy_headers=False,
            log_config=None,
            # Sockets (betterside.realtime.sockets): clients send little, and compressing for each takes its memory.
            ws_max_size=65536,
            ws_per_message_deflate=False,
        )
