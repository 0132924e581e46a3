"""The mail that brings a report: the figures as a file, and a picture of them."""

import tempfile
from pathlib import Path

from betterside import charts, mail
from betterside.sheets import write_csv, write_json

from ..analytics import report_charts, report_tables
from ..models import ReportDelivery, ReportRun, ReportSchedule

CONTENT_TYPES = {"csv": "text/csv", "json": "application/json"}


def send(delivery: ReportDelivery, run: ReportRun, files: list[mail.File]) -> None:
    """A second try has the same Message-ID. OSError when it could not be handed over."""
    schedule, zone = run.schedule, run.entity.zone
    name = " ".join(schedule.name.split())
    context = {
        "name": name,
        "run": run,
        "entity": run.entity,
        "made": f"{run.made_at.astimezone(zone):%d %b %Y, %H:%M}",
    }
    mail.send(
        to=delivery.address,
        subject=f"{name}: {run.made_at.astimezone(zone):%d %b %Y}",
        template="report.txt",
        context=context | {"filters": _said(run.filters)},
        reference=f"report-{delivery.pk}",
        files=files,
    )


def files(run: ReportRun) -> list[mail.File]:
    file_format = run.schedule.format
    figures = run.figures
    picture = charts.png(report_charts.chart(run.report_type, figures))
    name = f"{run.report_type}-{run.made_at.astimezone(run.entity.zone):%Y-%m-%d}"
    table = mail.File(f"{name}.{file_format}", _written(run, figures), CONTENT_TYPES[file_format])
    return [table, mail.File(f"{name}.png", picture, "image/png")]


def _written(run: ReportRun, figures: dict | list[dict]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report"
        if run.schedule.format == ReportSchedule.Format.JSON:
            head = {"report_type": run.report_type, "filters": run.filters, "generated_at": run.made_at}
            write_json(path, head, figures)
        else:
            write_csv(path, report_tables.tables(run.report_type, figures), run.entity.zone)
        return path.read_bytes()


def _said(filters: dict) -> list[str]:
    """ "status: new, qualified" """
    texts = {name: value if isinstance(value, list) else [value] for name, value in filters.items()}
    return [f"{name.replace('_', ' ')}: {', '.join(map(str, values))}" for name, values in texts.items()]
