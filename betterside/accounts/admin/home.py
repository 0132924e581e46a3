from django.urls import reverse

from betterside.staff.home import Panel, Row, panel

from ..models import User

SHOWN = 5


@panel(order=10, permission="accounts.view_user")
def accounts_to_approve(request) -> Panel:
    waiting = User.objects.waiting_for_approval()
    newest = waiting.select_related("entity").order_by("-id")[:SHOWN]
    return Panel(
        title="Accounts to approve",
        icon="how_to_reg",
        url=reverse("admin:accounts_user_changelist") + "?is_approved__exact=0&is_verified__exact=1&is_active__exact=1",
        count=waiting.count(),
        rows=[
            Row(user.email, reverse("admin:accounts_user_change", args=[user.pk]), str(user.entity), user.created_at)
            for user in newest
        ],
        empty="Nobody waits for a seat.",
    )
