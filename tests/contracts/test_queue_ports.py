"""What every queue must do, whatever it is made of."""

import asyncio
import math

import pytest

from bot.model.errors import QueueFull, StaleMove
from bot.model.estimate import Ahead, Queued
from bot.model.fairness import Tags
from bot.model.job import Job, State
from bot.model.ways import Hop, Outcome, Way
from bot.ports import Waiting, WorkQueue
from tests.contracts.conftest import Ports
from tests.fakes import interaction, new_job

ADA, BEA, CYD = 11, 22, 33
ROOM = {"per_member": 10, "per_server": 200}


async def put(queue: Waiting, interaction_id: int, user_id: int, **options: float) -> Job:
    return await queue.enqueue(new_job(interaction_id, user_id, **options), **ROOM, now=100.0)


async def order(ports: Ports) -> list[int]:
    """The waiting jobs in the order of their places."""
    return [one.job_id for one in await ports.places.places()]


async def served(work: WorkQueue) -> list[int]:
    """The interactions of the jobs in the order in which one slot draws them."""
    order = []
    while (job := await work.claim(now=200.0)) is not None:
        await work.rendered(job.id, draw_seconds=1.0, now=201.0)
        order.append(job.origin.interaction_id)
    return order


async def test_a_job_comes_back_as_it_was_put_in(ports: Ports) -> None:
    new = new_job(1, ADA, cost=2.5, weight=2.0)
    job = await ports.waiting.enqueue(new, **ROOM, now=100.0)
    assert (job.origin, job.request, job.recipe) == (new.origin, new.request, new.recipe)
    assert (job.state, job.created_at, job.attempts) == (State.QUEUED, 100.0, 0)
    assert job.tags == Tags(start=0.0, finish=1.25)
    assert await ports.board.get(job.id) == job


async def test_an_unknown_job_is_none_and_has_no_place(ports: Ports) -> None:
    assert await ports.board.get(99) is None
    assert await ports.places.ahead(99) is None


async def test_members_with_equal_costs_take_turns(ports: Ports) -> None:
    for number, member in enumerate([ADA, ADA, BEA, CYD, CYD, ADA], start=1):
        await put(ports.waiting, number, member)
    assert [job.origin.interaction_id for job in await ports.board.waiting()] == [1, 3, 4, 2, 5, 6]
    assert await served(ports.work) == [1, 3, 4, 2, 5, 6]


