"""Holds every request and every answer against Discord's own OpenAPI document.

The document is read from the path in DISCORD_OPENAPI. It closes no object, so requests are held
against a copy whose objects refuse unknown keys, but for what `TOLERATED` names.
"""

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.sandbox.exchange import Exchange

Json = dict[str, Any]
COMMANDS = ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest",
            "ApplicationCommandPatchRequestPartial")  # fmt: skip
EDITS = ("MessageEditRequestPartial", "IncomingWebhookUpdateRequestPartial",
         "IncomingWebhookUpdateForInteractionCallbackRequestPartial")  # fmt: skip
ECHOED = ("size", "url", "proxy_url", "width", "height", "content_type", "ephemeral", "flags",
          "spoiler")  # fmt: skip
"""What discord.py repeats of an attachment that an edit keeps."""
TOLERATED: Mapping[str, Mapping[str, Json]] = {
    # The document forgot that commands may be age-restricted.
    **{name: {"nsfw": {"type": "boolean"}} for name in COMMANDS},
    # discord.py says on every edit that it is not to be read aloud.
    **{name: {"tts": {"const": False}} for name in EDITS},
    # discord.py sends an embed's flags back.
    "RichEmbed": {"flags": {"type": "integer"}},
    # discord.py says of a server's own emoji that it moves.
    "ComponentEmojiForRequest": {"animated": {"type": "boolean"}},
    "MessageAttachmentRequest": {name: {} for name in ECHOED},
}
"""Keys that are sent although the document does not know them, by its schema."""


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document."""

    pattern: re.Pattern[str]
    method: str
    body: Json

    def query_names(self) -> set[str]:
        """The names that its query may have."""
        return {each["name"] for each in self.body.get("parameters", []) if each["in"] == "query"}


class Conformance:
    """Collects what does not conform; call it with each exchange, read `faults`."""

    def __init__(self, document: "Document") -> None:
        self._document = document
        self.faults: list[str] = []
        self.checked = 0

    @classmethod
    def from_file(cls, path: str | Path) -> "Conformance":
        """Read the document; several users of one path share what was read."""
        return cls(_document(str(path)))

    def __call__(self, exchange: Exchange) -> None:
        """Note every fault of a request and its answer."""
        if exchange.faulty:
            return
        self.checked += 1
        self.faults += [f"{exchange.method} {exchange.path}: {fault}" for fault in
                        self._faults_of(exchange)]  # fmt: skip

    def _faults_of(self, exchange: Exchange) -> Iterator[str]:
        operation = self.operation(exchange.method, exchange.path)
        if operation is None:
            if exchange.template is not None:
                yield "the document has no such operation"
            return
        for name in set(exchange.query) - operation.query_names():
            yield f"the document has no query parameter {name}"
        if exchange.status < 400:
            yield from self._request_faults(operation, exchange)
        yield from self._response_faults(operation, exchange)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation of a request; literal paths go before those with parameters."""
        path = path.replace("%40", "@")
        for operation in self._document.operations:
            if operation.method == method and operation.pattern.fullmatch(path):
                return operation
        return None

    def _request_faults(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        content = operation.body.get("requestBody", {}).get("content", {})
        if exchange.request is None and not exchange.multipart:
            if operation.body.get("requestBody", {}).get("required"):
                yield "the request has no body"
            return
        kind = "multipart/form-data" if exchange.multipart else "application/json"
        if kind not in content:
            yield f"the document takes no {kind} here"
            return
        schema = content["application/json"]["schema"]
        yield from self._document.check(schema, exchange.request, request=True)

    def _response_faults(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        responses = operation.body["responses"]
        status = str(exchange.status)
        found = responses.get(status) or responses.get(f"{status[0]}XX")
        if found is None:
            yield f"the document knows no status {status} here"
            return
        if "$ref" in found:
            found = self._document.responses[found["$ref"].rsplit("/", 1)[-1]]
        content = found.get("content", {}).get("application/json")
        if content is None:
            if exchange.response is not None:
                yield f"status {status} has no body"
            return
        yield from self._document.check(content["schema"], exchange.response, request=False)


class Document:
    """The document's operations, and validators that are made once for each schema."""

    def __init__(self, document: Json) -> None:
        self.operations = list(_operations(document))
        self.responses: Json = document["components"]["responses"]
        _correct(document["components"]["schemas"])
        requests = _closed(deepcopy(document))
        self._registries = {
            True: _registry(requests),
            False: _registry(document),
        }
        self._validators: dict[tuple[bool, str], Draft202012Validator] = {}

    def check(self, schema: Json, value: Any, *, request: bool) -> Iterator[str]:
        """What is wrong with a value, in one line, or nothing."""
        key = (request, json.dumps(schema, sort_keys=True))
        if key not in self._validators:
            rooted = _rooted(_close(deepcopy(schema)) if request else deepcopy(schema))
            registry = self._registries[request]
            self._validators[key] = Draft202012Validator(rooted, registry=registry)
        worst = best_match(self._validators[key].iter_errors(value))
        if worst is not None:
            side = "request" if request else "response"
            yield f"{side} at {worst.json_path}: {_brief(worst)}"


def _brief(error: ValidationError) -> str:
    said = error.message
    return said if len(said) < 400 else f"{said[:300]} … {said[-80:]}"


@cache
def _document(path: str) -> Document:
    return Document(json.loads(Path(path).read_text(encoding="utf-8")))


def _operations(document: Json) -> Iterator[Operation]:
    paths = sorted(document["paths"].items(), key=lambda item: item[0].count("{"))
    for template, item in paths:
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
        for method, body in item.items():
            if method != "parameters":
                shared = item.get("parameters", [])
                parameters = [*shared, *body.get("parameters", [])]
                yield Operation(pattern, method.upper(), {**body, "parameters": parameters})


def _registry(document: Json) -> Registry[Any]:
    resource = Resource.from_contents(document, default_specification=DRAFT202012)
    return Registry().with_resource("discord:", resource)


def _rooted(node: Any) -> Any:
    """A schema whose references name the document."""
    if isinstance(node, dict):
        return {
            key: f"discord:{value}" if key == "$ref" else _rooted(value)
            for key, value in node.items()
        }
    return [_rooted(each) for each in node] if isinstance(node, list) else node


def _correct(schemas: Json) -> None:
    """The codes inside a form's errors are words; the document takes them for numbers."""
    words = {"type": "object", "required": ["code", "message"],
             "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}  # fmt: skip
    schemas["InnerErrors"]["properties"]["_errors"]["items"] = words


def _closed(document: Json) -> Json:
    """The document as requests are held against it: tolerant by name, closed otherwise."""
    schemas = document["components"]["schemas"]
    for name, keys in TOLERATED.items():
        schemas[name].setdefault("properties", {}).update(keys)
    # discord.py sends ids as integers wherever it writes them itself.
    schemas["SnowflakeType"] = {"type": ["string", "integer"], "pattern": "^(0|[1-9][0-9]*)$"}
    for schema in schemas.values():
        _close(schema)
    return document


def _close(node: Any) -> Any:
    """Refuse unknown keys in every object that names its keys."""
    if isinstance(node, dict):
        for value in node.values():
            _close(value)
        if isinstance(node.get("properties"), dict) and "type" in node:
            node.setdefault("additionalProperties", False)
    elif isinstance(node, list):
        for each in node:
            _close(each)
    return node
