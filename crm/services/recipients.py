"""To whom reports may be mailed: active people of the entity, and outside addresses that an admin allowed."""

from django.db import transaction

from betterside import clock
from betterside.accounts.models import User
from betterside.errors import Invalid

from ..models import AllowedRecipient
from . import access

MOST = 50


def permitted(addresses: list[str], *, entity_id: int) -> list[str]:
    """Those of the addresses to which the entity's reports may go right now, in their order."""
    people = User.objects.active().filter(entity_id=entity_id, is_approved=True)
    wanted = [address.lower() for address in addresses]
    known = set(people.filter(email__lower__in=wanted).values_list("email__lower", flat=True))
    allowed = AllowedRecipient.objects.filter(entity_id=entity_id, address__in=wanted)
    known |= set(allowed.values_list("address", flat=True))
    return [address for address in addresses if address.lower() in known]


def checked(addresses: list[str], *, entity_id: int) -> list[str]:
    """Each once, in lower case. Raises Invalid for one that may get no reports, in the same words whoever it is."""
    wanted = list(dict.fromkeys(address.lower() for address in addresses))
    if len(wanted) > MOST:
        raise Invalid(fields={"recipients": f"At most {MOST} recipients."})
    refused = set(wanted) - set(permitted(wanted, entity_id=entity_id))
    if refused:
        who = ", ".join(sorted(refused))
        said = f"Not active people of your entity, nor allowed by an admin: {who}"
        raise Invalid(fields={"recipients": said})
    return wanted


@transaction.atomic
def allow(*, address: str, by) -> AllowedRecipient:
    """Let reports of the user's entity go to the address. Twice is the same as once. Raises NotAllowed."""
    access.require(by, "settings.manage")
    fields = {"allowed_by": by, "created_at": clock.now()}
    row, _new = AllowedRecipient.objects.get_or_create(entity_id=by.entity_id, address=address.lower(), defaults=fields)
    return row


@transaction.atomic
def disallow(*, recipient: AllowedRecipient, by) -> None:
    """Schedules that name the address go on without it. Raises NotAllowed."""
    access.require(by, "settings.manage")
    recipient.delete()
