"""What holding a queue back must do, whatever the queue is made of."""

import pytest

from bot.model.errors import Draining, Held, NotWaiting, QueueFull
from bot.model.estimate import Ahead, Queued
from bot.model.hold import EVERYWHERE, Hold, HoldKind
from bot.model.job import Job
from tests.contracts.conftest import Ports
from tests.fakes import new_job

ADA, BEA, CYD, DAN = 11, 22, 33, 44
HERE, THERE = 3, 4
ROOM = {"per_member": 10, "per_server": 200}


async def put(ports: Ports, number: int, user: int, *, guild: int = HERE, cost: float = 1.0) -> Job:
    new = new_job(number, user, guild_id=guild, cost=cost)
    return await ports.waiting.enqueue(new, **ROOM, now=100.0)


async def pause(ports: Ports, scope: int) -> None:
    await ports.holds.hold(Hold(scope, HoldKind.PAUSED, by=7, since=100.0))


async def drain(ports: Ports, scope: int) -> None:
    await ports.holds.hold(Hold(scope, HoldKind.DRAINING, by=7, since=100.0))


async def served(ports: Ports, most: int = 99) -> list[int]:
    """The jobs in the order in which one slot draws them."""
    order: list[int] = []
    while len(order) < most and (job := await ports.work.claim(now=200.0)) is not None:
        await ports.work.rendered(job.id, draw_seconds=1.0, now=201.0)
        order.append(job.id)
    return order


