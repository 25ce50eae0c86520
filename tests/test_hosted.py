"""How `python -m bot sandbox` begins, what it refuses, and what it tells of its bot."""

import os
import signal
import sys

import pytest

from bot import hosted
from bot.hosted import SandboxFailed, Teller, Wish, last_words
from bot.model.errors import ConfigurationError
from bot.sandbox.events import Event
from bot.sandbox.hosting import Command, Host
from bot.sandbox.server import Sandbox
from config.settings import describe
from tests.flow.processes import gone, running


def silent(line):
    pass


async def test_a_folder_that_holds_anything_is_left_alone(tmp_path):
    (tmp_path / "bot.db").write_text("a real bot's")
    with pytest.raises(ConfigurationError, match="is not empty"):
        await hosted.run(Wish(data=tmp_path), silent)
    assert [each.name for each in tmp_path.iterdir()] == ["bot.db"]


async def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="cannot be used"):
        await hosted.run(Wish(data=tmp_path / "file" / "data"), silent)


async def test_a_port_that_another_program_has_is_named():
    async with Sandbox() as other:
        port = int(other.url.rpartition(":")[2])
        with pytest.raises(SandboxFailed, match=f"port {port} cannot be listened on"):
            await hosted.run(Wish(port=port, alone=True), silent)


async def test_a_port_that_does_not_exist_is_refused():
    with pytest.raises(ConfigurationError, match="from 0 to 65535"):
        await hosted.run(Wish(port=65_536), silent)


async def test_the_bot_of_the_sandbox_gets_the_sandboxs_settings_and_how_to_draw(
    tmp_path, monkeypatch
):
    for one in describe():
        monkeypatch.setenv(one.name, f"the deployer's {one.name}")
    async with Sandbox() as sandbox:
        given = hosted.command(sandbox, tmp_path, Wish(model="mine", device="cpu")).environment()
    ours = {name: given[name] for name in given.keys() & {one.name for one in describe()}}
    assert ours == {
        "DISCORD_TOKEN": sandbox.token,
        "DISCORD_API_URL": sandbox.api_url,
        "DISCORD_GATEWAY_URL": sandbox.gateway_url,
        "DATA_DIR": str(tmp_path),
        "MODEL": "mine",
        "DEVICE": "cpu",
        **{
            name: f"the deployer's {name}"
            for name in (
                "MEMORY",
                "COMPILE",
                "JOB_TIME_LIMIT",
                "STEP_TIME_LIMIT",
                "LOG_LEVEL",
                "LOG_FORMAT",
            )
        },
    }
    assert given["PATH"] == os.environ["PATH"]


@pytest.mark.parametrize(("set_to", "model"), [("", "starter"), ("my/folder", "my/folder")])
async def test_what_draws_is_what_the_environment_says_or_else_the_starter(
    tmp_path, monkeypatch, set_to, model
):
    monkeypatch.setenv("MODEL", set_to)
    async with Sandbox() as sandbox:
        given = hosted.command(sandbox, tmp_path, Wish())
        assert given.environment()["MODEL"] == given.model == model
        assert given.arguments[-2:] == ("--no-env-file", "--until-input-ends")


def telling(**options):
    """A teller of a host that hosts nothing, what it said, and whether it gave up."""
    said, gave_up = [], []
    sandbox = Sandbox()
    host = Host(sandbox.events, Command((sys.executable,), dict), now=sandbox.clock.now)
    give_up = lambda: gave_up.append(True)  # noqa: E731 - it is told in one word
    return Teller(host, said.append, give_up=give_up, **{"verbose": False} | options), said, gave_up


def fall(code, can=("start", "stop")):
    return Event("process.changed", 0.0, {"running": False, "exit_code": code, "can": [*can]})


READY = Event("gateway.ready", 0.0, None)


def test_each_sign_in_is_told():
    teller, said, _ = telling()
    teller.hear(READY)
    teller.hear(READY)
    assert said[0].startswith("The bot is signed in. Type /imagine")
    assert said[1] == "The bot is signed in again."


def test_a_fall_is_told_and_a_stop_that_was_asked_for_is_not():
    teller, said, gave_up = telling()
    teller.hear(fall(-9))
    teller.hear(fall(0))
    teller.hear(fall(-15, can=("start",)))
    assert said == ["The bot ended with code -9 and is started again: it said nothing"]
    assert not gave_up


def test_a_bot_that_never_worked_and_cannot_is_given_up_and_one_that_did_is_not():
    teller, _, gave_up = telling()
    teller.hear(fall(1))
    assert gave_up
    teller, _, gave_up = telling()
    teller.hear(READY)
    teller.hear(fall(1))
    assert not gave_up


def test_the_log_is_shown_where_it_is_asked_for():
    line = Event("process.said", 0.0, {"line": "loaded", "at": 0.0, "level": "info"})
    for verbose in (False, True):
        teller, said, _ = telling(verbose=verbose)
        teller.hear(line)
        assert said == ["loaded"] * verbose


SHUTTING = """
import asyncio, sys
from bot.leaving import stopping_on_signals
from bot.sandbox.clock import Clock
from bot.sandbox.events import Events
from bot.sandbox.hosting import Command, Host

STAYS = "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)"
STAYS += "; print('I am', os.getpid(), flush=True); signal.pause(); signal.pause()"

def tell(said):
    print(said["line"], flush=True)

async def serve():
    clock, stop = Clock(), asyncio.Event()
    events = Events(clock.now)
    host = Host(events, Command((sys.executable, "-c", STAYS), dict), now=clock.now)
    events.subscribe(lambda each: tell(each.data) if each.name == "process.said" else None)
    with stopping_on_signals(stop, last=host.kill):
        async with host:
            await stop.wait()
            print("stopping", flush=True)

asyncio.run(serve())
"""


async def test_a_second_signal_ends_the_hosted_bot_as_well(tmp_path):
    async with running("-c", SHUTTING, folder=tmp_path) as sandbox:
        await sandbox.until("I am")
        child = int(sandbox.said().split()[2])
        sandbox.process.send_signal(signal.SIGTERM)
        await sandbox.until("stopping")
        assert await sandbox.insisted(signal.SIGTERM) == 128 + signal.SIGTERM
    await gone(child)


STOPPING = """
import asyncio, os, signal
from bot.leaving import stopping_on_signals

async def serve():
    stop = asyncio.Event()
    with stopping_on_signals(stop):
        os.kill(os.getpid(), signal.SIGINT)
        await stop.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        print("stopped in order", flush=True)

asyncio.run(serve())
"""


async def test_signals_of_two_kinds_at_once_are_one_and_nobody_insists(tmp_path):
    async with running("-c", STOPPING, folder=tmp_path) as program:
        assert await program.ended() == 0
    assert "stopped in order" in program.said()


def test_the_last_words_are_the_sentences_of_the_command_or_the_end_of_the_log():
    assert last_words(["INFO a: b", "run: one thing.", "another."]) == "one thing.\nanother."
    assert last_words(["INFO a: b", "ERROR c: d"]) == "ERROR c: d"
    assert last_words(['{"level": "critical", "event": "one thing."}']) == "one thing."
    assert last_words(["12"]) == "12"
