"""How far an ads request is, for the row of steps that its CP sees."""

from dataclasses import dataclass
from datetime import datetime

from ..models import AdsRequest

Status = AdsRequest.Status
LINE = [Status.REQUESTED, Status.IN_DISCUSSION, Status.RUNNING, Status.COMPLETED]


@dataclass(frozen=True)
class Step:
    status: str
    state: str  # done, now or open
    at: datetime | None  # when the request came here; None: not yet


def of(ads_request: AdsRequest) -> list[Step]:
    """The steps of the main line; of a cancelled request those it took, and its end. Reads `steps` as prefetched."""
    reached = {step.to_status: step.created_at for step in ads_request.steps.all()}
    reached.setdefault(ads_request.status, ads_request.updated_at)
    cancelled = ads_request.status == Status.CANCELLED
    line = [status for status in LINE if status in reached] + [Status.CANCELLED] if cancelled else LINE
    return [Step(status, _state(status, ads_request, reached), reached.get(status)) for status in line]


def _state(status: str, ads_request: AdsRequest, reached: dict) -> str:
    if status == ads_request.status:
        return "now"
    return "done" if status in reached else "open"
