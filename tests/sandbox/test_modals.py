"""Modals: what a bot may ask, what a member may put in, and what the bot is told."""

from typing import Any

import pytest

from bot.sandbox.errors import ClientRefusal
from bot.sandbox.options import FileOption
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from tests.sandbox.example_bot import running
from tests.sandbox.raw import RawBot

TEXT = {"type": 4, "custom_id": "a", "style": 1}
PAIR = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
RADIO = {"type": 21, "custom_id": "a", "options": PAIR}
BOXES = {"type": 22, "custom_id": "a", "options": PAIR}
MENU = {"type": 3, "custom_id": "a", "options": PAIR}
FILES = {"type": 19, "custom_id": "a"}


def labelled(component: Any, **keys: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Label", "component": component, **keys}


def modal(*entries: Any, **keys: Any) -> dict[str, Any]:
    return {"type": 9, "data": {"custom_id": "m", "title": "M", "components": entries, **keys}}


async def asked(sandbox: Sandbox, what: str) -> Reply:
    return await (await sandbox.acting("member", "general").slash("ask", what=what)).acknowledged()


async def answered(sandbox: Sandbox, what: str, values: dict[str, Any]) -> str:
    """What the bot says it got."""
    member, opened = sandbox.acting("member", "general"), await asked(sandbox, what)
    return (await (await member.submit(opened, values)).finished()).content


async def offered(sandbox: Sandbox, *entries: Any, place: str | None = "general") -> Reply:
    """A modal of these entries, opened for the member."""
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", place).slash("draw")
        assert (await bot.callback(modal(*entries))).status == 200
    return sandbox.reply(sandbox.interactions.all()[-1].id)


async def test_text_reaches_the_bot_and_untouched_fields_keep_theirs(sandbox: Sandbox) -> None:
    async with running(sandbox):
        said = await answered(sandbox, "words", {"Title": "A day", "Story": "It rained again."})
    assert said == "Title: A day\nStory: It rained again.\nKept: as it was"


async def test_menus_of_options_begin_with_their_default(sandbox: Sandbox) -> None:
    async with running(sandbox):
        said = await answered(sandbox, "menus", {"Colours": ["blue", "Red"]})
    assert said == "Size: medium\nColours: blue, red\nMood:"


async def test_people_roles_and_channels_come_as_what_they_are(sandbox: Sandbox) -> None:
    world = sandbox.world
    patron, role = world.user_named("patron"), world.role_named("moderator")
    values = {"Who": [patron], "Role": [role], "Anyone": [role, patron],
              "Where": [world.channel_named("general")]}  # fmt: skip
    async with running(sandbox):
        said = await answered(sandbox, "people", values)
    assert said.splitlines() == ["Who: patron", "Role: moderator", "Anyone: patron, moderator",
                                 "Where: general"]  # fmt: skip


async def test_files_are_uploaded_for_the_bot_alone(sandbox: Sandbox) -> None:
    pictures = [FileOption("a.png", b"one"), FileOption("b.png", b"four")]
    async with running(sandbox):
        said = await answered(sandbox, "files", {"Pictures": pictures})
    assert said == "Pictures: a.png (3 bytes), b.png (4 bytes)\nProof:"
    resolved = sandbox.interactions.all()[-1].data["resolved"]["attachments"]
    assert [each["ephemeral"] for each in resolved.values()] == [True, True]


async def test_choices_are_told_by_value_and_what_is_left_open_as_nothing(sandbox: Sandbox) -> None:
    async with running(sandbox):
        said = await answered(sandbox, "choices", {"Class": "Wizard", "Rules": True})
    assert said == "Class: wizard\nExtras: lamp\nDay: None\nRules: yes"
    told = [each["component"] for each in sandbox.interactions.all()[-1].data["components"]]
    assert [each.get("value", each.get("values")) for each in told] == [
        "wizard", ["lamp"], None, True,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "values", "said"),
    [
        ("words", {}, "Title is required"),
        ("words", {"Title": "x" * 21}, "Title must be 0 to 20 characters long"),
        ("words", {"Title": "x", "Story": "short"}, "Story must be 10 to 200 characters long"),
        ("words", {"Title": 7}, "Title takes text"),
        ("words", {"Title": "x", "Colour": "red"}, "The modal has no Colour"),
        ("menus", {"Colours": []}, "Colours is required"),
        ("menus", {"Colours": ["red"]}, "takes 2 to 3 values"),
        ("menus", {"Colours": ["red", "brown"]}, "'brown' is no option"),
        ("menus", {"Colours": "red"}, "Colours takes a list"),
        ("people", {}, "Who is required"),
        ("files", {}, "Pictures is required"),
        ("files", {"Pictures": ["a.png"]}, "Pictures takes files"),
        ("files", {"Pictures": [FileOption("a", b"")] * 3}, "Pictures takes 1 to 2, not 3"),
        ("files", {"Pictures": [FileOption("a", b"")], "Proof": [FileOption("b", b"")]},
         "Proof takes 2 to 3, not 1"),
        ("files", {"Pictures": [FileOption("a", bytes(10 * 2**20 + 1))]}, "a is too large"),
        ("choices", {}, "Class is required"),
        ("choices", {"Class": "bard"}, "'bard' is no option of Class"),
        ("choices", {"Class": "wizard", "Extras": []}, "Extras is required"),
        ("choices", {"Class": "wizard", "Extras": ["map", "lamp", "rope"]}, "Extras takes 1 to 2"),
        ("choices", {"Class": "wizard", "Extras": ["map", "map"]}, "checked twice"),
        ("choices", {"Class": "wizard", "Rules": "yes"}, "Rules is either checked or not"),
    ],
)  # fmt: skip
async def test_what_the_client_would_not_send_is_refused(
    sandbox: Sandbox, what: str, values: dict[str, Any], said: str
) -> None:
    member = sandbox.acting("member", "general")
    async with running(sandbox):
        opened = await asked(sandbox, what)
        with pytest.raises(ClientRefusal, match=said):
            await member.submit(opened, values)
    assert len(sandbox.interactions.all()) == 1


