"""Mails to the team about capture."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage

from betterside.jobs import task

from .models import MetaPage


@task(queue="mail")
def mail_reconnect(*, page_pk: int) -> None:
    """Asks the team to connect a page again; says nothing when somebody did in the meantime."""
    page = MetaPage.objects.filter(pk=page_pk, needs_reconnect=True).first()
    if page is None:
        return
    link = f"{settings.SITE_URL}/admin/marketing/metapage/{page.pk}/change/"
    host = urlsplit(settings.SITE_URL).hostname
    EmailMessage(
        # A second try is the same mail, for receivers too.
        headers={"Message-ID": f"<page-{page.pk}-{page.updated_at:%Y%m%d%H%M%S}@{host}>"},
        subject=f"Connect the Facebook page {page} again",
        body=f"{page.trouble}\n\nIts leads are kept and wait. Give the page a new token in the admin:\n{link}\n",
        to=[settings.TEAM_EMAIL],
    ).send()
