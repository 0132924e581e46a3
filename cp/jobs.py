from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from betterside.jobs import task

from .models import MarketingRequest

TEXT = """{cp} asks for: {type}
Project: {project}

{notes}

{site}/admin/cp/marketingrequest/{pk}/change/
"""


@task(queue="mail")
def mail_marketing_request(*, request_id: int):
    """Tell the team what a CP asks for. Sent again after a crash, but under the same Message-ID."""
    unsent = MarketingRequest.objects.filter(pk=request_id, team_told_at=None)
    asked = unsent.select_related("cp", "project").first()
    if asked is None:
        return
    text = TEXT.format(
        cp=f"{asked.cp.get_full_name()} <{asked.cp.email}>",
        type=asked.get_type_display(),
        project=asked.project or "none in particular",
        notes=asked.notes or "No notes.",
        site=settings.SITE_URL,
        pk=asked.pk,
    )
    EmailMessage(
        subject=f"{asked.get_type_display()} requested: no. {asked.pk}",
        body=text,
        to=[settings.TEAM_EMAIL],
        headers={"Message-ID": f"<marketing-request-{asked.pk}@{settings.MAIL_DOMAIN}>"},
    ).send()
    unsent.update(team_told_at=timezone.now())
