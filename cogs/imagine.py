"""The /imagine command and the Cancel button below what it started."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.admission import Admission
from bot.dispatcher import Dispatcher
from bot.intake import Intake
from bot.model import request as bounds
from bot.model.checkpoint import ASPECTS, Catalogue
from bot.model.loras import Wish
from bot.model.request import ImageRequest, Origin
from bot.model.schedulers import SCHEDULERS
from cogs._attachments import fetched
from cogs._loras import LoraList, suggested
from cogs._replies import FrontDesk

CHOICES = 25
"""As many suggestions as Discord shows."""

Choice = app_commands.Choice[str]
Text = app_commands.Range[str, 1, bounds.PROMPT_LENGTH]
NegativeText = app_commands.Range[str, 1, bounds.NEGATIVE_LENGTH]
Count = app_commands.Range[int, *bounds.COUNTS]
Seed = app_commands.Range[int, *bounds.SEEDS]
Steps = app_commands.Range[int, *bounds.STEPS]
Guidance = app_commands.Range[float, *bounds.GUIDANCE]
Strength = app_commands.Range[float, *bounds.STRENGTHS]
Name = app_commands.Range[str, 1, 100]
Loras = app_commands.Transform[tuple[Wish, ...], LoraList]


class Imagine(commands.Cog):
    """Translates /imagine and its button into calls of admission and the dispatcher."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        intake: Intake,
        admission: Admission,
        dispatcher: Dispatcher,
        catalogue: Catalogue,
    ) -> None:
        self._desk = desk
        self._intake = intake
        self._admission = admission
        self._dispatcher = dispatcher
        self._catalogue = catalogue

    # One parameter for each option is discord.py's way of declaring them.
    @app_commands.command(name="imagine", description="Draw an image from your words")
    @app_commands.guild_install()
    @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
    @app_commands.describe(
        prompt="What you want to see",
        negative="What you do not want to see",
        image="A picture to begin with: PNG, JPEG or WebP, up to 10 MiB",
        strength="How far to go from that picture: 0.05 hardly, 1 all the way",
        aspect="Width to height",
        count="How many images; the seed counts up from one to the next",
        seed="The same seed and options give the same image; random if left out",
        steps="Denoising steps: more takes longer",
        guidance="How closely the prompt is followed",
        scheduler="How the noise is taken away",
        style="Words put round your prompt",
        model="What draws the image",
        lora="Up to three LoRAs, with weights from -1 to 2 if you like: pixel:0.8, ink",
        spoiler="Blur the image until it is clicked",
        private="Show the image to you alone",
    )
    @app_commands.choices(
        scheduler=[app_commands.Choice(name=label, value=label) for label in SCHEDULERS]
    )
    async def imagine(
        self,
        interaction: discord.Interaction,
        prompt: Text,
        negative: NegativeText = "",
        image: discord.Attachment | None = None,
        strength: Strength | None = None,
        aspect: Name | None = None,
        count: Count = 1,
        seed: Seed | None = None,
        steps: Steps | None = None,
        guidance: Guidance | None = None,
        scheduler: Name | None = None,
        style: Name | None = None,
        model: Name | None = None,
        lora: Loras = (),
        spoiler: bool = False,
        private: bool = False,
    ) -> None:
        """Acknowledge, then ask admission; the answer comes through the queue."""
        request = ImageRequest(
            prompt=prompt,
            negative_prompt=negative,
            aspect=aspect,
            count=count,
            seed=seed,
            steps=steps,
            guidance_scale=guidance,
            scheduler=scheduler,
            style=style,
            model=model,
            loras=lora,
            strength=strength,
            spoiler=spoiler,
            private=private,
        )
        await self._desk.take_in(
            interaction,
            kind="imagine",
            private=private,
            queue=partial(self._queue, request, image),
        )

    async def _queue(
        self, request: ImageRequest, image: discord.Attachment | None, origin: Origin
    ) -> None:
        if image is None:
            await self._admission.admit(request, origin)
            return
        async with self._intake.begun_with(partial(fetched, image), request) as begun:
            await self._admission.admit(begun, origin)

    async def cancel_pressed(self, interaction: discord.Interaction, job_id: int) -> None:
        """Cancel the job for its author; the job's own message tells it."""
        kind = f"cancel {job_id}"
        if not await self._desk.acknowledge(interaction, kind=kind, private=True, thinking=False):
            return
        try:
            await self._dispatcher.cancel(job_id, by=interaction.user.id)
        except Exception as error:  # the presser must hear of it, whatever went wrong
            await self._desk.whisper(interaction, error)
        else:
            await self._desk.done(interaction)

    @imagine.autocomplete("aspect")
    async def _aspects(self, interaction: discord.Interaction, typed: str) -> list[Choice]:
        key = interaction.namespace.model or self._catalogue.default
        checkpoint = self._catalogue.checkpoints.get(key)
        offered = checkpoint.aspects if checkpoint else tuple(ASPECTS)
        return _matching(typed, {aspect: aspect for aspect in offered})

    @imagine.autocomplete("style")
    async def _styles(self, interaction: discord.Interaction, typed: str) -> list[Choice]:
        return _matching(typed, {key: key for key in self._catalogue.styles})

    @imagine.autocomplete("model")
    async def _models(self, interaction: discord.Interaction, typed: str) -> list[Choice]:
        checkpoints = self._catalogue.checkpoints
        return _matching(typed, {key: one.title or key for key, one in checkpoints.items()})

    @imagine.autocomplete("lora")
    async def _loras(self, interaction: discord.Interaction, typed: str) -> list[Choice]:
        offered = self._catalogue.offered_with(
            interaction.namespace.model or self._catalogue.default
        )
        found = suggested(typed, offered).items()
        return [Choice(name=title[:100], value=value) for value, title in found][:CHOICES]


def _matching(typed: str, titles: dict[str, str]) -> list[Choice]:
    """Suggestions whose title or value holds what was typed, those that begin with it first."""
    wanted = typed.casefold()
    found = [(key, title) for key, title in titles.items() if wanted in f"{title} {key}".casefold()]
    found.sort(key=lambda pair: not pair[1].casefold().startswith(wanted))
    return [app_commands.Choice(name=title[:100], value=key) for key, title in found[:CHOICES]]
