"""Demo reports (DESIGN section 9): saved ones, schedules that ran and will run, and exports, of the sales teams."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from betterside import clock
from betterside.accounts.models import Entity, User

from ..models import ReportSchedule, ReportTemplate
from ..services import exports, recipients, recurrence, report_runs, report_templates, schedules

SINCE = timedelta(days=29)
# Name, type, filters.
TEMPLATES = [
    ("Leads of last week", "lead_performance", {"period": "last_week", "include_users": True}),
    ("Platforms, last 30 days", "platform_performance", {"period": "last_30_days"}),
    ("Team this month", "user_performance", {"period": "this_month"}),
    ("Service levels", "sla", {"period": "last_30_days"}),
]
# The template's place in the list, and the schedule's fields.
SCHEDULES = [
    (0, {"frequency": "weekly", "day_of_week": 1, "time": time(9)}),
    (1, {"frequency": "monthly", "day_of_month": 1, "time": time(8, 30), "format": "json"}),
]
PAUSED = (2, {"frequency": "daily", "time": time(18)})
# Type, format, filters.
EXPORTS = [
    ("leads", "xlsx", {"platform": "facebook"}),
    ("lead_performance", "csv", {"period": "last_30_days", "include_platforms": True}),
]


def run() -> None:
    """After the leads, whose figures it makes."""
    for slug, manager, admin in [("fxcareers", "fx.manager", "fx.admin"), ("betterside", "manager", "")]:
        entity = Entity.objects.get(slug=slug)
        if not ReportTemplate.objects.filter(entity=entity).exists():
            _reports(User.objects.get(entity=entity, username=manager))
            if admin:
                recipients.allow(address="board@partner.example", by=User.objects.get(entity=entity, username=admin))


def _reports(manager: User) -> None:
    now = timezone.now()
    with clock.at(now - SINCE):
        templates = [
            report_templates.create(by=manager, name=name, report_type=kind, filters=filters)
            for name, kind, filters in TEMPLATES
        ]
        plans = [schedules.create(template=templates[place], by=manager, fields=fields) for place, fields in SCHEDULES]
    for schedule in plans:
        _has_run(schedule, now)
        schedules.update(schedule=schedule, by=manager, fields={})  # when it runs next
    place, fields = PAUSED
    schedules.pause(schedule=schedules.create(template=templates[place], by=manager, fields=fields), by=manager)
    for kind, file_format, filters in EXPORTS:
        exports.ask(by=manager, report_type=kind, file_format=file_format, filters=filters)


def _has_run(schedule: ReportSchedule, now: datetime) -> None:
    """At each of its times until now."""
    zone, planned = schedule.entity.zone, now - SINCE
    while (planned := recurrence.next_run(schedule, after=planned, zone=zone)) <= now:
        report_runs.record(schedule=schedule, planned_at=planned)
