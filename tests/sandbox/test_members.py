"""What Discord's client would not let a member send, and what it sends."""

import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.world import ChannelType, Overwrite

FILE = FileOption("notes.txt", b"words", "what was said")
TYPES = {"number": 4, "channel": 7, "role": 8, "anyone": 9, "file": 11}


@pytest.fixture
async def sandbox():
    """A sandbox with one command, that has an option of each kind that matters here."""
    async with Sandbox() as opened:
        options = [
            {"type": kind, "name": name, "description": name} for name, kind in TYPES.items()
        ]
        options[1]["channel_types"] = [int(ChannelType.TEXT)]
        command = {"name": "take", "description": "Take", "options": options}
        opened.commands.replace(None, [command])
        yield opened
        opened.forgive()


async def test_a_message_carries_files_with_their_descriptions_and_what_it_answers(sandbox):
    member = sandbox.acting("member", "general")
    first = await member.say("first")
    answer = await member.say("", [FILE], reply_to=first.id)
    assert answer.json["message_reference"]["message_id"] == str(first.id)
    (file,) = answer.json["attachments"]
    assert (file["filename"], file["description"]) == ("notes.txt", "what was said")


@pytest.mark.parametrize(
    ("content", "files", "sentence"),
    [
        (" ", [], "needs words or a file"),
        ("x" * 2001, [], "at most 2000 characters"),
        ("", [FILE] * 11, "at most 10 files"),
        ("", [FileOption("a.bin", b"x" * 1025)], r"a.bin is too large: .* 0.000976562 MiB"),
    ],
)
async def test_a_message_that_the_client_would_not_send(sandbox, content, files, sentence):
    for guild in sandbox.world.guilds.values():
        guild.upload_limit = 1024
    with pytest.raises(ClientRefusal, match=sentence):
        await sandbox.acting("member", "general").say(content, files)
    assert not sandbox.violations


async def test_an_answer_to_a_message_that_one_does_not_see(sandbox):
    with pytest.raises(ClientRefusal, match="no such message"):
        await sandbox.acting("member", "general").say("what?", reply_to=1)


async def test_an_answer_to_a_message_of_another_channel(sandbox):
    elsewhere = await sandbox.acting("member", "sketches").say("there")
    with pytest.raises(ClientRefusal, match="no such message here"):
        await sandbox.acting("member", "general").say("what?", reply_to=elsewhere.id)


def without(sandbox, missing):
    """Take a permission in `general` from everybody."""
    everyone = next(iter(sandbox.world.guilds))
    channel = sandbox.world.channel_named("general")
    channel.overwrites.append(Overwrite(everyone, deny=int(missing)))


@pytest.mark.parametrize("place", ["general", "sketches"])
async def test_nothing_of_a_hidden_channel_or_of_its_threads_is_seen_or_used(sandbox, place):
    owner, member = sandbox.acting("owner", place), sandbox.acting("member", place)
    said = await owner.say("between us")
    assert len(member.messages()) == 1
    without(sandbox, Permission.VIEW_CHANNEL)
    assert member.messages() == []
    with pytest.raises(ClientRefusal, match="no such message here"):
        member.sees(said)
    with pytest.raises(ClientRefusal, match="no such message here"):
        await member.click(said, "any")
    assert [each.content for each in owner.messages()] == ["between us"]


async def test_without_the_history_of_a_channel_only_what_is_shown_by_itself_can_be_used(sandbox):
    member = sandbox.acting("member", "general")
    said = await sandbox.acting("owner", "general").say("hello")
    without(sandbox, Permission.READ_MESSAGE_HISTORY)
    assert member.messages() == []
    assert member.sees(said).content == "hello"


async def test_the_direct_messages_of_others_are_closed(sandbox):
    direct = sandbox.world.direct(sandbox.world.user_named("patron"))
    await sandbox.acting("patron").say("between us")
    with pytest.raises(ClientRefusal, match="no part in these direct messages"):
        sandbox.acting("member", direct)
    assert sandbox.acting("member").messages() == []
    assert len(sandbox.acting("patron", direct).messages()) == 1


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("number", 2**53 + 1, "must be between"),
        ("channel", "lobby", "a channel of this server"),
        ("channel", "sketches", "no channel of sketches's kind"),
        ("anyone", "general", "takes a User"),
        ("file", "large", "large is too large"),
    ],
)
async def test_an_option_that_the_client_would_not_send(sandbox, option, value, sentence):
    world = sandbox.world
    named = {"lobby", "sketches", "general"}
    given = world.channel_named(value) if value in named else value
    if value == "large":
        given = FileOption(value, b"x" * (world.upload_limit(world.channel_named("general")) + 1))
    with pytest.raises(ClientRefusal, match=sentence):
        await sandbox.acting("member", "general").slash("take", **{option: given})


async def test_a_role_of_another_server_is_none_of_this_one(sandbox):
    studio = sandbox.world.role_named("patron")
    with pytest.raises(ClientRefusal, match="a role of this server"):
        await sandbox.acting("member", "lobby").slash("take", role=studio)


async def test_what_the_client_takes(sandbox):
    world = sandbox.world
    role, channel = world.role_named("patron"), world.channel_named("general")
    member = sandbox.acting("member", "general")
    reply = await member.slash("take", role=role, channel=channel, anyone=role, number=-7)
    told = {each["name"]: each["value"] for each in sandbox.interactions.all()[-1].data["options"]}
    assert reply.acknowledged_ms is None
    assert told == {
        "role": str(role.id), "channel": str(channel.id), "anyone": str(role.id), "number": -7
    }  # fmt: skip
