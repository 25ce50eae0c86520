"""The numbers of earlier requests, as members name them."""

from collections.abc import Sequence

from discord import app_commands

from bot.model.job import Job
from cogs._sentences import title_of

Number = app_commands.Range[int, 1, 2**53 - 1]


def matching(typed: str, jobs: Sequence[Job]) -> list[app_commands.Choice[int]]:
    """Jobs whose number or words hold what was typed."""
    wanted = typed.casefold()
    titles = {job.id: title_of(job) for job in jobs}
    return [
        app_commands.Choice(name=title, value=number)
        for number, title in titles.items()
        if wanted in title.casefold()
    ]
