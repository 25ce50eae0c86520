"""The front desk: every handler acknowledges here first, and is refused here."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any

import discord
from discord import app_commands

from bot.model.errors import (
    DeliveryError,
    DeliveryInterrupted,
    DeliveryRefused,
    Refused,
    StorageError,
)
from bot.model.job import TOKEN_LIFE, Interaction
from bot.model.request import Origin
from bot.patience import Patience
from bot.ports import Clock, InteractionJournal
from cogs import _errors
from cogs._border import SessionClosed, border
from cogs._origins import origin_of, require_permissions

Act = Callable[[Origin], Awaitable[object]]
"""Does what an interaction asks for; raises Refused."""

Order = Callable[[Origin], Awaitable[str]]
"""Does what an interaction asks for, and says what came of it; raises Refused."""

COMMIT_WITHIN = 1.0
"""Seconds for the commit before the acknowledgement; Discord allows 3 for both."""
ALREADY_ACKNOWLEDGED = 40060

STALE_FORMS = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
)
"""What a member's Discord causes that still shows the commands of an older version."""

log = logging.getLogger(__name__)


class FrontDesk:
    """Acknowledges an interaction after the database knows it, and tells refusals in private."""

    def __init__(self, *, journal: InteractionJournal, clock: Clock, patience: Patience) -> None:
        self._journal = journal
        self._clock = clock
        self._patience = patience
        self._handling: set[asyncio.Task[Any]] = set()

    async def settle(self, *, grace: float) -> None:
        """Let whatever is being answered be answered, newcomers too, within `grace` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                while self._handling:
                    await asyncio.wait(self._handling)

    async def take_in(
        self, interaction: discord.Interaction, *, kind: str, private: bool, queue: Act
    ) -> None:
        """Acknowledge, have `queue` put the request into the queue, and refuse it if that fails.

        An answer that may have to be posted needs a channel where the bot may post.
        """
        origin = origin_of(interaction, now=self._clock())
        if not await self.acknowledge(interaction, kind=kind, private=private):
            return
        try:
            if not private:
                require_permissions(interaction)
            await queue(origin)
        except Exception as error:  # the thinking message must end, whatever went wrong
            await self.refuse(interaction, error, private=private)

    async def answer(self, interaction: discord.Interaction, *, kind: str, reply: Act) -> None:
        """Acknowledge in private, then have `reply` answer, again where that meets trouble."""
        origin = origin_of(interaction, now=self._clock())
        if not await self.acknowledge(interaction, kind=kind, private=True):
            return
        try:
            await self._tell(interaction, partial(reply, origin))
        except Exception as error:  # the thinking message must end, whatever went wrong
            await self.refuse(interaction, error, private=True, queues=False)

    async def obey(self, interaction: discord.Interaction, *, kind: str, order: Order) -> None:
        """Acknowledge in private, carry an order out once, and tell what came of it."""
        origin = origin_of(interaction, now=self._clock())
        if not await self.acknowledge(interaction, kind=kind, private=True):
            return
        try:
            said = await order(origin)
        except Exception as error:  # the thinking message must end, whatever went wrong
            await self.refuse(interaction, error, private=True, queues=False)
        else:
            await self._tell(interaction, partial(_edit, interaction, said))

    async def acknowledge(
        self, interaction: discord.Interaction, *, kind: str, private: bool, thinking: bool = True
    ) -> bool:
        """Commit, then defer; False if the interaction is dead and the handler should drop it.

        Without `thinking` nothing is left open, so there is nothing to commit.
        """
        self._note_handler()
        if thinking:
            await self._commit(interaction, kind)
        defer = partial(interaction.response.defer, ephemeral=private, thinking=thinking)
        try:
            await self._twice(defer)
        except DeliveryRefused as error:
            log.warning("%s could not be acknowledged: %s", kind, error)
            if error.code != ALREADY_ACKNOWLEDGED:
                await self.done(interaction)
                return False
        except DeliveryInterrupted as error:
            # Discord may well have heard; if not, the answer takes another way.
            log.warning("%s may not be acknowledged: %s", kind, error)
        return True

    def _note_handler(self) -> None:
        """Note who answers; discord.py has each interaction answered by a task of its own."""
        if (handler := asyncio.current_task()) is not None:
            self._handling.add(handler)
            handler.add_done_callback(self._handling.discard)

    async def _twice(self, defer: Callable[[], Awaitable[object]]) -> None:
        """Acknowledge, and at once again where no answer came: there are three seconds in all."""
        try:
            with border():
                await defer()
        except DeliveryInterrupted as error:
            if error.status is not None or error.retry_after is not None:
                raise
            with border():
                await defer()

    async def refuse(
        self,
        interaction: discord.Interaction,
        error: BaseException,
        *,
        private: bool,
        queues: bool = True,
    ) -> None:
        """Tell the member, and nobody else, why nothing was done."""
        self._log(error)
        text = _errors.sentence(error, queues=queues)
        tell = partial(_edit if private else _make_room, interaction, text)
        await self._tell(interaction, tell)

    async def whisper(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell the member alone why a click did nothing, beside a message that stays as it is."""
        self._log(error)
        text = _errors.sentence(error, queues=False)
        await self._tell(interaction, partial(_follow_up, interaction, text))

    async def stumbled(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Answer a command that came to no handler; in private, and never by silence."""
        misfit = isinstance(error, STALE_FORMS)
        text = _errors.MISFIT if misfit else _errors.UNEXPECTED
        log.warning("a command came to no handler: %s", error, exc_info=not misfit)
        await self._tell(interaction, partial(_say, interaction, text))

    async def _tell(
        self, interaction: discord.Interaction, tell: Callable[[], Awaitable[object]]
    ) -> None:
        """Tell it in the end, for as long as that can be heard.

        What a stop cuts short is left open in the journal, and closed by the next start.
        """

        def trouble(error: Exception, pause: float) -> None:
            log.warning("a member is told in %.0f s: %s", pause, error)

        deadline = self._clock() + TOKEN_LIFE
        try:
            await self._patience.through(
                tell,
                only=(DeliveryInterrupted,),
                unless=(SessionClosed,),
                until=lambda: self._clock() >= deadline,
                trouble=trouble,
            )
        except SessionClosed as error:
            log.warning("a member is not told now: %s", error)
            return
        except DeliveryError as error:
            log.warning("a member could not be told: %s", error)
        await self.done(interaction)

    async def done(self, interaction: discord.Interaction) -> None:
        """Note that the interaction has its answer, for as long as the next start could tell it.

        A database in trouble is asked again meanwhile.
        """
        deadline = self._clock() + TOKEN_LIFE
        try:
            await self._patience.through(
                partial(self._journal.close, interaction.id),
                only=(StorageError,),
                until=lambda: self._clock() >= deadline,
                trouble=lambda error, _: log.debug("an answer is not noted yet: %s", error),
            )
        except StorageError as error:
            log.warning("an answer could not be noted: %s", error)

    def _log(self, error: BaseException) -> None:
        if not isinstance(error, Refused):
            log.error("a handler failed", exc_info=error)

    async def _commit(self, interaction: discord.Interaction, kind: str) -> None:
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await self._journal.open(self._record(interaction, kind))
        except (TimeoutError, StorageError) as error:
            log.error("%s could not be noted before it was acknowledged: %s", kind, error)

    def _record(self, interaction: discord.Interaction, kind: str) -> Interaction:
        return Interaction(
            id=interaction.id,
            application_id=interaction.application_id,
            token=interaction.token,
            born=self._clock(),
            user_id=interaction.user.id,
            channel_id=interaction.channel_id or 0,
            guild_id=interaction.guild_id or 0,
            kind=kind,
        )


async def _edit(interaction: discord.Interaction, text: str) -> None:
    with border():
        await interaction.edit_original_response(content=text)


async def _make_room(interaction: discord.Interaction, text: str) -> None:
    """A deferred answer keeps its visibility, so it gives way to one that only the member sees."""
    with border():
        with suppress(discord.NotFound):  # as after a try that got no further
            await interaction.delete_original_response()
        await interaction.followup.send(text, ephemeral=True)


async def _follow_up(interaction: discord.Interaction, text: str) -> None:
    with border():
        await interaction.followup.send(text, ephemeral=True)


async def _say(interaction: discord.Interaction, text: str) -> None:
    with border():
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
