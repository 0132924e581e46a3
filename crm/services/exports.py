"""Exports: asked for, written at once or by a job, downloaded by who asked, forgotten (sales.md, "Data Export")."""

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from betterside import clock
from betterside.errors import Conflict, NotAllowed, NotFound, TooMany
from betterside.jobs import defer

from .. import jobs
from ..analytics import lead_list
from ..models import Export
from . import access, export_files, export_writing

KEPT = timedelta(hours=24)
# Up to so many leads the file is there when the answer is.
AT_ONCE = 2_000
ERASED_MEANWHILE = "Somebody was erased while it was written. Ask for it again."
# Per entity; more would only wait longer.
MOST_UNFINISHED = 10


class NotReady(Conflict):
    code = "EXPORT_NOT_READY"


class Asked(NamedTuple):
    export: Export
    token: str  # the link's, which nobody can read again


@transaction.atomic
def ask(*, by, report_type: str, file_format: str, filters: dict) -> Asked:
    """A new export; `filters` as they are stored. Raises NotAllowed, TooMany, and what the report itself refuses."""
    access.require(by, "exports.make")
    _require_few(by)
    token = secrets.token_urlsafe(32)
    export = Export.objects.create(
        entity_id=by.entity_id,
        user=by,
        report_type=report_type,
        format=file_format,
        filters=filters,
        token_digest=_digest(token),
        expires_at=clock.now().replace(microsecond=0) + KEPT,
    )
    if report_type == lead_list.TYPE and lead_list.is_longer_than(AT_ONCE, by=by, filters=filters):
        defer(jobs.write_export, export_id=export.pk, lock=f"exports of entity {by.entity_id}")
    else:
        export_writing.write(export)
    export.refresh_from_db()
    return Asked(export, token)


def _require_few(by) -> None:
    if Export.objects.in_entity_of(by).unfinished().alive().count() >= MOST_UNFINISHED:
        raise TooMany(f"{MOST_UNFINISHED} exports are being written already. Wait until one is ready.", retry_after=60)


def of_token(token: str, *, by) -> Export:
    """The export whose link this is. NotFound when there is none, or no more, for the user's entity; NotAllowed for
    anybody but who asked for it; NotReady while there is no file."""
    export = Export.objects.in_entity_of(by).alive().filter(token_digest=_digest(token)).first()
    if export is None or export.state == Export.State.EXPIRED:
        raise NotFound
    if export.user_id != by.pk:
        raise NotAllowed("Only who asked for an export can download it.")
    if export.state == Export.State.FAILED:
        raise NotReady("The export failed. Ask for it again.")
    if export.state != Export.State.READY:
        raise NotReady(f"The export is not ready yet: {export.percent} %.", retry_after=5)
    return export


def download(token: str, *, by) -> tuple[Export, Path]:
    """The export and its file, with the download noted. Raises as `of_token`."""
    export = of_token(token, by=by)
    path = export_files.path_of(export.file)
    if not path.exists():
        raise NotFound
    Export.objects.filter(pk=export.pk).update(downloads=F("downloads") + 1, downloaded_at=clock.now())
    return export, path


def forget_expired() -> int:
    """Remove the files whose time is over, and those that nobody knows; the rows stay as a log. Returns how many."""
    over = Export.objects.exclude(state=Export.State.EXPIRED).filter(expires_at__lte=clock.now())
    for export in over.iterator():
        export_files.remove(export.file)
        Export.objects.filter(pk=export.pk).update(state=Export.State.EXPIRED, file="")
    known = set(Export.objects.exclude(file="").values_list("file", flat=True))
    return export_files.remove_orphans(known=known)


def forget_person(*, entity) -> None:
    """Leave no list of leads that was made before this moment: removed here, not after the commit, so that a crash
    leaves no file. What is being written fails; what waits is written without whom this transaction erases."""
    export_writing.close_gate(entity.pk)
    lists = Export.objects.filter(entity=entity, report_type=lead_list.TYPE)
    lists.filter(state=Export.State.RUNNING).update(
        state=Export.State.FAILED, error=ERASED_MEANWHILE, finished_at=clock.now()
    )
    for export in lists.filter(state=Export.State.READY):
        export_files.remove(export.file)
    lists.filter(state=Export.State.READY).update(state=Export.State.EXPIRED, file="")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
