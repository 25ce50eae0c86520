"""What the bot's owner may do to the queue, and what everybody may see of it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.dispatcher import Dispatcher
from bot.forecast import Forecast
from bot.model.errors import OwnerOnly
from bot.model.estimate import InHand, Queued, Standing
from bot.model.hold import EVERYWHERE, Hold, HoldKind
from bot.model.job import Job
from bot.ports import Clock, Holds

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Overview:
    """The queue of a server, or of the whole bot: what is drawn, what waits, what holds it back."""

    drawn: Sequence[InHand]
    waiting: Sequence[tuple[Queued, Standing]]
    """In the order of their places, those of paused servers behind."""
    holds: Sequence[Hold]


class Control:
    """Carries the owner's orders out, whoever they come from being checked at each of them."""

    def __init__(
        self,
        *,
        holds: Holds,
        forecast: Forecast,
        dispatcher: Dispatcher,
        owned_by: Callable[[int], bool],
        clock: Clock,
    ) -> None:
        """`owned_by` says whether a user owns the bot's application."""
        self._holds = holds
        self._forecast = forecast
        self._dispatcher = dispatcher
        self._owned_by = owned_by
        self._clock = clock

    async def hold(self, scope: int, kind: HoldKind, *, by: int) -> None:
        """Pause or drain a server's queue, or the bot's; raises OwnerOnly."""
        self._require_owner(by)
        await self._holds.hold(Hold(scope, kind, by=by, since=self._clock()))
        log.info("the queue of %s is %s by order of %d", _named(scope), kind.value, by)
        self._dispatcher.moved()

    async def resume(self, scope: int, *, by: int) -> bool:
        """End the hold on a scope; whether it was under one; raises OwnerOnly."""
        self._require_owner(by)
        lifted = await self._holds.lift(scope)
        log.info("the queue of %s goes on by order of %d", _named(scope), by)
        self._dispatcher.moved()
        return lifted

    async def bump(self, job_id: int, *, by: int) -> Job:
        """Put a waiting job before all others; raises OwnerOnly, NotWaiting or Held."""
        self._require_owner(by)
        job = await self._holds.bump(job_id)
        log.info("put first by order of %d", by, extra={"job": job_id})
        self._dispatcher.moved()
        return job

    async def cancel(self, job_id: int, *, by: int) -> Job:
        """Cancel anybody's waiting or running job; raises OwnerOnly or TooLate."""
        self._require_owner(by)
        job = await self._dispatcher.cancel(job_id, by=by, anybodys=True)
        log.info("cancelled by order of %d", by, extra={"job": job_id})
        return job

    async def all_of_it(self, scope: int, *, by: int) -> Overview:
        """The queue of a server, or of the whole bot; raises OwnerOnly."""
        self._require_owner(by)
        return await self.overview(scope)

    async def overview(self, scope: int) -> Overview:
        """What is drawn and what waits in a server, or everywhere."""
        drawn, waiting = self._dispatcher.in_hand(), await self._forecast.waiting()
        return Overview(
            drawn=[one for one in drawn if _within(scope, one.job.origin.guild_id)],
            waiting=[(one, standing) for one, standing in waiting if _within(scope, one.guild_id)],
            holds=[
                one
                for one in await self._holds.holds()
                if scope == EVERYWHERE or one.scope in (scope, EVERYWHERE)
            ],
        )

    async def numbers(self, *, by: int) -> tuple[Sequence[int], Mapping[int, Standing]]:
        """The numbers of what is drawn, and where what waits stands; raises OwnerOnly."""
        self._require_owner(by)
        drawn = [one.job.id for one in self._dispatcher.in_hand()]
        return drawn, await self._forecast.standings()

    def _require_owner(self, user_id: int) -> None:
        if not self._owned_by(user_id):
            raise OwnerOnly


def _within(scope: int, guild_id: int) -> bool:
    return scope in (EVERYWHERE, guild_id)


def _named(scope: int) -> str:
    return "the whole bot" if scope == EVERYWHERE else f"server {scope}"
