from django.utils import timezone

from betterside.jobs import every

from . import idempotency
from .models import RateCounter


@every("40 * * * *")
def forget_old_answers():
    idempotency.forget_old()


@every("45 * * * *")
def forget_expired_counters():
    RateCounter.objects.filter(expires_at__lt=timezone.now()).delete()
