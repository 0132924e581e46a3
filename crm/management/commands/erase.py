from django.core.management.base import BaseCommand, CommandError

from betterside.accounts.models import Entity
from betterside.errors import DomainError
from crm.services import erasure


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
        person = " / ".join(filter(None, [email, phone]))
        if not yes and input(f"Forget {person} at {entity}? This cannot be undone. Type yes: ") != "yes":
            raise CommandError("Nothing was changed.")
        try:
            count = erasure.erase(entity=found, by=None, phone=phone, email=email)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Erased {count} leads and contacts.")
