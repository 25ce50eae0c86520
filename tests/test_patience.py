"""How long something waits before it is tried again."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model.errors import DeliveryInterrupted, StaleMove, StorageError
from bot.patience import LONGEST_ASKED, Patience


class Pauses:
    """A sleep that takes no time and remembers what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)


def failing(*errors: Exception):
    """An act that raises one error after the other, then gives its number of tries."""
    left = list(errors)

    async def act() -> int:
        if left:
            raise left.pop(0)
        return len(errors) + 1

    return act


def unheard(_error: Exception, _pause: float) -> None:
    """Nobody is told."""


async def pauses_after(*errors: Exception, **options: float) -> list[float]:
    pauses = Pauses()
    patience = Patience(sleep=pauses, **options)
    assert await patience.through(failing(*errors), trouble=unheard) == len(errors) + 1
    return pauses.asked


async def test_pauses_double_up_to_the_longest():
    pauses = await pauses_after(*[OSError("away")] * 12, first=2.0, longest=300.0)
    for tries, pause in enumerate(pauses):
        assert min(300.0, 2.0 * 2**tries) <= pause <= min(300.0, 2.0 * 2**tries + 2.0)


async def test_the_pause_that_discord_asks_for_is_kept():
    assert await pauses_after(DeliveryInterrupted("limited", retry_after=41.5)) == [41.5]


async def test_an_unbelievable_pause_is_cut():
    assert await pauses_after(DeliveryInterrupted("limited", retry_after=1e9)) == [LONGEST_ASKED]


async def test_an_act_may_be_any_callable_whose_answer_can_be_awaited():
    act = failing(OSError("away"))
    assert await Patience(sleep=Pauses()).through(lambda: act(), trouble=unheard) == 2


async def test_an_error_that_is_not_meant_is_raised_at_once():
    with pytest.raises(OSError, match="away"):
        await Patience(sleep=Pauses()).through(
            failing(OSError("away")), only=(StorageError,), trouble=unheard
        )


async def test_each_trouble_is_told_with_the_pause_after_it():
    pauses, told = Pauses(), []
    errors = [StorageError("Busy.", "Wait."), DeliveryInterrupted("cut", retry_after=3.0)]
    patience = Patience(sleep=pauses)
    await patience.through(failing(*errors), trouble=lambda *news: told.append(news))
    assert told == list(zip(errors, pauses.asked, strict=True))


async def test_some_errors_end_it_at_once():
    with pytest.raises(StaleMove):
        await Patience(sleep=Pauses()).through(
            failing(StaleMove(1, "answered")), unless=(StaleMove,), trouble=unheard
        )


async def test_it_ends_with_the_last_error_where_there_is_no_time_left():
    tries = []

    def over() -> bool:
        tries.append(1)
        return len(tries) == 3

    pauses = Pauses()
    with pytest.raises(OSError, match="third"):
        await Patience(sleep=pauses).through(
            failing(OSError("first"), OSError("second"), OSError("third"), OSError("fourth")),
            until=over,
            trouble=unheard,
        )
    assert len(pauses.asked) == 2


@given(st.integers(1, 100))
@example(3000)
async def test_however_often_it_fails_no_pause_is_longer_than_the_longest(tries):
    assert max(await pauses_after(*[OSError("away")] * tries, longest=30.0)) <= 30.0
