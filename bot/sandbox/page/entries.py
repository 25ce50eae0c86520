"""What happened between Discord and the bot, each thing as a value that can be shown."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.sandbox.events import Event
from bot.sandbox.exchange import Exchange, SentFile, Violation
from bot.sandbox.interactions import Answer, Interaction, Kind
from bot.sandbox.server import Sandbox
from bot.sandbox.sessions import Op

MOST_TEXT = 32_000
"""Letters of a body that are kept."""
TO_BOT, FROM_BOT = "to the bot", "from the bot"
_MESSAGE = re.compile(r"/messages/(\d+)")
_CHANNEL = re.compile(r"^/channels/(\d+)")
_CODES = {
    getattr(Op, name): name
    for name in (
        "HEARTBEAT", "IDENTIFY", "PRESENCE", "VOICE_STATE", "RESUME", "RECONNECT",
        "REQUEST_MEMBERS", "INVALID_SESSION", "HELLO", "HEARTBEAT_ACK",
    )
}  # fmt: skip
_ANSWERS: Mapping[Answer, str] = {
    Answer.MESSAGE: "a message",
    Answer.DEFER: "“thinking…”",
    Answer.DEFER_UPDATE: "a promise to edit",
    Answer.UPDATE: "an edit",
    Answer.CHOICES: "choices",
    Answer.MODAL: "a modal",
}


@dataclass(frozen=True, slots=True)
class Body:
    """JSON as text; `cut` says that only its beginning was kept, `length` how long it was."""

    text: str
    length: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry belongs to, as far as it is known; the ids are text, as in JSON."""

    interaction_id: str | None = None
    message_id: str | None = None
    channel_id: str | None = None


NOTHING = Subject()


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, at the sandbox's time of it.

    `kind` is gateway, rest, interaction, fault, violation, forgiven or clock. Of a REST call
    `method`, `path` and `status` are known (0: cut), `sent` is the request and `got` the answer,
    and `unheard` says that a fault's answer took this one's place. `took_ms` is the time until the
    answer, of a call or of an interaction. No token stands in any of it.
    """

    kind: str
    title: str
    at: float
    id: int = 0
    direction: str | None = None
    subject: Subject = NOTHING
    method: str | None = None
    path: str | None = None
    status: int | None = None
    took_ms: float | None = None
    fault: str | None = None
    unheard: bool = False
    sent: Body | None = None
    got: Body | None = None
    files: tuple[SentFile, ...] = ()


class Describer:
    """Makes entries of what a sandbox tells."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._secrets = sandbox.secrets
        self._makers: Mapping[str, Callable[[Event], Entry]] = {
            "gateway.sent": self._event,
            "gateway.said": lambda event: self._payload(event, TO_BOT),
            "gateway.received": lambda event: self._payload(event, FROM_BOT),
            "gateway.ready": _plain("gateway", "The bot has signed in"),
            "gateway.resumed": _plain("gateway", "The bot has resumed its session"),
            "gateway.left": _plain("gateway", "The bot's connection has ended"),
            "gateway.turned_away": _plain("gateway", "A connection was turned away"),
            "gateway.disturbed": lambda event: Entry(
                "gateway", f"The gateway is {event.data}", event.at
            ),
            "interaction.created": self._opened,
            "interaction.answered": self._answered,
            "fault.met": self._met,
            "rule.broken": self._broken,
            "rules.forgiven": _plain("forgiven", "All that was broken or left open is forgotten"),
            "clock.moved": _moved,
        }

    def event(self, event: Event) -> Entry | None:
        """The entry of an event; none where it is no business of the inspector."""
        make = self._makers.get(event.name)
        return None if make is None else make(event)

    def exchange(self, exchange: Exchange) -> Entry:
        """The entry of a REST call, once it is answered."""
        return Entry(
            "rest", exchange.template or "unknown route", exchange.at, direction=FROM_BOT,
            subject=self._subject(exchange.path, exchange.response),
            method=exchange.method,
            path=self._secrets.hide(exchange.path),
            status=exchange.status,
            took_ms=exchange.took_ms,
            fault=None if exchange.fault is None else exchange.fault.value,
            unheard=exchange.unheard,
            sent=self._body(exchange.request),
            got=self._body(exchange.response),
            files=exchange.files,
        )  # fmt: skip

    def missed(self, opened: Interaction, at: float) -> Entry:
        """The entry of an interaction that had no answer in time."""
        title = f"{name(opened)} had no answer within 3 seconds"
        return Entry("interaction", title, at, subject=_of(opened), fault="missed")

    def _event(self, event: Event) -> Entry:
        title, data = event.data["t"], event.data["d"]
        subject = _of_event(title, data)
        body = self._body(event.data)
        return Entry("gateway", title, event.at, direction=TO_BOT, subject=subject, got=body)

    def _payload(self, event: Event, direction: str) -> Entry:
        """A payload that is no event: any token in it is left out, even one of another bot."""
        payload = dict(event.data)
        if isinstance(payload.get("d"), dict) and "token" in payload["d"]:
            payload["d"] = {**payload["d"], "token": "…"}
        title = _CODES.get(payload.get("op"), f"op {payload.get('op')}")
        body = self._body(payload)
        if direction == TO_BOT:
            return Entry("gateway", title, event.at, direction=TO_BOT, got=body)
        return Entry("gateway", title, event.at, direction=FROM_BOT, sent=body)

    def _opened(self, event: Event) -> Entry:
        opened: Interaction = event.data
        title = f"{opened.user.username} uses {name(opened)}"
        return Entry("interaction", title, event.at, subject=_of(opened))

    def _answered(self, event: Event) -> Entry:
        found: Interaction = event.data
        words = _ANSWERS.get(found.answer, "") if found.answer is not None else ""
        title = f"{name(found)} is answered by {words}"
        return Entry(
            "interaction", title, event.at, subject=_of(found), took_ms=found.acknowledged_ms
        )

    def _met(self, event: Event) -> Entry:
        method, path, kind = self._sandbox.faults.met[-1]
        title = f"{event.data.name or kind.value} meets a request"
        return Entry(
            "fault", title, event.at, subject=self._subject(path, None), method=method,
            path=self._secrets.hide(path), fault=kind.value,
        )  # fmt: skip

    def _broken(self, event: Event) -> Entry:
        broken: Violation = event.data
        return Entry(
            "violation", f"{broken.code} {broken.message}", event.at,
            subject=self._subject(broken.path, None), method=broken.method,
            path=self._secrets.hide(broken.path), got=self._body(broken.errors),
        )  # fmt: skip

    def _subject(self, path: str, answer: Any) -> Subject:
        """What a request is about, by its path and by the message that was answered."""
        opened = self._secrets.interaction(path)
        named, place = _MESSAGE.search(path), _CHANNEL.search(path)
        message = named[1] if named else _message_in(answer)
        if opened is None:
            return Subject(None, message, place[1] if place else None)
        return _of(opened) if message is None else replace(_of(opened), message_id=message)

    def _body(self, value: Any) -> Body | None:
        if value is None:
            return None
        text = self._secrets.hide(json.dumps(value, ensure_ascii=False, default=str))
        return Body(text[:MOST_TEXT], len(text), len(text) > MOST_TEXT)


