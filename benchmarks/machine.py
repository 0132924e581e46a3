"""On what it was measured."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def facts(house) -> dict:
    server = house.ask("SELECT current_setting('server_version'), current_setting('shared_buffers')")[0]
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": f"{server[0]}, shared_buffers {server[1]}, commits synchronous",
        "server": "uvicorn, one process, DEBUG off, connection pool on, over loopback",
        "load_before": round(os.getloadavg()[0], 2),
        "at": datetime.now(UTC).isoformat(timespec="minutes"),
    }


def _cpu() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
