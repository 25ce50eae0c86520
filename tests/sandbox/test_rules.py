"""The sandbox refuses what Discord refuses, and remembers it as a violation."""

from typing import Any

import pytest

from bot.sandbox.server import Sandbox
from tests.sandbox.raw import RawBot

BUTTON = {"type": 2, "style": 1, "label": "Press", "custom_id": "press"}
OPTION = {"label": "One", "value": "1"}
SELECT = {"type": 3, "custom_id": "menu", "options": [OPTION]}
TEXT = {"type": 10, "content": "words"}
V2 = 1 << 15


def row(*inner: Any) -> dict[str, Any]:
    return {"type": 1, "components": list(inner)}


def new(*components: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(components)}


MESSAGES: dict[str, tuple[dict[str, Any], str]] = {
    "2001 characters": ({"content": "x" * 2001}, "BASE_TYPE_BAD_LENGTH"),
    "11 embeds": ({"embeds": [{"title": "x"}] * 11}, "BASE_TYPE_BAD_LENGTH"),
    "embed title": ({"embeds": [{"title": "x" * 257}]}, "BASE_TYPE_BAD_LENGTH"),
    "embed description": ({"embeds": [{"description": "x" * 4097}]}, "BASE_TYPE_BAD_LENGTH"),
    "embed footer": ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "BASE_TYPE_BAD_LENGTH"),
    "26 fields": (
        {"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "BASE_TYPE_BAD_LENGTH"
    ),
    "field value": (
        {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]}, "BASE_TYPE_BAD_LENGTH"
    ),
    "6001 characters of embeds": (
        {"embeds": [{"description": "x" * 3000}, {"description": "x" * 3001}]},
        "MAX_EMBED_SIZE_EXCEEDED",
    ),
    "an empty embed": ({"embeds": [{}]}, "BASE_TYPE_REQUIRED"),
    "an embed's scheme": ({"embeds": [{"image": {"url": "ftp://x/y"}}]}, "URL_TYPE_INVALID_SCHEME"),
    "a link that is none": ({"embeds": [{"title": "x", "url": "x.y"}]}, "URL_TYPE_INVALID_SCHEME"),
    "an author's link to a file": (
        {"embeds": [{"author": {"name": "x", "url": "attachment://x.png"}}]},
        "URL_TYPE_INVALID_SCHEME",
    ),
    "an author's icon": (
        {"embeds": [{"author": {"name": "x", "icon_url": "data://x"}}]}, "URL_TYPE_INVALID_SCHEME"
    ),
    "an icon that is left empty": (
        {"embeds": [{"footer": {"text": "x", "icon_url": ""}}]}, "URL_TYPE_INVALID_SCHEME"
    ),
    "a time that is none": (
        {"embeds": [{"title": "x", "timestamp": "yesterday"}]}, "DATE_TIME_TYPE_PARSE"
    ),
    "a time as a number": (
        {"embeds": [{"title": "x", "timestamp": 1_700_000_000}]}, "DATE_TIME_TYPE_PARSE"
    ),
    "an unknown key": ({"content": "x", "colour": 1}, "UNKNOWN_KEY"),
    "an unknown key of an embed": ({"embeds": [{"title": "x", "colour": 1}]}, "UNKNOWN_KEY"),
    "6 rows": (
        {"components": [row({**BUTTON, "custom_id": str(i)}) for i in range(6)]},
        "BASE_TYPE_BAD_LENGTH",
    ),
    "6 buttons": (
        {"components": [row(*({**BUTTON, "custom_id": str(i)} for i in range(6)))]},
        "BASE_TYPE_BAD_LENGTH",
    ),
    "an empty row": ({"components": [row()]}, "BASE_TYPE_BAD_LENGTH"),
    "a button outside a row": ({"components": [BUTTON]}, "UNION_TYPE_CHOICES"),
    "a label of 81": ({"components": [row({**BUTTON, "label": "x" * 81})]}, "BASE_TYPE_BAD_LENGTH"),
    "a button without words": (
        {"components": [row({**BUTTON, "label": None})]},
        "BUTTON_COMPONENT_MUST_HAVE_LABEL_OR_EMOJI",
    ),
    "no custom id": (
        {"components": [row({"type": 2, "style": 1, "label": "x"})]}, "BASE_TYPE_REQUIRED"
    ),
    "a custom id of 101": (
        {"components": [row({**BUTTON, "custom_id": "x" * 101})]}, "BASE_TYPE_BAD_LENGTH"
    ),
    "a custom id twice": ({"components": [row(BUTTON, BUTTON)]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
    "a link with a custom id": (
        {"components": [row({**BUTTON, "style": 5, "url": "https://example.com"})]},
        "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
    ),
    "a link without an address": (
        {"components": [row({"type": 2, "style": 5, "label": "x"})]}, "BASE_TYPE_REQUIRED"
    ),
    "26 options": (
        {"components": [row({**SELECT, "options": [
            {"label": "x", "value": str(i)} for i in range(26)]})]},
        "BASE_TYPE_BAD_LENGTH",
    ),
    "an option twice": (
        {"components": [row({**SELECT, "options": [OPTION, OPTION]})]},
        "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
    ),
    "a menu beside a button": (
        {"components": [row(SELECT, BUTTON)]}, "COMPONENT_LAYOUT_WIDTH_EXCEEDED"
    ),
    "new components without the flag": ({"components": [TEXT]}, "UNION_TYPE_CHOICES"),
    "content beside new components": (
        {**new(TEXT), "content": "x"}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    ),
    "embeds beside new components": (
        {**new(TEXT), "embeds": [{"title": "x"}]},
        "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    ),
    "41 components, nested": (
        new({"type": 17, "components": [TEXT] * 40}), "BASE_TYPE_MAX_LENGTH"
    ),
    "4001 characters of text": (
        new({"type": 10, "content": "x" * 2000}, {"type": 10, "content": "x" * 2001}),
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    "11 items in a gallery": (
        new({"type": 12, "items": [{"media": {"url": "https://example.com/x.png"}}] * 11}),
        "BASE_TYPE_BAD_LENGTH",
    ),
    "a section without an accessory": (
        new({"type": 9, "components": [TEXT]}), "BASE_TYPE_REQUIRED"
    ),
    "a container in a container": (
        new({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}), "UNION_TYPE_CHOICES"
    ),
    "a file that is not there": (
        {"embeds": [{"image": {"url": "attachment://x.png"}}]}, "REFERENCED_ATTACHMENT_NOT_FOUND"
    ),
    "a gallery of a file that is not there": (
        new({"type": 12, "items": [{"media": {"url": "attachment://x.png"}}]}),
        "REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    "an attachment without a file": (
        {"content": "x", "attachments": [{"id": 0, "filename": "x.png"}]}, "ATTACHMENT_NOT_FOUND"
    ),
    "an ephemeral channel message": (
        {"content": "x", "flags": 64}, "MESSAGE_FLAGS_NOT_ALLOWED"
    ),
    "a nonce of 26": ({"content": "x", "nonce": "x" * 26}, "BASE_TYPE_BAD_LENGTH"),
    "mentions both ways": (
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
    ),
    "a reply to nothing": (
        {"content": "x", "message_reference": {"message_id": "1"}}, "REPLIES_UNKNOWN_MESSAGE"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MESSAGES)
async def test_a_message_that_breaks_a_rule_is_refused(sandbox: Sandbox, name: str) -> None:
    body, code = MESSAGES[name]
    async with RawBot(sandbox) as bot:
        answer = await bot.say("general", body)
    assert (answer.status, answer.code) == (400, 50035)
    assert code in answer.codes()
    assert [each.code for each in sandbox.violations] == [50035]
    assert sandbox.acting("member", "general").messages() == []
    sandbox.forgive()


@pytest.mark.parametrize(
    "body",
    [
        {"content": "x" * 2000},
        {"embeds": [{"description": "x" * 4096}, {"description": "x" * 1904}]},
        {"components": [row({**BUTTON, "custom_id": str(i)}) for i in range(5)]},
        new(*[{"type": 10, "content": "x" * 100}] * 40),
        new({"type": 9, "components": [TEXT], "accessory": BUTTON}),
        {"content": "x", "nonce": "x" * 25},
    ],
)
async def test_a_message_at_the_limit_is_taken(sandbox: Sandbox, body: Any) -> None:
    async with RawBot(sandbox) as bot:
        assert (await bot.say("general", body)).status == 200


async def test_an_empty_message_is_refused(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        answer = await bot.say("general", {"content": "  "})
    assert (answer.status, answer.code) == (400, 50006)
    assert len(sandbox.violations) == 1
    sandbox.forgive()


async def test_a_file_beyond_the_limit_is_too_large(sandbox: Sandbox) -> None:
    studio = next(iter(sandbox.world.guilds.values()))
    studio.upload_limit = 1000
    async with RawBot(sandbox) as bot:
        fits = await bot.say("general", {"content": "x"}, {"a.bin": b"x" * 1000})
        large = await bot.say("general", {"content": "x"}, {"a.bin": b"x" * 1001})
        many = await bot.say("general", {}, {f"{i}.bin": b"x" for i in range(11)})
    assert fits.status == 200
    assert (large.status, large.code) == (413, 40005)
    assert many.code == 50035
    assert [each.code for each in sandbox.violations] == [50035]
    sandbox.forgive()


def command(**more: Any) -> dict[str, Any]:
    return {"name": "draw", "description": "Draw", **more}


def option(**more: Any) -> dict[str, Any]:
    return {"type": 3, "name": "what", "description": "What", **more}


TREES: dict[str, tuple[list[Any], str]] = {
    "a capital letter": ([command(name="Draw")], "APPLICATION_COMMAND_INVALID_NAME"),
    "a space": ([command(name="dr aw")], "APPLICATION_COMMAND_INVALID_NAME"),
    "33 characters": ([command(name="x" * 33)], "BASE_TYPE_BAD_LENGTH"),
    "no description": ([{"name": "draw"}], "BASE_TYPE_REQUIRED"),
    "a description of 101": ([command(description="x" * 101)], "BASE_TYPE_BAD_LENGTH"),
    "26 options": (
        [command(options=[option(name=f"o{i}") for i in range(26)])], "BASE_TYPE_BAD_LENGTH"
    ),
    "26 choices": (
        [command(options=[option(choices=[{"name": "x", "value": str(i)} for i in range(26)])])],
        "BASE_TYPE_BAD_LENGTH",
    ),
    "choices and autocomplete": (
        [command(options=[option(autocomplete=True, choices=[{"name": "x", "value": "x"}])])],
        "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID",
    ),
    "required after optional": (
        [command(options=[option(), option(name="b", required=True)])],
        "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ),
    "two options of a name": (
        [command(options=[option(), option()])], "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"
    ),
    "groups in groups": (
        [command(options=[option(type=2, options=[option(type=2, options=[])])])],
        "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
    ),
    "8001 characters": (
        [command(options=[
            option(name=f"o{i}", choices=[
                {"name": "n" * 100, "value": "v" * 100} for _ in range(20)])
            for i in range(2)])],
        "APPLICATION_COMMAND_TOO_LARGE",
    ),
    "two commands of a name": (
        [command(), command()], "APPLICATION_COMMANDS_DUPLICATE_NAME"
    ),
    "an unknown key": ([command(colour=1)], "UNKNOWN_KEY"),
}  # fmt: skip


@pytest.mark.parametrize("name", TREES)
async def test_a_command_that_breaks_a_rule_is_refused(sandbox: Sandbox, name: str) -> None:
    commands, code = TREES[name]
    async with RawBot(sandbox) as bot:
        answer = await bot.sync(commands)
    assert answer.code == 50035
    assert code in answer.codes()
    assert len(sandbox.violations) == 1
    assert len(sandbox.commands) == 0
    sandbox.forgive()


async def test_only_a_hundred_commands_may_be_registered(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        full = await bot.sync([command(name=f"c{i}") for i in range(100)])
        over = await bot.sync([command(name=f"c{i}") for i in range(101)])
    assert full.status == 200
    assert over.code == 30032
    sandbox.forgive()


async def test_only_two_hundred_commands_may_be_created_in_a_day(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        for round_ in range(2):
            await bot.sync([command(name=f"c{round_}x{i}") for i in range(100)])
        assert (await bot.sync([command(name="more")])).code == 30034
        sandbox.clock.advance(86_401)
        assert (await bot.sync([command(name="more")])).status == 200


async def test_a_command_keeps_its_id_through_a_sync(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        first = (await bot.sync([command()])).body
        second = (await bot.sync([command(description="Draw now")])).body
        path = f"/applications/{sandbox.application_id}/commands/{first[0]['id']}"
        changed = await bot.ask("PATCH", path, {"description": "Draw well"})
        gone = await bot.ask("DELETE", path)
        absent = await bot.ask("GET", path)
    assert first[0]["id"] == second[0]["id"]
    assert changed.body["description"] == "Draw well"
    assert (gone.status, absent.code) == (204, 10063)


async def test_an_unknown_route_is_a_violation(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        missing = await bot.ask("GET", "/guilds/1/nothing/here")
        wrong = await bot.ask("PUT", "/users/@me")
    assert (missing.status, wrong.status) == (404, 405)
    assert len(sandbox.violations) == 2
    sandbox.forgive()


async def test_a_request_without_the_token_is_unauthorized(sandbox: Sandbox) -> None:
    real = sandbox.token
    async with RawBot(sandbox) as bot:
        sandbox.token = "wrong"  # what the raw bot sends from here on
        answer = await bot.ask("GET", "/users/@me")
    assert (answer.status, answer.body) == (401, {"message": "401: Unauthorized", "code": 0})
    assert real != "wrong"


async def test_every_answer_carries_a_rate_limit_and_plain_json(sandbox: Sandbox) -> None:
    async with RawBot(sandbox) as bot:
        answer = await bot.ask("GET", "/users/@me")
    assert answer.headers["Content-Type"] == "application/json"
    assert int(answer.headers["X-RateLimit-Remaining"]) > 0
    assert answer.headers["X-RateLimit-Bucket"]
