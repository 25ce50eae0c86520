"""The front desk: every handler acknowledges here first, and is refused here."""

import asyncio
import logging
from contextlib import suppress

import aiohttp
import discord
from discord import app_commands

from bot.model.errors import Refused, StorageError
from bot.model.job import Interaction
from bot.ports import Clock, InteractionJournal
from cogs import _errors

COMMIT_WITHIN = 1.0
"""Seconds for the commit before the acknowledgement; Discord allows 3 for both."""
UNKNOWN_INTERACTION, ALREADY_ACKNOWLEDGED = 10062, 40060

STALE_FORMS = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
)
"""What a member's Discord causes that still shows the commands of an older version."""

log = logging.getLogger(__name__)


class FrontDesk:
    """Acknowledges an interaction after the database knows it, and tells refusals in private."""

    def __init__(self, *, journal: InteractionJournal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock

    async def acknowledge(
        self, interaction: discord.Interaction, *, kind: str, private: bool, thinking: bool = True
    ) -> bool:
        """Commit, then defer; False if the interaction is dead and the handler should drop it.

        Without `thinking` nothing is left open, so there is nothing to commit.
        """
        if thinking:
            await self._commit(interaction, kind)
        try:
            await interaction.response.defer(ephemeral=private, thinking=thinking)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_INTERACTION:
                log.warning("%s came too late to be acknowledged", kind)
                await self.done(interaction)
                return False
            if error.code != ALREADY_ACKNOWLEDGED and error.status < 500:
                raise
            log.warning("%s may not be acknowledged: %s", kind, error)
        except (aiohttp.ClientError, OSError) as error:
            # Discord may well have heard; if not, the answer takes another way.
            log.warning("%s may not be acknowledged: %s", kind, error)
        return True

    async def refuse(
        self, interaction: discord.Interaction, error: BaseException, *, private: bool
    ) -> None:
        """Tell the member, and nobody else, why nothing was done."""
        text = _errors.sentence(error)
        if private:
            await interaction.edit_original_response(content=text)
        else:
            # A deferred answer keeps its visibility, so it makes room for one only the member sees.
            await interaction.delete_original_response()
            await interaction.followup.send(text, ephemeral=True)
        self._log(error)
        await self.done(interaction)

    async def whisper(self, interaction: discord.Interaction, error: BaseException) -> None:
        """Tell the member alone why a click did nothing, beside a message that stays as it is."""
        await interaction.followup.send(_errors.sentence(error), ephemeral=True)
        self._log(error)
        await self.done(interaction)

    async def stumbled(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Answer a command that came to no handler; in private, and never by silence."""
        misfit = isinstance(error, STALE_FORMS)
        text = _errors.MISFIT if misfit else _errors.UNEXPECTED
        log.warning("a command came to no handler: %s", error, exc_info=not misfit)
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)

    async def done(self, interaction: discord.Interaction) -> None:
        """Note that the interaction has its answer."""
        with suppress(StorageError):
            await self._journal.close(interaction.id)

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
