"""/upscale and /vary: images made from images that were drawn before."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.derivation import Derivation
from bot.model import request as bounds
from bot.model.deriving import AMOUNTS, FACTORS, Choice, UpscaleRequest, VaryRequest
from bot.model.errors import StorageError
from cogs._numbers import Number, matching
from cogs._origins import eyes_of
from cogs._replies import FrontDesk

Image = app_commands.Range[int, *bounds.COUNTS]
Count = app_commands.Range[int, *bounds.COUNTS]


class Derive(commands.Cog):
    """Translates /upscale and /vary into calls of the derivation."""

    def __init__(self, *, desk: FrontDesk, derivation: Derivation) -> None:
        self._desk = desk
        self._derivation = derivation

    @app_commands.command(name="upscale", description="Draw an image again, larger and finer")
    @app_commands.guild_install()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(
        job="The number below the image; your last one if left out",
        image="Which of its images, if there are several",
        factor="How many times as wide and as high",
        private="Show the image to you alone",
    )
    @app_commands.choices(
        factor=[app_commands.Choice(name=f"{factor}×", value=factor) for factor in FACTORS]
    )
    async def upscale(
        self,
        interaction: discord.Interaction,
        job: Number | None = None,
        image: Image = 1,
        factor: int = FACTORS[0],
        private: bool = False,
    ) -> None:
        """Acknowledge, then ask for an enlargement; the answer comes through the queue."""
        wish = UpscaleRequest(Choice(job, image), factor, private)
        await self._desk.take_in(
            interaction,
            kind="upscale",
            private=private,
            queue=partial(self._derivation.upscale, wish, sees=eyes_of(interaction)),
        )

    @app_commands.command(name="vary", description="Draw an image again, a little different")
    @app_commands.guild_install()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(
        job="The number below the image; your last one if left out",
        image="Which of its images, if there are several",
        amount="How different",
        count="How many variations",
        private="Show the images to you alone",
    )
    @app_commands.choices(
        amount=[app_commands.Choice(name=amount, value=amount) for amount in AMOUNTS]
    )
    async def vary(
        self,
        interaction: discord.Interaction,
        job: Number | None = None,
        image: Image = 1,
        amount: str = "subtle",
        count: Count = 1,
        private: bool = False,
    ) -> None:
        """Acknowledge, then ask for variations; the answer comes through the queue."""
        wish = VaryRequest(Choice(job, image), amount, count, private)
        await self._desk.take_in(
            interaction,
            kind="vary",
            private=private,
            queue=partial(self._derivation.vary, wish, sees=eyes_of(interaction)),
        )

    @upscale.autocomplete("job")
    @vary.autocomplete("job")
    async def _recent(
        self, interaction: discord.Interaction, typed: str | int
    ) -> list[app_commands.Choice[int]]:
        try:
            jobs = await self._derivation.recent(interaction.guild_id or 0, interaction.user.id)
        except StorageError:
            return []
        return matching(str(typed), jobs)
