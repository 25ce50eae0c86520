"""The hosted process: started, stopped in order, killed, and started again where it falls."""

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.events import Events
from bot.sandbox.hosting import Command, Host
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page

SERVES = "print('I serve', flush=True); import signal; signal.pause()"
STOPS = f"""
import os, signal
def leave(number, frame):
    os.write(1, b'I go\\n')
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
{SERVES}
"""
STAYS = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SERVES}"
LEAVES = """
import subprocess, sys
stays = "import signal; signal.alarm(60); signal.pause()"
with open({held!r}, "w") as held:
    subprocess.Popen([sys.executable, "-c", stays], pass_fds=[held.fileno()])
    held.write("I stay")
"""
FALLS = "raise SystemExit(75)"
FAR = 3600.0


def python(script):
    return Command((sys.executable, "-S", "-E", "-c", script), dict, "a model")


@asynccontextmanager
async def hosting(script, **options):
    """A host of a Python script, and the events it publishes."""
    clock = Clock()
    events = Events(clock.now)
    host = Host(events, python(script), now=clock.now, **options)
    async with host:
        yield host, events
    assert not host.state()["running"]


def saying(host, text, times=1):
    return lambda: [line.line for line in host.lines()].count(text) == times or None


def being(host, **state):
    return lambda: state.items() <= host.state().items() or None


async def test_a_hosted_process_runs_until_the_host_leaves_and_ends_in_order():
    async with hosting(STOPS) as (host, events):
        await events.wait(saying(host, "I serve"), 20)
        state = host.state()
        assert (state["running"], state["restarts"], state["exit_code"]) == (True, 0, None)
        assert state["can"] == ["restart", "stop", "kill"]
        assert state["model"] == "a model"
    assert host.state()["exit_code"] == 0
    assert saying(host, "I go")()


async def test_a_restart_lets_the_process_end_in_order_and_begins_another_one():
    async with hosting(STOPS) as (host, events):
        await events.wait(saying(host, "I serve"), 20)
        host.restart()
        assert host.state()["can"] == ["kill"]
        await events.wait(saying(host, "I serve", 2), 20)
        assert saying(host, "I go")()
        assert host.state()["restarts"] == 1


async def test_a_killed_process_comes_back_by_itself():
    async with hosting(STOPS, pauses=(0.0,)) as (host, events):
        await events.wait(saying(host, "I serve"), 20)
        host.kill()
        await events.wait(saying(host, "I serve", 2), 20)
        assert host.state()["exit_code"] == -signal.SIGKILL
        assert not saying(host, "I go")()


async def test_a_stopped_process_stays_stopped_whatever_its_exit_code_until_it_is_started():
    async with hosting(SERVES, pauses=(0.0,)) as (host, events):
        await events.wait(saying(host, "I serve"), 20)
        host.stop()
        await events.wait(being(host, running=False), 20)
        assert host.state()["exit_code"] == -signal.SIGTERM
        assert host.state()["can"] == ["start"]
        host.start()
        await events.wait(saying(host, "I serve", 2), 20)


async def test_a_process_that_ends_with_code_0_by_itself_is_not_started_again():
    async with hosting("print('done')", pauses=(0.0,)) as (host, events):
        await events.wait(being(host, running=False, exit_code=0), 20)
        assert host.state()["can"] == ["start"]


async def test_falls_in_a_row_wait_longer_each_time_and_a_sign_in_ends_the_row():
    async with hosting(FALLS, pauses=(0.0, FAR)) as (host, events):
        fallen = {"running": False, "exit_code": 75, "can": ["start", "stop"]}
        await events.wait(being(host, restarts=1, **fallen), 20)
        events.publish("gateway.ready")
        host.start()
        await events.wait(being(host, restarts=3, **fallen), 20)
        host.stop()
        assert host.state()["can"] == ["start"]


async def test_a_process_that_does_not_end_in_time_is_killed():
    async with hosting(STAYS, stop_within=0.0) as (host, events):
        await events.wait(saying(host, "I serve"), 20)
        host.stop()
        host.stop()
        await events.wait(being(host, running=False), 20)
        assert host.state()["exit_code"] == -signal.SIGKILL