async def test_everything_in_a_modal_is_numbered_and_sent_back_under_its_number(
    sandbox: Sandbox,
) -> None:
    words = {"type": 10, "content": "Words", "id": 2}
    upload = {**FILES, "custom_id": "b", "id": 9}
    opened = await offered(sandbox, words, labelled(TEXT), labelled(upload))
    file = FileOption("a.png", b"x")
    await sandbox.acting("member", "general").submit(opened, {"a": "A", "b": [file]})
    told = sandbox.interactions.all()[-1].data["components"]
    assert told[0] == {"type": 10, "id": 2}
    assert [(each["id"], each["component"]["id"]) for each in told[1:]] == [(1, 3), (4, 9)]
    sandbox.forgive()


async def test_a_default_that_is_not_there_is_left_out(sandbox: Sandbox) -> None:
    patron, nobody = sandbox.world.user_named("patron"), 1
    defaults = [{"id": each, "type": "user"} for each in (patron.id, nobody)]
    select = {"type": 5, "custom_id": "a", "max_values": 2, "default_values": defaults}
    opened = await offered(sandbox, labelled(select))
    await sandbox.acting("member", "general").submit(opened, {})
    told = sandbox.interactions.all()[-1].data
    assert told["components"][0]["component"]["values"] == [str(patron.id)]
    assert list(told["resolved"]["users"]) == [str(patron.id)]
    sandbox.forgive()


async def test_in_direct_messages_no_role_stands_chosen(sandbox: Sandbox) -> None:
    role = sandbox.world.role_named("patron")
    defaults = [{"id": str(role.id), "type": "role"}]
    select = {"type": 7, "custom_id": "a", "required": False, "default_values": defaults}
    opened = await offered(sandbox, labelled(select), place=None)
    await sandbox.acting("member").submit(opened, {})
    told = sandbox.interactions.all()[-1].data
    assert told["components"][0]["component"]["values"] == []
    assert "resolved" not in told
    sandbox.forgive()


async def test_only_who_opened_a_modal_can_send_it(sandbox: Sandbox) -> None:
    async with running(sandbox):
        opened = await asked(sandbox, "words")
        with pytest.raises(ClientRefusal, match="No modal is open"):
            await sandbox.acting("patron", "general").submit(opened, {"Title": "x"})


