"""What the engine tells to those above it: crm may not import them."""

from django.dispatch import Signal

# A lead entered a status, when it was made or moved; sent with `lead` and `by`, inside the service's transaction.
status_entered = Signal()

# Somebody was forgotten; sent with `entity`, `keys` (a set of crm.services.persons.Key) and `lead_ids`, inside the
# transaction.
person_erased = Signal()
