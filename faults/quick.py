"""Settings for the short run: what a killed worker left behind is taken up within seconds, not within a minute."""

from betterside.settings import *  # noqa: F403

JOB_HEARTBEAT, JOB_STALLED_AFTER, JOB_POLLING = 1, 4, 1
CAPTURE_LEASE = 6
CAPTURE_BACKOFF_MAX = 1