async def test_a_modal_of_a_button_may_change_the_message_under_it(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        message = await (await member.slash("offer")).finished()
        opened = await (await member.click(message, "Rename")).acknowledged()
        changed = await (await member.submit(opened, {"Name": "Ada"})).finished()
    assert (changed.id, changed.content) == (message.id, "Name: Ada")


async def test_context_menus_open_modals_too(sandbox: Sandbox) -> None:
    async with running(sandbox):
        member = sandbox.acting("member", "general")
        said = await member.say("hm")
        reported = await (await member.message_command("Report", said)).acknowledged()
        first = await (await member.submit(reported, {"Why": "rude"})).finished()
        noted = await (
            await member.user_command("Note", sandbox.world.user_named("patron"))
        ).acknowledged()
        second = await (await member.submit(noted, {"Note": "kind"})).finished()
    assert [first.content, second.content] == ["Why: rude", "Note: kind"]


@pytest.mark.parametrize(
    "entry",
    [
        labelled(TEXT),
        labelled({**TEXT, "min_length": 4000, "max_length": 4000, "required": False}),
        labelled(RADIO),
        labelled({**RADIO, "required": False}),
        labelled({**BOXES, "min_values": 0, "required": False}),
        labelled({**BOXES, "min_values": 2, "max_values": 2}),
        labelled({**MENU, "disabled": False}),
        labelled({"type": 23, "custom_id": "a", "default": True}),
        labelled({**FILES, "min_values": 10, "max_values": 10}),
        {"type": 10, "content": "x" * 4000},
        {"type": 1, "components": [{**TEXT, "label": "A"}]},
    ],
)
async def test_what_fits_may_be_asked(sandbox: Sandbox, entry: Any) -> None:
    await offered(sandbox, entry)
    assert sandbox.violations == []
    sandbox.forgive()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        (labelled({**TEXT, "style": 3}), "NUMBER_TYPE_MAX"),
        (labelled({"type": 4, "custom_id": "a"}), "BASE_TYPE_REQUIRED"),
        (labelled({**TEXT, "required": "yes"}), "BOOLEAN_TYPE_CONVERT"),
        (labelled({**TEXT, "min_length": 5, "max_length": 4}), "NUMBER_TYPE_MAX"),
        (labelled({**TEXT, "options": PAIR}), "UNKNOWN_KEY"),
        (labelled(TEXT, description=""), "BASE_TYPE_BAD_LENGTH"),
        (labelled(TEXT, label="x" * 46), "BASE_TYPE_BAD_LENGTH"),
        (labelled(None), "BASE_TYPE_REQUIRED"),
        (labelled({"type": 2, "custom_id": "a", "style": 1, "label": "A"}), "UNION_TYPE_CHOICES"),
        (labelled({**MENU, "disabled": True}), "COMPONENT_DISABLED_IN_MODAL"),
        (labelled({**MENU, "min_values": 0}), "NUMBER_TYPE_MIN"),
        (labelled({**RADIO, "options": PAIR[:1]}), "BASE_TYPE_BAD_LENGTH"),
        (labelled({**RADIO, "options": [{**each, "default": True} for each in PAIR]}),
         "SELECT_COMPONENT_TOO_MANY_DEFAULTS"),
        (labelled({**RADIO, "min_values": 1}), "UNKNOWN_KEY"),
        (labelled({**RADIO, "options": [PAIR[0], PAIR[0]]}),
         "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"),
        (labelled({**BOXES, "options": []}), "BASE_TYPE_BAD_LENGTH"),
        (labelled({**BOXES, "min_values": 0}), "NUMBER_TYPE_MIN"),
        (labelled({**BOXES, "max_values": 3}), "NUMBER_TYPE_MAX"),
        (labelled({**BOXES, "options": [{**PAIR[0], "emoji": {"name": "🍎"}}]}), "UNKNOWN_KEY"),
        (labelled({"type": 23, "custom_id": "a", "required": True}), "UNKNOWN_KEY"),
        (labelled({"type": 23, "custom_id": "a", "default": 1}), "BOOLEAN_TYPE_CONVERT"),
        (labelled({**FILES, "max_values": 11}), "NUMBER_TYPE_MAX"),
        (labelled({**FILES, "min_values": 2, "max_values": 1}), "NUMBER_TYPE_MAX"),
        (labelled({"type": 19}), "BASE_TYPE_REQUIRED"),
        ({"type": 1, "components": [TEXT]}, "BASE_TYPE_REQUIRED"),
        ({"type": 1, "components": [MENU]}, "UNION_TYPE_CHOICES"),
        ({"type": 10, "content": "x", "label": "y"}, "UNKNOWN_KEY"),
        ({"type": 9, "components": []}, "UNION_TYPE_CHOICES"),
    ],
)  # fmt: skip
async def test_what_breaks_a_rule_cannot_be_asked(sandbox: Sandbox, entry: Any, code: str) -> None:
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        answer = await bot.callback(modal(entry))
    assert answer.codes() == {code}, answer.body
    sandbox.forgive()


async def test_six_questions_are_too_many_and_no_two_share_a_name(sandbox: Sandbox) -> None:
    many = [labelled({**TEXT, "custom_id": str(number)}) for number in range(6)]
    async with RawBot(sandbox) as bot:
        await bot.sync()
        await sandbox.acting("member", "general").slash("draw")
        too_many = await bot.callback(modal(*many))
        twice = await bot.callback(modal(many[0], many[0]))
    assert too_many.codes() == {"BASE_TYPE_BAD_LENGTH"}
    assert twice.codes() == {"COMPONENT_CUSTOM_ID_DUPLICATED"}
    sandbox.forgive()


async def test_a_modal_cannot_be_the_answer_to_a_modal(sandbox: Sandbox) -> None:
    opened = await offered(sandbox, labelled(TEXT))
    await sandbox.acting("member", "general").submit(opened, {"a": "A"})
    async with RawBot(sandbox) as bot:
        answer = await bot.callback(modal(labelled(TEXT)))
    assert answer.codes() == {"BASE_TYPE_CHOICES"}
    sandbox.forgive()
