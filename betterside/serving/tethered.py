"""`python -m betterside.serving.tethered COMMAND…` becomes COMMAND, which Linux stops when its parent dies."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before it could be tied to us
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - what `manage.py dev` asks for


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
