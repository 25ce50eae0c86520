"""What a member sees of the bot's answer, and waiting for it without polling."""

from collections.abc import Callable
from typing import TypeVar

from bot.sandbox.events import Events
from bot.sandbox.interactions import ANSWER_WITHIN, Interaction, State
from bot.sandbox.messages import Message
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.wire import Json, Writer

T = TypeVar("T")


class NotAnswered(Exception):
    """The bot said nothing in time, or not what was waited for."""


class Reply:
    """The bot's answer to one interaction, as it stands now and as it was."""

    def __init__(self, interaction: Interaction, events: Events, writer: Writer) -> None:
        self.interaction = interaction
        self._events = events
        self._writer = writer

    @property
    def acknowledged_ms(self) -> float | None:
        """Milliseconds of real time until the first answer; none before it."""
        return self.interaction.acknowledged_ms

    @property
    def message(self) -> Snapshot | None:
        """The original answer as it stands; none where there is none, or it was deleted."""
        return self._shown(self.interaction.original)

    @property
    def followups(self) -> list[Snapshot]:
        """The further messages as they stand, without deleted ones."""
        shown = [self._shown(each) for each in self.interaction.followups]
        return [each for each in shown if each is not None]

    @property
    def modal(self) -> Json | None:
        """The modal the bot opened."""
        return self.interaction.modal

    @property
    def history(self) -> list[State]:
        """Every state of every message of this answer, in order."""
        return list(self.interaction.history)

    async def acknowledged(self, timeout: float = ANSWER_WITHIN) -> "Reply":
        """Wait for the first answer, so many seconds of real time.

        Raises:
            NotAnswered: there was none; Discord says "the application did not respond".
        """
        answered = self.interaction
        await self._wait(lambda: answered.answer, timeout, "The application did not respond.")
        return self

    async def until(self, predicate: Callable[[Snapshot], bool], timeout: float = 30.0) -> Snapshot:
        """The first state of the original that fits, from now on or the present one.

        Raises:
            NotAnswered: none fitted within `timeout` seconds of real time.
        """
        seen = len(self.interaction.history)

        def look() -> Snapshot | None:
            nonlocal seen
            present = self.message
            states = [present] if present is not None else []
            original = self.interaction.original
            for state in self.interaction.history[seen:]:
                if original is not None and state.message["id"] == str(original.id):
                    states.append(Snapshot(state.message))
            seen = len(self.interaction.history)
            return next((each for each in states if predicate(each)), None)

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
        found = self.interaction

        def look() -> bool | None:
            return True if found.original is not None and found.original.deleted else None

        await self._wait(look, timeout, "The message was not deleted.")

    async def _wait(self, look: Callable[[], T | None], timeout: float, else_: str) -> T:
        try:
            return await self._events.wait(look, timeout)
        except TimeoutError:
            raise NotAnswered(else_) from None

    def _shown(self, message: Message | None) -> Snapshot | None:
        if message is None or message.deleted:
            return None
        return Snapshot(self._writer.message(message))
