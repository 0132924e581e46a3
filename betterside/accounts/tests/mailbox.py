"""Reading what was mailed."""

import re

from django.core import mail

from betterside.jobs.testing import run_jobs


def delivered() -> list:
    """Run the jobs that wait; the mails that they sent, oldest first."""
    before = len(mail.outbox)
    run_jobs()
    return mail.outbox[before:]


def code_for(email: str) -> str:
    """The code in the newest mail to the address, after running the jobs that wait."""
    run_jobs()
    bodies = [message.body for message in mail.outbox if message.to == [email]]
    return re.search(r"^ {4}(\d{6})$", bodies[-1], re.MULTILINE)[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"
