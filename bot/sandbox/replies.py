"""What a member sees of the bot's answer, and waiting for it without polling."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from bot.sandbox import records
from bot.sandbox.events import Events
from bot.sandbox.interactions import ANSWER_WITHIN, Interaction, State
from bot.sandbox.records import Record
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.wire import Json, Writer

T = TypeVar("T")


class NotAnswered(Exception):
    """The bot said nothing in time, or not what was waited for."""


class Source(Protocol):
    """Where a reply's record comes from: this process or another."""

    @property
    def record(self) -> Record:
        """The interaction as it is known now."""
        ...

    async def wait(self, look: Callable[[], T | None], timeout: float) -> T:
        """The first answer other than none, looked for after each change; or TimeoutError."""
        ...


class LocalSource:
    """A record of this process, always up to date."""

    def __init__(self, interaction: Interaction, events: Events, writer: Writer) -> None:
        self._interaction = interaction
        self._events = events
        self._writer = writer

    @property
    def record(self) -> Record:
        """The interaction as it stands."""
        return records.read(self._interaction, self._writer)

    async def wait(self, look: Callable[[], T | None], timeout: float) -> T:
        """The first answer other than none, looked for after each of the interaction's changes."""
        seen = -1

        def check() -> T | None:
            nonlocal seen
            if records.revision(self._interaction) == seen:
                return None
            seen = records.revision(self._interaction)
            return look()

        return await self._events.wait(check, timeout)


class Reply:
    """The bot's answer to one interaction, as it stands now and as it was."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @property
    def interaction_id(self) -> int:
        """The interaction's id."""
        return self._source.record.interaction_id

    @property
    def acknowledged_ms(self) -> float | None:
        """Milliseconds of real time until the first answer; none before it."""
        return self._source.record.acknowledged_ms

    @property
    def message(self) -> Snapshot | None:
        """The original answer as it stands; none where there is none, or it was deleted."""
        return self._source.record.message

    @property
    def followups(self) -> list[Snapshot]:
        """The further messages as they stand, without deleted ones."""
        return list(self._source.record.followups)

    @property
    def modal(self) -> Json | None:
        """The modal the bot opened."""
        return self._source.record.modal

    @property
    def choices(self) -> list[Json] | None:
        """The choices the bot offered to autocomplete."""
        return self._source.record.choices

    @property
    def history(self) -> list[State]:
        """Every state of every message of this answer, in order."""
        return list(self._source.record.history)

    async def acknowledged(self, timeout: float = ANSWER_WITHIN) -> "Reply":
        """Wait for the first answer, so many seconds of real time.

        Raises:
            NotAnswered: there was none; Discord says "the application did not respond".
        """
        await self._wait(
            lambda: self._source.record.answered or None,
            timeout,
            "The application did not respond.",
        )
        return self

    async def until(self, predicate: Callable[[Snapshot], bool], timeout: float = 30.0) -> Snapshot:
        """The first state of the original that fits: its present one, or one from now on.

        Raises:
            NotAnswered: none fitted within `timeout` seconds of real time.
        """
        seen = len(self._source.record.history)

        def look() -> Snapshot | None:
            nonlocal seen
            record = self._source.record
            states = [state.message for state in record.history[seen:]]
            seen = len(record.history)
            fresh = [Snapshot(each) for each in states if each["id"] == str(record.original_id)]
            present = [] if record.message is None else [record.message]
            return next((each for each in [*fresh, *present] if predicate(each)), None)

        return await self._wait(look, timeout, "The message never came to the awaited state.")

    async def finished(self, timeout: float = 30.0) -> Snapshot:
        """The original once it is no longer "thinking"."""
        return await self.until(lambda message: not message.thinking, timeout)

    async def followed_up(self, count: int = 1, timeout: float = 30.0) -> Snapshot:
        """The follow-up of that number, counted from one, once it is there."""

        def look() -> Snapshot | None:
            return self.followups[count - 1] if len(self.followups) >= count else None

        return await self._wait(look, timeout, f"There was no follow-up number {count}.")

    async def deleted(self, timeout: float = 30.0) -> None:
        """Wait until the original was deleted."""

        def look() -> bool | None:
            record = self._source.record
            return (record.original_id is not None and record.message is None) or None

        await self._wait(look, timeout, "The message was not deleted.")

    async def _wait(self, look: Callable[[], T | None], timeout: float, otherwise: str) -> T:
        try:
            return await self._source.wait(look, timeout)
        except TimeoutError:
            raise NotAnswered(otherwise) from None
