"""The one line of the log that every answered job has."""

import re
from dataclasses import replace

from bot.model.job import State
from bot.model.summary import summary_of
from bot.model.ways import Way
from tests.fakes import InMemoryQueue, new_job
from tests.rules.source import PROJECT


async def job_that_became(state, **changes):
    job = await InMemoryQueue().enqueue(new_job(1, 1), per_member=9, per_server=9, now=100.0)
    return replace(job, state=state, **changes)


async def test_a_delivered_job_says_how_long_each_part_of_its_way_took():
    job = await job_that_became(
        State.DELIVERED, claimed_at=103.114, draw_seconds=8.4249, finished_at=112.0
    )
    summary = summary_of(job, way=Way.ORIGINAL, images=2, size=3000)
    assert dict(summary.shown()) == {
        "job": 1,
        "outcome": "delivered",
        "waited": 3.11,
        "drew": 8.42,
        "way": "original",
        "attempts": 0,
        "images": 2,
        "model": job.recipe.model,
        "bytes": 3000,
    }


async def test_a_failed_job_names_its_failure():
    job = await job_that_became(State.FAILED, failure="OutOfMemory", finished_at=101.0, attempts=2)
    shown = summary_of(job, way=Way.CHANNEL, images=0, size=0).shown()
    assert (shown["outcome"], shown["failure"], shown["attempts"]) == ("failed", "OutOfMemory", 2)
    assert "drew" not in shown


async def test_a_job_cancelled_while_it_waited_has_waited_until_then():
    job = await job_that_became(State.CANCELLED, finished_at=107.5)
    assert summary_of(job, way=Way.ORIGINAL, images=0, size=0).waited == 7.5


async def test_what_nobody_could_be_told_is_kept():
    job = await job_that_became(State.DELIVERED, claimed_at=100.0, draw_seconds=1.0)
    assert summary_of(job, way=None, images=1, size=9).way == "kept"


async def test_a_clock_that_was_set_back_makes_no_wait_negative():
    job = await job_that_became(State.DELIVERED, claimed_at=40.0)
    assert summary_of(job, way=Way.DIRECT, images=1, size=9).waited == 0.0


async def test_the_line_in_the_readme_has_the_names_that_the_log_has():
    job = await job_that_became(State.DELIVERED, claimed_at=103.0, draw_seconds=8.0)
    shown = summary_of(job, way=Way.ORIGINAL, images=2, size=3000).shown()
    readme = (PROJECT / "README.md").read_text("utf-8")
    (line,) = [one for one in readme.splitlines() if "delivery: answered" in one]
    assert re.findall(r"(\w+)=", line) == list(shown)
