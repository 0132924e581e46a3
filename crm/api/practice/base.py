"""What the practice face's views share (practice.md; DESIGN section 1): bare objects and bare arrays."""

from rest_framework.response import Response

from betterside.api.faces import PRACTICE
from betterside.api.paging import sliced
from betterside.api.shapes import Shape
from betterside.api.views import FaceViewSet
from crm.models import Lead, PracticeProfile


class PracticeViewSet(FaceViewSet):
    face = PRACTICE
    right = "leads.read"

    @property
    def entity(self):
        return self.request.user.entity

    def lead(self, lead_id: int) -> Lead:
        """A practice lead. LeadNotFound outside the entity and the pipeline, NotAllowed when it is not theirs to see."""
        leads = Lead.objects.in_pipeline("practice").select_related("status", "practice")
        return with_practice(leads.seen_by(self.request.user, pk=lead_id))


def with_practice(lead: Lead) -> Lead:
    """Leads that came in otherwise have no practice yet: they get an empty one to show."""
    if not hasattr(lead, "practice"):
        lead.practice = PracticeProfile(lead=lead, entity_id=lead.entity_id)
    return lead


def page(shape: type[Shape], queryset, query: dict) -> Response:
    """A page as a bare array; the full count is in a header."""
    return Response(shape.rows(sliced(queryset, query)), headers={"X-Total-Count": str(queryset.count())})
