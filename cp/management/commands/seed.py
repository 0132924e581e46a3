import os

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from betterside.accounts import seed as accounts_seed
from betterside.accounts.models import User
from betterside.errors import DomainError
from cp import seed as cp_seed
from cp import seed_leads
from crm.seed import growth, practice, reports, sales
from crm.services import bulk_seed
from marketing import seed as marketing_seed

STEPS = [
    ("Entities and accounts", accounts_seed.run),
    ("Practices", practice.run),
    ("Channel partners", cp_seed.run),
    ("Sales teams", sales.run),
    ("Marketing", marketing_seed.erp),
    ("Growth campaign", marketing_seed.sociovia),
    ("Growth team", growth.run),
    ("Reports", reports.run),
]


class Command(BaseCommand):
    help = "Put demo data into the database. Running it again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument(
            "--force", action="store_true", help="also outside DEBUG (the accounts' passwords are public)"
        )
        parser.add_argument("--once", action="store_true", help="only into a database that has no accounts yet")
        parser.add_argument(
            "--leads", type=int, metavar="N", help="instead: fill one entity with made-up leads until it has N"
        )
        parser.add_argument(
            "--entity",
            default=accounts_seed.LARGE,
            metavar="SLUG",
            help="whose leads; by default an entity of their own, whose manager is large.manager@large.example",
        )

    def handle(self, *args, force=False, once=False, leads=None, entity=accounts_seed.LARGE, **options):
        if not settings.DEBUG and not force:
            raise CommandError("seed makes accounts with public passwords; outside DEBUG it needs --force.")
        console = Console(file=self.stdout, highlight=False, soft_wrap=True)
        if leads is not None:
            self._fill(console, entity, leads)
        elif not (once and User.objects.exists()):
            self._demo(console)

    def _demo(self, console: Console) -> None:
        with transaction.atomic(), console.status("Seeding") as status:
            for name, run in STEPS:
                status.update(name)
                run()
                console.print(f"  {name}: done")
        console.print(
            f"Demo accounts have the password {accounts_seed.PASSWORD}, e.g. cp1@betterside.example at /login."
        )

    def _fill(self, console: Console, slug: str, wanted: int) -> None:
        """Top the entity up to so many leads; more than that are left as they are."""
        try:
            entity = seed_leads.entity_named(slug)
            team = seed_leads.team(entity)
        except DomainError as error:
            raise CommandError(error.message) from error
        there = seed_leads.present(entity)
        missing = max(0, wanted - there)
        console.print(f"{slug} has {there:,} leads; {missing:,} to make.")
        if missing:
            self._write(console, team, missing)
            console.print(f"{slug} has {seed_leads.present(entity):,} leads now.")
        if slug == accounts_seed.LARGE:
            console.print(f"Its manager is large.manager@{entity.email_domain}, password {accounts_seed.PASSWORD}.")

    def _write(self, console: Console, team: bulk_seed.Team, count: int) -> None:
        columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn()]
        with Progress(*columns, console=console) as progress:
            task = progress.add_task("Leads", total=count)
            at_once = 1 if connection.in_atomic_block else os.cpu_count() or 1
            for written in bulk_seed.fill(team, count, at_once=at_once):
                progress.advance(task, written)
                if progress.finished:
                    progress.update(task, description="Counting them for the figures")
            progress.update(task, description="Settling")
            bulk_seed.settle()


class Rate(ProgressColumn):
    def render(self, task) -> Text:
        return Text(f"{task.completed / (task.elapsed or 1):,.0f} a second")
