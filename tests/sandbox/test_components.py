"""Components are held to their rules, and what is chosen in a menu to what it offers."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.members import ActingMember
from bot.sandbox.permissions import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.world import Overwrite
from tests.sandbox.example_bot import running
from tests.sandbox.raw import RawBot
from tests.sandbox.test_rules import BUTTON, OPTION, SELECT, TEXT, new, row

ADDRESS = {"url": "https://example.com/x.png"}
PREMIUM = {"type": 2, "style": 6, "sku_id": "1"}


def menu(kind: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "custom_id": "menu", **more}


def one(control: dict[str, Any]) -> dict[str, Any]:
    return {"components": [row(control)]}


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a word as an emoji": (one({**BUTTON, "emoji": {"name": "fire"}}), "COMPONENT_INVALID_EMOJI"),
    "an emoji without a name": (one({**BUTTON, "emoji": {"id": "1"}}), "BASE_TYPE_REQUIRED"),
    "an emoji's id that is no number": (
        one({**BUTTON, "emoji": {"id": "x", "name": "x"}}), "NUMBER_TYPE_COERCE"
    ),
    "an unknown key of an emoji": (
        one({**BUTTON, "emoji": {"name": "🔥", "size": 1}}), "UNKNOWN_KEY"
    ),
    "a word for disabled": (one({**BUTTON, "disabled": "no"}), "BOOLEAN_TYPE_CONVERT"),
    "a link that is a script": (
        one({"type": 2, "style": 5, "label": "x", "url": "javascript:alert(1)"}),
        "URL_TYPE_INVALID_SCHEME",
    ),
    "a premium button without an article": (one({"type": 2, "style": 6}), "BASE_TYPE_REQUIRED"),
    "a premium button with a label": (
        one({**PREMIUM, "label": "Buy"}), "BUTTON_COMPONENT_INVALID_STYLE"
    ),
    "a plain button with an article": (
        one({**BUTTON, "sku_id": "1"}), "BUTTON_COMPONENT_INVALID_STYLE"
    ),
    "an option's word for default": (
        one({**SELECT, "options": [{**OPTION, "default": 1}]}), "BOOLEAN_TYPE_CONVERT"
    ),
    "an option's emoji": (
        one({**SELECT, "options": [{**OPTION, "emoji": {"name": "x"}}]}), "COMPONENT_INVALID_EMOJI"
    ),
    "two defaults where one may be chosen": (
        one({**SELECT, "options": [{"label": each, "value": each, "default": True}
                                   for each in "ab"]}),
        "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
    ),
    "fewer at most than at least": (one(menu(5, min_values=2)), "NUMBER_TYPE_MIN"),
    "a default of another kind": (
        one(menu(5, default_values=[{"id": "1", "type": "role"}])), "BASE_TYPE_CHOICES"
    ),
    "a default without an id": (
        one(menu(6, default_values=[{"type": "role"}])), "BASE_TYPE_REQUIRED"
    ),
    "an unknown key of a default": (
        one(menu(6, default_values=[{"id": "1", "type": "role", "name": "x"}])), "UNKNOWN_KEY"
    ),
    "more defaults than may be chosen": (
        one(menu(7, default_values=[{"id": "1", "type": "role"}, {"id": "2", "type": "user"}])),
        "BASE_TYPE_BAD_LENGTH",
    ),
    "a type of channel that is none": (one(menu(8, channel_types=[99])), "BASE_TYPE_CHOICES"),
    "a type of channel that is a list": (one(menu(8, channel_types=[[]])), "BASE_TYPE_CHOICES"),
    "a type of channel twice": (
        one(menu(8, channel_types=[0, 0])), "SET_TYPE_ALREADY_CONTAINS_VALUE"
    ),
    "types of channel for members": (one(menu(5, channel_types=[0])), "UNKNOWN_KEY"),
    "a separator of a third size": (new({"type": 14, "spacing": 3}), "NUMBER_TYPE_MAX"),
    "a separator's word for a line": (new({"type": 14, "divider": 1}), "BOOLEAN_TYPE_CONVERT"),
    "a container's word for hidden": (
        new({"type": 17, "components": [TEXT], "spoiler": "x"}), "BOOLEAN_TYPE_CONVERT"
    ),
    "a file that lies elsewhere": (new({"type": 13, "file": ADDRESS}), "URL_TYPE_INVALID_SCHEME"),
    "a file by a bare name": (
        new({"type": 13, "file": {"url": "x.txt"}}), "URL_TYPE_INVALID_SCHEME"
    ),
    "a picture by another scheme": (
        new({"type": 12, "items": [{"media": {"url": "ftp://x/y.png"}}]}),
        "URL_TYPE_INVALID_SCHEME",
    ),
    "an empty description": (
        new({"type": 12, "items": [{"media": ADDRESS, "description": ""}]}), "BASE_TYPE_BAD_LENGTH"
    ),
    "an unknown key of a picture": (
        new({"type": 12, "items": [{"media": {**ADDRESS, "width": 1}}]}), "UNKNOWN_KEY"
    ),
    "a picture's word for hidden": (
        new({"type": 9, "components": [TEXT],
             "accessory": {"type": 11, "media": ADDRESS, "spoiler": 1}}),
        "BOOLEAN_TYPE_CONVERT",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
async def test_a_component_that_breaks_a_rule_is_refused(sandbox: Sandbox, name: str) -> None:
    body, code = REFUSED[name]
    async with RawBot(sandbox) as bot:
        answer = await bot.say("general", body)
    assert (answer.status, answer.code) == (400, 50035)
    assert code in answer.codes()
    sandbox.forgive()


async def test_components_come_back_complete(sandbox: Sandbox) -> None:
    flame = {"id": None, "name": "🔥"}
    options = [{**OPTION, "description": None, "emoji": flame, "default": True}]
    default = {"id": 7, "type": "user"}
    async with RawBot(sandbox) as bot:
        controls = [
            row({**BUTTON, "emoji": {"id": 5, "name": "own", "animated": True}}, PREMIUM),
            row({**SELECT, "options": options, "required": True}),
            row(menu(7, custom_id="who", max_values=2, default_values=[default])),
        ]
        old = (await bot.say("general", {"components": controls})).body["components"]
        parts: list[Any] = [
            {"type": 14, "spacing": None}, {"type": 17, "components": [TEXT]},
            {"type": 13, "file": {"url": "attachment://a.txt"}},
        ]  # fmt: skip
        latest = (await bot.say("general", new(*parts), {"a.txt": b"x"})).body["components"]
    assert old[0]["components"][0]["emoji"] == {"id": "5", "name": "own", "animated": True}
    told = old[1]["components"][0]
    assert told["options"] == [{**OPTION, "emoji": {"name": "🔥"}, "default": True}]
    assert (told["min_values"], told["max_values"], "required" in told) == (1, 1, False)
    assert old[2]["components"][0]["default_values"] == [{"id": "7", "type": "user"}]
    assert {k: latest[0][k] for k in ("spacing", "divider")} == {"spacing": 1, "divider": True}
    assert (latest[1]["spoiler"], latest[1]["accent_color"]) == (False, None)
    assert (latest[2]["name"], latest[2]["size"], latest[2]["spoiler"]) == ("a.txt", 1, False)


class Menus:
    """A member before one menu of each kind, each called by its kind's number."""

    def __init__(self, sandbox: Sandbox, member: ActingMember, message: Snapshot) -> None:
        self.world = sandbox.world
        self._sandbox = sandbox
        self._member = member
        self._message = message

    async def choose(self, kind: int, *values: Any) -> dict[str, Any]:
        """What the bot is told."""
        reply = await self._member.select(self._message, str(kind), values)
        told = self._sandbox.interactions.by_id(reply.interaction_id)
        assert told is not None
        return told.data


