"""Data for the benchmarks, in a process of its own: `python -m benchmarks.prepare --leads 10000 --faces 1000`."""

import argparse
import os
import time

import django

FACES = ["sociovia", "betterside", "practice", "erp"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, required=True, help="of the sales entity")
    parser.add_argument("--faces", type=int, required=True, help="of each other face's entity")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "betterside.settings")
    django.setup()
    prepare(options.leads, options.faces)


def prepare(leads: int, faces: int) -> None:
    from django.core.management import call_command

    from betterside.accounts import seed

    call_command("migrate", verbosity=0)
    seed.run()
    started = time.perf_counter()
    call_command("seed", leads=leads, force=True)
    print(f"{time.perf_counter() - started:.1f} s for the sales entity")
    for slug in FACES:
        call_command("seed", leads=faces, entity=slug, force=True)


if __name__ == "__main__":
    main()
