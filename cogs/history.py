"""/history: what a member asked for before, shown to that member alone."""

from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.history import History
from bot.model.errors import NoSuchPicture, StorageError
from bot.model.request import Origin
from bot.model.ways import Way
from bot.ports import Courier
from cogs import _sentences
from cogs._border import border
from cogs._numbers import Number, matching
from cogs._replies import FrontDesk


class PastRequests(commands.Cog):
    """Translates /history into a look into the history."""

    def __init__(self, *, desk: FrontDesk, history: History, courier: Courier) -> None:
        self._desk = desk
        self._history = history
        self._courier = courier

    @app_commands.command(name="history", description="Your last images here, for you alone")
    @app_commands.guild_install()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(job="The number of an image to be shown again")
    async def history(self, interaction: discord.Interaction, job: Number | None = None) -> None:
        """Acknowledge in private, then show the list or one request's pictures."""
        reply = self._list if job is None else partial(self._show, job)
        await self._desk.answer(interaction, kind="history", reply=partial(reply, interaction))

    async def _list(self, interaction: discord.Interaction, origin: Origin) -> None:
        jobs = await self._history.recent(origin.guild_id, origin.user_id)
        with border():
            await interaction.edit_original_response(content=_sentences.history(jobs))

    async def _show(self, number: int, _interaction: discord.Interaction, origin: Origin) -> None:
        job, pictures = await self._history.again(
            number, guild_id=origin.guild_id, user_id=origin.user_id
        )
        # The same answer, given to another question.
        await self._courier.deliver(replace(job, origin=origin), pictures, Way.ORIGINAL)

    @history.autocomplete("job")
    async def _recent(
        self, interaction: discord.Interaction, typed: str | int
    ) -> list[app_commands.Choice[int]]:
        try:
            jobs = await self._history.recent(interaction.guild_id or 0, interaction.user.id)
        except (NoSuchPicture, StorageError):
            return []
        return matching(str(typed), jobs)
