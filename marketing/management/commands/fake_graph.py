import errno
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand

from marketing.graph import fake


class Command(BaseCommand):
    help = "Run a stand-in for Meta's Graph API on loopback; META_GRAPH_URL points to it in demos and tests."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=urlsplit(settings.META_GRAPH_URL).port or 8010)

    def handle(self, *args, port, **options):
        try:
            server, state = fake.serve(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            self.stdout.write(f"Port {port} is taken; whoever has it answers as the Graph API.")
            threading.Event().wait()
        self.stdout.write(f"Graph API stand-in at {state.url}. Stop it with Ctrl-C.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
