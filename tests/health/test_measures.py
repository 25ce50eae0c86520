"""The figures for Prometheus."""

import math
import re

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.health.measures import Measures
from bot.health.readings import Readings
from bot.model.depth import QueueDepth
from bot.model.picture import EngineStatus
from bot.model.room import DeviceMemory, DiskRoom
from bot.model.summary import Summary
from tests.health.pages import parsed
from tests.rules.source import PROJECT


def readings(**changes):
    """What is read of a bot in order."""
    usual = {
        "engine": EngineStatus("ready", "starter"),
        "latencies": {0: 0.05, 1: 0.07},
        "loop_is_late": False,
        "database_trouble": "",
        "depth": QueueDepth(queued=7, running=2, untold=1),
        "disk": DiskRoom(free=9000, reserve=500),
        "memory": DeviceMemory(used=3, total=8),
        "in_flight": 2,
        "invalid_answers": 4,
    }
    return Readings(**(usual | changes))


def summary(**changes):
    usual = {
        "job": 1,
        "outcome": "delivered",
        "failure": "",
        "waited": 3.0,
        "drew": 8.0,
        "way": "original",
        "attempts": 0,
        "images": 1,
        "model": "starter",
        "bytes": 500,
    }
    return Summary(**(usual | changes))


def shown(measures=None, **changes):
    return parsed((measures or Measures(version="1")).page(readings(**changes)))


def test_each_reading_is_a_figure():
    found = shown()
    assert found["imagine_jobs", ("state", "queued")] == 7
    assert found["imagine_jobs", ("state", "untold")] == 1
    assert found[("imagine_jobs_in_flight",)] == 2
    assert found["imagine_gateway_latency_seconds", ("shard", "1")] == 0.07
    assert found[("imagine_discord_invalid_answers",)] == 4
    assert found["imagine_disk_bytes", ("kind", "free")] == 9000
    assert found["imagine_device_memory_bytes", ("kind", "used")] == 3
    assert found["imagine_engine_state", ("state", "ready")] == 1
    assert found["imagine_engine_state", ("state", "loading")] == 0
    assert found[("imagine_database_up",)] == 1


def test_what_cannot_be_read_is_no_number():
    found = shown(depth=None, disk=None, memory=None, database_trouble="It is locked.")
    assert math.isnan(found["imagine_jobs", ("state", "queued")])
    assert not [name for name, *_ in found if name.startswith(("imagine_disk", "imagine_device"))]
    assert found[("imagine_database_up",)] == 0


def test_a_shard_that_is_away_has_an_infinite_latency():
    found = shown(latencies={0: math.inf})
    assert found["imagine_gateway_latency_seconds", ("shard", "0")] == math.inf


def test_an_answered_job_is_counted_where_it_belongs():
    measures = Measures(version="1")
    measures.answered(summary())
    measures.answered(summary(outcome="failed", failure="OutOfMemory", way="kept", drew=None))
    found = shown(measures)
    assert found["imagine_jobs_answered_total", ("outcome", "delivered"), ("way", "original")] == 1
    assert found["imagine_jobs_answered_total", ("outcome", "failed"), ("way", "kept")] == 1
    assert found["imagine_jobs_failed_total", ("failure", "OutOfMemory")] == 1
    assert found[("imagine_job_wait_seconds_count",)] == 1
    assert found[("imagine_job_draw_seconds_sum",)] == 8.0
    assert found["imagine_job_draw_seconds_bucket", ("le", "5.0")] == 0
    assert found["imagine_job_draw_seconds_bucket", ("le", "10.0")] == 1
    assert found[("imagine_picture_bytes_total",)] == 1000


def test_outcomes_are_there_before_the_first_one():
    found = shown()
    assert found["imagine_jobs_answered_total", ("outcome", "failed"), ("way", "original")] == 0


def test_the_loops_lag_is_a_histogram():
    measures = Measures(version="1")
    measures.lagged(0.03)
    assert shown(measures)["imagine_event_loop_lag_seconds_bucket", ("le", "0.05")] == 1


def test_two_bots_in_one_process_share_no_figure():
    first = Measures(version="1")
    first.answered(summary())
    assert shown(Measures(version="1"))[("imagine_job_wait_seconds_count",)] == 0


def families():
    page = Measures(version="1").page(readings()).decode()
    found = text_string_to_metric_families(page)
    # The library adds to each counter and histogram when it began to count.
    return [one for one in found if re.fullmatch(r"imagine_\w+(?<!_created)", one.name)]


def test_every_figure_says_what_it_is():
    assert len(families()) >= 14
    assert all(one.documentation.endswith(".") for one in families())


def test_the_readme_names_every_figure_and_no_other():
    readme = (PROJECT / "README.md").read_text("utf-8")
    named = {name.removesuffix("_total") for name in re.findall(r"`(imagine_\w+)", readme)}
    assert named == {one.name for one in families()}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"latencies": {}}, {"gateway": "not connected yet"}),
        (
            {"latencies": {0: 0.1, 1: math.inf, 3: math.inf}},
            {"gateway": "not connected: shard 1, 3"},
        ),
        ({"engine": EngineStatus("loading")}, {"engine": "the model is loading"}),
        ({"loop_is_late": True}, {"loop": "the event loop is late"}),
        ({"database_trouble": "It is locked."}, {"database": "It is locked."}),
        ({}, {}),
    ],
)
def test_a_part_that_is_not_in_order_is_named(changes, problem):
    assert readings(**changes).problems() == problem
