"""Buttons that live for ever: the custom id holds a job's id, the database holds the rest."""

import re
from collections.abc import Awaitable, Callable

import discord

OnPress = Callable[[discord.Interaction, int], Awaitable[None]]
"""What to do for a press: the interaction and the job it is about."""


def cancel_button(on_press: OnPress) -> type[discord.ui.DynamicItem[discord.ui.Button]]:
    """The class of the Cancel buttons; constructed with a job id."""

    class CancelButton(
        discord.ui.DynamicItem[discord.ui.Button], template=r"imagine:cancel:(?P<job>[0-9]+)"
    ):
        def __init__(self, job_id: int) -> None:
            button = discord.ui.Button(
                label="Cancel",
                style=discord.ButtonStyle.secondary,
                custom_id=f"imagine:cancel:{job_id}",
            )
            super().__init__(button)
            self.job_id = job_id

        @classmethod
        async def from_custom_id(
            cls, interaction: discord.Interaction, item: object, match: re.Match[str]
        ) -> "CancelButton":
            return cls(int(match["job"]))

        async def callback(self, interaction: discord.Interaction) -> None:
            await on_press(interaction, self.job_id)

    return CancelButton
