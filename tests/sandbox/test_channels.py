"""Channels hold to permissions, nonces and history as Discord's do."""

import pytest

from bot.sandbox.defaults import EVERYONE
from bot.sandbox.media import look
from bot.sandbox.permissions import Permission, in_channel
from bot.sandbox.server import Sandbox
from bot.sandbox.world import Overwrite, empty_world
from tests.sandbox.example_bot import PNG
from tests.sandbox.raw import RawBot, gateway

WORDS = {"content": "words"}


async def test_the_bot_cannot_post_where_it_may_not(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        closed = await bot.say("announcements", WORDS)
        thread = await bot.say("sketches", WORDS)
        missing = await bot.ask("POST", "/channels/1/messages", WORDS)
    assert (closed.status, closed.code) == (403, 50013)
    assert thread.status == 200
    assert (missing.status, missing.code) == (404, 10003)
    assert sandbox.violations == [], "a bot may run into any of these"


async def test_a_hidden_channel_is_out_of_reach(sandbox: Sandbox) -> None:
    hidden = int(Permission.VIEW_CHANNEL)
    general = sandbox.world.channel_named("general")
    general.overwrites.append(Overwrite(sandbox.world.bot.id, deny=hidden, member=True))
    async with RawBot(sandbox) as bot:
        assert (await bot.say("general", WORDS)).code == 50001
        assert (await bot.say("sketches", WORDS)).code == 50001, "a thread asks its parent"


@pytest.mark.parametrize("missing", [Permission.ATTACH_FILES, Permission.EMBED_LINKS])
async def test_files_and_embeds_need_permissions_of_their_own(
    sandbox: Sandbox, missing: Permission
) -> None:
    general = sandbox.world.channel_named("general")
    general.overwrites.append(Overwrite(sandbox.world.bot.id, deny=int(missing), member=True))
    async with RawBot(sandbox) as bot:
        plain = await bot.say("general", WORDS)
        embed = await bot.say("general", {"embeds": [{"title": "x"}]})
        file = await bot.say("general", WORDS, {"x.png": PNG})
    assert plain.status == 200
    assert (file.status == 403) is (missing is Permission.ATTACH_FILES)
    assert (embed.status == 403) is (missing is Permission.EMBED_LINKS)


async def test_a_removed_channel_is_unknown(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot, gateway(sandbox) as connection:
        await connection.identify(sandbox.token)
        await connection.until("READY")
        gone = sandbox.world.channel_named("general")
        sandbox.remove_channel(gone)
        told = await connection.until("CHANNEL_DELETE")
        answer = await bot.ask("POST", f"/channels/{gone.id}/messages", WORDS)
    assert told["d"]["id"] == str(gone.id)
    assert answer.code == 10003


async def test_a_shut_door_refuses_direct_messages(sandbox: Sandbox) -> None:
    member = sandbox.world.user_named("member")
    member.accepts_dm = False
    async with RawBot(sandbox) as bot:
        opened = await bot.ask("POST", "/users/@me/channels", {"recipient_id": str(member.id)})
        answer = await bot.ask("POST", f"/channels/{opened.body['id']}/messages", WORDS)
        nobody = await bot.ask("POST", "/users/@me/channels", {"recipient_id": "1"})
    assert (answer.status, answer.code) == (403, 50007)
    assert nobody.code == 10013


async def test_an_enforced_nonce_is_sent_once(sandbox: Sandbox) -> None:
    once = {"content": "x", "nonce": "job-1", "enforce_nonce": True}
    async with RawBot(sandbox) as bot:
        first = await bot.say("general", once)
        second = await bot.say("general", once)
        sandbox.clock.advance(600)
        later = await bot.say("general", once)
    assert first.body["id"] == second.body["id"]
    assert later.body["id"] != first.body["id"], "a nonce is remembered for minutes only"


async def test_history_is_read_page_by_page_from_the_newest(sandbox: Sandbox) -> None:
    place = f"/channels/{sandbox.world.channel_named('general').id}/messages"
    async with RawBot(sandbox) as bot:
        ids = [(await bot.say("general", {"content": str(i)})).body["id"] for i in range(5)]
        newest = await bot.ask("GET", f"{place}?limit=2")
        before = await bot.ask("GET", f"{place}?limit=2&before={ids[3]}")
        after = await bot.ask("GET", f"{place}?limit=2&after={ids[0]}")
        around = await bot.ask("GET", f"{place}?limit=1&around={ids[2]}")
    read = [[each["content"] for each in page.body] for page in (newest, before, after, around)]
    assert read == [["4", "3"], ["2", "1"], ["2", "1"], ["2"]]


async def test_only_own_messages_are_edited_and_deleted(sandbox: Sandbox) -> None:
    said = await sandbox.acting("member", "general").say("mine")
    path = f"/channels/{said.channel_id}/messages/{said.id}"
    async with RawBot(sandbox) as bot:
        assert (await bot.ask("PATCH", path, WORDS)).code == 50005
        assert (await bot.ask("DELETE", path)).code == 50013
        own = (await bot.say("general", WORDS)).body
        path = f"/channels/{own['channel_id']}/messages/{own['id']}"
        assert (await bot.ask("PATCH", path, {"content": "new"})).body["content"] == "new"
        assert (await bot.ask("DELETE", path)).status == 204
        assert (await bot.ask("GET", path)).code == 10008


async def test_old_messages_are_edited_a_few_times_only(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        own = (await bot.say("general", WORDS)).body
        path = f"/channels/{own['channel_id']}/messages/{own['id']}"
        sandbox.clock.advance(3700)
        answers = [await bot.ask("PATCH", path, {"content": str(i)}) for i in range(31)]
    assert [each.status for each in answers] == [200] * 30 + [429]
    assert answers[-1].code == 30046


async def test_mentions_are_those_that_were_allowed(sandbox: Sandbox) -> None:
    member = sandbox.world.user_named("member")
    owner = sandbox.world.user_named("owner")
    text = f"<@{member.id}> <@{owner.id}> @everyone"
    async with RawBot(sandbox) as bot:
        allowed = {"parse": [], "users": [str(member.id)]}
        one = await bot.say("general", {"content": text, "allowed_mentions": allowed})
        none = await bot.say("general", {"content": text, "allowed_mentions": {"parse": []}})
        every = await bot.say("general", {"content": text})
    assert [each["id"] for each in one.body["mentions"]] == [str(member.id)]
    assert none.body["mentions"] == []
    assert len(every.body["mentions"]) == 2
    assert every.body["mention_everyone"] is False, "the bot may not mention everyone"


async def test_the_address_of_a_file_dies_after_a_day(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        sent = await bot.say("general", {}, {"x.png": PNG})
        url = sent.body["attachments"][0]["url"].removeprefix(sandbox.url)
        base = f"/../..{url}"
        fresh = await bot.ask("GET", base)
        sandbox.clock.advance(86_500)
        stale = await bot.ask("GET", base)
    assert (fresh.status, stale.status) == (200, 404)


async def test_guilds_members_and_roles_are_read(sandbox: Sandbox) -> None:
    studio = next(iter(sandbox.world.guilds.values()))
    member = sandbox.world.user_named("patron")
    role = next(iter(studio.roles.values()))
    async with RawBot(sandbox) as bot:
        for path in (
            "/gateway",
            "/gateway/bot",
            "/applications/@me",
            "/users/@me/guilds",
            f"/guilds/{studio.id}",
            f"/guilds/{studio.id}?with_counts=true",
            f"/guilds/{studio.id}/channels",
            f"/guilds/{studio.id}/roles",
            f"/guilds/{studio.id}/roles/{role.id}",
            f"/guilds/{studio.id}/members/{member.id}",
            f"/guilds/{studio.id}/threads/active",
            f"/users/{member.id}",
            f"/channels/{sandbox.world.channel_named('sketches').id}",
            f"/channels/{sandbox.world.channel_named('general').id}",
        ):
            assert (await bot.ask("GET", path)).status == 200, path
        codes = [
            (await bot.ask("GET", path)).code
            for path in (
                "/guilds/1",
                f"/guilds/{studio.id}/members/1",
                f"/guilds/{studio.id}/roles/1",
                f"/guilds/{studio.id}/members",
                "/users/1",
                "/users/nobody",
            )
        ]
    assert codes == [10004, 10007, 10011, 50001, 10013, 50035]
    sandbox.forgive()


def test_overwrites_go_from_everyone_over_roles_to_the_member() -> None:
    world = empty_world()
    owner, user = world.add_user("owner"), world.add_user("user")
    guild = world.add_guild("Guild", owner, everyone=EVERYONE, bot=EVERYONE)
    role = world.add_role(guild, "role")
    member = world.join(guild, user, [role])
    send = int(Permission.SEND_MESSAGES)
    channel = world.add_channel(guild, "channel", overwrites=[Overwrite(guild.id, deny=send)])
    assert not in_channel(guild, channel, member) & Permission.SEND_MESSAGES
    channel.overwrites.append(Overwrite(role.id, allow=send))
    assert in_channel(guild, channel, member) & Permission.SEND_MESSAGES
    channel.overwrites.append(Overwrite(user.id, deny=send, member=True))
    granted = in_channel(guild, channel, member)
    assert not granted & (Permission.SEND_MESSAGES | Permission.ATTACH_FILES)
    assert in_channel(guild, channel, guild.members[owner.id]) & Permission.SEND_MESSAGES


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PNG, ("image/png", 64, 32)),
        (b"GIF89a\x40\x00\x20\x00", ("image/gif", 64, 32)),
        (
            b"\xff\xd8\xff\xe0\x00\x04xx\xff\xc0\x00\x0b\x08\x00\x20\x00\x40\x01\x01\x11\x00",
            ("image/jpeg", 64, 32),
        ),
        (b"RIFF....WEBPVP8X" + b"\0" * 8 + b"\x3f\0\0\x1f\0\0", ("image/webp", 64, 32)),
        (b"\x89PNG\r\n\x1a\n", (None, None, None)),
        (b"words", (None, None, None)),
    ],
)
def test_a_picture_says_its_size_in_its_first_bytes(
    data: bytes, expected: tuple[str | None, int | None, int | None]
) -> None:
    found = look("file", data)
    assert (found.content_type, found.width, found.height) == expected