async def test_a_thousand_jobs_of_two_hundred_members_are_served_in_fair_order(
    ports: Ports,
) -> None:
    room = {"per_member": 5, "per_server": 1000}
    for number in range(1000):
        new = new_job(number + 1, number // 5, cost=1.0 + number % 3)
        await ports.waiting.enqueue(new, **room, now=100.0)
    had, left = dict.fromkeys(range(200), 0.0), dict.fromkeys(range(200), 5)
    while (job := await ports.work.claim(now=200.0, busy_members_too=True)) is not None:
        member = job.origin.user_id
        assert had[member] == min(had[one] for one in had if left[one])
        had[member] += job.cost
        left[member] -= 1
    assert sum(left.values()) == 0


async def test_a_member_of_twice_the_weight_is_served_twice_as_often(ports: Ports) -> None:
    for number in range(1, 7):
        await put(ports.waiting, number, ADA, weight=2.0)
    for number in range(7, 13):
        await put(ports.waiting, number, BEA, weight=1.0)
    first = (await served(ports.work))[:6]
    assert len([number for number in first if number <= 6]) == 4


async def test_a_large_job_makes_its_member_wait_longer_for_the_next(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=10.0)
    await put(ports.waiting, 2, ADA, cost=1.0)
    for number in range(3, 8):
        await put(ports.waiting, number, BEA, cost=1.0)
    assert await served(ports.work) == [1, 3, 4, 5, 6, 7, 2]


async def test_a_member_who_comes_late_is_not_repaid_for_having_been_away(ports: Ports) -> None:
    for number in range(1, 5):
        await put(ports.waiting, number, ADA)
    for _ in range(3):
        job = await ports.work.claim(now=200.0)
        await ports.work.rendered(job.id, draw_seconds=1.0, now=201.0)
    for number in range(5, 8):
        await put(ports.waiting, number, BEA)
    assert (await served(ports.work))[:3] == [5, 4, 6]


async def test_the_clock_does_not_go_back_for_a_job_that_was_passed_over(ports: Ports) -> None:
    for number in (1, 2):
        await put(ports.waiting, number, ADA)
    for number in range(3, 8):
        await put(ports.waiting, number, BEA)
    ada = await ports.work.claim(now=200.0)
    for _ in range(4):
        job = await ports.work.claim(now=200.0)
        await ports.work.rendered(job.id, draw_seconds=1.0, now=201.0)
    await ports.work.rendered(ada.id, draw_seconds=9.0, now=210.0)
    assert (await ports.work.claim(now=211.0)).tags.start == 1.0
    assert (await put(ports.waiting, 8, CYD)).tags.start == 3.0


async def test_a_rush_that_is_over_is_not_held_against_anybody(ports: Ports) -> None:
    for number in range(1, 6):
        await put(ports.waiting, number, ADA)
    await served(ports.work)
    back = await put(ports.waiting, 6, ADA)
    newcomer = await put(ports.waiting, 7, BEA)
    assert back.tags.start == newcomer.tags.start


async def test_a_member_with_a_running_job_waits_until_it_is_drawn(ports: Ports) -> None:
    first = await put(ports.waiting, 1, ADA)
    second = await put(ports.waiting, 2, ADA)
    assert (await ports.work.claim(now=200.0)).id == first.id
    assert await ports.work.claim(now=200.0) is None
    await ports.work.rendered(first.id, draw_seconds=1.0, now=201.0)
    assert (await ports.work.claim(now=202.0)).id == second.id


async def test_busy_members_come_after_all_others_where_they_may_come(ports: Ports) -> None:
    for number, member in enumerate([ADA, ADA, BEA], start=1):
        await put(ports.waiting, number, member, cost=9.0 if member == BEA else 1.0)
    claimed = [await ports.work.claim(now=200.0, busy_members_too=True) for _ in range(4)]
    assert [job and job.origin.interaction_id for job in claimed] == [1, 3, 2, None]


async def test_a_claimed_job_is_running_and_has_no_place(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    job = await ports.work.claim(now=200.0)
    assert (job.state, job.claimed_at) == (State.RUNNING, 200.0)
    assert await ports.places.ahead(job.id) is None
    assert await ports.places.places() == []


async def test_places_count_from_one_in_the_order_of_claims(ports: Ports) -> None:
    for number, member in enumerate([ADA, ADA, BEA], start=1):
        await put(ports.waiting, number, member)
    found = [await ports.places.ahead(job_id) for job_id in (1, 3, 2)]
    assert [ahead and ahead.place for ahead in found] == [1, 2, 3]
    assert await order(ports) == [1, 3, 2]


async def test_the_cost_up_to_a_job_is_known_by_model_and_its_own_is_among_it(ports: Ports) -> None:
    for number, (member, model) in enumerate([(ADA, "large"), (BEA, "small"), (ADA, "large")]):
        new = new_job(number, member, cost=number + 1.5, model=model)
        await ports.waiting.enqueue(new, **ROOM, now=100.0)
    assert await ports.places.ahead(1) == Ahead(1, {"large": 1.5})
    assert await ports.places.ahead(3) == Ahead(3, {"large": 5.0, "small": 2.5})
    assert await ports.places.places() == [
        Queued(1, "large", 1.5, guild_id=3, user_id=ADA),
        Queued(2, "small", 2.5, guild_id=3, user_id=BEA),
        Queued(3, "large", 3.5, guild_id=3, user_id=ADA),
    ]


async def test_what_the_thread_took_for_a_unit_of_cost_is_known_by_model(ports: Ports) -> None:
    for number, model in enumerate(["large", "small", "large", "large"], start=1):
        await ports.waiting.enqueue(
            new_job(number, number, cost=2.0, model=model), **ROOM, now=100.0
        )
        job = await ports.work.claim(now=200.0)
        await ports.work.rendered(job.id, draw_seconds=number * 10.0, now=200.0 + number)
    await put(ports.waiting, 9, ADA)
    assert await ports.timings.seconds_by_cost("large", limit=2) == [20.0, 15.0]
    assert await ports.timings.seconds_by_cost("small", limit=2) == [10.0]
    assert await ports.timings.seconds_by_cost("starter", limit=2) == []


async def test_the_same_interaction_is_queued_once(ports: Ports) -> None:
    first = await put(ports.waiting, 1, ADA)
    again = await ports.waiting.enqueue(new_job(1, ADA), per_member=1, per_server=1, now=300.0)
    assert again == first
    assert len(await ports.board.waiting()) == 1


async def test_a_member_may_have_only_so_many_waiting(ports: Ports) -> None:
    for number in (1, 2):
        await put(ports.waiting, number, ADA)
    with pytest.raises(QueueFull) as refusal:
        await ports.waiting.enqueue(new_job(3, ADA), per_member=2, per_server=9, now=100.0)
    assert (refusal.value.scope, refusal.value.limit) == ("member", 2)
    await ports.waiting.enqueue(new_job(4, BEA), per_member=2, per_server=9, now=100.0)


async def test_a_server_may_have_only_so_many_waiting(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    await put(ports.waiting, 2, BEA)
    with pytest.raises(QueueFull) as refusal:
        await ports.waiting.enqueue(new_job(3, CYD), per_member=2, per_server=2, now=100.0)
    assert (refusal.value.scope, refusal.value.limit) == ("server", 2)
    elsewhere = new_job(4, CYD, guild_id=4)
    await ports.waiting.enqueue(elsewhere, per_member=2, per_server=2, now=100.0)


async def test_what_is_being_drawn_takes_no_place_in_the_waiting_room(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    await ports.work.claim(now=200.0)
    await ports.waiting.enqueue(new_job(2, ADA), per_member=1, per_server=1, now=100.0)


async def test_a_hundred_at_once_all_get_a_place_of_their_own(ports: Ports) -> None:
    jobs = await asyncio.gather(*(put(ports.waiting, number, number) for number in range(1, 101)))
    assert len({job.id for job in jobs}) == 100
    assert await order(ports) == sorted(job.id for job in jobs)


async def test_the_way_of_a_job_ends_with_its_answer(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    job = await ports.work.claim(now=200.0)
    drawn = await ports.work.rendered(job.id, draw_seconds=1.5, now=202.0)
    assert (drawn.state, drawn.draw_seconds, drawn.finished_at) == (State.RENDERED, 1.5, 202.0)
    assert await ports.outbox.untold(limit=5) == [drawn]
    told = await ports.outbox.answered(job.id, message_id=77, now=203.0)
    assert (told.state, told.message_id, told.answered_at) == (State.DELIVERED, 77, 203.0)
    assert await ports.outbox.untold(limit=5) == []
    assert await ports.board.get(job.id) == told


async def test_the_way_by_which_an_outcome_was_told_is_kept(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    await ports.board.cancel(1, now=201.0)
    hop = Hop(1, Way.CHANNEL).begun(202.0).ended(Outcome.TOLD, 203.0)
    told = await ports.outbox.answered(1, hop=hop, message_id=77, now=203.0)
    assert told.answered_by is Way.CHANNEL
    assert await ports.board.get(1) == told
    assert await ports.outbox.hops(1) == [hop]


async def test_each_way_of_a_job_is_noted_once_as_it_stood_last(ports: Ports) -> None:
    for number, member in ((1, ADA), (2, BEA)):
        await put(ports.waiting, number, member)
    begun = Hop(1, Way.CHANNEL).begun(200.0)
    await ports.outbox.note(begun)
    assert await ports.outbox.hops(1) == [begun]
    ended = begun.ended(Outcome.INTERRUPTED, 201.0, status=502)
    again = ended.begun(204.0)
    direct = Hop(1, Way.DIRECT).begun(205.0).ended(Outcome.REFUSED, 206.0, status=403, code=50007)
    for hop in (ended, again, direct):
        await ports.outbox.note(hop)
    found = {hop.way: hop for hop in await ports.outbox.hops(1)}
    assert found == {Way.CHANNEL: again, Way.DIRECT: direct}
    assert (again.tries, again.outcome) == (2, None)
    assert await ports.outbox.hops(2) == []


async def test_a_hop_of_an_answer_that_came_too_late_is_not_noted(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    hop = Hop(1, Way.CHANNEL).begun(202.0).ended(Outcome.TOLD, 203.0)
    with pytest.raises(StaleMove):
        await ports.outbox.answered(1, hop=hop, message_id=77, now=203.0)
    assert await ports.outbox.hops(1) == []


async def test_a_failure_is_told_with_its_name_and_stays_a_failure(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    job = await ports.work.claim(now=200.0)
    await ports.work.failed(job.id, failure="OutOfMemory", detail="it was large", now=201.0)
    (untold,) = await ports.outbox.untold(limit=5)
    assert (untold.failure, untold.failure_detail) == ("OutOfMemory", "it was large")
    told = await ports.outbox.answered(job.id, message_id=None, now=202.0)
    assert (told.state, told.message_id) == (State.FAILED, None)
    assert await ports.outbox.untold(limit=5) == []


async def test_outcomes_are_told_in_the_order_in_which_they_came(ports: Ports) -> None:
    for number, member in enumerate([ADA, BEA, CYD], start=1):
        await put(ports.waiting, number, member)
    await ports.board.cancel(3, now=300.0)
    await ports.board.cancel(1, now=301.0)
    await ports.board.cancel(2, now=302.0)
    assert [job.id for job in await ports.outbox.untold(limit=2)] == [3, 1]


async def test_a_waiting_or_running_job_can_be_cancelled(ports: Ports) -> None:
    for number, member in enumerate([ADA, BEA], start=1):
        await put(ports.waiting, number, member)
    await ports.work.claim(now=200.0)
    for job_id in (1, 2):
        cancelled = await ports.board.cancel(job_id, now=300.0)
        assert (cancelled.state, cancelled.finished_at) == (State.CANCELLED, 300.0)
    assert await ports.work.claim(now=301.0) is None


@pytest.mark.parametrize("outcome", ["rendered", "failed", "cancelled"])
async def test_a_job_that_has_its_outcome_takes_no_other(ports: Ports, outcome: str) -> None:
    await put(ports.waiting, 1, ADA)
    await ports.work.claim(now=200.0)
    if outcome == "rendered":
        await ports.work.rendered(1, draw_seconds=1.0, now=201.0)
    elif outcome == "failed":
        await ports.work.failed(1, failure="NotFinite", detail="", now=201.0)
    else:
        await ports.board.cancel(1, now=201.0)
    before = await ports.board.get(1)
    for move in (
        ports.work.rendered(1, draw_seconds=2.0, now=300.0),
        ports.work.failed(1, failure="OutOfMemory", detail="", now=300.0),
        ports.work.requeue(1),
        ports.board.cancel(1, now=300.0),
    ):
        with pytest.raises(StaleMove):
            await move
    assert await ports.board.get(1) == before


async def test_what_waits_or_is_told_already_cannot_be_answered(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    with pytest.raises(StaleMove):
        await ports.outbox.answered(1, message_id=1, now=300.0)
    await ports.board.cancel(1, now=300.0)
    await ports.outbox.answered(1, message_id=1, now=301.0)
    with pytest.raises(StaleMove):
        await ports.outbox.answered(1, message_id=2, now=302.0)
    with pytest.raises(StaleMove):
        await ports.outbox.answered(99, message_id=2, now=302.0)


async def test_a_requeued_job_keeps_its_place_and_is_charged_nothing(ports: Ports) -> None:
    for number, member in enumerate([ADA, BEA], start=1):
        await put(ports.waiting, number, member)
    job = await ports.work.claim(now=200.0)
    back = await ports.work.requeue(job.id)
    assert (back.state, back.claimed_at, back.attempts) == (State.QUEUED, None, 0)
    assert back.tags == job.tags
    assert await order(ports) == [1, 2]


async def test_what_a_dead_process_left_running_waits_again_and_is_charged(ports: Ports) -> None:
    for number, member in enumerate([ADA, BEA, CYD], start=1):
        await put(ports.waiting, number, member)
    for _ in range(2):
        await ports.work.claim(now=200.0)
    found = await ports.work.recover()
    assert [(job.id, job.state, job.attempts) for job in found] == [
        (1, State.QUEUED, 1),
        (2, State.QUEUED, 1),
    ]
    assert await order(ports) == [1, 2, 3]
    assert await ports.work.recover() == []


async def test_a_cancelled_job_does_not_hold_its_members_later_ones_back(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=8.0)
    await put(ports.waiting, 2, ADA, cost=1.0)
    await put(ports.waiting, 3, BEA, cost=2.0)
    await put(ports.waiting, 4, BEA, cost=2.0)
    assert await order(ports) == [1, 3, 4, 2]
    await ports.board.cancel(1, now=200.0)
    assert await order(ports) == [2, 3, 4]
    later = await put(ports.waiting, 5, ADA)
    assert later.tags == Tags(start=1.0, finish=2.0)


async def test_a_failed_job_is_paid_back(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=8.0)
    await put(ports.waiting, 2, ADA, cost=1.0)
    job = await ports.work.claim(now=200.0)
    await ports.work.failed(job.id, failure="OutOfMemory", detail="", now=201.0)
    assert (await ports.board.get(2)).tags == Tags(start=0.0, finish=1.0)


async def test_a_job_cancelled_while_it_is_drawn_stays_charged(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=8.0)
    await put(ports.waiting, 2, ADA, cost=1.0)
    await ports.work.claim(now=200.0)
    await ports.board.cancel(1, now=201.0)
    assert (await ports.board.get(2)).tags.start == 8.0


async def test_a_job_cancelled_before_its_first_step_is_paid_back(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=8.0)
    await put(ports.waiting, 2, ADA, cost=1.0)
    await ports.work.claim(now=200.0)
    cancelled = await ports.board.cancel(1, now=201.0, unspent=True)
    assert (cancelled.state, cancelled.claimed_at) == (State.CANCELLED, None)
    assert (await ports.board.get(2)).tags == Tags(start=0.0, finish=1.0)
    with pytest.raises(StaleMove):
        await ports.board.cancel(1, now=202.0, unspent=True)
    await ports.board.cancel(2, now=202.0, unspent=True)
    assert (await put(ports.waiting, 3, ADA)).tags.start == 0.0


async def test_an_interaction_is_unanswered_until_it_is_closed_or_has_a_job(ports: Ports) -> None:
    for number, born in ((1, 30.0), (2, 20.0), (3, 10.0)):
        await ports.journal.open(interaction(number, born=born))
    assert [one.id for one in await ports.journal.unanswered()] == [3, 2, 1]
    await put(ports.waiting, 2, ADA)
    await ports.journal.close(3)
    await ports.journal.close(404)
    assert await ports.journal.unanswered() == [interaction(1, born=30.0)]


async def test_an_interaction_that_is_opened_again_stays_as_it_is(ports: Ports) -> None:
    await ports.journal.open(interaction(1, born=30.0))
    await ports.journal.close(1)
    await ports.journal.open(interaction(1, born=40.0))
    assert await ports.journal.unanswered() == []


async def test_an_interaction_that_is_written_after_its_job_is_not_unanswered(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA)
    await ports.journal.open(interaction(1))
    assert await ports.journal.unanswered() == []


async def test_numbers_of_any_size_keep_their_value(ports: Ports) -> None:
    await put(ports.waiting, 2**63 - 1, 2**62, cost=math.pi)
    job = await ports.work.claim(now=1_800_000_000.123456)
    assert job.origin.interaction_id == 2**63 - 1
    assert (job.cost, job.claimed_at) == (math.pi, 1_800_000_000.123456)


async def test_whole_numbers_stay_floats(ports: Ports) -> None:
    await put(ports.waiting, 1, ADA, cost=2.0)
    job = await ports.work.claim(now=200.0)
    floats = (job.cost, job.weight, job.tags.start, job.created_at, job.claimed_at)
    assert {type(number) for number in (*floats, job.origin.token_born)} == {float}


async def test_a_clock_that_is_set_back_makes_no_stretch_of_time_negative(ports: Ports) -> None:
    drawn, cancelled = await put(ports.waiting, 1, ADA), await put(ports.waiting, 2, BEA)
    claimed = await ports.work.claim(now=50.0)
    assert (claimed.id, claimed.claimed_at) == (drawn.id, 100.0)
    assert (await ports.work.rendered(drawn.id, draw_seconds=1.0, now=40.0)).finished_at == 100.0
    told = await ports.outbox.answered(drawn.id, message_id=1, now=30.0)
    assert told.answered_at == 100.0
    assert (await ports.board.cancel(cancelled.id, now=20.0)).finished_at == 100.0
    later = await ports.waiting.enqueue(new_job(3, CYD), **ROOM, now=10.0)
    assert (await ports.work.claim(now=11.0)).id == later.id
    failed = await ports.work.failed(later.id, failure="x", detail="", now=9.0)
    assert (failed.claimed_at, failed.finished_at) == (11.0, 11.0)
