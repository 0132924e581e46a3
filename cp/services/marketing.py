"""Marketing support (channel.md): the counters, and CPs' requests for creatives and EDMs."""

from django.core.files import File
from django.db import transaction
from django.db.models import F

from betterside import clock
from betterside.accounts.roles import Role
from betterside.errors import Conflict, Invalid, NotAllowed
from betterside.jobs import defer
from betterside.realtime import events
from betterside.realtime.notifications import Kind, notify
from crm.services import access

from .. import jobs
from ..models import MarketingCounter, MarketingRequest, Project
from .leads import project_for

Status, Type = MarketingRequest.Status, MarketingRequest.Type


def require_team(by) -> None:
    """NotAllowed for everybody but BetterSide's staff; None stands for the system. A CP never counts for themselves."""
    if by is not None and (not by.is_staff or by.role == Role.CP):
        raise NotAllowed


@transaction.atomic
def increment(*, cp, by, project: Project | None = None, creatives: int = 0, edms: int = 0) -> MarketingCounter:
    """Move a CP's counter, backwards too, to correct it. Two at once add up. Invalid where it would fall below zero."""
    require_team(by)
    counter, _created = MarketingCounter.objects.get_or_create(
        cp=cp, project=project, defaults={"entity_id": cp.entity_id}
    )
    enough = {"creatives_shared__gte": -creatives, "edms_shared__gte": -edms}
    moved = MarketingCounter.objects.filter(pk=counter.pk, **enough).update(
        creatives_shared=F("creatives_shared") + creatives,
        edms_shared=F("edms_shared") + edms,
        last_updated=clock.now(),
    )
    counter.refresh_from_db()
    if not moved:
        raise Invalid(fields=_too_little(counter, creatives, edms))
    events.record(entity_id=cp.entity_id, kind="marketing_counter.moved", subject_id=counter.pk, user_id=cp.pk)
    return counter


def _too_little(counter: MarketingCounter, creatives: int, edms: int) -> dict[str, str]:
    changes = {"creatives": (counter.creatives_shared, creatives), "edms": (counter.edms_shared, edms)}
    return {
        name: f"The counter stands at {value} and cannot fall below zero."
        for name, (value, change) in changes.items()
        if value + change < 0
    }


@transaction.atomic
def request(*, by, type: str, project_id: int | None = None, notes: str = "") -> MarketingRequest:
    """A CP asks for a creative or an EDM; the team gets a mail after the commit. Raises NotAllowed, Invalid."""
    access.require(by, "channel.own")
    asked = MarketingRequest.objects.create(
        entity_id=by.entity_id,
        cp=by,
        project=project_for(by, project_id),
        type=Type(type),
        notes=notes,
        created_at=clock.now(),
    )
    _tell(asked, "marketing_request.created")
    defer(jobs.mail_marketing_request, request_id=asked.pk)
    return asked


@transaction.atomic
def fulfil(
    *, marketing_request: MarketingRequest, by, link: str = "", file: File | None = None, answer: str = ""
) -> MarketingRequest:
    """Give the CP what they asked for: the counter moves by one and they are notified.

    Raises NotAllowed, Conflict (answered already), Invalid (neither link nor file).
    """
    if not link and not file:
        raise Invalid(fields={"link": "Give a link or a file."})
    asked = _answer(marketing_request, Status.FULFILLED, by=by, answer=answer, link=link, file=file)
    moved = {"creatives": 1} if asked.type == Type.CREATIVE else {"edms": 1}
    increment(cp=asked.cp, project=asked.project, by=by, **moved)
    _notify(asked, Kind.REQUEST_FULFILLED, f"Your {_name(asked)} is ready")
    return asked


@transaction.atomic
def decline(*, marketing_request: MarketingRequest, by, answer: str = "") -> MarketingRequest:
    """Tell the CP no, with the reason. Raises NotAllowed, Conflict (answered already)."""
    asked = _answer(marketing_request, Status.DECLINED, by=by, answer=answer)
    _notify(asked, Kind.REQUEST_DECLINED, f"Your request for {_article(asked)} {_name(asked)} was declined")
    return asked


def _answer(marketing_request: MarketingRequest, status: str, *, by, answer: str, **given) -> MarketingRequest:
    require_team(by)
    asked = MarketingRequest.objects.select_for_update().get(pk=marketing_request.pk)
    if not asked.is_waiting:
        raise Conflict(f"This request is {asked.status} already.")
    changes = {"status": status, "answer": answer, "answered_by": by, "answered_at": clock.now()} | given
    for name, value in changes.items():
        setattr(asked, name, value)
    asked.save(update_fields=[*changes, "updated_at"])
    _tell(asked, "marketing_request.answered")
    return asked


def _notify(asked: MarketingRequest, kind: Kind, title: str) -> None:
    url = "/marketing-support"
    notify(user=asked.cp, kind=kind, title=title, body=asked.answer, url=url, subject_id=asked.pk, mail=True)


def _name(asked: MarketingRequest) -> str:
    what = "EDM" if asked.type == Type.EDM else "creative"
    return f"{what} for {asked.project.title}" if asked.project else what


def _article(asked: MarketingRequest) -> str:
    return "an" if asked.type == Type.EDM else "a"


def _tell(asked: MarketingRequest, event: str) -> None:
    events.record(entity_id=asked.entity_id, kind=event, subject_id=asked.pk, user_id=asked.cp_id, status=asked.status)
