"""Which queue is worked on where: a lane has slots of its own, so a slow kind of work never holds up a quick one."""

from typing import NamedTuple


class Lane(NamedTuple):
    queues: tuple[str, ...]
    slots: int  # jobs at the same time


LANES = {
    "quick": Lane(("default", "mail", "housekeeping"), slots=4),
    # These wait for Meta most of the time.
    "capture": Lane(("capture",), slots=8),
    "slow": Lane(("slow", "builtin"), slots=2),
}
QUEUES = {queue for lane in LANES.values() for queue in lane.queues}
