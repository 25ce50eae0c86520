"""Plain stand-ins: what they do can be read at a glance."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from bot.forecast import Forecast
from bot.model.errors import Draining, Held, NotWaiting, QueueFull, StaleMove
from bot.model.estimate import Ahead, InHand, Queued
from bot.model.fairness import tags_for
from bot.model.hold import EVERYWHERE, Hold, HoldKind, put_first, taken_up
from bot.model.job import UNANSWERED, Interaction, Job, NewJob, State, sources_of
from bot.model.recipe import Recipe
from bot.model.refund import Place, pulled_forward
from bot.model.request import ImageRequest, Origin
from bot.model.ways import Hop, Way


def origin(
    *, interaction_id: int = 1, user_id: int = 7, guild_id: int = 3, token_born: float = 1000.0
) -> Origin:
    """An origin with a token that tells whose it is."""
    return Origin(
        guild_id=guild_id,
        channel_id=5,
        user_id=user_id,
        interaction_id=interaction_id,
        application_id=9,
        token=f"secret-{interaction_id}",
        token_born=token_born,
        filesize_limit=10_485_760,
    )


def recipe(*, seed: int = 7, model: str = "starter") -> Recipe:
    """A small recipe."""
    return Recipe(
        prompt="a lighthouse",
        negative_prompt="",
        seed=seed,
        width=128,
        height=128,
        steps=8,
        guidance_scale=3.5,
        scheduler="EulerDiscreteScheduler",
        model=model,
    )


def new_job(
    interaction_id: int,
    user_id: int,
    *,
    cost: float = 1.0,
    weight: float = 1.0,
    guild_id: int = 3,
    token_born: float = 1000.0,
    model: str = "starter",
) -> NewJob:
    """An admitted request."""
    return NewJob(
        origin=origin(
            interaction_id=interaction_id,
            user_id=user_id,
            guild_id=guild_id,
            token_born=token_born,
        ),
        request=ImageRequest(prompt="a lighthouse", seed=7),
        recipe=recipe(model=model),
        cost=cost,
        weight=weight,
    )


def interaction(interaction_id: int, *, born: float = 1000.0) -> Interaction:
    """An acknowledged `/imagine`."""
    return Interaction(
        id=interaction_id,
        application_id=9,
        token=f"secret-{interaction_id}",
        born=born,
        user_id=7,
        channel_id=5,
        guild_id=3,
        kind="imagine",
    )


def forecast(queue: "InMemoryQueue", in_hand: Callable[[], Sequence[InHand]] = tuple) -> Forecast:
    """What a queue's jobs are told of their places, with nothing in flight unless said."""
    return Forecast(places=queue, timings=queue, models=("starter",), in_hand=in_hand)


