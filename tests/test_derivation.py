"""Stage 1 for images made from images: which picture is meant, and who may have it."""

from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.admission import Admission, QueueRoom
from bot.derivation import Derivation
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.deriving import Choice, UpscaleRequest, VaryRequest
from bot.model.errors import (
    EnlargementTooLarge,
    NoLongerKept,
    NoSuchPicture,
    NotDrawnYet,
    NotVariable,
    OutOfRange,
    PrivatePicture,
    QueueFull,
    StorageError,
    UnknownOption,
)
from bot.model.fairness import cost_of
from bot.model.job import Job, State
from bot.model.picture import Picture
from bot.model.request import ImageRequest
from tests.fakes import InMemoryQueue, forecast, origin
from tests.stand_ins import HandClock, HandDisk, ScriptedEngine, ShelfAlbum

ADA, BEA = 7, 8
LAST = Choice()
STARTER = Checkpoint(key="starter", source="folder", native_size=128, display_scale=4)


class Shelf:
    """Sources on a shelf."""

    def __init__(self) -> None:
        self.files: list[bytes] = []

    @asynccontextmanager
    async def kept(self, file: bytes):
        self.files.append(file)
        yield f"sha-{len(self.files)}"


class VanishingAlbum(ShelfAlbum):
    """Pictures that are removed just when they are wanted."""

    queue: InMemoryQueue

    async def load(self, job_id):
        self.queue.jobs[job_id] = replace(self.queue.jobs[job_id], pruned=True)
        raise StorageError("The pictures are missing.", "Look for them.")


class Stage:
    """The derivation among stand-ins."""

    def __init__(self, album: ShelfAlbum | None = None) -> None:
        self.queue, self.album, self.shelf = InMemoryQueue(), album or ShelfAlbum(), Shelf()
        self.catalogue = Catalogue({"starter": STARTER}, "starter")
        self.numbers = iter(range(1, 100))
        admission = Admission(
            queue=self.queue,
            forecast=forecast(self.queue),
            disk=HandDisk(),
            catalogue=self.catalogue,
            room=QueueRoom(per_member=3, per_server=3),
            engine_status=ScriptedEngine().status,
            draw_seed=lambda: 42,
            clock=HandClock(),
        )
        self.admission = admission
        self.derivation = Derivation(
            archive=self.queue,
            album=self.album,
            shelf=self.shelf,
            catalogue=self.catalogue,
            admission=admission,
            draw_seed=lambda: 99,
        )

    async def asked(self, user_id: int = ADA, **options) -> Job:
        request = ImageRequest("a lighthouse", **options)
        return await self.admission.admit(request, self.origin(user_id))

    async def drawn(self, user_id: int = ADA, **options) -> Job:
        return await self.draw(await self.asked(user_id, **options))

    async def draw(self, job: Job) -> Job:
        await self.queue.claim(now=1.0, busy_members_too=True)
        pictures = [Picture(b"png-%d" % number, one) for number, one in enumerate(job.recipes)]
        await self.album.save(job.id, pictures)
        return await self.queue.rendered(job.id, draw_seconds=1.0, now=2.0)

    def origin(self, user_id: int, guild_id: int = 3):
        return origin(interaction_id=next(self.numbers), user_id=user_id, guild_id=guild_id)

    async def upscale(self, choice=LAST, *, user_id=ADA, guild_id=3, sees=True, **options):
        wish = UpscaleRequest(choice, **options)
        return await self.derivation.upscale(
            wish, self.origin(user_id, guild_id), lambda channel: sees
        )

    async def vary(self, choice=LAST, **options):
        wish = VaryRequest(choice, **options)
        return await self.derivation.vary(wish, self.origin(ADA), lambda channel: True)


async def test_an_enlargement_is_drawn_over_the_picture_with_its_words_and_seed():
    stage = Stage()
    parent = await stage.drawn(count=2, seed=5, spoiler=True)
    job = await stage.upscale(Choice(parent.id, 2))
    recipe = job.recipe
    assert stage.shelf.files == [b"png-1"]
    assert recipe.source == {"sha256": "sha-1", "job": parent.id, "image": 2}
    assert recipe.upscale == {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""}
    assert (recipe.width, recipe.height, recipe.display_scale) == (256, 256, 4)
    assert (recipe.seed, recipe.strength, recipe.prompt) == (6, 0.2, parent.recipe.prompt)
    assert (job.request.count, job.request.spoiler, job.state) == (1, True, State.QUEUED)


async def test_an_enlargement_costs_all_its_tiles_without_guidance():
    stage = Stage()
    parent = await stage.drawn(steps=10)
    job = await stage.upscale()
    assert parent.recipe.evaluations == 2 * 10
    assert job.recipe.evaluations == 9 * 2
    assert job.recipe.megapixels == parent.recipe.megapixels
    assert job.cost == cost_of(job.recipe, 1)


async def test_variations_keep_the_seed_and_count_up_what_it_is_mixed_with():
    stage = Stage()
    parent = await stage.drawn(seed=5)
    job = await stage.vary(amount="strong", count=3)
    assert job.recipe.source == {"job": parent.id, "image": 1}
    assert [one.seed for one in job.recipes] == [5, 5, 5]
    assert [one.variation for one in job.recipes] == [
        {"seed": seed, "amount": 0.45} for seed in (99, 100, 101)
    ]


