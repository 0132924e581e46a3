"""/api/tasks (growth.md, section E)."""

from rest_framework.response import Response

from betterside import clock
from betterside.api import bare
from betterside.api.schema import documented
from betterside.api.views import no_content
from betterside.errors import Invalid
from crm import filters
from crm.models import Lead, Task
from crm.services import tasks

from ..sales.base import naming
from ..sales.fields import lead_lookup
from .base import GrowthViewSet, as_uuid
from .shapes import GrowthTaskDetailShape, GrowthTaskShape
from .task_fields import TaskChange, TaskFields, TaskQuery

Related = Task.Related
RELATED = ("related_to_type", "related_to_id")


class TaskViewSet(GrowthViewSet):
    rights = {"create": "leads.create"}

    def task(self, public_id: str) -> Task:
        lookup = {"public_id": as_uuid(public_id, Task.NotFound)}
        return Task.objects.select_related("lead", "campaign", "entity").seen_by(self.request.user, **lookup)

    @documented(
        query=TaskQuery, answer=GrowthTaskShape(many=True), summary="Tasks: open ones first, the earliest due first"
    )
    def list(self, request):
        query = self.query(TaskQuery)
        found = Task.objects.visible_to(request.user).select_related("lead", "campaign")
        found = filters.tasks(found, query, now=clock.now(), zone=self.entity.zone)
        return bare.page(request, GrowthTaskShape, found, query)

    @documented(body=TaskFields, answer=GrowthTaskDetailShape(), status=201, summary="Create a task")
    def create(self, request):
        fields, apart = self.apart(TaskFields)
        if not request.user.may("leads.assign_any"):
            apart.pop("owner", None)
        with naming(assigned_user_id="owner_id"):
            task = tasks.create(by=request.user, fields=fields, **apart)
        return Response(GrowthTaskDetailShape.of(task), status=201)

    @documented(answer=GrowthTaskDetailShape(), summary="One task")
    def retrieve(self, request, public_id):
        return Response(GrowthTaskDetailShape.of(self.task(public_id)))

    @documented(body=TaskChange, answer=GrowthTaskDetailShape(), summary="Change a task, or toggle its completion")
    def partial_update(self, request, public_id):
        """What is not sent stays. `owner_id` passes the task on."""
        task = self.task(public_id)
        fields, apart = self.apart(TaskChange, task)
        with naming(assigned_user_id="owner_id"):
            task = tasks.update(task=task, by=request.user, fields=fields, **apart)
        return Response(GrowthTaskDetailShape.of(task))

    @documented(status=204, summary="Delete a task")
    def destroy(self, request, public_id):
        tasks.delete(task=self.task(public_id), by=request.user)
        return no_content()

    def apart(self, serializer, task: Task | None = None) -> tuple[dict, dict]:
        """The body's plain fields, and what the services take by name: due, about, owner, completed, if sent."""
        fields, apart = self.body(serializer), {}
        if any(name in fields for name in RELATED):
            apart["about"] = self.about(fields, task)
        if "owner_id" in fields:
            apart["owner"] = self.colleague(fields["owner_id"])
        names = {"due_date": "due", "completed": "completed"}
        apart |= {names[name]: fields[name] for name in names if name in fields}
        return {name: value for name, value in fields.items() if name in tasks.FIELDS}, apart

    def about(self, body: dict, task: Task | None):
        """The lead or campaign that the body names, None for neither; a part that is not sent is as it was."""
        kind, ref = (body.get(name) for name in RELATED)
        if kind is None and ref is None:
            return None
        kind = kind or (task.related_to_type if task else Related.GENERAL)
        if task and "related_to_id" not in body and kind == task.related_to_type:
            return task.lead or task.campaign
        if kind == Related.GENERAL:
            if ref is not None:
                raise Invalid(fields={"related_to_type": "Say what it is related to: lead or campaign."})
            return None
        if ref is None:
            raise Invalid(fields={"related_to_id": f"Say which {kind}."})
        return self.lead(ref) if kind == Related.LEAD else self.campaign(ref)

    def lead(self, ref: str) -> Lead:
        """One that the user sees; others, missing and foreign ones are the same Invalid."""
        lookup = lead_lookup(ref)
        found = Lead.objects.visible_to(self.request.user).filter(**lookup).first() if lookup else None
        return found or self._refuse("lead")

    def campaign(self, ref: str):
        lookup = lead_lookup(ref) or {}
        may = self.request.user.may("campaigns.read") and "public_id" in lookup
        return (self.entity.campaigns.filter(**lookup).first() if may else None) or self._refuse("campaign")

    @staticmethod
    def _refuse(kind: str):
        raise Invalid(fields={"related_to_id": f"This {kind} does not exist."})
