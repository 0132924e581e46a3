"""Ads requests (channel.md, "Run Ads"): CPs ask, edit their notes and cancel; staff take them from step to step."""

from decimal import Decimal

from django.db import transaction

from betterside import clock
from betterside.errors import Conflict, InvalidTransition, NotAllowed, NotFound
from betterside.realtime import events
from betterside.realtime.notifications import Kind, notify
from crm.services import access

from ..models import AdsRequest, AdsRequestStep
from .leads import project_for

Status = AdsRequest.Status
NEWS = {
    Status.IN_DISCUSSION: "Your ads request for {project} is in discussion",
    Status.RUNNING: "Your ads for {project} are running",
    Status.COMPLETED: "Your ads for {project} have ended",
    Status.CANCELLED: "Your ads request for {project} was cancelled",
}


@transaction.atomic
def create(
    *, by, project_id: int, objective: str, budget_inr: Decimal, duration_days: int, notes: str = ""
) -> AdsRequest:
    """A new request, in status requested. Values are validated by the caller; raises NotAllowed, Invalid (project)."""
    access.require(by, "channel.own")
    ads_request = AdsRequest.objects.create(
        entity_id=by.entity_id,
        cp=by,
        project=project_for(by, project_id),
        objective=objective,
        budget_inr=budget_inr,
        duration_days=duration_days,
        notes=notes,
        created_at=clock.now(),
    )
    _remember(ads_request, before="", by=by)
    return ads_request


@transaction.atomic
def change(*, ads_request: AdsRequest, by, notes: str | None = None, cancel: bool = False) -> AdsRequest:
    """The CP's own edit: other notes, cancelled, or both. Raises NotFound, NotAllowed, Conflict when it is over."""
    ads_request = _locked(ads_request)
    if ads_request.entity_id != by.entity_id:
        raise NotFound
    if ads_request.cp_id != by.pk or not by.is_approved:
        raise NotAllowed("This ads request belongs to somebody else.")
    if not ads_request.is_open:
        raise Conflict(f"This ads request is {ads_request.status} and cannot be changed any more.")
    if notes is not None and notes != ads_request.notes:
        ads_request.notes = notes
        ads_request.save(update_fields=["notes", "updated_at"])
        _tell(ads_request, "ads_request.updated")
    if cancel:
        _move(ads_request, Status.CANCELLED, by=by)
    return ads_request


@transaction.atomic
def advance(*, ads_request: AdsRequest, to: str, by, notes: str = "") -> AdsRequest:
    """Staff's step: requested → in_discussion → running → completed, or cancelled; the CP is notified.

    `by` None stands for the system. Raises NotAllowed, InvalidTransition, which names the steps that are open.
    """
    if by is not None and not by.is_staff:
        raise NotAllowed
    ads_request = _locked(ads_request)
    if to not in ads_request.next_statuses():
        allowed = ", ".join(ads_request.next_statuses()) or "none"
        raise InvalidTransition(f"'{ads_request.status}' cannot become '{to}'. Allowed: {allowed}.")
    _move(ads_request, Status(to), by=by, notes=notes)
    title = NEWS[ads_request.status].format(project=ads_request.project.title)
    notify(
        user=ads_request.cp,
        kind=Kind.ADS_REQUEST_CHANGED,
        title=title,
        body=notes,
        url="/run-ads",
        subject_id=ads_request.pk,
        mail=True,
    )
    return ads_request


def _locked(ads_request: AdsRequest) -> AdsRequest:
    return AdsRequest.objects.select_for_update().get(pk=ads_request.pk)


def _move(ads_request: AdsRequest, to: str, *, by, notes: str = "") -> None:
    before, ads_request.status = ads_request.status, to
    ads_request.save(update_fields=["status", "updated_at"])
    _remember(ads_request, before=before, by=by, notes=notes)


def _remember(ads_request: AdsRequest, *, before: str, by, notes: str = "") -> None:
    AdsRequestStep.objects.create(
        entity_id=ads_request.entity_id,
        request=ads_request,
        from_status=before,
        to_status=ads_request.status,
        by=by,
        notes=notes,
        created_at=clock.now(),
    )
    _tell(ads_request, "ads_request.moved" if before else "ads_request.created")


def _tell(ads_request: AdsRequest, event: str) -> None:
    events.record(
        entity_id=ads_request.entity_id,
        kind=event,
        subject_id=ads_request.pk,
        user_id=ads_request.cp_id,
        status=ads_request.status,
    )


@transaction.atomic
def on_spend(*, campaign, **_signal) -> None:
    """The first spend of a campaign takes its ads request to running; the CP hears of that step only."""
    ads_request = _locked(campaign.ads_request)
    if ads_request.status == Status.REQUESTED:
        _move(ads_request, Status.IN_DISCUSSION, by=None)
    if ads_request.status == Status.IN_DISCUSSION:
        advance(ads_request=ads_request, to=Status.RUNNING, by=None, notes="The first spend was seen.")
