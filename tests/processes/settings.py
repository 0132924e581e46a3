"""The product's settings on a database of its own, with shorter waits."""

import os
from pathlib import Path

os.environ["DEBUG"] = "true"
os.environ.pop("DB_URL", None)

from betterside.settings import *  # noqa: E402, F403
from betterside.settings import INSTALLED_APPS  # noqa: E402

BASE_DIR = Path(os.environ["SCRATCH"])
INSTALLED_APPS = [*INSTALLED_APPS, "tests.processes"]
ROOT_URLCONF = "tests.processes.urls"
JOB_HEARTBEAT = 0.5
JOB_STALLED_AFTER = 2
JOB_POLLING = 1
