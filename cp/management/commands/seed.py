from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from rich.console import Console

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import User
from cp import seed as cp_seed
from crm.seed import practice, sales
from marketing import seed as marketing_seed

STEPS = [
    ("Entities and accounts", accounts_seed.run),
    ("Practices", practice.run),
    ("Channel partners", cp_seed.run),
    ("Sales teams", sales.run),
    ("Marketing", marketing_seed.erp),
]


class Command(BaseCommand):
    help = "Put demo data into the database. Running it again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--force", action="store_true", help="also outside DEBUG (the accounts' passwords are public)"
        )

        parser.add_argument("--once", action="store_true", help="only into a database that has no accounts yet")

    def handle(self, *args, force=False, once=False, **options):
        if not settings.DEBUG and not force:
            raise CommandError("seed makes accounts with public passwords; outside DEBUG it needs --force.")
        if once and User.objects.exists():
            return
        console = Console(file=self.stdout, highlight=False)
        with transaction.atomic(), console.status("Seeding") as status:
            for name, run in STEPS:
                status.update(name)
                run()
                console.print(f"  {name}: done")
        console.print(
            f"Demo accounts have the password {accounts_seed.PASSWORD}, e.g. cp1@betterside.example at /login."
        )
