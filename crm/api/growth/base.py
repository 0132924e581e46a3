"""What the growth face's views share (growth.md; DESIGN section 1)."""

import uuid

from betterside.accounts.models import User
from betterside.api.faces import GROWTH
from betterside.api.views import FaceViewSet
from betterside.errors import Invalid, NotFound


class GrowthViewSet(FaceViewSet):
    face = GROWTH
    right = "leads.read"

    @property
    def entity(self):
        return self.request.user.entity

    def colleague(self, pk: int | None) -> User | None:
        """Missing and foreign are the same Invalid."""
        found = User.objects.in_entity_of(self.request.user).filter(pk=pk).first() if pk else None
        if pk and found is None:
            raise Invalid(fields={"owner_id": "This user does not exist."})
        return found


def as_uuid(text: str, not_found: type[NotFound]) -> uuid.UUID:
    """An id in a path; what is none is of nothing that exists."""
    try:
        return uuid.UUID(text)
    except ValueError:
        raise not_found from None
