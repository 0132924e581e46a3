from django.core.checks import Error, register
from procrastinate.contrib.django import app

from .lanes import QUEUES


@register
def every_queue_has_a_lane(app_configs, **kwargs) -> list[Error]:
    """A job on a queue that no lane works on would wait for ever."""
    return [
        Error(f"The job {name} is on queue {task.queue!r}, which no lane works on.", id="betterside.E010")
        for name, task in sorted(app.tasks.items())
        if task.queue not in QUEUES
    ]
