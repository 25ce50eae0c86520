"""Commands with every kind of option, for the composer of the page."""

import asyncio
from collections.abc import Sequence
from enum import Enum

import discord
from discord import app_commands

GARDEN = {"fruit": ("apple", "pear", "plum"), "flower": ("rose", "tulip")}
Choices = list[app_commands.Choice[str]]


class Size(Enum):
    """Choices of a string."""

    small = "s"
    large = "l"


def _offered(found: Sequence[str], typed: str) -> Choices:
    return [app_commands.Choice(name=each.title(), value=each) for each in found if typed in each]


@app_commands.command(description="Every kind of option")
@app_commands.describe(
    text="Some words", whole="How many", part="How much", size="How large", wrapped="As a present"
)
@app_commands.guild_only()
async def order(  # the member's options, every kind of them
    interaction: discord.Interaction,
    text: app_commands.Range[str, 3, 20],
    whole: app_commands.Range[int, 1, 4] = 1,
    part: app_commands.Range[float, 0.5, None] = 0.5,
    size: Size | None = None,
    wrapped: bool = False,
    member: discord.Member | None = None,
    role: discord.Role | None = None,
    room: discord.TextChannel | None = None,
    anyone: discord.Member | discord.Role | None = None,
    picture: discord.Attachment | None = None,
    second: discord.Attachment | None = None,
) -> None:
    """Say what was given, in the order of the options."""
    files = [each.filename for each in (picture, second) if each]
    named = [each.name for each in (member, role, room, anyone) if each]
    told = [text, whole, part, size.value if size else "-", wrapped, *named, *files]
    await interaction.response.send_message("Ordered: " + " | ".join(str(each) for each in told))


@app_commands.command(description="Plant something")
@app_commands.describe(kind="Fruit or flower", plant="What is planted", deep="How deep")
@app_commands.choices(kind=[app_commands.Choice(name=each.title(), value=each) for each in GARDEN])
async def plant(
    interaction: discord.Interaction, kind: str, plant: str, deep: int | None = None
) -> None:
    """Say what was planted."""
    await interaction.response.send_message(f"Planted: {kind} {plant} {deep}")


@plant.autocomplete("plant")
async def _plants(interaction: discord.Interaction, typed: str) -> Choices:
    """Plants of the kind that was chosen; "slow" takes until it is told to go on."""
    if typed == "slow":
        await interaction.client.released.wait()  # type: ignore[attr-defined]  # of this bot alone
        return _offered(["slowly"], "")
    if typed == "broken":
        raise RuntimeError("the garden is shut")
    return _offered(GARDEN.get(interaction.namespace.kind, ()), typed)


@plant.autocomplete("deep")
async def _depths(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[int]]:
    return [app_commands.Choice(name=f"{each} feet", value=each) for each in (2, 3, 5)]


@app_commands.command(description="For those who keep order")
@app_commands.default_permissions(manage_messages=True)
async def tidy(interaction: discord.Interaction) -> None:
    """Say that it is done."""
    await interaction.response.send_message("Tidied.", ephemeral=True)


@app_commands.command(description="Says nothing at all")
async def mute(interaction: discord.Interaction) -> None:
    """Never answer."""
    await asyncio.sleep(0)


COMMANDS = (order, plant, tidy, mute)
