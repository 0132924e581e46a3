"""What the lead table's unique constraints say, as refusals that a person understands."""

import contextlib

from django.db import IntegrityError

from betterside.errors import AlreadyExists

from . import codes


class EmailTaken(AlreadyExists):
    def __init__(self):
        super().__init__("An open lead has this e-mail.", fields={"email": "An open lead has this e-mail."})


REFUSALS = {
    "lead_code_once_per_entity": codes.CodeTaken,
    "lead_one_open_growth_lead_per_email": EmailTaken,
}


@contextlib.contextmanager
def refused_by_name():
    """Saves within raise the refusal of the constraint they break; the service's transaction ends with it."""
    try:
        yield
    except IntegrityError as error:
        raise next((refusal() for name, refusal in REFUSALS.items() if name in str(error)), error) from error
