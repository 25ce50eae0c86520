"""Where an interaction comes from, as ids, and what its member can look into."""

from collections.abc import Callable

import discord

from bot.model.answer import PERMISSIONS, missing_permissions
from bot.model.errors import MissingPermission
from bot.model.request import Origin


def origin_of(interaction: discord.Interaction, *, now: float) -> Origin:
    """Where a request comes from and where its answer goes."""
    return Origin(
        guild_id=interaction.guild_id or 0,
        channel_id=interaction.channel_id or 0,
        user_id=interaction.user.id,
        interaction_id=interaction.id,
        application_id=interaction.application_id,
        token=interaction.token,
        token_born=now,
        filesize_limit=interaction.filesize_limit,
    )


def require_permissions(interaction: discord.Interaction) -> None:
    """Raise MissingPermission where the bot could not post an answer."""
    allowed = interaction.app_permissions
    if allowed.administrator:
        return
    granted = {name for name in PERMISSIONS if getattr(allowed, name)}
    in_thread = isinstance(interaction.channel, discord.Thread)
    if missing := missing_permissions(granted, in_thread=in_thread):
        raise MissingPermission(missing)


def eyes_of(interaction: discord.Interaction) -> Callable[[int], bool]:
    """Whether the member can read a channel of the server; of a private thread only from inside."""

    def sees(channel_id: int) -> bool:
        if channel_id == interaction.channel_id:
            return True
        guild, member = interaction.guild, interaction.user
        channel = guild.get_channel_or_thread(channel_id) if guild else None
        if channel is None or not isinstance(member, discord.Member):
            return False
        if isinstance(channel, discord.Thread) and channel.is_private():
            return False
        allowed = channel.permissions_for(member)
        return allowed.view_channel and allowed.read_message_history

    return sees
