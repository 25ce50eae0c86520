"""Stage 1 for images made from images: find the picture that is meant, and have it admitted."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.admission import Admission
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.deriving import Choice, UpscaleRequest, VaryRequest, upscaled, varied
from bot.model.errors import (
    NoLongerKept,
    NoSuchPicture,
    OutOfRange,
    PrivatePicture,
    StorageError,
    UnknownOption,
)
from bot.model.job import Job
from bot.model.past import require_pictures
from bot.model.picture import Picture
from bot.model.recipe import Recipe
from bot.model.request import COUNTS, ImageRequest, Origin
from bot.ports import Album, Archive, SourceShelf

RECENT = 25
"""As many suggestions as Discord shows."""

Sees = Callable[[int], bool]
"""Whether the member can look into a channel, by its id."""


class Derivation:
    """Turns wishes about earlier images into queued jobs, or raises Refused with the reason."""

    def __init__(
        self,
        *,
        archive: Archive,
        album: Album,
        shelf: SourceShelf,
        catalogue: Catalogue,
        admission: Admission,
        draw_seed: Callable[[], int],
    ) -> None:
        self._archive = archive
        self._album = album
        self._shelf = shelf
        self._catalogue = catalogue
        self._admission = admission
        self._draw_seed = draw_seed

    async def recent(self, guild_id: int, user_id: int) -> Sequence[Job]:
        """A member's last drawn jobs in a server, the newest first."""
        return await self._archive.drawn_by(guild_id, user_id, limit=RECENT)

    async def upscale(self, wish: UpscaleRequest, origin: Origin, sees: Sees) -> Job:
        """Queue an enlargement; raises Refused."""
        parent = await self._parent(wish.choice, wish.private, origin, sees)
        picture = (await self._pictures(parent))[wish.choice.image - 1]
        checkpoint = self._checkpoint(parent)
        async with self._shelf.kept(picture.png) as sha256:
            recipe = upscaled(
                _recipe(parent, wish.choice),
                factor=wish.factor,
                source={"sha256": sha256, **_name(parent, wish.choice)},
                checkpoint=checkpoint,
            )
            return await self._admission.accept(_request(parent, wish.private), recipe, origin)

    async def vary(self, wish: VaryRequest, origin: Origin, sees: Sees) -> Job:
        """Queue variations, each with a seed of its own; raises Refused."""
        if not COUNTS[0] <= wish.count <= COUNTS[1]:
            raise OutOfRange("count", wish.count, *COUNTS)
        parent = await self._parent(wish.choice, wish.private, origin, sees)
        self._checkpoint(parent)
        recipe = varied(
            _recipe(parent, wish.choice),
            amount=wish.amount,
            seed=self._draw_seed(),
            source=_name(parent, wish.choice),
        )
        request = _request(parent, wish.private, count=wish.count)
        return await self._admission.accept(request, recipe, origin)

    async def _parent(self, choice: Choice, private: bool, origin: Origin, sees: Sees) -> Job:
        job = await self._chosen(choice, origin)
        if job is None and choice.job_id and await self._archive.was_dropped(choice.job_id):
            raise NoLongerKept(choice.job_id)
        if job is None or not _is_visible(job, origin, sees):
            raise NoSuchPicture(choice.job_id)
        require_pictures(job)
        if not 1 <= choice.image <= job.request.count:
            raise NoSuchPicture(job.id, images=job.request.count)
        if job.request.private and not private:
            raise PrivatePicture(job.id)
        return job

    async def _pictures(self, parent: Job) -> Sequence[Picture]:
        try:
            return await self._album.load(parent.id)
        except StorageError:
            # They may have been removed since the job was looked up.
            present = await self._archive.get(parent.id)
            if present is None or present.pruned:
                raise NoLongerKept(parent.id) from None
            raise

    async def _chosen(self, choice: Choice, origin: Origin) -> Job | None:
        if choice.job_id is not None:
            return await self._archive.get(choice.job_id)
        last = await self._archive.drawn_by(origin.guild_id, origin.user_id, limit=1)
        return last[0] if last else None

    def _checkpoint(self, parent: Job) -> Checkpoint:
        key = parent.recipe.model
        if key not in self._catalogue.checkpoints:
            raise UnknownOption("model", key, tuple(self._catalogue.checkpoints))
        return self._catalogue.checkpoints[key]


def _is_visible(job: Job, origin: Origin, sees: Sees) -> bool:
    """One's own images are, and what was posted where one may look."""
    if job.origin.guild_id != origin.guild_id:
        return False
    own = job.origin.user_id == origin.user_id
    return own or (not job.request.private and sees(job.origin.channel_id))


def _recipe(parent: Job, choice: Choice) -> Recipe:
    return parent.recipes[choice.image - 1]


def _name(parent: Job, choice: Choice) -> dict[str, int]:
    return {"job": parent.id, "image": choice.image}


def _request(parent: Job, private: bool, *, count: int = 1) -> ImageRequest:
    """The parent's words, and what decides where and how the answer is shown."""
    return replace(
        parent.request, count=count, private=private, source=None, strength=None, seed=None
    )
