from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import Progress

from betterside.accounts.models import Entity
from crm.services import rollups


class Command(BaseCommand):
    help = (
        "The sums that figures are read from. `rebuild` counts all leads and makes them anew, while work goes on; "
        "`verify` counts all leads and names what differs, with exit code 1."
    )

    def add_arguments(self, parser):
        parser.add_argument("action", choices=["rebuild", "verify"])
        parser.add_argument("--entity", metavar="SLUG", help="one entity; by default all")

    def handle(self, *args, action, entity, **options):
        entities = list(Entity.objects.order_by("pk").filter(**({"slug": entity} if entity else {})))
        if not entities:
            raise CommandError(f"There is no entity {entity}.")
        console = Console(file=self.stdout)
        said = []
        with Progress(console=console, disable=options["verbosity"] == 0) as progress:
            for one in progress.track(entities, description=action):
                said += [f"{one.slug}: {sentence}" for sentence in getattr(self, f"_{action}")(one.pk)]
        for sentence in said:
            console.print(sentence, highlight=False)
        if said:
            raise SystemExit(1)
        console.print(f"The rollups of {len(entities)} entities are true.")

    def _rebuild(self, pk: int) -> list[str]:
        if rollups.rebuild(pk):
            return []
        return ["the time zone or a status changed meanwhile: rebuild again"]

    def _verify(self, pk: int) -> list[str]:
        return rollups.verify(pk)
