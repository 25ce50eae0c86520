"""The queue in its file: processes, crashes, and what its statements cost."""

import asyncio
import re
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.model.hold import Hold, HoldKind
from bot.model.keeping import Limits
from bot.storage.board import JobBoard
from bot.storage.database import Database, open_database
from bot.storage.holds import QueueHolds
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.pictures import PictureFolder
from bot.storage.queue import FairQueue
from bot.storage.sources import SourceFolder
from bot.storage.storeroom import Storeroom
from tests.fakes import interaction, new_job

ROOM = {"per_member": 10, "per_server": 10_000, "now": 100.0}


@asynccontextmanager
async def process(path: Path, work: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that has the database open and waits for a line to start."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.storage.claimer", str(path), work),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def ready(child: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(120):
        assert await child.stdout.readline() == b"ready\n"


async def numbers(child: asyncio.subprocess.Process) -> list[int]:
    """What the process prints from its start to its end."""
    async with asyncio.timeout(120):
        printed, _ = await child.communicate(b"go\n")
    assert child.returncode == 0
    return [int(line) for line in printed.split()]


async def test_eight_processes_that_make_one_file_claim_fifty_jobs_once_each(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bot.db"
    async with contexts(8, path) as children:
        await asyncio.gather(*(ready(child) for child in children))
        async with open_database(path) as database:
            for number in range(1, 51):
                await FairQueue(database).enqueue(new_job(number, number), **ROOM)
        claimed = await asyncio.gather(*(numbers(child) for child in children))
    assert sorted(number for one in claimed for number in one) == list(range(1, 51))


@asynccontextmanager
async def contexts(count: int, path: Path) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    if count == 0:
        yield []
        return
    async with process(path, "claim") as child, contexts(count - 1, path) as others:
        yield [child, *others]


async def test_a_killed_process_loses_no_job_it_had_accepted(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with process(path, "fill") as child:
        await ready(child)
        child.stdin.write(b"go\n")
        async with asyncio.timeout(60):
            for _ in range(20):
                last = int(await child.stdout.readline())
        child.kill()
        printed, _ = await child.communicate()
    accepted = max([last, *map(int, printed.split(b"\n")[:-1])])
    async with open_database(path) as database:
        kept = {job.origin.interaction_id for job in await JobBoard(database).waiting()}
    assert set(range(1, accepted + 1)) <= kept


async def test_only_the_suspects_of_a_crash_are_charged(tmp_path: Path) -> None:
    async with open_database(tmp_path / "bot.db") as database:
        queue = FairQueue(database)
        for number in (1, 2):
            await queue.enqueue(new_job(number, number), **ROOM)
            await queue.claim(now=200.0)
        found = await queue.recover(suspects={2})
    assert [(job.id, job.attempts) for job in found] == [(1, 0), (2, 1)]


async def test_job_ids_are_never_used_twice(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        await FairQueue(database).enqueue(new_job(1, 1), **ROOM)
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM jobs")
    connection.close()
    async with open_database(path) as database:
        assert (await FairQueue(database).enqueue(new_job(2, 1), **ROOM)).id == 2


@pytest.fixture
async def statements(tmp_path: Path) -> list[tuple[str, Any]]:
    """Every statement that the ports send in a life of a few jobs, with its parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, sql: str, parameters: object, *_: object) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")) and sql != "DELETE FROM members":
            sent.append((sql, parameters))

    async with open_database(tmp_path / "bot.db") as database:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            await live(
                FairQueue(database), JobBoard(database), JobOutbox(database), Journal(database)
            )
            await prune(database, tmp_path)
            await hold_back(FairQueue(database), QueueHolds(database))
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    return sent


async def live(queue: FairQueue, board: JobBoard, outbox: JobOutbox, journal: Journal) -> None:
    await journal.open(interaction(1))
    for number in (1, 2, 3, 4, 5):
        await queue.enqueue(new_job(number, 7), **ROOM)
    await journal.close(1)
    await journal.unanswered()
    first = await queue.claim(now=200.0)
    second = await queue.claim(now=200.0, busy_members_too=True)
    await queue.requeue(second.id)
    await queue.rendered(first.id, draw_seconds=1.0, now=201.0, stored_bytes=5)
    await queue.failed(second.id, failure="NotFinite", detail="", now=202.0)
    await board.cancel(3, now=203.0)
    await board.get(4)
    await board.ahead(4)
    await board.seconds_by_cost("starter", limit=32)
    await board.places()
    await board.waiting()
    await outbox.untold(limit=3)
    await outbox.answered(first.id, message_id=1, now=204.0)
    await queue.recover()
    await journal.erase_tokens(born_before=900.0)


async def prune(database: Database, folder: Path) -> None:
    board = JobBoard(database)
    await board.share(1)
    await board.share(1, shared=False)
    await board.was_dropped(1)
    storeroom = Storeroom(database, PictureFolder(folder), SourceFolder(folder))
    await storeroom.prune(Limits(size=0), now=9000.0)
    await storeroom.prune(Limits(seconds=0.0), now=1e6)


async def hold_back(queue: FairQueue, holds: QueueHolds) -> None:
    await holds.bump(5)
    await holds.hold(Hold(3, HoldKind.PAUSED, by=7, since=300.0))
    await queue.enqueue(new_job(6, 7), **ROOM)
    await holds.hold(Hold(3, HoldKind.DRAINING, by=7, since=300.0))
    await holds.lift(3)


def plan_of(path: Path, sql: str, parameters: Any) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    finally:
        connection.close()
    return [row[3] for row in rows]


async def test_no_statement_reads_the_history(
    statements: list[tuple[str, Any]], tmp_path: Path
) -> None:
    plans = {sql: plan_of(tmp_path / "bot.db", sql, values) for sql, values in statements}
    assert len(plans) >= 20
    through_a_table = re.compile(r"^SCAN (?!virtual_clock|holds)\w+$")
    for sql, plan in plans.items():
        assert not [step for step in plan if through_a_table.match(step)], (sql, plan)


async def test_the_claim_goes_by_the_index_and_sorts_nothing(
    statements: list[tuple[str, Any]], tmp_path: Path
) -> None:
    claim = next(one for one in statements if "claimed_at=" in one[0] and "LIMIT" in one[0])
    plan = plan_of(tmp_path / "bot.db", *claim)
    assert any("jobs_waiting" in step for step in plan)
    assert any("jobs_in_flight (user_id=?)" in step for step in plan)
    assert not any("TEMP B-TREE" in step for step in plan)


async def test_who_waits_is_counted_without_looking_at_the_past(
    statements: list[tuple[str, Any]], tmp_path: Path
) -> None:
    found = [one for one in statements if "of_member" in one[0] or "max(jobs.finish_tag)" in one[0]]
    plans = {sql: plan_of(tmp_path / "bot.db", sql, values) for sql, values in found}
    of_jobs = [step for plan in plans.values() for step in plan if " jobs " in step]
    assert len(of_jobs) == 3
    assert all("jobs_waiting" in step for step in of_jobs)


def add_like_the_first(path: Path, count: int, **changes: str) -> None:
    """Add jobs that are as the first one is but for some expressions over their number `n`."""
    with closing(sqlite3.connect(path)) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
        kept = {name: name for name in names if name != "id"}
        values = {**kept, "interaction_id": "n + (SELECT MAX(interaction_id) FROM jobs)"} | changes
        connection.execute(
            f"INSERT INTO jobs ({', '.join(values)}) "  # noqa: S608 - text from this file
            "WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted "
            f"WHERE n < {count}) SELECT {', '.join(values.values())} FROM jobs, counted "
            "WHERE jobs.id = 1"
        )


def instructions(path: Path, sql: str, parameters: Any) -> int:
    """How many instructions SQLite runs for a statement, which changes nothing for good."""
    done = [0]

    def count() -> None:
        done[0] += 1

    with closing(sqlite3.connect(path)) as connection:
        connection.set_progress_handler(count, 1)
        connection.execute(sql, parameters).fetchall()
        connection.rollback()
    return done[0]


async def test_a_claim_costs_the_same_whatever_was_drawn_and_however_much_is_paused(
    statements: list[tuple[str, Any]], tmp_path: Path
) -> None:
    claim = next(one for one in statements if "claimed_at=" in one[0] and "LIMIT" in one[0])
    path = tmp_path / "other.db"
    async with open_database(path) as database:
        for number in range(1, 6):
            await FairQueue(database).enqueue(new_job(number, number), **ROOM)
    before = instructions(path, *claim)
    add_like_the_first(path, 2000, state="'delivered'", finished_at="200.0", answered_at="201.0")
    add_like_the_first(path, 2000, held="1", guild_id="100 + n / 10", user_id="100 + n")
    with closing(sqlite3.connect(path)) as connection, connection:
        scopes = [(scope,) for scope in range(100, 301)]
        connection.executemany("INSERT INTO holds VALUES (?, 'paused', 7, 1.0)", scopes)
    assert before > 50
    assert instructions(path, *claim) == before


async def test_a_thousand_waiting_jobs_of_two_hundred_members_are_claimed_in_fair_order(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bot.db"
    async with open_database(path) as database:
        queue = FairQueue(database)
        await queue.enqueue(new_job(1, 1), **ROOM)
        tags = {"start_tag": "(n - 1) % 5", "finish_tag": "(n - 1) % 5 + 1"}
        add_like_the_first(path, 1000, user_id="2 + (n - 1) / 5", **tags)
        await queue.rendered((await queue.claim(now=200.0)).id, draw_seconds=1.0, now=201.0)
        for _ in range(5):
            claimed = [await queue.claim(now=200.0) for _ in range(201)]
            assert [job and job.origin.user_id for job in claimed] == [*range(2, 202), None]
            with closing(sqlite3.connect(path)) as connection, connection:
                connection.execute("UPDATE jobs SET state = 'failed' WHERE state = 'running'")
