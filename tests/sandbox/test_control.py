"""Another process acts in the sandbox through its control API."""

import asyncio
import base64
import io
import json
import sys
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from bot.sandbox.defaults import default_world
from bot.sandbox.errors import ClientRefusal
from bot.sandbox.faults import Fault, FaultKind
from bot.sandbox.options import FileOption
from bot.sandbox.remote import RemoteSandbox
from bot.sandbox.replies import NotAnswered
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import controlled
from tests.sandbox.example_bot import PNG, ExampleClient, RemoteAddresses, point_at, running


@pytest.fixture
async def remote() -> AsyncIterator[RemoteSandbox]:
    """The remote side of a sandbox in this process, with the example bot in it."""
    async with (
        controlled(Sandbox()) as sandbox,
        running(sandbox),
        RemoteSandbox(sandbox.url) as remote,
    ):
        yield remote
        assert await remote.violations() == []


async def test_a_remote_member_does_all_that_a_near_one_does(remote: RemoteSandbox) -> None:
    await remote.wait_for_bot(60)
    member = remote.acting("member", "general")
    reply = await member.slash("draw", prompt="horse", count=2)
    await reply.acknowledged()
    shown = await reply.until(lambda message: bool(message.files), 60)
    assert shown.content == "2 × horse"
    assert await remote.attachment_bytes(shown.files[0]) == PNG
    assert [each.message["content"] for each in reply.history] == ["", "Drawing…", "2 × horse"]
    assert (reply.acknowledged_ms or 0) > 0

    choices = await member.autocomplete("style", "name", "o")
    assert [each["value"] for each in choices] == ["oil"]
    voted = await (await member.slash("poll")).finished()
    await (await member.click(voted, "Vote (0)")).until(lambda m: m.control("vote:1") is not None)
    menu = await (await member.slash("paint")).finished()
    assert (await (await member.select(menu, "colour", ["red"])).finished()).ephemeral
    opened = await (await member.slash("form")).acknowledged()
    greeted = await (await member.submit(opened, {"name": "you"})).finished()
    assert greeted.content == "Hello, you."
    opened = await (await member.slash("ask", what="files")).acknowledged()
    files = {"Pictures": [FileOption("x.png", PNG)]}
    sent = await (await member.submit(opened, files)).finished()
    assert sent.content.startswith(f"Pictures: x.png ({len(PNG)} bytes)")
    seen = await (await member.slash("look", file=FileOption("x.png", PNG))).finished()
    assert seen.content.startswith("x.png 64x32")
    said = await member.say("words")
    assert (await (await member.message_command("Quote", said)).finished()).content == "> words"
    await (await member.user_command("Greet", "patron")).finished()
    assert len(await member.messages()) == 10
    assert len(await remote.acting("patron", "general").messages()) == 9
    assert await remote.unfinished() == []


async def test_a_remote_member_says_something_with_files_in_answer_to_another(
    remote: RemoteSandbox,
) -> None:
    member = remote.acting("member", "general")
    said = await member.say("words")
    answer = await member.say("", [FileOption("x.png", PNG, "a picture")], reply_to=said.id)
    assert [each["description"] for each in answer.json["attachments"]] == ["a picture"]
    assert answer.json["message_reference"]["message_id"] == str(said.id)


@pytest.mark.parametrize(("megabytes", "status", "sentence"), [
    (25, 422, "large.bin is too large: files here may have 10 MiB."),
    (27, 413, "This is too large: all files together may have 25 MiB.")])  # fmt: skip
async def test_a_file_that_is_too_large_is_refused_with_a_sentence_however_large_it_is(
    megabytes: int, status: int, sentence: str
) -> None:
    file = {"filename": "large.bin", "base64": base64.b64encode(bytes(megabytes * 2**20)).decode()}
    deed = {"user": "member", "channel": "general", "do": "say", "content": "", "files": [file]}
    async with controlled(Sandbox()) as sandbox, aiohttp.ClientSession() as page:
        body = io.BytesIO(json.dumps(deed).encode())
        async with page.post(f"{sandbox.url}/sandbox/act", data=body) as answer:
            assert answer.status == status
            assert (await answer.json())["message"] == sentence


async def test_a_remote_member_chooses_members_and_channels(remote: RemoteSandbox) -> None:
    member, world = remote.acting("member", "general"), default_world()
    menus = await (await member.slash("menus")).finished()
    names = {each["placeholder"]: each["custom_id"] for each in menus.controls()}
    people = [world.user_named("patron"), world.user_named("owner")]
    told = await member.select(menus, names["Who comes"], people)
    assert (await told.finished()).content == "You chose patron, owner."
    told = await member.select(menus, names["Where to"], [world.channel_named("sketches")])
    assert (await told.finished()).content == "You chose sketches."
    with pytest.raises(ClientRefusal, match="Which role takes 1 value, not 0"):
        await member.select(menus, names["Which role"], [])


async def test_a_remote_refusal_says_what_is_wrong(remote: RemoteSandbox) -> None:
    member = remote.acting("member", "general")
    with pytest.raises(ClientRefusal, match="required"):
        await member.slash("draw")
    with pytest.raises(ClientRefusal, match="no user"):
        await remote.acting("nobody", "general").slash("draw")
    with pytest.raises(ClientRefusal, match="nobody can"):
        await remote.ask("POST", "/act", {"user": "member", "channel": "general", "do": "fly"})


async def test_the_clock_and_the_faults_are_within_reach(remote: RemoteSandbox) -> None:
    before = (await remote.health())["now"]
    await remote.advance(3600)
    assert (await remote.health())["now"] >= before + 3600
    await remote.add_fault(Fault(FaultKind.STATUS, "POST", "/callback$", status=404, body={
        "message": "Unknown interaction", "code": 10062}))  # fmt: skip
    reply = await remote.acting("member", "general").slash("echo", text="x")
    with pytest.raises(NotAnswered):
        await reply.acknowledged(0.2)
    assert [each["what"] for each in await remote.unfinished()] == ["never answered"]
    await remote.clear_faults()
    await remote.forgive()
    await remote.disturb("reconnect")
    assert await remote.unfinished() == []


async def test_the_sandbox_runs_as_a_process_of_its_own() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sandbox.serve_sandbox", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        async with RemoteSandbox(told["url"]) as remote:
            health = await remote.health()
            point_at(RemoteAddresses(health["api_url"], health["gateway_url"]))
            client = ExampleClient(discord.Intents(guilds=True))
            started = asyncio.create_task(client.start(told["token"]))
            await remote.wait_for_bot(60)
            reply = await remote.acting("member", "lobby").slash("echo", text="across")
            assert (await reply.finished()).content == "across"
            await client.close()
            await started
    finally:
        process.terminate()
        await process.wait()


async def test_only_loopback_is_bound_and_answered(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(host="0.0.0.0")  # noqa: S104 - the refused address
    async with aiohttp.ClientSession() as session:
        far = [{"Host": "discord.com"}, {"Host": "localhost:none"}]
        far += [{"Origin": one} for one in ("https://example.com", "null", "", "http://[")]
        for headers in far:
            async with session.get(f"{sandbox.api_url}/gateway", headers=headers) as response:
                assert response.status == 403
        near = {"Origin": sandbox.url}
        async with session.get(f"{sandbox.api_url}/gateway", headers=near) as response:
            assert response.status == 200
