"""A process of its own at work on a database: `python -m tests.storage.claimer FILE claim|fill`.

It prints `ready`, waits for a line, and then prints a number for every job it claimed or queued.
"""

import asyncio
import sys
from pathlib import Path

from bot.storage.database import open_database
from bot.storage.queue import FairQueue
from tests.fakes import new_job


async def claim(queue: FairQueue) -> None:
    """Claim until nothing is left."""
    while (job := await queue.claim(now=200.0)) is not None:
        print(job.id, flush=True)


async def fill(queue: FairQueue) -> None:
    """Queue jobs until somebody ends this process."""
    for number in range(1, 1_000_000):
        await queue.enqueue(new_job(number, number), per_member=10, per_server=10**6, now=100.0)
        print(number, flush=True)


async def main(path: Path, work: str) -> None:
    async with open_database(path) as database:
        print("ready", flush=True)
        sys.stdin.readline()
        await (claim if work == "claim" else fill)(FairQueue(database))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
