"""The `lora` option of /imagine: read at the edge, suggested from memory."""

from collections.abc import Mapping

import discord
from discord import app_commands

from bot.model.checkpoint import Adapter
from bot.model.loras import Wish, parse_loras

TITLE_LENGTH = 100
LENGTH = 120
"""Characters: three names with their weights, and some room for blanks."""


class LoraList(app_commands.Transformer):
    """Reads `pixel:0.8, ink`; it fails for no text, so that refusals are told as all others are."""

    @property
    def max_value(self) -> int:
        """The most characters that the option takes."""
        return LENGTH

    async def transform(self, interaction: discord.Interaction, value: str) -> tuple[Wish, ...]:
        """Names and weights."""
        return parse_loras(value)


def suggested(typed: str, offered: Mapping[str, Adapter]) -> dict[str, str]:
    """Titles by what the option would hold: what was typed, its last name completed."""
    before, comma, last = typed.rpartition(",")
    start = f"{before}{comma} " if comma else ""
    chosen = {name for name, _ in parse_loras(before)}
    wanted = last.strip().casefold()
    found = {
        f"{start}{key}": f"{start}{one.title or key}"
        for key, one in offered.items()
        if key not in chosen and wanted in f"{key} {one.title}".casefold()
    }
    return {value: title for value, title in found.items() if len(value) <= TITLE_LENGTH}
