"""Where an uploaded file waits between the preview and the confirmation."""

import os
import tempfile
import time
from pathlib import Path
from uuid import uuid4

from import_export.tmp_storages import BaseStorage

# Files hold people's names and phones: what nobody confirmed is removed with a later upload.
KEPT_SECONDS = 3600


def folder() -> Path:
    place = Path(tempfile.gettempdir()) / f"betterside-imports-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


class Uploads(BaseStorage):
    """One confirmation takes the file: of two clicks at once, the second finds nothing."""

    def save(self, data):
        self._remove_old()
        self.name = uuid4().hex
        (folder() / self.name).write_bytes(data)
        self.fresh = True

    def read(self):
        path = folder() / os.path.basename(self.name)
        if not getattr(self, "fresh", False):
            taken = path.with_name(f"{path.name}.{uuid4().hex}")
            path = path.rename(taken)
        data = path.read_bytes()
        if not getattr(self, "fresh", False):
            path.unlink()
        return data.decode(self.encoding) if self.encoding and self.read_mode == "r" else data

    def remove(self):
        (folder() / os.path.basename(self.name)).unlink(missing_ok=True)

    @staticmethod
    def _remove_old():
        for path in folder().iterdir():
            if path.stat().st_mtime < time.time() - KEPT_SECONDS:
                path.unlink(missing_ok=True)
