"""The inspector's record: what Discord and the bot told each other, in order and without tokens."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.sandbox.page.inspection import KEPT, PAGE
from bot.sandbox.remote import RemoteSandbox
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.sandbox.example_bot import picture, running
from tests.sandbox.raw import RawBot, gateway


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with with_page(Sandbox()) as opened:
        yield opened


@pytest.fixture
async def page(sandbox: Sandbox) -> AsyncIterator[RemoteSandbox]:
    """What the page asks of the sandbox."""
    async with RemoteSandbox(sandbox.url) as remote:
        yield remote


async def entries(page: RemoteSandbox, query: str = "") -> list[Any]:
    return list((await page.ask("GET", f"/inspection{query}"))["entries"])


def told(found: list[Any]) -> list[str]:
    """Kind and title of each, calls by method and status."""
    return [
        f"{each['method']} {each['path'].split('/')[-1]} {each['status']}"
        if each["kind"] == "rest"
        else each["title"]
        for each in found
    ]


@asynccontextmanager
async def stream(sandbox: Sandbox, *words: Any) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The stream of a page that has said these words."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{sandbox.url}/sandbox/stream") as socket,
    ):
        for each in words:
            await socket.send_json(each)
        yield socket


async def until(socket: aiohttp.ClientWebSocketResponse, kind: str) -> Any:
    while (heard := await socket.receive_json(timeout=5))["kind"] != kind:
        pass
    return heard


async def test_a_command_and_its_answers_stand_in_order_with_the_time_to_acknowledge(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        reply = await member.slash("draw", prompt="horse")
        shown = await reply.until(lambda message: bool(message.embeds))
    found = await entries(page, f"?about={reply.interaction_id}")
    assert told(found) == [
        "member uses /draw",
        "INTERACTION_CREATE",
        "/draw is answered by “thinking…”",
        "POST callback 200",
        "PATCH @original 200",
        "PATCH @original 200",
    ]
    assert [each["id"] for each in found] == sorted(each["id"] for each in found)
    answered = next(each for each in found if "answered" in each["title"])
    assert answered["took_ms"] == reply.acknowledged_ms
    assert all(each["took_ms"] > 0 for each in found if each["kind"] == "rest")
    about = {each["subject"]["interaction_id"] for each in found}
    assert about == {str(reply.interaction_id)}
    assert {each["subject"]["message_id"] for each in found[2:]} == {str(shown.id)}


async def test_files_are_told_by_name_and_size(sandbox: Sandbox, page: RemoteSandbox) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("gallery")
        await reply.finished()
    found = (await entries(page, f"?about={reply.interaction_id}"))[-1]
    data = picture().fp.read()
    assert found["files"] == [{"name": "picture.png", "size": len(data)}]
    assert '"type": 4' in found["sent"]["text"]


async def test_no_token_is_told(sandbox: Sandbox, page: RemoteSandbox) -> None:
    async with (
        running(sandbox),
        stream(sandbox, {"as": "member"}, {"inspect": True}) as socket,
    ):
        await until(socket, "faults")
        member = sandbox.acting("member", "general")
        await (await member.slash("draw", prompt="horse")).until(lambda m: bool(m.embeds))
        sandbox.gateway.cut()
        await sandbox.wait_for_departure()
        await sandbox.wait_for_bot()
        async with RawBot(sandbox) as bot:
            assert (await bot.webhook("PATCH", "/messages/@original", {"nothing": 1})).status == 400
        violations = await page.violations()
        text = json.dumps([await entries(page), violations], ensure_ascii=False)
        pushed = ""
        while "Invalid Form Body" not in pushed:
            pushed += (await socket.receive()).data
    sandbox.forgive()
    secret = [sandbox.token, *(each.token for each in sandbox.interactions.all())]
    assert len(secret) == 2
    for each in (text, pushed):
        assert not [one for one in secret if one in each]
    assert f"{secret[1][:6]}…" in text
    assert "IDENTIFY" in text
    assert "RESUME" in text


async def test_a_token_of_another_bot_is_told_just_as_little(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with gateway(sandbox) as socket:
        await socket.identify("the token of a bot on the real Discord")
        with pytest.raises(ConnectionError, match="4004"):
            await socket.until("READY")
    assert "real Discord" not in json.dumps(await entries(page))
    assert told(await entries(page)) == ["HELLO", "IDENTIFY"]


async def test_what_belongs_to_one_message_can_be_asked_for(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        await (await member.slash("echo", text="other")).finished()
        vote = await (await member.slash("poll")).finished()
        await (await member.click(vote, "Vote (0)")).acknowledged()
        await (await member.slash("echo", text="another")).finished()
    found = await entries(page, f"?about={vote.id}")
    assert told(found) == [
        "member uses /poll",
        "INTERACTION_CREATE",
        "/poll is answered by a message",
        "POST callback 200",
        "member uses the control vote:0",
        "INTERACTION_CREATE",
        "the control vote:0 is answered by an edit",
        "POST callback 200",
    ]


async def test_an_answer_that_a_fault_took_away_is_told_beside_the_one_that_came(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    await page.ask("POST", "/faults", {"preset": "done but 502", "requests": "messages"})
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"content": "words"})
    met, done, answered = (await entries(page))[-3:]
    assert (met["kind"], met["title"]) == ("fault", "done but 502 meets a request")
    assert (done["status"], done["unheard"], done["fault"]) == (200, True, "done but answered")
    assert (answered["status"], answered["unheard"]) == (502, False)


@pytest.mark.parametrize("preset", ["slow", "late answer"])
async def test_a_call_took_as_long_as_the_bot_had_to_wait(
    sandbox: Sandbox, page: RemoteSandbox, preset: str
) -> None:
    await page.ask("POST", "/faults", {"preset": preset, "delay": 0.05})
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"content": "words"})
    (call,) = [each for each in await entries(page) if each["kind"] == "rest"]
    assert (call["status"], call["unheard"]) == (200, False)
    assert 50 <= call["took_ms"] < 5000


async def test_an_interaction_that_is_not_answered_in_time_is_told(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        assert (await entries(page))[-1]["title"] == "member uses /draw"
        await page.advance(4)
        moved, missed = (await entries(page))[-2:]
    sandbox.forgive()
    assert moved["title"] == "The clock was moved by +0 minutes"
    assert missed["title"] == "/draw had no answer within 3 seconds"


async def test_a_broken_rule_is_told_with_the_place_of_it(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"content": "x" * 2001})
    broken, call = (await entries(page))[-2:]
    assert (broken["kind"], broken["title"]) == ("violation", "50035 Invalid Form Body")
    assert "content" in broken["got"]["text"]
    assert call["status"] == 400


async def test_a_long_body_is_cut_and_says_so(sandbox: Sandbox, page: RemoteSandbox) -> None:
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"content": "x" * 50_000})
    sent = (await entries(page))[-1]["sent"]
    assert sent["cut"]
    assert sent["length"] > 50_000 > len(sent["text"])


async def test_the_record_is_read_by_pages_and_keeps_the_latest(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    for _ in range(KEPT + 10):
        sandbox.events.publish("clock.moved", 60.0)
    first = await page.ask("GET", "/inspection")
    assert (len(first["entries"]), first["more"]) == (PAGE, True)
    assert first["entries"][0]["id"] == 11
    second = await entries(page, f"?after={first['entries'][-1]['id']}")
    assert second[0]["id"] == first["entries"][-1]["id"] + 1
    last = await page.ask("GET", f"/inspection?after={KEPT}")
    assert (len(last["entries"]), last["more"]) == (10, False)


async def test_only_an_open_inspector_is_told(sandbox: Sandbox, page: RemoteSandbox) -> None:
    async with stream(sandbox, {"as": "member"}) as socket:
        await until(socket, "hello")
        await page.advance(60)
        assert (await socket.receive_json(timeout=5))["kind"] == "clock"
        await socket.send_json({"inspect": True})
        assert (await until(socket, "inspect"))["begun"]
        assert (await until(socket, "faults"))["rules"] == []
        await page.advance(60)
        assert (await until(socket, "inspect"))["entries"][0]["kind"] == "clock"
        await page.ask("DELETE", "/inspection")
        assert (await until(socket, "inspect"))["cleared"]
        await socket.send_json({"inspect": False})
        await socket.send_json({"as": "patron"})
        await until(socket, "hello")
        await page.advance(60)
        assert (await socket.receive_json(timeout=5))["kind"] == "clock"
    assert len(await entries(page)) == 1


async def test_faults_by_name_are_listed_counted_and_removed(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with RawBot(sandbox) as bot, stream(sandbox, {"inspect": True}) as socket:
        await until(socket, "faults")
        given = {"preset": "rate limited", "times": 2, "delay": 0.5, "requests": "messages"}
        added = (await page.ask("POST", "/faults", given))["rules"]
        assert [(each["name"], each["left"], each["requests"]) for each in added] == [
            ("rate limited", 2, "messages")
        ]
        assert (await until(socket, "faults"))["rules"] == added
        assert (await bot.say("general", {"content": "x"})).body["retry_after"] == 0.5
        assert (await until(socket, "faults"))["rules"][0]["left"] == 1
        always = {"preset": "expired token", "times": None}
        added = (await page.ask("POST", "/faults", always))["rules"]
        assert [each["left"] for each in added] == [1, None]
        left = (await page.ask("DELETE", f"/faults/{added[0]['id']}"))["rules"]
        assert [each["name"] for each in left] == ["expired token"]
        for _ in range(2):
            assert (await bot.ask("GET", "/users/@me")).code == 50027
        assert (await page.ask("GET", "/faults"))["rules"] == left


async def test_a_fault_can_be_kept_for_requests_with_files(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    await page.ask("POST", "/faults", {"preset": "too large", "requests": "uploads"})
    async with RawBot(sandbox) as bot:
        assert (await bot.say("general", {"content": "x"})).status == 200
        assert (await bot.say("general", {"content": "x"}, {"a.png": b"x"})).code == 40005


async def test_every_fault_that_is_offered_works(sandbox: Sandbox, page: RemoteSandbox) -> None:
    offered = (await page.ask("GET", "/faults"))["presets"]
    assert {"slow", "server error", "cut before", "cut after"} <= {each["name"] for each in offered}
    async with RawBot(sandbox) as bot:
        for each in offered:
            given = {"preset": each["name"], "delay": 0.01}
            (added,) = (await page.ask("POST", "/faults", given))["rules"]
            assert added["name"] == each["name"]
            try:
                status = (await bot.say("general", {"content": "x"})).status
            except aiohttp.ClientError:
                status = 0
            assert (status == 200) is (each["name"] in ("slow", "late answer"))
            assert (await page.ask("GET", "/faults"))["rules"] == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"preset": "plague"}, "no fault called 'plague'"),
        ({"preset": "slow", "requests": "songs"}, "no requests are called 'songs'"),
        ({"preset": "slow", "colour": "red"}, "has no 'colour'"),
        ({"kind": "delay", "path": "("}, "no regular expression"),
        ({"kind": "delay", "times": "often"}, "could not convert"),
    ],
)
async def test_a_fault_that_is_not_understood_is_refused(
    page: RemoteSandbox, given: Any, words: str
) -> None:
    with pytest.raises(Exception, match=words):
        await page.ask("POST", "/faults", given)


async def test_the_clock_comes_back_and_tokens_are_told_by_age(
    sandbox: Sandbox, page: RemoteSandbox
) -> None:
    async with running(sandbox):
        reply = await sandbox.acting("member", "general").slash("echo", text="x")
        await reply.finished()
        moved = await page.ask("POST", "/clock", {"advance": 1200})
        assert moved["moved"] == 1200
        (token,) = await page.ask("GET", "/inspection/tokens")
        assert token["interaction_id"] == str(reply.interaction_id)
        assert (token["name"], token["user"]) == ("/echo", "member")
        assert token["expires"] == token["created"] + 900 < moved["now"]
        back = await page.ask("POST", "/clock", {"back": True})
    assert back["moved"] == 0
    assert back["now"] < token["expires"]
