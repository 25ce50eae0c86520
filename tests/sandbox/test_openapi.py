"""The check against Discord's document finds what it is there to find."""

import os
from dataclasses import replace
from typing import Any

import pytest

from bot.sandbox.exchange import Exchange
from bot.sandbox.server import Sandbox
from tests.discord_fixtures import DOCUMENT, UNSET
from tests.openapi import Conformance
from tests.sandbox.example_bot import running

USER: dict[str, Any] = {
    "id": "1", "username": "x", "avatar": None, "discriminator": "0", "public_flags": 0,
    "flags": 0, "global_name": None, "primary_guild": None,
}  # fmt: skip
MESSAGE: dict[str, Any] = {
    "id": "1", "type": 0, "channel_id": "1", "author": USER, "content": "x", "mentions": [],
    "mention_roles": [], "attachments": [], "embeds": [], "components": [], "flags": 0,
    "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "pinned": False,
    "mention_everyone": False, "tts": False,
}  # fmt: skip
GOOD = Exchange(
    method="PATCH",
    template="/webhooks/{webhook_id}/{webhook_token}/messages/@original",
    path="/webhooks/1/token/messages/@original",
    query={"with_components": "0"},
    request={"content": "x", "tts": False, "attachments": [{"id": 0, "filename": "x"}]},
    multipart=False,
    status=200,
    response=MESSAGE,
    at=0.0,
)


@pytest.fixture
def conformance() -> Conformance:
    path = os.environ.get(DOCUMENT)
    if not path:
        pytest.skip(UNSET)
    return Conformance.from_file(path)


def test_what_conforms_and_what_is_tolerated_by_name_passes(conformance: Conformance) -> None:
    conformance(GOOD)
    assert (conformance.checked, conformance.faults) == (1, [])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"request": {"content": "x", "colour": 1}}, "colour"),
        ({"request": {"content": "x" * 2001}}, "too long"),
        ({"request": {"embeds": [{"title": "x", "colour": 1}]}}, "colour"),
        ({"request": {"tts": True}}, "tts"),
        ({"response": {**MESSAGE, "id": 1}}, "not of type 'string'"),
        ({"response": {k: v for k, v in MESSAGE.items() if k != "author"}}, "author"),
        ({"response": None}, "response"),
        ({"status": 302}, "knows no status"),
        ({"query": {"colour": "1"}}, "no query parameter colour"),
        ({"path": "/webhooks/1/token/unheard/of"}, "no such operation"),
        ({"status": 404, "response": {"message": 1, "code": 10008}}, "response"),
    ],
)
def test_what_does_not_conform_is_named(
    conformance: Conformance, change: dict[str, Any], words: str
) -> None:
    conformance(replace(GOOD, **change))
    assert len(conformance.faults) >= 1
    assert words in conformance.faults[0]


def test_literal_paths_go_before_those_with_parameters(conformance: Conformance) -> None:
    found = conformance.operation("GET", "/webhooks/1/token/messages/%40original")
    assert found is not None
    assert found.body["operationId"] == "get_original_webhook_message"


async def test_a_whole_conversation_conforms(conformance: Conformance, sandbox: Sandbox) -> None:
    sandbox.observe(conformance)
    async with running(sandbox):
        await (await sandbox.acting("member", "general").slash("gallery")).finished()
    assert conformance.faults == []
    assert conformance.checked >= 4