@pytest.fixture
async def menus(sandbox: Sandbox) -> AsyncIterator[Menus]:
    two = [OPTION, {"label": "1", "value": "Two"}]
    menus = [
        menu(3, custom_id="3", options=two, min_values=0, max_values=2),
        *(menu(kind, custom_id=str(kind), max_values=2) for kind in (5, 6, 7)),
        menu(8, custom_id="8", channel_types=[0]),
    ]
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"components": [row(each) for each in menus]})
    member = sandbox.acting("member", "general")
    yield Menus(sandbox, member, member.messages()[-1])
    sandbox.forgive()


async def test_each_menu_tells_the_bot_what_was_chosen(menus: Menus) -> None:
    world = menus.world
    patron, role = world.user_named("patron"), world.role_named("patron")
    everyone, general = world.role_named("@everyone"), world.channel_named("general")
    assert (await menus.choose(3, "1", "Two"))["values"] == ["1", "Two"]
    assert (await menus.choose(3))["values"] == []
    people = await menus.choose(5, patron, world.bot)
    assert people["values"] == [str(patron.id), str(world.bot.id)]
    assert set(people["resolved"]) == {"users", "members"}
    assert set((await menus.choose(6, role))["resolved"]) == {"roles"}
    mixed = await menus.choose(7, patron, everyone)
    assert set(mixed["resolved"]) == {"users", "members", "roles"}
    place = (await menus.choose(8, general))["resolved"]["channels"][str(general.id)]
    assert {"id", "name", "type", "permissions"} <= set(place)