async def test_a_variation_of_a_variation_remembers_the_first_and_ends_somewhere():
    stage = Stage()
    await stage.drawn()
    first = await stage.draw(await stage.vary(count=2))
    second = await stage.vary(Choice(first.id, 2))
    assert second.recipe.variation["of"] == {"seed": 100, "amount": 0.15}
    for _ in range(6):
        await stage.draw(second)
        second = await stage.vary()
    await stage.draw(second)
    with pytest.raises(NotVariable):
        await stage.vary()


async def test_an_enlargement_is_not_varied_and_does_not_grow_for_ever():
    stage = Stage()
    await stage.drawn()
    once = await stage.draw(await stage.upscale(factor=4))
    with pytest.raises(NotVariable):
        await stage.vary(Choice(once.id))
    await stage.draw(await stage.upscale(Choice(once.id)))
    with pytest.raises(EnlargementTooLarge) as refused:
        await stage.upscale()
    assert refused.value.width == 8192


@pytest.mark.happens("an image is no longer kept")
async def test_an_image_that_was_removed_is_said_to_be_kept_no_longer():
    stage = Stage()
    old, pruned, latest = await stage.drawn(), await stage.drawn(), await stage.drawn()
    del stage.queue.jobs[old.id]
    stage.queue.jobs[pruned.id] = replace(pruned, pruned=True)
    for number in (old.id, pruned.id):
        for wish in (stage.vary, stage.upscale):
            with pytest.raises(NoLongerKept) as refused:
                await wish(Choice(number))
            assert refused.value.job_id == number
    with pytest.raises(NoSuchPicture):
        await stage.upscale(Choice(latest.id + 1))


async def test_pictures_that_go_while_they_are_asked_for_are_kept_no_longer():
    album = VanishingAlbum()
    stage = Stage(album)
    job = await stage.drawn()
    album.queue = stage.queue
    with pytest.raises(NoLongerKept):
        await stage.upscale(Choice(job.id))


async def test_the_last_image_is_meant_where_none_is_named():
    stage = Stage()
    with pytest.raises(NoSuchPicture) as none:
        await stage.upscale()
    assert none.value.job_id is None
    await stage.drawn()
    last = await stage.drawn()
    await stage.drawn(BEA)
    assert (await stage.upscale()).recipe.source["job"] == last.id


async def test_somebody_elses_image_is_there_for_whoever_can_see_it():
    stage = Stage()
    parent = await stage.drawn(BEA)
    assert (await stage.upscale(Choice(parent.id))).recipe.source["job"] == parent.id


@pytest.mark.parametrize(
    ("options", "hidden"),
    [({}, {"sees": False}), ({}, {"guild_id": 4}), ({"private": True}, {"private": True})],
)
async def test_what_a_member_cannot_see_is_as_if_it_were_not_there(options, hidden):
    stage = Stage()
    parent = await stage.drawn(BEA, **options)
    for number in (parent.id, 99):
        with pytest.raises(NoSuchPicture) as refused:
            await stage.upscale(Choice(number), **hidden)
        assert (refused.value.job_id, refused.value.images) == (number, 0)
    assert not stage.shelf.files


async def test_ones_own_private_image_stays_private_and_is_seen_from_anywhere():
    stage = Stage()
    parent = await stage.drawn(private=True)
    with pytest.raises(PrivatePicture):
        await stage.upscale(Choice(parent.id), sees=False)
    assert (await stage.upscale(Choice(parent.id), sees=False, private=True)).request.private


async def test_an_image_that_is_not_there_yet_or_never_was_is_refused():
    stage = Stage()
    waiting = await stage.asked(count=2)
    with pytest.raises(NotDrawnYet):
        await stage.upscale(Choice(waiting.id))
    await stage.draw(waiting)
    with pytest.raises(NoSuchPicture) as third:
        await stage.upscale(Choice(waiting.id, 3))
    assert third.value.images == 2
    cancelled = await stage.asked()
    await stage.queue.cancel(cancelled.id, now=3.0)
    with pytest.raises(NoSuchPicture):
        await stage.upscale(Choice(cancelled.id))


@pytest.mark.parametrize(
    ("choice", "options", "refusal"),
    [
        (Choice(image=0), {}, NoSuchPicture),
        (Choice(image=-1), {}, NoSuchPicture),
        (LAST, {"amount": "wild"}, UnknownOption),
        (LAST, {"count": 5}, OutOfRange),
        (LAST, {"count": 0}, OutOfRange),
    ],
)
async def test_what_an_old_form_of_the_command_lets_through_is_refused(choice, options, refusal):
    stage = Stage()
    await stage.drawn()
    with pytest.raises(refusal):
        await stage.vary(choice, **options)
    with pytest.raises(UnknownOption):
        await stage.upscale(factor=3)


async def test_a_model_that_is_no_longer_offered_is_said():
    stage = Stage()
    parent = await stage.drawn()
    gone = replace(parent, recipe=replace(parent.recipe, model="gone"))
    stage.queue.jobs[parent.id] = gone
    for derive in (stage.upscale, stage.vary):
        with pytest.raises(UnknownOption):
            await derive()


async def test_the_waiting_room_holds_for_what_is_made_from_images_too():
    stage = Stage()
    await stage.drawn()
    for _ in range(3):
        await stage.vary()
    with pytest.raises(QueueFull):
        await stage.upscale()
