"""Trying again what met trouble, ever more rarely, or when whoever is in trouble asks for it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar, cast

from tenacity import AsyncRetrying, Future, RetryCallState, retry_if_exception
from tenacity.wait import wait_exponential_jitter

from bot.model.errors import DeliveryInterrupted
from bot.ports import Sleep

T = TypeVar("T")

LONGEST_ASKED = 3600.0
"""Seconds of a pause that somebody else asks for; more is not believed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Pauses from `first` seconds, doubled up to `longest`, each a little different."""

    first: float = 2.0
    longest: float = 300.0
    sleep: Sleep = asyncio.sleep

    async def through(
        self,
        act: Callable[[], Awaitable[T]],
        *,
        only: tuple[type[Exception], ...] = (Exception,),
        unless: tuple[type[Exception], ...] = (),
        until: Callable[[], bool] = lambda: False,
        trouble: Callable[[Exception, float], None],
    ) -> T:
        """What `act` gives in the end; `trouble` hears of each error and the pause after it.

        An error that is none of `only`, or one of `unless`, is raised at once, and any where
        `until` has become true.
        """

        async def once() -> T:
            # The library awaits what is declared so, and an act may be any callable.
            return await act()

        retrying = AsyncRetrying(
            sleep=self.sleep,
            wait=self._pause,
            stop=lambda _: until(),
            retry=retry_if_exception(
                lambda error: isinstance(error, only) and not isinstance(error, unless)
            ),
            before_sleep=lambda state: trouble(_error_of(state), state.upcoming_sleep),
            reraise=True,
        )
        return await retrying(once)

    def _pause(self, state: RetryCallState) -> float:
        error = _error_of(state)
        if isinstance(error, DeliveryInterrupted) and error.retry_after:
            return min(error.retry_after, LONGEST_ASKED)
        rhythm = wait_exponential_jitter(multiplier=self.first, jitter=self.first, max=self.longest)
        return rhythm(state)


def _error_of(state: RetryCallState) -> Exception:
    """The error of a try that failed: nothing else leads to a pause."""
    outcome = cast("Future", state.outcome)
    return cast("Exception", outcome.exception())
