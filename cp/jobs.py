from django.conf import settings
from django.utils import timezone

from betterside import mail
from betterside.jobs import task

from .models import MarketingRequest


@task(queue="mail")
def mail_marketing_request(*, request_id: int):
    """Tell the team what a CP asks for, once."""
    unsent = MarketingRequest.objects.filter(pk=request_id, team_told_at=None)
    asked = unsent.select_related("cp", "project").first()
    if asked is None:
        return
    mail.send(
        to=settings.TEAM_EMAIL,
        subject=f"{asked.get_type_display()} requested (no. {asked.pk})",
        template="marketing_request.txt",
        context={"asked": asked},
        reference=f"marketing-request-{asked.pk}",
    )
    unsent.update(team_told_at=timezone.now())
