"""`python -m tests.flow.chaos SEED…`: chaos runs, one after the other, and what came of them."""

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from tests.flow.chaos.audit import complaints, shortfalls
from tests.flow.chaos.plan import PROFILES
from tests.flow.chaos.report import report
from tests.flow.chaos.run import chaos

SEEDS = (1, 2, 3)


def main() -> int:
    """Play every seed; 1 if one of the runs was not in order."""
    parser = argparse.ArgumentParser(prog="python -m tests.flow.chaos", description=__doc__)
    parser.add_argument("seeds", type=int, nargs="*", default=SEEDS, help="1 2 3 if left out")
    parser.add_argument("--profile", choices=PROFILES, default="full", help="how large a run is")
    parser.add_argument("--keep", type=Path, help="an empty folder for the data and the logs")
    chosen = parser.parse_args()
    # A bot that is killed cuts its requests short, which the sandbox's server would tell each time.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    profile = PROFILES[chosen.profile]
    bad = 0
    for seed in chosen.seeds or SEEDS:
        with tempfile.TemporaryDirectory(prefix=f"chaos-{seed}-") as passing:
            folder = chosen.keep / str(seed) if chosen.keep else Path(passing)
            folder.mkdir(parents=True, exist_ok=True)
            result = asyncio.run(chaos(seed, profile, folder))
        found = [*shortfalls(result.history, profile), *complaints(result.history)]
        print(report(result, chosen.profile, found), flush=True)
        bad += bool(found)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
