"""What marketing tells to those above it: marketing may not import them."""

from django.dispatch import Signal

# A campaign that runs for an ads request has a day with spend; sent with `campaign`, inside the sync's transaction.
spend_seen = Signal()
