"""Modals with every kind of input, each answering with what it got."""

import re
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands, ui


def told(item: ui.Item[Any]) -> str:
    """What a member put into one input, in words."""
    if isinstance(item, ui.FileUpload):
        return ", ".join(f"{each.filename} ({each.size} bytes)" for each in item.values)
    if isinstance(item, ui.Checkbox):
        return "yes" if item.value else "no"
    if isinstance(item, (ui.TextInput, ui.RadioGroup)):
        return str(item.value)
    return ", ".join(str(each) for each in item.values)  # type: ignore[attr-defined]


def asking(label: str, component: ui.Item[Any], description: str | None = None) -> ui.Label[Any]:
    return ui.Label(text=label, component=component, description=description)


class Questions(ui.Modal):
    """Asks what it is given, and says the answers back."""

    def __init__(self, title: str, *items: ui.Item[Any]) -> None:
        super().__init__(title=title)
        for item in items:
            self.add_item(item)

    @property
    def words(self) -> str:
        asked = [each for each in self.walk_children() if isinstance(each, ui.Label)]
        return "\n".join(f"{each.text}: {told(each.component)}" for each in asked)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(self.words)


class Redrawing(Questions):
    """Puts the answers in place of the message that its button is on."""

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(content=self.words)


class Silent(Questions):
    """Answers nothing."""

    async def on_submit(self, interaction: discord.Interaction) -> None:
        pass


def named(names: Sequence[str], option: type[Any]) -> list[Any]:
    return [option(label=each.title(), value=each) for each in names]


def words() -> tuple[ui.Item[Any], ...]:
    story = ui.TextInput[Any](
        style=discord.TextStyle.paragraph, required=False, min_length=10, max_length=200
    )
    kept = ui.TextInput[Any](default="as it was")
    title = ui.TextInput[Any](placeholder="A few words", max_length=20)
    return (
        ui.TextDisplay("Tell **everything**."),
        asking("Title", title),
        asking("Story", story, "Ten characters or more, if you like"),
        asking("Kept", kept),
    )


def menus() -> tuple[ui.Item[Any], ...]:
    sizes = named(("small", "medium", "large"), discord.SelectOption)
    sizes[1].default = True
    colours = named(("red", "green", "blue"), discord.SelectOption)
    colours[0].description = "Like a fire engine"
    several = ui.Select[Any](options=colours, min_values=2, max_values=3, placeholder="Two or more")
    return (
        asking("Size", ui.Select[Any](options=sizes)),
        asking("Colours", several, "Two or three of them"),
        asking("Mood", ui.Select[Any](options=named(("glad", "sad"), discord.SelectOption),
                                      required=False)),
    )  # fmt: skip


def people() -> tuple[ui.Item[Any], ...]:
    text = [discord.ChannelType.text]
    return (
        asking("Who", ui.UserSelect[Any](required=True)),
        asking("Role", ui.RoleSelect[Any](required=False)),
        asking("Anyone", ui.MentionableSelect[Any](max_values=3, required=False)),
        asking("Where", ui.ChannelSelect[Any](channel_types=text, required=False)),
    )


def files() -> tuple[ui.Item[Any], ...]:
    upload = ui.FileUpload[Any](max_values=2)
    proof = ui.FileUpload[Any](required=False, min_values=2, max_values=3)
    return asking("Pictures", upload, "One or two"), asking("Proof", proof)


def choices() -> tuple[ui.Item[Any], ...]:
    classes = named(("warrior", "wizard"), discord.RadioGroupOption)
    classes[1].description = "Knows things"
    extras = named(("map", "lamp", "rope"), discord.CheckboxGroupOption)
    extras[1].default = True
    days = named(("monday", "tuesday"), discord.RadioGroupOption)
    return (
        asking("Class", ui.RadioGroup[Any](options=classes)),
        asking("Extras", ui.CheckboxGroup[Any](options=extras, max_values=2)),
        asking("Day", ui.RadioGroup[Any](options=days, required=False)),
        asking("Rules", ui.Checkbox[Any](), "I have read them"),
    )


ASKED = {"words": words, "menus": menus, "people": people, "files": files, "choices": choices}


def questions(what: str) -> Questions:
    if what == "nothing":
        return Silent("Nothing", asking("Reason", ui.TextInput[Any]()))
    return Questions(what.title(), *ASKED[what]())


@app_commands.command(description="Ask by a modal")
async def ask(interaction: discord.Interaction, what: str) -> None:
    await interaction.response.send_modal(questions(what))


@app_commands.command(description="Buttons that ask by a modal")
async def offer(interaction: discord.Interaction) -> None:
    view = ui.View(timeout=None)
    for what in (*ASKED, "nothing"):
        view.add_item(Ask(what))
    view.add_item(Rename())
    await interaction.response.send_message("Nameless", view=view)


@app_commands.context_menu(name="Report")
async def report(interaction: discord.Interaction, message: discord.Message) -> None:
    why = asking("Why", ui.TextInput[Any](), f"About message {message.id}")
    await interaction.response.send_modal(Questions("Report", why))


@app_commands.context_menu(name="Judge")
@app_commands.default_permissions(manage_messages=True)
async def judge(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message("Not guilty", ephemeral=True)


@app_commands.context_menu(name="Note")
async def note(interaction: discord.Interaction, user: discord.Member) -> None:
    text = asking("Note", ui.TextInput[Any](), f"About {user.name}")
    await interaction.response.send_modal(Questions("Note", text))


class Ask(ui.DynamicItem[ui.Button[ui.View]], template=r"ask:(?P<what>\w+)"):
    """A button that opens the modal it names."""

    def __init__(self, what: str) -> None:
        super().__init__(ui.Button(label=f"Ask for {what}", custom_id=f"ask:{what}"))
        self.what = what

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Any, match: re.Match[str], /
    ) -> "Ask":
        return cls(match["what"])

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(questions(self.what))


class Rename(ui.DynamicItem[ui.Button[ui.View]], template=r"rename"):
    """A button that opens a modal to change its message."""

    def __init__(self) -> None:
        super().__init__(ui.Button(label="Rename", custom_id="rename"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: Any, match: re.Match[str], /
    ) -> "Rename":
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        name = asking("Name", ui.TextInput[Any]())
        await interaction.response.send_modal(Redrawing("Rename", name))


COMMANDS = (ask, offer, report, judge, note)
ITEMS = (Ask, Rename)