async def test_what_a_menu_does_not_offer_is_refused(menus: Menus) -> None:
    world = menus.world
    world.channel_named("announcements").overwrites.clear()
    stranger = world.add_user("stranger")
    refusals: list[tuple[int, list[Any], str]] = [
        (3, ["1", "2", "Two"], "takes 0 to 2 values, not 3"),
        (3, ["1", "One"], "chosen twice"),
        (3, ["three"], "no option"),
        (3, [stranger], "does not take a User"),
        (5, ["patron"], "does not take a str"),
        (5, [], "takes 1 to 2 values, not 0"),
        (5, [stranger], "no member of Studio"),
        (5, [world.role_named("patron")], "does not take a Role"),
        (6, [world.role_named("@everyone")], "not offered"),
        (6, [list(world.guilds.values())[1].roles[list(world.guilds)[1]]], "no role"),
        (7, [world.channel_named("general")], "does not take a Channel"),
        (8, [world.channel_named("sketches")], "does not take channels"),
        (8, [world.channel_named("lobby")], "no channel lobby"),
    ]
    for kind, values, words in refusals:
        with pytest.raises(ClientRefusal, match=words):
            await menus.choose(kind, *values)


async def test_a_channel_out_of_sight_cannot_be_chosen(menus: Menus) -> None:
    hidden = menus.world.channel_named("after-dark")
    studio = next(iter(menus.world.guilds.values()))
    hidden.overwrites.append(Overwrite(studio.id, deny=int(Permission.VIEW_CHANNEL)))
    with pytest.raises(ClientRefusal, match="do not see"):
        await menus.choose(8, hidden)


async def test_a_button_is_called_by_its_custom_id_before_any_label(sandbox: Sandbox) -> None:
    crossed = [
        {**BUTTON, "label": "b", "custom_id": "a"},
        {**BUTTON, "label": "a", "custom_id": "b"},
    ]
    async with RawBot(sandbox) as bot:
        await bot.say("general", {"components": [row(*crossed)]})
    member = sandbox.acting("member", "general")
    shown = member.messages()[-1]
    assert shown.control("b")["label"] == "a"


async def test_discord_py_sends_and_reads_every_component(sandbox: Sandbox) -> None:
    """All of the example's components, held against Discord's document where it is named."""
    world = sandbox.world
    member = sandbox.acting("member", "general")
    async with running(sandbox):
        for command in ("buttons", "letters", "showcase"):
            await (await member.slash(command)).finished()
        menus = await (await member.slash("menus")).finished()
        chosen: dict[str, list[Any]] = {
            "Pick a colour": ["Green"],
            "Who comes": [world.user_named("patron"), world.user_named("owner")],
            "Which role": [world.role_named("patron")],
            "Who is called": [world.user_named("patron"), world.role_named("moderator")],
            "Where to": [world.channel_named("sketches")],
        }
        answers = []
        for select in menus.controls():
            values = chosen[select["placeholder"]]
            reply = await member.select(menus, select["custom_id"], values)
            answers.append((await reply.finished()).content)
    assert answers == [
        "You chose g.", "You chose patron, owner.", "You chose patron.",
        "You chose patron, moderator.", "You chose sketches.",
    ]  # fmt: skip
