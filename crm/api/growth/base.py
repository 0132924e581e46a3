"""What the growth face's views share (growth.md; DESIGN section 1)."""

from rest_framework import serializers

from betterside.api.faces import GROWTH
from betterside.api.views import FaceViewSet


class GrowthViewSet(FaceViewSet):
    face = GROWTH
    right = "leads.read"

    @property
    def entity(self):
        return self.request.user.entity

    def query(self, serializer: type[serializers.Serializer]) -> dict:
        """An empty parameter is one that was not sent: `?status=` filters nothing."""
        sent = {name: value for name, value in self.request.query_params.items() if value != ""}
        return self._valid(serializer(data=sent, context={"user": self.request.user}))
