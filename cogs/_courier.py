"""The way to the members: answers and live lines over Discord's REST, addressed by ids alone."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import aiohttp
import discord

from bot.model.answer import Way
from bot.model.errors import DeliveryInterrupted, DeliveryRefused
from bot.model.job import Interaction, Job
from bot.model.picture import EngineStatus, Picture, Progress
from cogs import _sentences

INTERRUPTED = (
    "The bot was restarted before it could take this in, and nothing was queued. Please ask again."
)
NOBODY = discord.AllowedMentions.none()


class DiscordCourier:
    """The Courier and the Noticeboard over a discord.py client."""

    def __init__(
        self,
        *,
        client: discord.Client,
        cancel_button: type[discord.ui.DynamicItem[discord.ui.Button]],
        engine_status: Callable[[], EngineStatus],
    ) -> None:
        self._client = client
        self._cancel_button = cancel_button
        self._engine_status = engine_status

    async def deliver(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        """Tell the outcome that way; the message's id; raises DeliveryError."""
        with _border():
            if way is Way.ORIGINAL:
                return await self._edit_original(job, pictures)
            return await self._send(job, pictures, way)

    async def close(self, interaction: Interaction) -> None:
        """Tell a member whose command a crash cut short to try again; raises DeliveryError."""
        with _border():
            await self._webhook(interaction.application_id, interaction.token).edit_message(
                "@original", content=INTERRUPTED, allowed_mentions=NOBODY
            )

    async def show_waiting(self, job: Job, position: int) -> None:
        """Show the job's place in the queue; raises DeliveryError."""
        loading = self._engine_status().state == "loading"
        await self._show(job, _sentences.waiting(position, loading))

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

    async def _edit_original(self, job: Job, pictures: Sequence[Picture]) -> int:
        message = await self._original(job).edit_message(
            "@original",
            content=_sentences.answer(job, pictures),
            attachments=_files(job, pictures),
            view=None,
            allowed_mentions=NOBODY,
        )
        return message.id

    async def _send(self, job: Job, pictures: Sequence[Picture], way: Way) -> int:
        author = discord.Object(job.origin.user_id)
        text = _sentences.answer(job, pictures)
        target: discord.abc.Messageable
        if way is Way.DIRECT:
            target = await self._client.create_dm(author)
        else:
            target = self._client.get_partial_messageable(job.origin.channel_id)
            text = _sentences.addressed(text, f"<@{author.id}>")
        message = await target.send(
            text,
            files=_files(job, pictures),
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


def _files(job: Job, pictures: Sequence[Picture]) -> list[discord.File]:
    return [
        discord.File(
            io.BytesIO(picture.png),
            filename=f"imagine-{job.id}-{picture.recipe.seed}.png",
            spoiler=job.request.spoiler,
            description=_sentences.alt_text(picture.recipe),
        )
        for picture in pictures
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
        raise DeliveryRefused(error.code, error.text) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise DeliveryInterrupted(f"Discord could not be reached: {error}") from error
