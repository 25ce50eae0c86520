"""/queue: the owner's hand on what waits; /waiting: what everybody may see of it."""

from functools import partial
from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.control import Control
from bot.model.errors import OwnerOnly, StorageError
from bot.model.hold import EVERYWHERE, HoldKind
from bot.model.request import Origin
from cogs import _overview
from cogs._numbers import Number
from cogs._replies import FrontDesk

CHOICES = 25
"""As many suggestions as Discord shows."""

Scope = Literal["this server", "the whole bot"]


@app_commands.guild_install()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions()
class OwnersQueue(
    commands.GroupCog,
    name="Queue",
    group_name="queue",
    group_description="For the owner of this bot alone",
):
    """Translates the owner's orders into calls of the control, which checks who gives them."""

    def __init__(self, *, desk: FrontDesk, control: Control) -> None:
        self._desk = desk
        self._control = control

    @app_commands.command(name="list", description="What waits and is being drawn")
    @app_commands.describe(scope="Whose queue")
    async def show(self, interaction: discord.Interaction, scope: Scope = "this server") -> None:
        """Show everything that waits and what holds it back."""

        async def order(origin: Origin) -> str:
            found = await self._control.all_of_it(_scope(scope, origin), by=origin.user_id)
            return _overview.listed(found, here=origin.guild_id)

        await self._desk.obey(interaction, kind="queue list", order=order)

    @app_commands.command(name="pause", description="Accept requests and let all of them wait")
    @app_commands.describe(scope="Whose queue")
    async def pause(self, interaction: discord.Interaction, scope: Scope = "this server") -> None:
        """Begin nothing more; what is being drawn is finished."""
        order = partial(self._hold, HoldKind.PAUSED, scope)
        await self._desk.obey(interaction, kind="queue pause", order=order)

    @app_commands.command(name="drain", description="Accept no requests and draw what waits")
    @app_commands.describe(scope="Whose queue")
    async def drain(self, interaction: discord.Interaction, scope: Scope = "this server") -> None:
        """Let the queue run dry."""
        order = partial(self._hold, HoldKind.DRAINING, scope)
        await self._desk.obey(interaction, kind="queue drain", order=order)

    @app_commands.command(name="resume", description="End a pause or a drain")
    @app_commands.describe(scope="Whose queue")
    async def resume(self, interaction: discord.Interaction, scope: Scope = "this server") -> None:
        """Accept and draw again."""

        async def order(origin: Origin) -> str:
            whose = _scope(scope, origin)
            lifted = await self._control.resume(whose, by=origin.user_id)
            return _overview.was_resumed(whose, lifted=lifted)

        await self._desk.obey(interaction, kind="queue resume", order=order)

    @app_commands.command(name="bump", description="Put a waiting request before all others")
    @app_commands.describe(job="Its number")
    async def bump(self, interaction: discord.Interaction, job: Number) -> None:
        """Put a request first; it costs its member what it would have cost anyhow."""

        async def order(origin: Origin) -> str:
            return _overview.was_bumped(await self._control.bump(job, by=origin.user_id))

        await self._desk.obey(interaction, kind="queue bump", order=order)

    @app_commands.command(name="cancel", description="Cancel anybody's request")
    @app_commands.describe(job="Its number")
    async def cancel(self, interaction: discord.Interaction, job: Number) -> None:
        """Cancel a request that waits or is being drawn; its own message tells it."""

        async def order(origin: Origin) -> str:
            return _overview.was_cancelled(await self._control.cancel(job, by=origin.user_id))

        await self._desk.obey(interaction, kind="queue cancel", order=order)

    @bump.autocomplete("job")
    @cancel.autocomplete("job")
    async def _numbers(
        self, interaction: discord.Interaction, typed: str | int
    ) -> list[app_commands.Choice[int]]:
        try:
            drawn, waiting = await self._control.numbers(by=interaction.user.id)
        except (OwnerOnly, StorageError):
            return []
        found = _overview.titles(drawn, waiting).items()
        fitting = [(number, title) for number, title in found if str(typed) in title]
        return [app_commands.Choice(name=title, value=one) for one, title in fitting[:CHOICES]]

    async def _hold(self, kind: HoldKind, scope: Scope, origin: Origin) -> str:
        whose = _scope(scope, origin)
        await self._control.hold(whose, kind, by=origin.user_id)
        return _overview.was_held(kind, whose)


class WhatWaits(commands.Cog):
    """Translates /waiting into a look at the queue."""

    def __init__(self, *, desk: FrontDesk, control: Control) -> None:
        self._desk = desk
        self._control = control

    @app_commands.command(name="waiting", description="What waits and is being drawn here")
    @app_commands.guild_install()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    async def waiting(self, interaction: discord.Interaction) -> None:
        """Show this server's queue to whoever asks, and to nobody else."""

        async def order(origin: Origin) -> str:
            found = await self._control.overview(origin.guild_id)
            return _overview.listed(found, here=origin.guild_id)

        await self._desk.obey(interaction, kind="waiting", order=order)


def _scope(scope: Scope, origin: Origin) -> int:
    return origin.guild_id if scope == "this server" else EVERYWHERE
