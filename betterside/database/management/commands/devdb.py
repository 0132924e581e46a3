"""`manage.py devdb status|stop|reset|psql`: the embedded database by hand."""

from django.core.management import BaseCommand, CommandError, call_command
from django.db import connection

from betterside.database import postmaster
from betterside.database.place import Unavailable


class Command(BaseCommand):
    help = "Look at, stop, delete or enter the embedded PostgreSQL. Any command that needs it starts it again."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["status", "stop", "reset", "psql"])
        parser.add_argument("--no-input", action="store_true", help="reset: delete without asking")

    def handle(self, action, no_input, **options):
        if connection.settings_dict["ENGINE"] != "betterside.database.backend":
            self.stdout.write("DB_URL names the database, so there is no embedded database here.")
            return
        from betterside.database.backend.base import embedded

        try:
            getattr(self, action)(embedded, no_input)
        except Unavailable as error:
            raise CommandError(error) from error

    def status(self, embedded, no_input):
        place = embedded.place
        state = f"runs as process {postmaster.pid(place.data)}" if embedded.is_running() else "is stopped"
        self.stdout.write(f"The embedded PostgreSQL {state}.")
        if place.data.exists():
            version = (place.data / "PG_VERSION").read_text().strip()
            self.stdout.write(f"version {version}\nuser    {place.account.pw_name}\nsocket  {place.sockets}")
            self.stdout.write(f"data    {place.data}\nlog     {place.log}")
        else:
            self.stdout.write("It has no data yet; the first command that needs it creates it.")

    def stop(self, embedded, no_input):
        self.stdout.write("Stopped." if embedded.stop() else "It was not running.")

    def reset(self, embedded, no_input):
        question = f"Delete the embedded database of {embedded.place.checkout} with all its data? Type yes: "
        if not no_input and input(question) != "yes":
            raise CommandError("Nothing was deleted.")
        embedded.reset()
        self.stdout.write("Deleted. `manage.py migrate` makes a new one.")

    def psql(self, embedded, no_input):
        call_command("dbshell")
