"""Stage 1: what is accepted, and what is refused with which reason."""

import pytest

from bot.admission import Admission, QueueRoom
from bot.model.checkpoint import Catalogue, Checkpoint
from bot.model.errors import DiskFull, ModelUnavailable, QueueFull, Stopping, StorageError
from bot.model.estimate import Standing
from bot.model.job import Job, State
from bot.model.picture import EngineStatus
from bot.model.request import ImageRequest
from tests.fakes import InMemoryQueue, forecast, origin
from tests.stand_ins import HandClock, HandDisk, ScriptedEngine

STARTER = Checkpoint(key="starter", source="folder", native_size=128)
OTHER = Checkpoint(key="other", source="folder", native_size=128)


class Stage:
    """Admission among stand-ins."""

    def __init__(self, queue: InMemoryQueue | None = None) -> None:
        self.queue, self.engine = queue or InMemoryQueue(), ScriptedEngine()
        self.disk = HandDisk()
        self.told: list[tuple[Job, Standing | None]] = []
        self.admission = Admission(
            queue=self.queue,
            forecast=forecast(self.queue),
            disk=self.disk,
            catalogue=Catalogue({"starter": STARTER, "other": OTHER}, "starter"),
            room=QueueRoom(per_member=2, per_server=3),
            engine_status=self.engine.status,
            draw_seed=lambda: 42,
            clock=HandClock(),
        )
        self.admission.tell(lambda *accepted: self.told.append(accepted))

    async def admit(self, number: int, user_id: int = 7, **options) -> Job:
        request = ImageRequest("a lighthouse", **options)
        return await self.admission.admit(request, origin(interaction_id=number, user_id=user_id))


async def test_an_accepted_request_is_queued_with_a_seed_and_told_with_its_place():
    stage = Stage()
    first, second = await stage.admit(1), await stage.admit(2, seed=5)
    assert (first.state, first.recipe.seed, second.recipe.seed) == (State.QUEUED, 42, 5)
    assert stage.told == [(first, Standing(1)), (second, Standing(2))]


async def test_a_job_costs_by_area_evaluations_and_count():
    stage = Stage()
    one, four = await stage.admit(1), await stage.admit(2, count=4)
    assert four.cost == pytest.approx(4 * one.cost)


async def test_a_disk_without_room_refuses_before_anything_is_queued():
    stage = Stage()
    stage.disk.free = 99
    with pytest.raises(DiskFull) as refused:
        await stage.admit(1)
    assert (refused.value.free, refused.value.reserve) == (99, 100)
    assert stage.queue.jobs == {}
    stage.disk.free = 100
    assert await stage.admit(1)


async def test_a_member_and_a_server_have_a_waiting_room_each():
    stage = Stage()
    await stage.admit(1)
    await stage.admit(2)
    with pytest.raises(QueueFull) as member:
        await stage.admit(3)
    await stage.admit(4, user_id=8)
    with pytest.raises(QueueFull) as server:
        await stage.admit(5, user_id=9)
    assert (member.value.scope, server.value.scope) == ("member", "server")


async def test_a_model_that_did_not_load_is_refused_and_another_one_is_not():
    stage = Stage()
    stage.engine.state = EngineStatus("failed", "starter", "the folder is missing.")
    with pytest.raises(ModelUnavailable, match="the folder is missing"):
        await stage.admit(1)
    await stage.admit(2, model="other")


async def test_nothing_is_accepted_during_a_stop():
    stage = Stage()
    stage.admission.close()
    with pytest.raises(Stopping):
        await stage.admit(1)
    assert not stage.queue.jobs


class Unreadable(InMemoryQueue):
    """A queue that takes jobs and cannot say where they stand."""

    async def ahead(self, job_id):
        raise StorageError("The database is locked.", "Wait.")


async def test_a_request_is_accepted_even_if_its_place_cannot_be_read():
    stage = Stage(Unreadable())
    job = await stage.admit(1)
    assert stage.told == [(job, None)]
