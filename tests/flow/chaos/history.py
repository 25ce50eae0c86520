"""What became of a run, as values that the audit can read without any of the bot's help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that a member sent; `reached` says whether Discord heard an acknowledgement."""

    interaction_id: int
    user_id: int
    channel_id: int
    command: str
    options: Json
    picture: str = ""
    """The SHA-256 of the file that was sent along."""
    poison: bool = False
    pressed: bool = False
    """Whether its author pressed Cancel."""
    reached: bool = True
    deleted: bool = False
    """Whether its message was deleted while it was waited for."""


@dataclass(frozen=True, slots=True)
class Row:
    """An accepted request as it stands in the database at the end."""

    id: int
    interaction_id: int
    user_id: int
    channel_id: int
    private: bool
    count: int
    recipes: tuple[Json, ...]
    """What was ordered, one for each image."""
    state: str
    attempts: int
    failure: str
    nonce: str
    token_born: float
    answered_at: float | None


@dataclass(frozen=True, slots=True)
class Move:
    """A change of a job that was committed, at the machine's time; `was` is empty at its birth."""

    at: float
    job: int
    user: int
    was: str
    became: str
    attempts: int
    cost: float
    weight: float


@dataclass(frozen=True, slots=True)
class End:
    """The end of a bot's life at the machine's time."""

    at: float
    code: int
    wanted: str
    """"kill", "stop", or nothing where nobody had asked for it."""
    stepped: int
    """The job whose step the crash marker names; 0 for none."""
    last_words: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """A file of a message: the recipe inside, and whether stock diffusers draws its pixels."""

    name: str
    recipe: Json
    equal: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the bot as it stands at the end."""

    id: int
    channel_id: int
    text: str
    images: tuple[Image, ...] = ()
    interaction_id: int | None = None
    """Of which it is the original answer or a follow-up."""
    direct_to: int | None = None
    only_for: int | None = None
    """Who alone sees it, where it is ephemeral."""
    mentions: tuple[int, ...] = ()
    nonce: str = ""
    final: bool = True
    """Whether it neither thinks nor has a button."""


@dataclass(frozen=True, slots=True)
class History:
    """A whole run."""

    seed: int
    asked: tuple[Asked, ...]
    rows: tuple[Row, ...]
    moves: tuple[Move, ...]
    ends: tuple[End, ...]
    messages: tuple[Message, ...]
    thinking: frozenset[int] = frozenset()
    """Interactions that say "thinking…" to this day."""
    leaps: int = 0
    """How many times the clock has jumped past every token."""
    overtaken: frozenset[int] = frozenset()
    """Interactions that were open when the clock jumped past their tokens."""
    drawn: Mapping[int, int] = field(default_factory=dict)
    """How many times the log says of a job that it was drawn."""
    refused: frozenset[int] = frozenset()
    """Channels that would not take a message of the bot's once."""
    violations: tuple[str, ...] = ()
