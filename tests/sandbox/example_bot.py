"""A small discord.py bot that uses everything the sandbox offers."""

import asyncio
import io
import re
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import discord
import yarl
from discord import app_commands

from bot.sandbox.server import Sandbox
from tests.sandbox.examples import components, composing, modals


def png(width: int, height: int, colour: tuple[int, int, int] = (51, 102, 153)) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes(colour) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


PNG = png(64, 32)


def picture(name: str = "picture.png") -> discord.File:
    return discord.File(io.BytesIO(PNG), name, description="a picture")


@dataclass(frozen=True)
class RemoteAddresses:
    """The two addresses of a sandbox in another process."""

    api_url: str
    gateway_url: str


class Vote(
    discord.ui.DynamicItem[discord.ui.Button[discord.ui.View]], template=r"vote:(?P<count>\d+)"
):
    """A button that counts in its custom id, and so outlives every restart."""

    def __init__(self, count: int) -> None:
        label = f"Vote ({count})"
        super().__init__(discord.ui.Button(label=label, custom_id=f"vote:{count}"))
        self.count = count

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Any, match: re.Match[str], /
    ) -> "Vote":
        return cls(int(match["count"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=voting(self.count + 1))


class Colour(discord.ui.DynamicItem[discord.ui.Select[discord.ui.View]], template=r"colour"):
    """A select menu that answers with what was chosen."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=each.title(), value=each) for each in ("red", "blue")]
        super().__init__(discord.ui.Select(custom_id="colour", options=options))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Any, match: re.Match[str], /
    ) -> "Colour":
        chosen = cls()
        chosen.item = item
        return chosen

    async def callback(self, interaction: discord.Interaction) -> None:
        values = (interaction.data or {}).get("values", [])
        await interaction.response.send_message(f"You chose {values[0]}.", ephemeral=True)


def voting(count: int) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(Vote(count))
    return view


class Form(discord.ui.Modal, title="A form"):
    """A modal with one field."""

    name: discord.ui.TextInput["Form"] = discord.ui.TextInput(label="Name", custom_id="name")

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Hello, {self.name.value}.")


class Gallery(discord.ui.LayoutView):
    """A message of the second version of components, with a picture in a gallery."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        text = discord.ui.TextDisplay("A gallery")
        shown = discord.ui.MediaGallery(
            discord.MediaGalleryItem("attachment://picture.png", description="a picture")
        )
        self.add_item(discord.ui.Container(text, shown, accent_colour=0x336699))


@app_commands.command(description="Think, then show a picture")
@app_commands.guild_only()
async def draw(
    interaction: discord.Interaction,
    prompt: app_commands.Range[str, 1, 100],
    count: app_commands.Range[int, 1, 4] = 1,
    private: bool = False,
) -> None:
    await interaction.response.defer(ephemeral=private)
    await interaction.edit_original_response(content="Drawing…")
    embed = discord.Embed(title=prompt).set_image(url="attachment://picture.png")
    await interaction.edit_original_response(
        content=f"{count} × {prompt}", embed=embed, attachments=[picture()]
    )


@app_commands.command(description="Say it back")
async def echo(interaction: discord.Interaction, text: str) -> None:
    await interaction.response.send_message(text)


@app_commands.command(description="Choose a style")
async def style(interaction: discord.Interaction, name: str) -> None:
    await interaction.response.send_message(name)


@style.autocomplete("name")
async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    found = [each for each in ("pixel art", "pastel", "oil") if each.startswith(typed)]
    return [app_commands.Choice(name=each, value=each) for each in found]


@app_commands.command(description="A button that counts")
async def poll(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Vote!", view=voting(0))


@app_commands.command(description="A select menu")
async def paint(interaction: discord.Interaction) -> None:
    view = discord.ui.View(timeout=None)
    view.add_item(Colour())
    await interaction.response.send_message("Choose.", view=view)


@app_commands.command(description="A modal")
async def form(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


@app_commands.command(description="A gallery")
async def gallery(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Gallery(), file=picture())


@app_commands.command(description="Answers and more answers")
async def several(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("one")
    second = await interaction.followup.send("two", wait=True)
    await second.edit(content="two, edited")
    third = await interaction.followup.send("three", wait=True, file=picture())
    await third.delete()


@app_commands.command(description="Think, then answer by a follow-up")
async def later(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    await interaction.followup.send("done", ephemeral=True)


@app_commands.command(description="Think in public, then refuse in private")
async def refuse(interaction: discord.Interaction) -> None:
    await interaction.response.defer()
    await interaction.delete_original_response()
    await interaction.followup.send("not for you", ephemeral=True)


@app_commands.command(description="Answer by a direct message")
async def whisper(interaction: discord.Interaction) -> None:
    message = await interaction.user.send("psst", file=picture())
    await interaction.response.send_message(str(message.id), ephemeral=True)


@app_commands.command(description="Look at a file")
async def look(interaction: discord.Interaction, file: discord.Attachment) -> None:
    data = await file.read()
    size = f"{file.width}x{file.height}"
    await interaction.response.send_message(f"{file.filename} {size} {len(data)} bytes")


@app_commands.command(description="For adults", nsfw=True)
async def nightly(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("adults only")


@app_commands.context_menu(name="Quote")
async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"> {message.content}")


@app_commands.context_menu(name="Greet")
async def greet(interaction: discord.Interaction, user: discord.Member) -> None:
    await interaction.response.send_message(f"Hello, {user.mention}")


class Rules(app_commands.Group):
    """A group with a group in it."""

    limit = app_commands.Group(name="limit", description="Limits")

    @limit.command(description="Set a limit")
    async def put(self, interaction: discord.Interaction, role: discord.Role, most: int) -> None:
        await interaction.response.send_message(f"{role.name}: {most}")


COMMANDS = (draw, echo, style, poll, paint, form, gallery, several, later, refuse, whisper, look,
            nightly, quote, greet)  # fmt: skip

EXAMPLES = (components, composing, modals)


class Hasty:
    """Identifies without the five seconds' pause that discord.py keeps for Discord's sake."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        pass


class ExampleClient(Hasty, discord.Client):
    """The bot on one connection."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        nobody = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=nobody, **options)
        self._connection.guild_ready_timeout = 0.05
        self.tree = app_commands.CommandTree(self)
        self.resumed = asyncio.Event()
        self.released = asyncio.Event()

    async def setup_hook(self) -> None:
        await equip(self, self.tree)

    async def on_resumed(self) -> None:
        self.resumed.set()


class ShardedClient(Hasty, discord.AutoShardedClient):
    """The bot on one connection for each shard."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        super().__init__(intents=intents, **options)
        self._connection.guild_ready_timeout = 0.05
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await equip(self, self.tree)


async def equip(client: discord.Client, tree: Any) -> None:
    """Give a client all commands and register them."""
    for command in (*COMMANDS, *(each for module in EXAMPLES for each in module.COMMANDS)):
        tree.add_command(command)
    tree.add_command(Rules(name="rules", description="Rules"))
    items = [each for module in EXAMPLES for each in getattr(module, "ITEMS", ())]
    client.add_dynamic_items(Vote, Colour, *items)
    await tree.sync()


def point_at(sandbox: Sandbox | RemoteAddresses) -> None:
    """Lead discord.py to a sandbox instead of to Discord."""
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.gateway_url)


@asynccontextmanager
async def running(sandbox: Sandbox, client: discord.Client | None = None) -> AsyncIterator[Any]:
    """A client logged in to the sandbox until the end of the block."""
    point_at(sandbox)
    client = client or ExampleClient(discord.Intents(guilds=True))
    running = asyncio.create_task(client.start(sandbox.token))
    try:
        await sandbox.wait_for_bot(20)
        yield client
    finally:
        await client.close()
        await running
