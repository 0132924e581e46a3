"""What the engine tells to those above it: crm may not import them."""

from django.dispatch import Signal

# A lead entered a status, when it was made or moved; sent with `lead` and `by`, inside the service's transaction.
status_entered = Signal()
