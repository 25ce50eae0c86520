"""Every component of messages, each answering with what it got."""

import asyncio
import io
from typing import Any

import discord
from discord import app_commands, ui
from PIL import Image

THREADS = [discord.ChannelType.public_thread]


def told(value: Any) -> str:
    return str(getattr(value, "name", value))


class Answering(ui.View):
    """Buttons of every style; those of one row answer, each in its way."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        for style in ("primary", "secondary", "success", "danger"):
            self.add_item(Said(style.title(), discord.ButtonStyle[style]))
        self.add_item(ui.Button(label="Elsewhere", url="https://example.com/"))
        self.add_item(Said("Shut", discord.ButtonStyle.primary, disabled=True, row=1))
        self.add_item(Said("Hot", discord.ButtonStyle.danger, emoji="🔥", row=1))
        own = discord.PartialEmoji(name="star", id=7, animated=True)
        self.add_item(Said(None, discord.ButtonStyle.secondary, emoji=own, row=1))
        self.add_item(ui.Button(sku_id=9, style=discord.ButtonStyle.premium, row=1))


class Said(ui.Button[Any]):
    """Answers its reader with its own name."""

    def __init__(self, label: str | None, style: discord.ButtonStyle, **more: Any) -> None:
        super().__init__(label=label, style=style, **more)

    async def callback(self, interaction: discord.Interaction) -> None:
        name = self.label or str(self.emoji and self.emoji.name)
        await interaction.response.send_message(f"You pressed {name}.", ephemeral=True)


class Manners(ui.View):
    """Buttons that do not simply answer."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.count = 0
        self.go_on = asyncio.Event()

    @ui.button(label="Never", custom_id="never")
    async def never(self, interaction: discord.Interaction, _: Any) -> None:
        """Says nothing at all."""

    @ui.button(label="Later", custom_id="later")
    async def later(self, interaction: discord.Interaction, _: Any) -> None:
        """Answers once a test says so."""
        await self.go_on.wait()
        await interaction.response.defer()

    @ui.button(label="Quietly", custom_id="quietly")
    async def quietly(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.defer()

    @ui.button(label="Count", custom_id="count")
    async def add(self, interaction: discord.Interaction, _: Any) -> None:
        self.count += 1
        await interaction.response.edit_message(content=f"Counted {self.count}", view=self)

    @ui.button(label="To the end", custom_id="end")
    async def end(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        """Stand behind all others from now on."""
        self.remove_item(button)
        self.add_item(button)
        await interaction.response.edit_message(content="Moved", view=self)

    @ui.button(label="Close", custom_id="close", row=1)
    async def close(self, interaction: discord.Interaction, button: ui.Button[Any]) -> None:
        button.disabled = True
        await interaction.response.edit_message(content="Closed", view=self)

    @ui.button(label="Away", custom_id="away", row=1)
    async def away(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.edit_message(content="All gone", view=None)

    @ui.button(label="Delete", custom_id="delete", row=1)
    async def delete(self, interaction: discord.Interaction, _: Any) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()


class Menus(ui.View):
    """A select menu of each kind, which answers with what was chosen."""

    def __init__(self, *, people: list[discord.Object]) -> None:
        super().__init__(timeout=None)
        self.people.default_values = [discord.SelectDefaultValue.from_user(each) for each in people]

    async def _answer(self, interaction: discord.Interaction, values: list[Any]) -> None:
        words = ", ".join(told(each) for each in values) or "nothing"
        await interaction.response.send_message(f"You chose {words}.", ephemeral=True)

    @ui.select(
        placeholder="Pick a colour",
        options=[
            discord.SelectOption(label="Red", value="r", description="Like fire", emoji="🔥"),
            discord.SelectOption(label="Green", value="g", description="Like grass"),
            discord.SelectOption(label="Blue", value="b"),
        ],
    )
    async def colour(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await self._answer(interaction, select.values)

    @ui.select(cls=ui.UserSelect, placeholder="Who comes", min_values=0, max_values=3)
    async def people(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
        await self._answer(interaction, select.values)

    @ui.select(cls=ui.RoleSelect, placeholder="Which role")
    async def role(self, interaction: discord.Interaction, select: ui.RoleSelect[Any]) -> None:
        await self._answer(interaction, select.values)

    @ui.select(cls=ui.MentionableSelect, placeholder="Who is called", max_values=2)
    async def called(
        self, interaction: discord.Interaction, select: ui.MentionableSelect[Any]
    ) -> None:
        await self._answer(interaction, select.values)

    @ui.select(cls=ui.ChannelSelect, placeholder="Where to", channel_types=THREADS)
    async def place(self, interaction: discord.Interaction, select: ui.ChannelSelect[Any]) -> None:
        await self._answer(interaction, select.values)


class Letters(ui.View):
    """A long menu that takes two or three values, a shut one, and one whose bot never answers."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.shut.disabled = True

    @ui.select(
        placeholder="Letters",
        min_values=2,
        max_values=3,
        options=[
            discord.SelectOption(label=f"Letter {each}", value=each, default=each in "ab")
            for each in "abcdefghijklmnopqrstuvwxy"
        ],
    )
    async def letters(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        await interaction.response.send_message(f"You chose {', '.join(select.values)}.")

    @ui.select(placeholder="Shut", options=[discord.SelectOption(label="One")])
    async def shut(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        """Nobody can choose here."""

    @ui.select(placeholder="In vain", options=[discord.SelectOption(label="One")])
    async def vain(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
        """Says nothing at all."""


class Showcase(ui.LayoutView):
    """A message of the second version with everything that there is."""

    def __init__(self, pictures: list[discord.File], note: discord.File) -> None:
        super().__init__(timeout=None)
        item = discord.MediaGalleryItem
        shown = ui.Thumbnail[Any](pictures[0], description="a small picture")
        self.add_item(ui.TextDisplay("## Showcase\nAll that a message can **hold**"))
        self.add_item(ui.Section("Beside a picture", "-# in small words", accessory=shown))
        self.add_item(ui.Section("Beside a button", accessory=Said("Further", GREY)))
        self.add_item(ui.Separator(spacing=discord.SeparatorSpacing.large))
        self.add_item(
            ui.Container(
                ui.TextDisplay("In a container"),
                ui.MediaGallery(
                    *[item(each, description=f"picture {n}") for n, each in enumerate(pictures)]
                ),
                ui.Separator(visible=False),
                ui.File(note),
                ui.ActionRow(Said("Inside", discord.ButtonStyle.success)),
                accent_colour=0x3AA0A0,
            )
        )
        self.add_item(ui.Container(ui.TextDisplay("The butler did it"), spoiler=True))
        hidden = item(pictures[0], description="hidden", spoiler=True)
        self.add_item(ui.MediaGallery(hidden))


GREY = discord.ButtonStyle.secondary


def picture(number: int) -> discord.File:
    data = io.BytesIO()
    Image.new("HSV", (96, 64), (28 * number, 140, 210)).convert("RGB").save(data, "PNG")
    data.seek(0)
    return discord.File(data, f"picture-{number}.png")


@app_commands.command(description="Buttons of every style")
async def buttons(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Press one.", view=Answering())


@app_commands.command(description="Buttons that do not simply answer")
async def manners(interaction: discord.Interaction) -> None:
    view = interaction.client.manners = Manners()  # type: ignore[attr-defined]
    await interaction.response.send_message("Press one.", view=view)


@app_commands.command(description="Select menus of every kind")
async def menus(interaction: discord.Interaction) -> None:
    people = [discord.Object(interaction.user.id)]
    await interaction.response.send_message("Choose.", view=Menus(people=people))


@app_commands.command(description="A long select menu")
async def letters(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("Choose two or three.", view=Letters())


@app_commands.command(description="Everything of the second version")
async def showcase(
    interaction: discord.Interaction, pictures: app_commands.Range[int, 1, 9] = 3
) -> None:
    files = [picture(number) for number in range(pictures)]
    note = discord.File(io.BytesIO(b"a note"), "note.txt")
    await interaction.response.send_message(view=Showcase(files, note), files=[*files, note])


COMMANDS = (buttons, manners, menus, letters, showcase)
