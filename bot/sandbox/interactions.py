"""Interactions: opened by a member, answered once by the bot, and followed up by its token."""

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

from bot.sandbox import modals
from bot.sandbox.clock import Clock
from bot.sandbox.commands import OptionType, check_choices
from bot.sandbox.errors import ApiError
from bot.sandbox.events import Event, Events
from bot.sandbox.form import Form
from bot.sandbox.messages import Message, Messages, Origin
from bot.sandbox.payloads import Flag, Payload, Place, Upload
from bot.sandbox.snowflake import Snowflakes
from bot.sandbox.wire import Json, Writer, user
from bot.sandbox.world import Channel, User, World

ANSWER_WITHIN = 3.0
TOKEN_LIVES = 15 * 60.0


class Kind(IntEnum):
    """What a member did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class Answer(IntEnum):
    """The ways to answer first."""

    MESSAGE = 4
    DEFER = 5
    DEFER_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


_ANSWERS: Mapping[Kind, frozenset[Answer]] = {
    Kind.COMMAND: frozenset({Answer.MESSAGE, Answer.DEFER, Answer.MODAL}),
    Kind.COMPONENT: frozenset(
        {Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE, Answer.MODAL}
    ),
    Kind.AUTOCOMPLETE: frozenset({Answer.CHOICES}),
    Kind.MODAL: frozenset({Answer.MESSAGE, Answer.DEFER, Answer.DEFER_UPDATE, Answer.UPDATE}),
}
"""The answers that fit what the member did; a modal's updates need a message it came from."""


@dataclass(frozen=True, slots=True)
class State:
    """How one of the interaction's messages stood after a change, at the sandbox's time."""

    at: float
    change: str
    message: Json


@dataclass(slots=True)
class Interaction:
    """One interaction and all that became of it; times are seconds, `started` monotonic."""

    id: int
    token: str
    kind: Kind
    user: User
    channel: Channel
    data: Json
    created: float
    started: float
    source: Message | None = None
    parent: "Interaction | None" = None
    answer: Answer | None = None
    acknowledged_ms: float | None = None
    original: Message | None = None
    original_deleted: bool = False
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    history: list[State] = field(default_factory=list)
    answer_lost: bool = False
    guild_id: int | None = None

    @property
    def command(self) -> str | None:
        """The command that it began with, sub-commands included, where it was one."""
        if self.parent is not None:
            return self.parent.command
        return " ".join(_path(self.data)) if self.kind is Kind.COMMAND else None

    def metadata(self) -> Json:
        """What the messages of this interaction say of it."""
        found: Json = {
            "id": str(self.id),
            "type": int(self.kind),
            "user": user(self.user),
            "authorizing_integration_owners": {"0": str(self.guild_id or 0)},
        }
        if self.kind is Kind.COMPONENT and self.source is not None:
            found["interacted_message_id"] = str(self.source.id)
        if self.kind is Kind.MODAL and self.parent is not None:
            found["triggering_interaction_metadata"] = self.parent.metadata()
        if self.data.get("type") == 3:
            found["target_message_id"] = str(self.data["target_id"])
        return found


@dataclass(frozen=True, slots=True)
class Deed:
    """What a member does: the interaction's kind, its data, and what it hangs on."""

    kind: Kind
    data: Json
    source: Message | None = None
    parent: Interaction | None = None


