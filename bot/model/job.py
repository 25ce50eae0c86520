"""A job: an accepted request, its recipe, and where it stands.

    queued ──► running ──► rendered ──► delivered
       │          │  ▲
       │          ▼  │ (requeued by a stop or a crash)
       ├──► cancelled, failed

`rendered`, `failed` and `cancelled` are outcomes that still have to be told; `answered_at` says
when they were. Every move is a compare-and-set on the state it comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.model.fairness import Tags
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest, Origin
from bot.model.ways import Way

TOKEN_LIFE = 14 * 60.0
"""Seconds for which an interaction token is trusted with an answer."""
TOKEN_ENDS = 15 * 60.0
"""Seconds after which Discord takes it no more."""


class State(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    RENDERED = "rendered"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"


MOVES: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.QUEUED: frozenset({State.RUNNING, State.FAILED, State.CANCELLED}),
        State.RUNNING: frozenset({State.QUEUED, State.RENDERED, State.FAILED, State.CANCELLED}),
        State.RENDERED: frozenset({State.DELIVERED}),
        State.DELIVERED: frozenset(),
        State.FAILED: frozenset(),
        State.CANCELLED: frozenset(),
    }
)
"""The moves a job may make."""

UNANSWERED = frozenset({State.RENDERED, State.FAILED, State.CANCELLED})
"""The outcomes that wait to be told."""


def sources_of(target: State) -> frozenset[State]:
    """The states from which a job may become `target`."""
    return frozenset(state for state, targets in MOVES.items() if target in targets)


@dataclass(frozen=True, slots=True)
class NewJob:
    """An admitted request on its way into the queue."""

    origin: Origin
    request: ImageRequest
    recipe: Recipe
    cost: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """An accepted request; times are Unix seconds, None where it has not come to that."""

    id: int
    origin: Origin
    request: ImageRequest
    recipe: Recipe
    cost: float
    weight: float
    tags: Tags
    state: State
    created_at: float
    held: bool = False
    """Whether it waits in the paused queue of its server."""
    attempts: int = 0
    claimed_at: float | None = None
    finished_at: float | None = None
    answered_at: float | None = None
    answered_by: Way | None = None
    """The way its outcome was told; None where every way was closed and it is kept."""
    message_id: int | None = None
    draw_seconds: float | None = None
    cancelled_by: int | None = None
    """The user who cancelled it, if not its author."""
    failure: str = ""
    """The name of the error a failed job ended with."""
    failure_detail: str = ""
    shared: bool = False
    """Whether its pictures are shown to others, and so kept however old they are."""
    pruned: bool = False
    """Whether its pictures were removed to make room."""

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """One recipe for each image; the seed counts up from the first."""
        return tuple(self.recipe.numbered(index) for index in range(self.request.count))

    def token_lives(self, now: float) -> bool:
        """Whether the interaction token can still be used at `now`."""
        return bool(self.origin.token) and now - self.origin.token_born < TOKEN_LIFE

    @property
    def nonce(self) -> str:
        """What makes Discord refuse the same answer twice (25 characters at most)."""
        return f"job-{self.id}-{int(self.created_at)}"


@dataclass(frozen=True, slots=True)
class Interaction:
    """An interaction that was acknowledged and is not yet answered for good."""

    id: int
    application_id: int
    token: str = field(repr=False)
    born: float
    user_id: int
    channel_id: int
    guild_id: int
    kind: str
    """The command or button it came from."""

    def token_lives(self, now: float) -> bool:
        """Whether its token can still be used at `now`."""
        return bool(self.token) and now - self.born < TOKEN_LIFE
