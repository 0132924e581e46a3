"""/api/reporting/recipients: outside addresses to which an admin lets reports be mailed."""

from betterside.api.sales import success
from betterside.api.schema import documented
from betterside.errors import NotFound
from crm.models import AllowedRecipient
from crm.services import recipients

from .base import SalesViewSet, one_of, page, page_of
from .fields import PageQuery
from .reporting_bodies import RecipientBody
from .reporting_shapes import RecipientShape


class RecipientViewSet(SalesViewSet):
    right = "settings.manage"
    rights = {"list": "reports.manage"}

    def recipients(self):
        return AllowedRecipient.objects.in_entity_of(self.request.user).select_related("allowed_by")

    @documented(query=PageQuery, answer=page_of(RecipientShape), summary="Outside addresses that may get reports")
    def list(self, request):
        return page(RecipientShape, self.recipients(), self.query(PageQuery))

    @documented(body=RecipientBody, answer=one_of(RecipientShape), status=201, summary="Allow an outside address")
    def create(self, request):
        recipient = recipients.allow(by=request.user, **self.body(RecipientBody))
        return success(RecipientShape.of(recipient), "Recipient allowed successfully", 201)

    @documented(answer=None, summary="Allow an address no longer; schedules go on without it")
    def destroy(self, request, recipient_id):
        recipient = self.recipients().filter(pk=recipient_id).first()
        if recipient is None:
            raise NotFound
        recipients.disallow(recipient=recipient, by=request.user)
        return success(None, "Recipient removed successfully")
