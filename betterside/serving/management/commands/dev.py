import signal
import socket
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import watchfiles
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from betterside.accounts.models import User
from betterside.accounts.seed import PASSWORD
from betterside.serving.children import Child, Children

HOST = "127.0.0.1"
GRACE = 3  # seconds for requests and jobs that run when all is stopped
WATCHED = (".py", ".html")
WELCOME = """
BetterSide runs at {url}
  the panel          {url}/login   cp1@betterside.example
  the staff's admin  {url}/admin   staff@betterside.example
  the API            {url}/api/docs
{accounts}
Ctrl-C stops it.
"""


class Command(BaseCommand):
    help = "Run web server and worker together; whatever dies is started again. Ctrl-C stops both."

    def add_arguments(self, parser):
        parser.add_argument("port", nargs="?", type=int, default=settings.PORT, help="default: PORT, else 8000")
        parser.add_argument("--reload", action="store_true", help="start both again when code or templates change")

    def handle(self, port, reload, **options):
        self.demand_free(port)
        self.stopping, self.changed, self.printing = threading.Event(), threading.Event(), threading.Lock()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: self.stopping.set())
        children = Children(
            [
                self.child("web", "runserver", "--noreload", f"{HOST}:{port}"),
                self.child("worker", "worker", f"--grace={GRACE}"),
                *self.stand_ins(),
            ]
        )
        self.in_background(self.welcome, f"http://{HOST}:{port}")
        if reload:
            self.in_background(self.watch)
        self.supervise(children)

    def supervise(self, children: Children):
        try:
            while not self.stopping.wait(0.2):
                if self.changed.is_set():
                    self.changed.clear()
                    self.say("dev", "code has changed; starting again")
                    children.stop(GRACE + 2)
                children.keep_alive()
        finally:
            self.say("dev", "stopping")
            children.stop(GRACE + 2)

    def child(self, name: str, *arguments: str) -> Child:
        return Child(name, [sys.executable, str(Path(sys.argv[0]).resolve()), *arguments], self.say)

    def stand_ins(self) -> list[Child]:
        """The Graph API's stand-in, when META_GRAPH_URL names one on this machine."""
        is_here = urlsplit(settings.META_GRAPH_URL).hostname in ("127.0.0.1", "localhost")
        return [self.child("graph", "fake_graph")] if is_here else []

    def in_background(self, function, *arguments):
        threading.Thread(target=function, args=arguments, daemon=True).start()

    def say(self, name: str, line: str):
        with self.printing:
            self.stdout.write(f"{name:>6} | {line}")
            self.stdout.flush()

    def demand_free(self, port: int):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                raise CommandError(
                    f"Port {port} cannot be used ({error.strerror}); try `make run PORT={port + 1}`."
                ) from None

    def welcome(self, url: str):
        """Said once, when the server answers."""
        while not self.stopping.wait(0.3):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=2).close()  # noqa: S310 - our own address
            except (urllib.error.URLError, OSError):
                continue
            break
        else:
            return
        is_demo = User.objects.filter(email="cp1@betterside.example").exists()
        accounts = f"The demo accounts have the password {PASSWORD}; README.md lists them." if is_demo else ""
        with self.printing:
            self.stdout.write(WELCOME.format(url=url, accounts=accounts))

    def watch(self):
        folders = [folder for folder in settings.BASE_DIR.iterdir() if (folder / "__init__.py").exists()]
        changes = watchfiles.watch(
            *folders,
            settings.BASE_DIR / "templates",
            watch_filter=lambda _change, path: Path(path).suffix in WATCHED,
            stop_event=self.stopping,
        )
        for _ in changes:
            self.changed.set()