async def test_of_a_paused_server_nothing_is_claimed_and_others_go_on(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await put(ports, 2, BEA, guild=THERE)
    await pause(ports, HERE)
    await put(ports, 3, CYD)
    await put(ports, 4, DAN, guild=THERE)
    assert await served(ports) == [2, 4]
    assert await ports.holds.lift(HERE)
    assert await served(ports) == [1, 3]


async def test_of_a_paused_bot_nothing_is_claimed_at_all(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await pause(ports, EVERYWHERE)
    await put(ports, 2, BEA, guild=THERE)
    assert await ports.work.claim(now=200.0, busy_members_too=True) is None
    await ports.holds.lift(EVERYWHERE)
    assert await served(ports) == [1, 2]


async def test_what_is_being_drawn_goes_on_and_waits_too_if_it_comes_back(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await put(ports, 2, BEA)
    drawn, back = await ports.work.claim(now=200.0), await ports.work.claim(now=200.0)
    await pause(ports, HERE)
    await ports.work.rendered(drawn.id, draw_seconds=1.0, now=201.0)
    assert (await ports.work.requeue(back.id)).held
    assert await ports.work.claim(now=202.0) is None
    await ports.holds.lift(HERE)
    assert await served(ports) == [back.id]


async def test_what_a_crash_left_of_a_paused_server_waits_with_the_rest(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await ports.work.claim(now=200.0)
    await pause(ports, HERE)
    (found,) = await ports.work.recover()
    assert found.held
    assert await served(ports) == []


async def test_a_draining_server_takes_nothing_in_and_what_waits_is_drawn(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await drain(ports, HERE)
    with pytest.raises(Draining) as refusal:
        await put(ports, 2, BEA)
    assert refusal.value.scope == "server"
    elsewhere = await put(ports, 3, CYD, guild=THERE)
    assert await served(ports) == [1, elsewhere.id]
    await ports.holds.lift(HERE)
    await put(ports, 4, BEA)


async def test_a_draining_bot_takes_nothing_in_anywhere(ports: Ports) -> None:
    await drain(ports, EVERYWHERE)
    for number, guild in enumerate((HERE, THERE), start=1):
        with pytest.raises(Draining) as refusal:
            await put(ports, number, ADA, guild=guild)
        assert refusal.value.scope == "bot"


async def test_a_request_that_was_accepted_stays_accepted_when_it_is_sent_again(
    ports: Ports,
) -> None:
    job = await put(ports, 1, ADA)
    await drain(ports, HERE)
    assert await put(ports, 1, ADA) == job


async def test_draining_ends_a_pause_and_pausing_ends_a_drain(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await pause(ports, HERE)
    await drain(ports, HERE)
    assert await served(ports) == [1]
    await pause(ports, HERE)
    await put(ports, 2, ADA)
    assert await served(ports) == []
    assert [hold.kind for hold in await ports.holds.holds()] == [HoldKind.PAUSED]


async def test_every_hold_is_told_and_lifting_none_says_so(ports: Ports) -> None:
    await pause(ports, THERE)
    await drain(ports, EVERYWHERE)
    assert await ports.holds.holds() == [
        Hold(EVERYWHERE, HoldKind.DRAINING, by=7, since=100.0),
        Hold(THERE, HoldKind.PAUSED, by=7, since=100.0),
    ]
    assert not await ports.holds.lift(HERE)
    assert await ports.holds.lift(THERE)
    assert not await ports.holds.lift(THERE)


async def test_what_is_paused_has_no_place_and_is_before_nobody(ports: Ports) -> None:
    for number, (user, guild) in enumerate([(ADA, HERE), (BEA, THERE), (CYD, HERE)], start=1):
        await put(ports, number, user, guild=guild)
    await pause(ports, HERE)
    assert await ports.places.places() == [
        Queued(2, "starter", 1.0, guild_id=THERE, user_id=BEA),
        Queued(1, "starter", 1.0, paused=True, guild_id=HERE, user_id=ADA),
        Queued(3, "starter", 1.0, paused=True, guild_id=HERE, user_id=CYD),
    ]
    assert await ports.places.ahead(2) == Ahead(1, {"starter": 1.0})
    assert await ports.places.ahead(1) == Ahead(None, {})
    await pause(ports, EVERYWHERE)
    assert all(one.paused for one in await ports.places.places())
    assert await ports.places.ahead(2) == Ahead(None, {})


async def test_what_is_paused_still_fills_the_waiting_room(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await pause(ports, HERE)
    with pytest.raises(QueueFull):
        await ports.waiting.enqueue(new_job(2, ADA), per_member=1, per_server=9, now=100.0)


async def test_a_server_that_was_paused_has_no_credit_over_who_was_served_meanwhile(
    ports: Ports,
) -> None:
    for number in range(1, 6):
        await put(ports, number, ADA)
    await pause(ports, HERE)
    for number in range(6, 16):
        await put(ports, number, BEA, guild=THERE)
    assert await served(ports, most=6) == [6, 7, 8, 9, 10, 11]
    await ports.holds.lift(HERE)
    assert await served(ports, most=6) == [1, 2, 12, 3, 13, 4]


async def test_members_of_a_server_that_was_paused_keep_their_order(ports: Ports) -> None:
    for number, user in enumerate([ADA, ADA, BEA, CYD, CYD, ADA], start=1):
        await put(ports, number, user)
    await pause(ports, HERE)
    for number in range(7, 12):
        await put(ports, number, DAN, guild=THERE)
    await served(ports)
    await ports.holds.lift(HERE)
    assert await served(ports) == [1, 3, 4, 2, 5, 6]


async def test_who_asks_after_a_pause_comes_behind_their_own_paused_jobs(ports: Ports) -> None:
    await put(ports, 1, ADA, cost=4.0)
    await pause(ports, HERE)
    for number in range(2, 8):
        await put(ports, number, BEA, guild=THERE)
    await served(ports)
    await ports.holds.lift(HERE)
    paused = await ports.board.get(1)
    later = await put(ports, 8, ADA)
    assert later.tags.start == paused.tags.finish


async def test_what_a_paused_server_holds_counts_for_nothing_elsewhere(ports: Ports) -> None:
    await put(ports, 1, ADA, guild=THERE)
    for number in range(2, 6):
        await put(ports, number, ADA, cost=4.0)
    await put(ports, 6, ADA, guild=THERE)
    await pause(ports, HERE)
    await pause(ports, HERE)
    assert (await ports.board.get(6)).tags.start == 1.0
    await put(ports, 7, ADA)
    for number in range(8, 14):
        await put(ports, number, BEA, guild=THERE)
    assert (await put(ports, 14, ADA, guild=THERE)).tags.start == 2.0
    assert await served(ports) == [1, 8, 6, 9, 10, 14, 11, 12, 13]


async def test_what_was_drawn_elsewhere_during_a_pause_counts_when_it_ends(ports: Ports) -> None:
    for number in (1, 2):
        await put(ports, number, ADA)
    await pause(ports, HERE)
    await put(ports, 3, ADA)
    for number in (4, 5, 6):
        await put(ports, number, ADA, guild=THERE)
    for number in range(7, 13):
        await put(ports, number, BEA, guild=THERE)
    assert await served(ports, most=4) == [4, 7, 5, 8]
    await ports.holds.lift(HERE)
    assert await served(ports) == [6, 9, 1, 10, 2, 11, 3, 12]


async def test_a_pause_that_ends_at_once_changes_no_members_turn(ports: Ports) -> None:
    for number in (1, 2, 3):
        await put(ports, number, ADA)
    for number in (4, 5):
        await put(ports, number, ADA, guild=THERE)
    for number in range(6, 11):
        await put(ports, number, BEA, guild=THERE)
    for _ in range(3):
        await pause(ports, HERE)
        await ports.holds.lift(HERE)
    users = [(await ports.board.get(job_id)).origin.user_id for job_id in await served(ports)]
    assert users == [BEA, ADA] * 5 or users == [ADA, BEA] * 5


async def test_what_is_cancelled_in_a_paused_server_is_paid_back_once(ports: Ports) -> None:
    for number in (1, 2, 3):
        await put(ports, number, ADA, cost=4.0)
    await put(ports, 4, ADA, guild=THERE)
    await put(ports, 5, BEA, guild=THERE)
    await pause(ports, HERE)
    await ports.board.cancel(2, now=300.0)
    await put(ports, 6, ADA, cost=4.0)
    await ports.board.cancel(6, now=300.0)
    assert (await put(ports, 7, ADA, guild=THERE)).tags.start == 1.0
    await ports.holds.lift(HERE)
    starts = [(await ports.board.get(job_id)).tags.start for job_id in (4, 7, 1, 3)]
    assert starts == [0.0, 1.0, 2.0, 6.0]


@pytest.mark.parametrize("how", ["stop", "crash"])
async def test_what_comes_back_into_a_paused_queue_counts_no_longer(ports: Ports, how: str) -> None:
    await put(ports, 1, ADA, cost=4.0)
    await put(ports, 2, ADA, guild=THERE)
    await ports.work.claim(now=200.0)
    await pause(ports, HERE)
    if how == "stop":
        await ports.work.requeue(1)
    else:
        await ports.work.recover()
    assert (await ports.board.get(2)).tags.start == 0.0
    assert (await put(ports, 3, ADA, guild=THERE)).tags.start == 1.0
    await ports.holds.lift(HERE)
    assert (await ports.board.get(1)).tags.start == 2.0


async def test_a_rush_that_is_over_is_forgotten_whatever_a_paused_server_holds(
    ports: Ports,
) -> None:
    await put(ports, 1, CYD)
    await pause(ports, HERE)
    for number in range(2, 6):
        await put(ports, number, ADA, guild=THERE, cost=4.0)
    await served(ports)
    back = await put(ports, 6, ADA, guild=THERE)
    newcomer = await put(ports, 7, BEA, guild=THERE)
    assert back.tags.start == newcomer.tags.start
    await ports.holds.lift(HERE)
    assert (await ports.board.get(1)).tags.start == 0.0
    assert (await put(ports, 8, CYD)).tags.start == 1.0


async def test_a_refund_reaches_all_jobs_that_come_after_it_though_one_was_paused(
    ports: Ports,
) -> None:
    await put(ports, 1, ADA, guild=THERE, cost=10.0)
    await put(ports, 2, ADA, cost=10.0)
    await put(ports, 3, ADA, guild=THERE, cost=10.0)
    await put(ports, 4, BEA, guild=THERE, cost=15.0)
    await put(ports, 5, BEA, guild=THERE)
    await ports.work.claim(now=200.0)
    await pause(ports, HERE)
    for _ in range(2):
        job = await ports.work.claim(now=200.0)
        await ports.work.rendered(job.id, draw_seconds=1.0, now=201.0)
    await ports.holds.lift(HERE)
    await ports.work.failed(1, failure="OutOfMemory", detail="", now=202.0)
    starts = [(await ports.board.get(job_id)).tags.start for job_id in (3, 2)]
    assert starts == pytest.approx([0.0, 15.0])
    assert (await put(ports, 6, ADA)).tags.start == pytest.approx(25.0)


async def test_a_job_that_was_paused_gives_back_nothing_of_those_before_it(ports: Ports) -> None:
    await put(ports, 1, ADA, cost=5.0)
    await put(ports, 2, ADA, cost=5.0, guild=THERE)
    await pause(ports, HERE)
    await ports.holds.lift(HERE)
    await ports.board.cancel(1, now=300.0)
    assert (await ports.board.get(2)).tags.start == 0.0
    assert (await put(ports, 3, ADA)).tags.start == 5.0


async def test_a_bumped_job_is_claimed_before_all_others_and_the_clock_stays(ports: Ports) -> None:
    for number in range(1, 5):
        await put(ports, number, ADA)
    await put(ports, 5, BEA)
    bumped = await ports.holds.bump(4)
    assert bumped.tags.finish == 4.0
    assert [one.job_id for one in await ports.places.places()] == [4, 1, 5, 2, 3]
    assert (await ports.work.claim(now=200.0)).id == 4
    assert (await put(ports, 6, CYD)).tags.start == 0.0


async def test_the_last_bumped_job_is_the_first_and_bumping_it_again_changes_nothing(
    ports: Ports,
) -> None:
    for number, user in enumerate([ADA, BEA, CYD], start=1):
        await put(ports, number, user)
    await ports.holds.bump(2)
    third = await ports.holds.bump(3)
    assert await ports.holds.bump(3) == third
    assert await served(ports) == [3, 2, 1]


async def test_a_bumped_job_that_is_cancelled_is_paid_back_as_any_other(ports: Ports) -> None:
    for number in range(1, 4):
        await put(ports, number, ADA, cost=4.0)
    await ports.holds.bump(2)
    await ports.board.cancel(2, now=300.0)
    assert [(await ports.board.get(job_id)).tags.start for job_id in (1, 3)] == [0.0, 4.0]
    assert (await put(ports, 4, ADA)).tags.start == 8.0


async def test_a_refund_to_a_bumped_jobs_member_reaches_their_later_jobs(ports: Ports) -> None:
    for number in range(1, 4):
        await put(ports, number, ADA, cost=4.0)
    await ports.holds.bump(2)
    await ports.board.cancel(1, now=300.0)
    assert (await ports.board.get(3)).tags.start == 4.0
    assert (await put(ports, 4, ADA)).tags.start == 8.0


async def test_a_bumped_job_stays_before_its_members_others_where_all_of_them_move_up(
    ports: Ports,
) -> None:
    for number in range(1, 4):
        await put(ports, number, ADA, cost=8.0)
    await ports.work.claim(now=200.0)
    await ports.holds.bump(3)
    await ports.work.failed(1, failure="OutOfMemory", detail="", now=201.0)
    assert await served(ports) == [3, 2]


async def test_only_what_waits_and_is_not_paused_can_be_bumped(ports: Ports) -> None:
    await put(ports, 1, ADA)
    await put(ports, 2, BEA)
    running = await ports.work.claim(now=200.0)
    for job_id in (running.id, 99):
        with pytest.raises(NotWaiting):
            await ports.holds.bump(job_id)
    await pause(ports, HERE)
    with pytest.raises(Held):
        await ports.holds.bump(2)