class InMemoryQueue:
    """Every port of the queue and the journal over dictionaries: the model of the real ones."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.entered: dict[int, float] = {}
        self.last_finish: dict[int, float] = {}
        self.virtual_time = 0.0
        self.interactions: dict[int, Interaction] = {}
        self.closed: set[int] = set()
        self.tried: dict[tuple[int, Way], Hop] = {}
        self.last_id = 0
        self.held: dict[int, Hold] = {}

    async def enqueue(self, job: NewJob, *, per_member: int, per_server: int, now: float) -> Job:
        for known in self.jobs.values():
            if known.origin.interaction_id == job.origin.interaction_id:
                return known
        if all(one.held for one in self._waiting()) and not self._all(State.RUNNING):
            self.last_finish.clear()
            self.virtual_time = 0.0
        for scope, name in ((EVERYWHERE, "bot"), (job.origin.guild_id, "server")):
            if self._kind(scope) is HoldKind.DRAINING:
                raise Draining(name)
        guild = [one for one in self._waiting() if one.origin.guild_id == job.origin.guild_id]
        own = [one for one in guild if one.origin.user_id == job.origin.user_id]
        if len(own) >= per_member:
            raise QueueFull("member", per_member)
        if len(guild) >= per_server:
            raise QueueFull("server", per_server)
        return self._append(job, now)

    async def claim(self, *, now: float, busy_members_too: bool = False) -> Job | None:
        busy = {job.origin.user_id for job in self._all(State.RUNNING)}
        waiting = (
            [] if self._paused(EVERYWHERE) else [one for one in self._waiting() if not one.held]
        )
        fair = [job for job in waiting if job.origin.user_id not in busy]
        choice = fair or (waiting if busy_members_too else [])
        if not choice:
            return None
        self.virtual_time = max(self.virtual_time, choice[0].tags.start)
        return self._put(
            replace(choice[0], state=State.RUNNING, claimed_at=max(now, choice[0].created_at))
        )

    async def rendered(
        self, job_id: int, *, draw_seconds: float, now: float, stored_bytes: int = 0
    ) -> Job:
        return self._finish(job_id, State.RENDERED, now, draw_seconds=draw_seconds)

    async def failed(self, job_id: int, *, failure: str, detail: str, now: float) -> Job:
        job = self._finish(job_id, State.FAILED, now, failure=failure, failure_detail=detail)
        self._refund(job)
        return job

    async def requeue(self, job_id: int) -> Job:
        self._queue_again([self._move(job_id, State.QUEUED)])
        return self.jobs[job_id]

    async def recover(self, *, suspects: Collection[int] | None = None) -> Sequence[Job]:
        found = self._all(State.RUNNING)
        for job in found:
            charged = suspects is None or job.id in suspects
            self._put(replace(job, state=State.QUEUED, attempts=job.attempts + charged))
        self._queue_again([self.jobs[job.id] for job in found])
        again = [self.jobs[job.id] for job in found]
        return sorted(again, key=lambda job: (job.tags.start, job.id))

    async def get(self, job_id: int) -> Job | None:
        return self.jobs.get(job_id)

    async def drawn_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        drawn = [
            job
            for job in self.jobs.values()
            if (job.origin.guild_id, job.origin.user_id) == (guild_id, user_id)
            and job.state in (State.RENDERED, State.DELIVERED)
            and not job.pruned
        ]
        return sorted(drawn, key=lambda job: -job.id)[:limit]

    async def asked_by(self, guild_id: int, user_id: int, *, limit: int) -> Sequence[Job]:
        asked = [
            job
            for job in self.jobs.values()
            if (job.origin.guild_id, job.origin.user_id) == (guild_id, user_id)
        ]
        return sorted(asked, key=lambda job: -job.id)[:limit]

    async def was_dropped(self, job_id: int) -> bool:
        return job_id not in self.jobs and 0 < job_id < max(self.jobs, default=0)

    async def ahead(self, job_id: int) -> Ahead | None:
        places = await self.places()
        ids = [one.job_id for one in places]
        if job_id not in ids:
            return None
        if places[ids.index(job_id)].paused:
            return Ahead(None, {})
        before = places[: ids.index(job_id) + 1]
        models = {one.model for one in before}
        costs = {name: sum(one.cost for one in before if one.model == name) for name in models}
        return Ahead(len(before), costs)

    async def cancel(
        self, job_id: int, *, by: int | None = None, now: float, unspent: bool = False
    ) -> Job:
        if unspent and job_id in self.jobs and self.jobs[job_id].state is State.RUNNING:
            await self.requeue(job_id)
        job = self._finish(job_id, State.CANCELLED, now, cancelled_by=by)
        if job.claimed_at is None:
            self._refund(job)
        return job

    async def waiting(self) -> Sequence[Job]:
        return self._waiting()

    async def places(self) -> Sequence[Queued]:
        everywhere = self._paused(EVERYWHERE)
        return [
            Queued(
                job.id,
                job.recipe.model,
                job.cost,
                paused=job.held or everywhere,
                guild_id=job.origin.guild_id,
                user_id=job.origin.user_id,
            )
            for job in self._waiting()
        ]

    async def seconds_by_cost(self, model: str, *, limit: int) -> Sequence[float]:
        drawn = [
            job
            for job in self.jobs.values()
            if job.draw_seconds is not None and job.recipe.model == model
        ]
        newest = sorted(drawn, key=lambda job: (job.finished_at, job.id), reverse=True)
        return [job.draw_seconds / job.cost for job in newest[:limit]]

    async def hold(self, hold: Hold) -> None:
        self.held[hold.scope] = hold
        if hold.kind is HoldKind.DRAINING:
            self._take_up(hold.scope)
        else:
            waiting = [one for one in self._waiting() if one.origin.guild_id == hold.scope]
            self._hide([one for one in waiting if not one.held])

    async def lift(self, scope: int) -> bool:
        self._take_up(scope)
        return self.held.pop(scope, None) is not None

    async def holds(self) -> Sequence[Hold]:
        return [self.held[scope] for scope in sorted(self.held)]

    async def bump(self, job_id: int) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.state is not State.QUEUED:
            raise NotWaiting(job_id)
        if job.held:
            raise Held(job_id)
        first = self._waiting()[0]
        if first.id == job_id:
            return job
        return self._place_at(job, put_first(self._place_of(job), first.tags.start))

    async def untold(self, *, limit: int) -> Sequence[Job]:
        untold = [
            job
            for job in self.jobs.values()
            if job.finished_at is not None and job.answered_at is None
        ]
        return sorted(untold, key=lambda job: (job.finished_at, job.id))[:limit]

    async def hops(self, job_id: int) -> Sequence[Hop]:
        return [hop for (owner, _), hop in self.tried.items() if owner == job_id]

    async def note(self, hop: Hop) -> None:
        self.tried[hop.job_id, hop.way] = hop

    async def answered(
        self, job_id: int, *, message_id: int | None, now: float, hop: Hop | None = None
    ) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.state not in UNANSWERED or job.answered_at is not None:
            raise StaleMove(job_id, "answered")
        state = State.DELIVERED if job.state is State.RENDERED else job.state
        told_at = max(now, job.finished_at or now)
        way = None
        if hop is not None:
            await self.note(hop)
            way = hop.way
        told = {"answered_at": told_at, "answered_by": way, "message_id": message_id}
        return self._put(replace(job, state=state, **told))

    async def open(self, interaction: Interaction) -> None:
        self.interactions.setdefault(interaction.id, interaction)

    async def close(self, interaction_id: int) -> None:
        if interaction_id in self.interactions:
            self.closed.add(interaction_id)

    async def unanswered(self) -> Sequence[Interaction]:
        settled = self.closed | {job.origin.interaction_id for job in self.jobs.values()}
        found = [one for one in self.interactions.values() if one.id not in settled]
        return sorted(found, key=lambda one: (one.born, one.id))

    async def erase_tokens(self, *, born_before: float) -> int:
        erased = 0
        for job in self.jobs.values():
            if job.origin.token and job.origin.token_born < born_before:
                self._put(replace(job, origin=replace(job.origin, token="")))
                erased += 1
        for one in self.interactions.values():
            if one.token and one.born < born_before:
                self.interactions[one.id] = replace(one, token="")
                erased += 1
        return erased

    def _append(self, job: NewJob, now: float) -> Job:
        self.last_id = job_id = self.last_id + 1
        held, account = self._paused(job.origin.guild_id), self._account(job.origin.user_id)
        tags = tags_for(
            virtual_time=self.virtual_time,
            last_finish=max(account, self._end_of_held(job.origin)),
            cost=job.cost,
            weight=job.weight,
        )
        self.entered[job_id] = self.virtual_time
        if not held:
            self.last_finish[job.origin.user_id] = tags.finish
        return self._put(
            Job(
                id=job_id,
                origin=job.origin,
                request=job.request,
                recipe=job.recipe,
                cost=job.cost,
                weight=job.weight,
                tags=tags,
                state=State.QUEUED,
                created_at=now,
                held=held,
            )
        )

    def _account(self, user: int) -> float:
        return self.last_finish.get(user, 0.0)

    def _end_of_held(self, origin: Origin) -> float:
        held = [one for one in self._of(origin.user_id) if one.held]
        here = [one.tags.finish for one in held if one.origin.guild_id == origin.guild_id]
        return max(here, default=0.0)

    def _kind(self, scope: int) -> HoldKind | None:
        return self.held[scope].kind if scope in self.held else None

    def _paused(self, scope: int) -> bool:
        return self._kind(scope) is HoldKind.PAUSED

    def _queue_again(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            self._put(replace(job, claimed_at=None))
        self._hide([self.jobs[job.id] for job in jobs if self._paused(job.origin.guild_id)])

    def _hide(self, waiting: Sequence[Job]) -> None:
        for job in waiting:
            self._put(replace(job, held=True))
        for job in sorted(waiting, key=self._order, reverse=True):
            self._take_out(job)

    def _take_up(self, scope: int) -> None:
        paused = [one for one in self._waiting() if one.held and one.origin.guild_id == scope]
        came = [self.virtual_time]
        for user in {one.origin.user_id for one in paused}:
            own = [one for one in paused if one.origin.user_id == user]
            places = taken_up(
                [self._place_of(one) for one in own],
                virtual_time=self.virtual_time,
                last_finish=self._account(user),
            )
            for one, place in zip(own, places, strict=True):
                self._place_at(one, place)
            self.last_finish[user] = places[-1].tags.finish
            came.append(places[-1].entered)
        self.virtual_time = max(came)

    def _place_of(self, job: Job) -> Place:
        return Place(job.tags, self.entered[job.id], job.cost / job.weight)

    def _order(self, job: Job) -> tuple[float, int]:
        return self.entered[job.id], job.id

    def _place_at(self, job: Job, place: Place) -> Job:
        self.entered[job.id] = place.entered
        return self._put(replace(job, tags=place.tags, held=False))

    def _put(self, job: Job) -> Job:
        self.jobs[job.id] = job
        return job

    def _all(self, state: State) -> list[Job]:
        return [job for job in self.jobs.values() if job.state is state]

    def _waiting(self) -> list[Job]:
        return sorted(self._all(State.QUEUED), key=_place)

    def _of(self, user: int) -> list[Job]:
        return [one for one in self._waiting() if one.origin.user_id == user]

    def _move(self, job_id: int, target: State, **changes: Any) -> Job:
        job = self.jobs.get(job_id)
        if job is None or job.state not in sources_of(target):
            raise StaleMove(job_id, target)
        return self._put(replace(job, state=target, **changes))

    def _finish(self, job_id: int, target: State, now: float, **changes: Any) -> Job:
        job = self._move(job_id, target, **changes)
        begun = job.created_at if job.claimed_at is None else job.claimed_at
        return self._put(replace(job, finished_at=max(now, begun)))

    def _refund(self, job: Job) -> None:
        if not job.held:
            self._take_out(job)

    def _take_out(self, job: Job) -> None:
        user = job.origin.user_id
        behind = [one for one in self._of(user) if self._order(one) > self._order(job)]
        later = sorted([one for one in behind if not one.held], key=self._order)
        freed = self._place_of(job).taken
        moved, freed = pulled_forward(freed, [self._place_of(one) for one in later])
        for one, tags in zip(later, moved, strict=True):
            self._put(replace(one, tags=tags))
        self.last_finish[user] -= freed


def _place(job: Job) -> tuple[bool, float, int]:
    return job.held, job.tags.start, job.id