def name(opened: Interaction) -> str:
    """What a member did, in the words they know it by."""
    data = opened.data
    if opened.kind is Kind.COMPONENT:
        return f"the control {data['custom_id']}"
    if opened.kind is Kind.MODAL:
        return f"the modal {data['custom_id']}"
    spoken = f"/{data['name']}" if data.get("type", 1) == 1 else f"“{data['name']}”"
    return f"the choices of {spoken}" if opened.kind is Kind.AUTOCOMPLETE else spoken


def related(entries: list[Entry], about: str) -> list[Entry]:
    """The entries that name a message or an interaction, or an interaction that named it."""
    subjects = [each.subject for each in entries]
    opened = {each.interaction_id for each in subjects if each.message_id == about} - {None}
    opened.add(about)
    return [
        each
        for each in entries
        if each.subject.interaction_id in opened or each.subject.message_id == about
    ]


def _plain(kind: str, title: str) -> Callable[[Event], Entry]:
    return lambda event: Entry(kind, title, event.at)


def _moved(event: Event) -> Entry:
    minutes = event.data / 60
    return Entry("clock", f"The clock was moved by {minutes:+.0f} minutes", event.at)


def _of(opened: Interaction) -> Subject:
    """An interaction with its message: the first answer, or else where it came from."""
    message = opened.original or opened.source
    shown = None if message is None else str(message.id)
    return Subject(str(opened.id), shown, str(opened.channel.id))


def _of_event(title: str, data: Any) -> Subject:
    if title == "INTERACTION_CREATE":
        message = data.get("message", {}).get("id")
        return Subject(data["id"], message, data["channel_id"])
    if title.startswith("MESSAGE_"):
        opened = (data.get("interaction_metadata") or {}).get("id")
        return Subject(opened, data["id"], data["channel_id"])
    return NOTHING


def _message_in(answer: Any) -> str | None:
    """The id of the message that an answer is, or that a callback's answer tells of."""
    if not isinstance(answer, dict):
        return None
    if "interaction" in answer:
        found = answer["interaction"].get("response_message_id")
    else:
        found = answer.get("id") if "author" in answer else None
    return None if found is None else str(found)
