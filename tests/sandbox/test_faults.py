"""Faults meet the requests they name, as many times as they say."""

import asyncio
from dataclasses import replace

import aiohttp
import pytest

from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Fault, FaultKind, blocked, rate_limited, refusing, signed_out
from bot.sandbox.server import Sandbox
from tests.sandbox.example_bot import running
from tests.sandbox.raw import RawBot

WORDS = {"content": "words"}


def contents(sandbox: Sandbox) -> list[str]:
    return [each.content for each in sandbox.acting("member", "general").messages()]


async def test_a_status_is_answered_before_anything_is_done(sandbox: Sandbox) -> None:
    fault = Fault(FaultKind.STATUS, "POST", "/messages$", status=503, body="<p>busy</p>")
    sandbox.faults.add(fault)
    async with RawBot(sandbox) as bot:
        met = await bot.say("general", WORDS)
        passed = await bot.say("general", WORDS)
    assert (met.status, met.body, passed.status) == (503, "<p>busy</p>", 200)
    assert contents(sandbox) == ["words"]


async def test_done_but_answered_otherwise_is_done(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.STATUS_AFTER, "POST", "/messages$", status=502))
    async with RawBot(sandbox) as bot:
        assert (await bot.say("general", WORDS)).status == 502
    assert contents(sandbox) == ["words"]


@pytest.mark.parametrize(
    ("kind", "left"), [(FaultKind.CUT_BEFORE, []), (FaultKind.CUT_AFTER, ["words"])]
)
async def test_a_connection_is_cut_before_or_after(
    sandbox: Sandbox, kind: FaultKind, left: list[str]
) -> None:
    sandbox.faults.add(Fault(kind, "POST", "/messages$"))
    async with RawBot(sandbox) as bot:
        with pytest.raises(aiohttp.ClientError):
            await bot.say("general", WORDS)
    assert contents(sandbox) == left


async def test_a_delay_holds_one_request_and_no_other(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.DELAY, "GET", "/users/@me$", delay=30))
    async with RawBot(sandbox) as bot:
        held = asyncio.create_task(bot.ask("GET", "/users/@me"))
        await sandbox.faults.until_met(1, timeout=60)
        assert (await bot.ask("GET", "/users/@me")).status == 200
        assert not held.done()
        held.cancel()


@pytest.mark.parametrize("scope", ["user", "shared", "global"])
async def test_a_rate_limit_says_when_to_come_back(sandbox: Sandbox, scope: str) -> None:
    sandbox.faults.add(rate_limited(0.25, scope=scope))
    async with RawBot(sandbox) as bot:
        answer = await bot.ask("GET", "/users/@me")
    assert answer.status == 429
    assert answer.body["retry_after"] == 0.25
    assert answer.body["global"] is (scope == "global")
    assert answer.headers["Via"]
    assert answer.headers["X-RateLimit-Scope"] == scope


async def test_a_rate_limit_may_come_from_a_proxy(sandbox: Sandbox) -> None:
    sandbox.faults.add(rate_limited(1, via=False, html=True))
    async with RawBot(sandbox) as bot:
        answer = await bot.ask("GET", "/users/@me")
    assert "Via" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/html")


async def test_discord_py_waits_out_a_rate_limit_and_sends_again(sandbox: Sandbox) -> None:
    fault = rate_limited(0.05)
    fault.path = "@original$"
    async with running(sandbox):
        sandbox.faults.add(fault)
        reply = await sandbox.acting("member", "general").slash("draw", prompt="horse")
        shown = await reply.until(lambda message: bool(message.files))
    assert shown.content == "1 × horse"
    assert len(sandbox.faults.met) == 1


async def test_a_callback_whose_answer_was_lost_may_be_sent_again(sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault(FaultKind.STATUS_AFTER, "POST", "/callback$", status=502))
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        answer = {"type": 4, "data": {"content": "x"}}
        assert (await bot.callback(answer)).status == 502
        assert (await bot.callback(answer)).code == 40060
    assert sandbox.violations == []


async def test_observers_are_told_what_was_faulty(sandbox: Sandbox) -> None:
    told: list[Exchange] = []
    stop = sandbox.observe(told.append)
    sandbox.faults.add(Fault(FaultKind.STATUS, status=500))
    async with RawBot(sandbox) as bot:
        await bot.ask("GET", "/users/@me")
        await bot.ask("GET", "/users/@me")
        stop()
        await bot.ask("GET", "/users/@me")
    assert [(each.status, each.faulty, each.template) for each in told] == [
        (500, True, None),
        (200, False, "/users/@me"),
    ]


async def test_a_refusal_is_answered_as_discord_words_it(sandbox: Sandbox) -> None:
    for fault in (refusing(30034), refusing(30046, retry_after=7.5), signed_out(), blocked()):
        sandbox.faults.add(replace(fault, method="POST", path="/messages$"))
    async with RawBot(sandbox) as bot:
        met = [await bot.say("general", WORDS) for _ in range(4)]
    assert [one.status for one in met] == [400, 429, 401, 403]
    assert [one.body["code"] for one in met[:3]] == [30034, 30046, 0]
    assert met[1].body["retry_after"] == 7.5
    assert "blocked" in met[3].body
    assert contents(sandbox) == []
