"""The way to the members: answers and live lines over Discord's REST, addressed by ids alone."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import aiohttp
import discord

from bot.model.answer import Way
from bot.model.errors import DeliveryInterrupted, DeliveryRefused
from bot.model.estimate import Standing
from bot.model.job import Interaction, Job
from bot.model.picture import EngineStatus, FittedFile, Picture, Progress
from bot.ports import FileFitter
from cogs import _sentences

INTERRUPTED = (
    "The bot was restarted before it could take this in, and nothing was queued. Please ask again."
)
NOBODY = discord.AllowedMentions.none()
DIRECT_LIMIT = 10 * 2**20
"""Bytes that a bot's upload may have in a direct message, whatever the server's boosts allow."""
UPLOADS = 2
"""How often files are offered to a place before the answer goes there without them."""
TOO_LARGE = 40005


class DiscordCourier:
    """The Courier and the Noticeboard over a discord.py client."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cancel_button: type[discord.ui.DynamicItem[discord.ui.Button]],
        engine_status: Callable[[], EngineStatus],
        fit: FileFitter,
    ) -> None:
        self._client = client
        self._cancel_button = cancel_button
        self._engine_status = engine_status
        self._fit = fit

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        """Tell the outcome that way; the message's id; raises DeliveryError."""
        limit = _upload_limit(job, way)
        for _ in range(UPLOADS if pictures else 0):
            files = await self._fit(pictures, limit)
            text = _sentences.answer(job, pictures, _sentences.sent_as(files))
            try:
                return await self._post(job, text, _attached(job, pictures, files), way)
            except _UploadTooLarge:
                limit = min(limit, max(len(file.data) for file in files)) // 2
        note = _sentences.kept_back(job) if pictures else ""
        return await self._post(job, _sentences.answer(job, pictures, note), [], way)

    async def close(self, interaction: Interaction) -> None:
        """Tell a member whose command a crash cut short to try again; raises DeliveryError."""
        with _border():
            await self._webhook(interaction.application_id, interaction.token).edit_message(
                "@original", content=INTERRUPTED, allowed_mentions=NOBODY
            )

    async def show_waiting(self, job: Job, standing: Standing) -> None:
        """Show where the job stands in the queue; raises DeliveryError."""
        loading = self._engine_status().state == "loading"
        await self._show(job, _sentences.waiting(standing, loading))

    async def show_progress(self, job: Job, progress: Progress) -> None:
        """Show how far the drawing is; raises DeliveryError."""
        preview = _preview(job, progress)
        await self._show(job, _sentences.progress(progress), preview)

    async def _show(self, job: Job, text: str, preview: discord.File | None = None) -> None:
        with _border():
            await self._original(job).edit_message(
                "@original",
                content=text,
                attachments=discord.utils.MISSING if preview is None else [preview],
                view=self._cancel_view(job),
                allowed_mentions=NOBODY,
            )

    async def _post(self, job: Job, text: str, files: list[discord.File], way: Way) -> int:
        with _border():
            if way is Way.ORIGINAL:
                return await self._edit_original(job, text, files)
            return await self._send(job, text, files, way)

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
        target: discord.abc.Messageable
        if way is Way.DIRECT:
            target = await self._client.create_dm(author)
        else:
            target = self._client.get_partial_messageable(job.origin.channel_id)
            text = _sentences.addressed(text, f"<@{author.id}>")
        message = await target.send(
            text,
            files=files,
            nonce=job.nonce,
            allowed_mentions=discord.AllowedMentions(
                everyone=False, roles=False, users=[author], replied_user=False
            ),
        )
        return message.id

    def _cancel_view(self, job: Job) -> discord.ui.View:
        return discord.ui.View(timeout=None).add_item(self._cancel_button(job.id))

    def _original(self, job: Job) -> discord.Webhook:
        return self._webhook(job.origin.application_id, job.origin.token)

    def _webhook(self, application_id: int, token: str) -> discord.Webhook:
        return discord.Webhook.partial(application_id, token, client=self._client)


class _UploadTooLarge(DeliveryRefused):
    """The place takes no files of that size."""


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


@contextmanager
def _border() -> Iterator[None]:
    """Translate what discord.py and the network raise into the project's own errors."""
    try:
        yield
    except discord.RateLimited as error:
        raise DeliveryInterrupted(str(error), retry_after=error.retry_after) from error
    except discord.HTTPException as error:
        if error.status in (429,) or error.status >= 500:
            raise DeliveryInterrupted(f"Discord answered {error.status}") from error
        if error.status == 413 or error.code == TOO_LARGE:
            raise _UploadTooLarge(error.code, error.text) from error
        raise DeliveryRefused(error.code, error.text) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DeliveryInterrupted(f"Discord could not be reached: {error}") from error
