"""The way to the members: answers and live lines over Discord's REST, addressed by ids alone."""

import io
import logging
from collections.abc import Callable, Sequence

import discord

from bot.model.errors import DeliveryRefused, FittingFailed
from bot.model.estimate import Standing
from bot.model.job import Interaction, Job
from bot.model.picture import EngineStatus, FittedFile, Picture, Progress
from bot.model.ways import Way
from bot.ports import FileFitter
from cogs import _sentences
from cogs._border import UploadTooLarge, border

NO_SUCH_MESSAGE = 10008
NOBODY = discord.AllowedMentions.none()
DIRECT_LIMIT = 10 * 2**20
"""Bytes that a bot's upload may have in a direct message, whatever the server's boosts allow."""
UPLOADS = 2
"""How often files are offered to a place before the answer goes there without them."""
LOOK_BACK = 500
"""Messages of a channel, the newest first, among which an answer is looked for."""

log = logging.getLogger(__name__)


class DiscordCourier:
    """The Courier and the Noticeboard over a discord.py client."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cancel_button: type[discord.ui.DynamicItem[discord.ui.Button]],
        engine_status: Callable[[], EngineStatus],
        fit: FileFitter,
        quiet: Callable[[], bool],
    ) -> None:
        """While it is `quiet`, nobody is shown how the waiting or the drawing goes on."""
        self._client = client
        self._cancel_button = cancel_button
        self._engine_status = engine_status
        self._fit = fit
        self._quiet = quiet

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        """Tell the outcome that way; the message's id; raises DeliveryError."""
        limit = _upload_limit(job, way)
        for _ in range(UPLOADS if pictures else 0):
            try:
                files = await self._fit(pictures, limit)
            except FittingFailed as error:
                log.error("nothing is attached: %s", error, extra={"job": job.id})
                break
            text = _sentences.answer(job, pictures, _sentences.sent_as(files))
            try:
                return await self._post(job, text, _attached(job, pictures, files), way)
            except UploadTooLarge:
                limit = min(limit, max(len(file.data) for file in files)) // 2
        note = _sentences.kept_back(job) if pictures else ""
        return await self._post(job, _sentences.answer(job, pictures, note), [], way)

    async def find(self, job: Job, way: Way) -> int | None:
        """The message by which the outcome was told that way already; raises DeliveryError."""
        # No answer is older than its question, nor has an older one of the same number.
        question = discord.Object(job.origin.interaction_id)
        own = self._client.user
        with border():
            place = await self._place(job, way)
            async for message in place.history(limit=LOOK_BACK, after=question, oldest_first=False):
                if message.author == own and _sentences.is_answer(message.content, job):
                    return message.id
        return None

    async def close(self, interaction: Interaction) -> None:
        """Tell a member whose command a crash cut short what to do; raises DeliveryError."""
        text = _sentences.cut_short(interaction.kind)
        webhook = self._webhook(interaction.application_id, interaction.token)
        with border():
            try:
                await webhook.edit_message("@original", content=text, allowed_mentions=NOBODY)
            except discord.NotFound as error:
                if error.code != NO_SUCH_MESSAGE:
                    raise
                # It had given way already to a refusal that nobody may have heard.
                await webhook.send(text, ephemeral=True, allowed_mentions=NOBODY)

    async def show_waiting(self, job: Job, standing: Standing) -> None:
        """Show where the job stands in the queue; raises DeliveryError."""
        loading = self._engine_status().state == "loading"
        await self._show(job, _sentences.waiting(standing, loading))

    async def show_progress(self, job: Job, progress: Progress) -> None:
        """Show how far the drawing is; raises DeliveryError."""
        preview = _preview(job, progress)
        await self._show(job, _sentences.progress(progress), preview)

    async def show_late(self, job: Job) -> None:
        """Show that the answer will be a new message; raises DeliveryError."""
        await self._edit_line(job, _sentences.late(private=job.request.private))

    async def _show(self, job: Job, text: str, preview: discord.File | None = None) -> None:
        if not self._quiet():
            await self._edit_line(job, text, preview)

    async def _edit_line(self, job: Job, text: str, preview: discord.File | None = None) -> None:
        with border():
            await self._original(job).edit_message(
                "@original",
                content=text,
                attachments=discord.utils.MISSING if preview is None else [preview],
                view=self._cancel_view(job),
                allowed_mentions=NOBODY,
            )

    async def _post(self, job: Job, text: str, files: list[discord.File], way: Way) -> int:
        if way is Way.ORIGINAL:
            with border():
                return await self._edit_original(job, text, files)
        try:
            with border():
                return await self._send(job, text, files, way)
        except UploadTooLarge:
            raise
        except DeliveryRefused:
            # discord.py has tried twice where Discord answered 502, and the first one may stand.
            if (message_id := await self.find(job, way)) is None:
                raise
            return message_id

    async def _edit_original(self, job: Job, text: str, files: list[discord.File]) -> int:
        message = await self._original(job).edit_message(
            "@original",
            content=text,
            attachments=files,
            view=None,
            allowed_mentions=NOBODY,
        )
        return message.id

    async def _send(self, job: Job, text: str, files: list[discord.File], way: Way) -> int:
        author = discord.Object(job.origin.user_id)
        if way is Way.CHANNEL:
            text = _sentences.addressed(text, f"<@{author.id}>")
        place = await self._place(job, way)
        message = await place.send(
            text,
            files=files,
            # discord.py has Discord enforce it: a second one within minutes gives the first one.
            nonce=job.nonce,
            allowed_mentions=discord.AllowedMentions(
                everyone=False, roles=False, users=[author], replied_user=False
            ),
        )
        return message.id

    async def _place(self, job: Job, way: Way) -> discord.abc.Messageable:
        """Where a new message goes."""
        if way is Way.DIRECT:
            return await self._client.create_dm(discord.Object(job.origin.user_id))
        return self._client.get_partial_messageable(job.origin.channel_id)

    def _cancel_view(self, job: Job) -> discord.ui.View:
        return discord.ui.View(timeout=None).add_item(self._cancel_button(job.id))

    def _original(self, job: Job) -> discord.Webhook:
        return self._webhook(job.origin.application_id, job.origin.token)

    def _webhook(self, application_id: int, token: str) -> discord.Webhook:
        webhook = discord.Webhook.partial(application_id, token, client=self._client)
        # discord.py has no other one say what only one member sees.
        webhook.type = discord.WebhookType.application
        return webhook


def _upload_limit(job: Job, way: Way) -> int:
    limit = job.origin.filesize_limit
    return min(limit, DIRECT_LIMIT) if way is Way.DIRECT else limit


def _attached(
    job: Job, pictures: Sequence[Picture], files: Sequence[FittedFile]
) -> list[discord.File]:
    return [
        discord.File(
            io.BytesIO(file.data),
            filename=f"imagine-{job.id}-{picture.recipe.seed}{file.suffix}",
            spoiler=job.request.spoiler,
            description=_sentences.alt_text(picture.recipe),
        )
        for picture, file in zip(pictures, files, strict=True)
    ]


def _preview(job: Job, progress: Progress) -> discord.File | None:
    if progress.preview_png is None:
        return None
    return discord.File(
        io.BytesIO(progress.preview_png),
        filename=f"preview-{job.id}.png",
        spoiler=job.request.spoiler,
        description="A rough preview of an AI-generated image that is being drawn.",
    )
