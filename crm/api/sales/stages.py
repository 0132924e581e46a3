"""/api/stages (sales.md, "Lead Stage Management Endpoints"): moving leads and their history. Figures: figures.py."""

from rest_framework import serializers

from betterside.api.sales import success
from betterside.api.schema import documented
from betterside.errors import NotAllowed, NotFound
from crm.models import LeadStatus, StageEntry
from crm.services import stages

from .base import SalesViewSet, list_of, naming, one_of
from .fields import IdField, LeadRefField, StatusRefField, text
from .shapes import NextStatusesShape, PastStageShape, StageChangeShape, StageShape, StatusShape


class StageNotFound(NotFound):
    code = "STAGE_NOT_FOUND"
    message = "Stage not found"


class ChangeBody(serializers.Serializer):
    leadId = LeadRefField()  # noqa: N815 - the contract's names
    statusId = StatusRefField(required=False)  # noqa: N815
    status = StatusRefField(required=False)
    notes = text(10_000)
    nextActionRequired = text(255)  # noqa: N815

    def validate(self, data):
        if "statusId" not in data and "status" not in data:
            raise serializers.ValidationError({"statusId": "This field is required."})
        return data


class NotesBody(serializers.Serializer):
    stageId = IdField()  # noqa: N815
    notes = text(10_000)
    nextActionRequired = text(255)  # noqa: N815


class StageViewSet(SalesViewSet):
    def stays(self):
        return StageEntry.objects.in_entity_of(self.request.user).select_related("status", "user")

    @documented(body=ChangeBody, answer=one_of(StageChangeShape), summary="Move a lead to another status")
    def change_status(self, request):
        """`statusId` is an id or a name, or `status` is the name. 409 names the statuses that the lead may go to."""
        body = self.body(ChangeBody)
        lead = self.lead(body["leadId"])
        field = "statusId" if "statusId" in body else "status"
        with naming(status=field):
            status = LeadStatus.objects.named(body[field], pipeline=lead.pipeline_id)
            entry = stages.move(
                lead=lead,
                to=status,
                by=request.user,
                notes=body.get("notes", ""),
                next_action=body.get("nextActionRequired", ""),
            )
        change = StageChangeShape.of(entry)
        said = f"Lead status changed from '{change['previous_status']}' to '{change['new_status']}' successfully"
        return success(change, said)

    @documented(answer=one_of(StageShape), summary="The status a lead is in, since when")
    def current(self, request, ref):
        return success(StageShape.of(self.stays().open().get(lead=self.lead(ref))))

    @documented(answer=list_of(PastStageShape), summary="A lead's stays, the newest first")
    def history(self, request, ref):
        return success(PastStageShape.many(self.stays().filter(lead=self.lead(ref))))

    @documented(answer=one_of(NextStatusesShape), summary="Where a lead may go, for the one who asks")
    def next_statuses(self, request, ref):
        lead = self.lead(ref)
        possible = StatusShape.many(stages.allowed_from(lead, by=request.user))
        return success({"current_status": lead.status.name, "next_possible_statuses": possible})

    @documented(body=NotesBody, answer=one_of(StageShape), summary="Change the notes of a stay")
    def update_notes(self, request):
        body = self.body(NotesBody)
        entry = self.stays().select_related("lead").filter(pk=body["stageId"]).first()
        if entry is None:
            raise StageNotFound
        if not entry.lead.is_visible_to(request.user):
            raise NotAllowed("This lead belongs to somebody else.")
        entry = stages.annotate(
            entry=entry, by=request.user, notes=body.get("notes"), next_action=body.get("nextActionRequired")
        )
        return success(StageShape.of(entry), "Stage notes updated successfully")