class Interactions:
    """Owns every interaction; only its token opens its webhook."""

    def __init__(
        self, world: World, clock: Clock, ids: Snowflakes, events: Events, messages: Messages
    ) -> None:
        self._world = world
        self._clock = clock
        self._ids = ids
        self._events = events
        self._messages = messages
        self.writer = Writer(world, clock)
        self._by_token: dict[str, Interaction] = {}
        self._by_id: dict[int, Interaction] = {}
        self._linked: dict[int, list[Interaction]] = {}
        events.subscribe(self._note_change)

    def open(self, who: User, channel: Channel, deed: Deed) -> Interaction:
        """A member's new interaction, told to the events as `interaction.created`."""
        opened = Interaction(
            id=self._ids.next(),
            token=secrets.token_urlsafe(48),
            kind=deed.kind,
            user=who,
            channel=channel,
            data=deed.data,
            created=self._clock.now(),
            started=time.monotonic(),
            source=deed.source,
            parent=deed.parent,
            guild_id=channel.guild_id,
        )
        self._by_token[opened.token] = self._by_id[opened.id] = opened
        self._events.publish("interaction.created", opened)
        return opened

    def all(self) -> list[Interaction]:
        """Every interaction, the oldest first."""
        return list(self._by_token.values())

    def by_id(self, interaction_id: int) -> Interaction | None:
        """An interaction by its id."""
        return self._by_id.get(interaction_id)

    def by_token(self, token: str) -> Interaction | None:
        """An interaction by its token, however old."""
        return self._by_token.get(token)

    def answer(
        self, interaction_id: int, token: str, body: Any, uploads: tuple[Upload, ...]
    ) -> Interaction:
        """Take the bot's first answer.

        Raises:
            ApiError: 10062 where it is unknown or late, 40060 where it was answered already.
            InvalidForm: the answer does not fit the interaction or breaks a rule.
        """
        found = self._by_token.get(token)
        if found is None or found.id != interaction_id:
            raise ApiError(10062)
        if found.answer is not None:
            raise ApiError(40060, violation=not found.answer_lost)
        if self._clock.now() - found.created > ANSWER_WITHIN:
            raise ApiError(10062)
        kind, data = _read_answer(found, body)
        self._take(found, kind, data, uploads)
        found.answer = kind
        found.acknowledged_ms = (time.monotonic() - found.started) * 1000
        self._events.publish("interaction.answered", found)
        return found

    def webhook(self, token: str) -> Interaction:
        """The interaction whose token opens this webhook.

        Raises:
            ApiError: 10015 where it is unknown or unanswered, 50027 where the token expired.
        """
        found = self._by_token.get(token)
        if found is None:
            raise ApiError(10015)
        if self._clock.now() - found.created > TOKEN_LIVES:
            raise ApiError(50027)
        if found.answer is None:
            raise ApiError(10015)
        return found

    def original(self, found: Interaction) -> Message:
        """The message of the first answer; 10008 where there is none."""
        if found.original is None or found.original.deleted:
            raise ApiError(10008)
        return found.original

    def message(self, found: Interaction, name: str) -> Message:
        """A message of this webhook, by its id or as @original."""
        if name == "@original":
            return self.original(found)
        for each in [found.original, *found.followups]:
            if each is not None and str(each.id) == name and not each.deleted:
                return each
        raise ApiError(10008)

    def edit(self, found: Interaction, message: Message, payload: Payload) -> Message:
        """Edit a message of this webhook."""
        return self._messages.edit(
            message, payload, upload_limit=self._world.upload_limit(found.channel)
        )

    def follow_up(self, found: Interaction, payload: Payload) -> Message:
        """Post by the webhook; the first one after a deferred answer becomes that answer."""
        original = found.original
        if original is not None and original.loading and not original.deleted:
            fields = {k: v for k, v in payload.fields.items() if k not in ("flags", "tts")}
            flags = payload.flags & Flag.COMPONENTS_V2
            place = Payload(Place.WEBHOOK_EDIT, {**fields, "flags": int(flags)}, payload.uploads)
            return self.edit(found, original, place)
        message = self._messages.create(self._following(found, payload.flags), payload)
        found.followups.append(message)
        self._link(found, message)
        self._events.publish("interaction.followed", found)
        return message

    def _take(
        self, found: Interaction, kind: Answer, data: Json, uploads: tuple[Upload, ...]
    ) -> None:
        if kind is Answer.CHOICES:
            found.choices = _checked_choices(data)
        elif kind is Answer.MODAL:
            modals.check(data)
            found.modal = modals.numbered(data)
        elif kind in (Answer.MESSAGE, Answer.DEFER):
            payload = Payload(Place.CALLBACK, data, uploads)
            origin = self._origin(found, payload.flags)
            loading = kind is Answer.DEFER
            found.original = self._messages.create(origin, payload, loading=loading)
            self._link(found, found.original)
        else:
            found.original = found.source
            if kind is Answer.UPDATE and found.source is not None:
                payload = Payload(Place.CALLBACK_EDIT, data, uploads)
                self.edit(found, found.source, payload)
            if found.source is not None:
                self._link(found, found.source)

    def _origin(self, found: Interaction, flags: Flag) -> Origin:
        reader = found.user.id if flags & Flag.EPHEMERAL else None
        limit = self._world.upload_limit(found.channel)
        about = found.metadata()
        return Origin(found.channel, self._world.bot, about, reader, limit, found.command)

    def _following(self, found: Interaction, flags: Flag) -> Origin:
        """Of a message after the first: it names that one instead of the command."""
        origin = self._origin(found, flags)
        if found.original is None:
            return origin
        about = found.metadata() | {"original_response_message_id": str(found.original.id)}
        return replace(origin, interaction=about, command=None)

    def _link(self, found: Interaction, message: Message) -> None:
        """Follow a message's changes in the interaction's history from here on."""
        self._linked.setdefault(message.id, []).append(found)
        found.history.append(self._state("created", message))

    def _state(self, change: str, message: Message) -> State:
        return State(self._clock.now(), change, self.writer.message(message))

    def _note_change(self, event: Event) -> None:
        """Tell it in every interaction that the message belongs to: a game's has one a click."""
        if event.name not in ("message.edited", "message.deleted"):
            return
        if linked := self._linked.get(event.data.id):
            state = self._state(event.name.removeprefix("message."), event.data)
            for found in linked:
                found.history.append(state)


def _path(data: Json) -> Iterator[str]:
    """A command's name and those of the sub-commands that were chosen in it."""
    yield data["name"]
    for option in data.get("options") or []:
        if option["type"] in (OptionType.SUBCOMMAND, OptionType.GROUP):
            yield from _path(option)


def _read_answer(found: Interaction, body: Any) -> tuple[Answer, Json]:
    """The answer's type and data, where they fit what the member did."""
    form = Form()
    record = form.record((), body)
    form.known((), record, {"type", "data"})
    fitting = _ANSWERS[found.kind]
    if found.source is None:
        fitting = fitting - {Answer.DEFER_UPDATE, Answer.UPDATE}
    if record.get("type") not in fitting:
        values = ", ".join(str(int(each)) for each in sorted(fitting))
        form.add(("type",), "BASE_TYPE_CHOICES", f"Value must be one of ({values}).")
    form.close()
    data = record.get("data")
    return Answer(record["type"]), data if isinstance(data, dict) else {}


def _checked_choices(data: Json) -> list[Json]:
    form = Form()
    form.known(("data",), data, {"choices"})
    check_choices(form, ("data", "choices"), data.get("choices"))
    form.close()
    return list(data.get("choices") or [])
