from collections import Counter

from django.core.management.base import BaseCommand, CommandError

from betterside.accounts.models import Entity
from betterside.errors import DomainError
from crm.services import erasure

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Forget a person: what they told an entity goes, and no replay brings it back. The rows stay for the figures."
    )

    def add_arguments(self, parser):
        parser.add_argument("--entity", required=True, metavar="SLUG")
        parser.add_argument("--email", default="")
        parser.add_argument("--phone", default="")
        parser.add_argument("--yes", action="store_true", help="do not ask first")

    def handle(self, *args, entity, email, phone, yes, **options):
        found = Entity.objects.filter(slug=entity).first()
        if found is None:
            raise CommandError(f"There is no entity {entity}.")
        try:
            if not yes:
                self._ask(found, phone=phone, email=email)
            count = erasure.erase(entity=found, by=None, phone=phone, email=email)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Erased {count} leads and contacts.")

    def _ask(self, entity: Entity, **asked) -> None:
        """With the names: a phone that many share would show here."""
        names = erasure.would_forget(entity=entity, **asked)
        self.stdout.write(f"Leads and contacts: {len(names)}")
        for name, count in Counter(names).most_common(SHOWN):
            self.stdout.write(f"  {name} ({count})")
        person = " / ".join(filter(None, asked.values()))
        if input(f"Forget {person} at {entity.slug}? This cannot be undone. Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