async def test_what_a_process_left_behind_ends_soon_after_it(tmp_path):
    held = tmp_path / "held"
    os.mkfifo(held)
    script = LEAVES.format(held=str(held))
    async with hosting(script) as (host, events):
        left = asyncio.create_task(asyncio.to_thread(held.read_text))
        await events.wait(being(host, running=False, exit_code=0), 20)
        assert host.state()["can"] == ["start"]
        assert await asyncio.wait_for(left, 20) == "I stay"


async def test_who_fails_to_hear_of_the_process_neither_ends_it_nor_keeps_others_from_hearing(
    caplog,
):
    def fail(event):
        raise UnicodeEncodeError("ascii", "…", 0, 1, "no such letter")

    clock = Clock()
    events = Events(clock.now)
    events.subscribe(fail)
    async with Host(events, python(STOPS), now=clock.now) as host:
        await events.wait(saying(host, "I serve"), 20)
        host.restart()
        await events.wait(saying(host, "I serve", 2), 20)
    assert host.state()["exit_code"] == 0
    assert "no such letter" in caplog.text


async def test_a_stop_that_comes_while_the_process_is_being_started_stops_it_too():
    async with hosting(SERVES) as (host, events):
        await events.wait(being(host, running=True), 20)
        host.stop()
        await events.wait(being(host, running=False), 20)
        assert host.state()["can"] == ["start"]


async def test_each_line_is_told_with_its_level_and_what_is_set_in_has_that_of_the_line_above():
    said = (
        "2026-01-31 12:00:00 WARNING queue: full",
        "[2026-01-31 12:00:00] [ERROR   ] discord.client: trouble",
        "    Traceback",
        '{"level": "debug", "event": "a"}',
        "some library's words",
    )
    script = f"for line in {said!r}: print(line)"
    async with hosting(script) as (host, events):
        heard = []
        events.subscribe(lambda each: heard.append(each) if each.name == "process.said" else None)
        await events.wait(being(host, exit_code=0), 20)
    levels = ["warning", "error", "error", "debug", "info"]
    assert [(each.data["line"], each.data["level"]) for each in heard] == [
        *zip(said, levels, strict=True)
    ]


async def test_a_line_beyond_all_measure_is_left_out_and_the_next_ones_are_told():
    script = "print('x' * (2 ** 21)); print('short')"
    async with hosting(script) as (host, events):
        await events.wait(saying(host, "short"), 20)


async def test_a_command_that_cannot_be_run_is_told_and_tried_again():
    clock = Clock()
    events = Events(clock.now)
    async with Host(events, Command(("/no/such/bot",), dict), now=clock.now, pauses=(FAR,)) as host:
        await events.wait(being(host, running=False, exit_code=127), 20)
        assert [line.level for line in host.lines()] == ["error"]
        assert host.state()["can"] == ["start", "stop"]


@pytest.fixture
async def browser():
    async with aiohttp.ClientSession() as session:
        yield session


async def test_the_page_looks_at_the_process_and_restarts_it(browser):
    sandbox = Sandbox()
    host = Host(sandbox.events, python(STOPS), now=sandbox.clock.now)
    async with with_page(sandbox, host), host:
        await sandbox.events.wait(saying(host, "I serve"), 20)
        url = f"{sandbox.url}/sandbox/process"
        async with browser.ws_connect(f"{sandbox.url}/sandbox/stream") as stream:
            await stream.send_json({"as": "member"})
            assert (await stream.receive_json())["kind"] == "hello"
            async with browser.post(url, json={"do": "restart"}) as answer:
                assert (await answer.json())["stopping"]
            told = [await stream.receive_json() for _ in range(5)]
        assert [each["kind"] for each in told] == ["process", "log", "process", "process", "log"]
        assert [each["line"] for each in told if each["kind"] == "log"] == ["I go", "I serve"]
        async with browser.get(url) as answer:
            assert (await answer.json())["restarts"] == 1
        async with browser.get(f"{url}/log") as answer:
            assert [each["line"] for each in await answer.json()] == ["I serve", "I go", "I serve"]
        async with browser.post(url, json={"do": "burn"}) as answer:
            assert answer.status == 400


async def test_where_no_bot_is_hosted_the_page_is_told_so(browser):
    async with with_page(Sandbox()) as sandbox:
        url = f"{sandbox.url}/sandbox/process"
        async with browser.get(url) as answer:
            assert await answer.json() == {"hosted": False}
        async with browser.get(f"{url}/log") as answer:
            assert await answer.json() == []
        async with browser.post(url, json={"do": "restart"}) as answer:
            assert answer.status == 422
