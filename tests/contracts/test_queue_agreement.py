"""The queue in a SQLite file beside the plain model, move by move, through crashes."""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.model.errors import BotError
from bot.model.hold import EVERYWHERE, Hold, HoldKind
from bot.storage.board import JobBoard
from bot.storage.database import open_database
from bot.storage.holds import QueueHolds
from bot.storage.journal import Journal
from bot.storage.outbox import JobOutbox
from bot.storage.queue import FairQueue
from tests.fakes import InMemoryQueue, interaction, new_job

MEMBERS = st.integers(1, 3)
COSTS = st.sampled_from([1.0, 2.0, 8.0])
WEIGHTS = st.sampled_from([1.0, 2.0, 4.0])
SCOPES = st.integers(EVERYWHERE, 2)
MODELS = st.sampled_from(["starter", "other"])
JOBS = st.integers(1, 12)
"""Small ids, so that most of them are of jobs that are there."""


class QueueAgreement(RuleBasedStateMachine):
    """Does the same to both and compares every answer and all that can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.model = InMemoryQueue()
        self.asked = 0
        self.now = 1000.0
        self._open()

    def teardown(self) -> None:
        self._close()
        self.loop.close()
        self.folder.cleanup()

    @rule(user=MEMBERS, guild=st.integers(1, 2), cost=COSTS, weight=WEIGHTS, model=MODELS)
    def enqueue(self, user: int, guild: int, cost: float, weight: float, model: str) -> None:
        self.asked += 1
        new = new_job(self.asked, user, cost=cost, weight=weight, guild_id=guild, model=model)
        options = {"per_member": 4, "per_server": 6, "now": self._tick()}
        self._agree(self.queue.enqueue(new, **options), self.model.enqueue(new, **options))

    @rule(number=JOBS)
    def enqueue_again(self, number: int) -> None:
        if number <= self.asked:
            options = {"per_member": 4, "per_server": 6, "now": self._tick()}
            new = new_job(number, 1)
            self._agree(self.queue.enqueue(new, **options), self.model.enqueue(new, **options))

    @rule(busy=st.booleans())
    def claim(self, busy: bool) -> None:
        now = self._tick()
        self._agree(
            self.queue.claim(now=now, busy_members_too=busy),
            self.model.claim(now=now, busy_members_too=busy),
        )

    @rule(scope=SCOPES, kind=st.sampled_from(HoldKind))
    def hold(self, scope: int, kind: HoldKind) -> None:
        hold = Hold(scope, kind, by=7, since=self._tick())
        self._agree(self.holds.hold(hold), self.model.hold(hold))

    @rule(scope=SCOPES)
    def lift(self, scope: int) -> None:
        self._agree(self.holds.lift(scope), self.model.lift(scope))

    @rule(job_id=JOBS)
    def bump(self, job_id: int) -> None:
        self._agree(self.holds.bump(job_id), self.model.bump(job_id))

    @rule(job_id=JOBS)
    def rendered(self, job_id: int) -> None:
        options = {"draw_seconds": 2.5, "now": self._tick()}
        self._agree(self.queue.rendered(job_id, **options), self.model.rendered(job_id, **options))

    @rule(job_id=JOBS)
    def failed(self, job_id: int) -> None:
        options = {"failure": "NotFinite", "detail": "no picture", "now": self._tick()}
        self._agree(self.queue.failed(job_id, **options), self.model.failed(job_id, **options))

    @rule(job_id=JOBS, by=st.none() | MEMBERS, unspent=st.booleans())
    def cancel(self, job_id: int, by: int | None, unspent: bool) -> None:
        options = {"by": by, "now": self._tick(), "unspent": unspent}
        self._agree(self.board.cancel(job_id, **options), self.model.cancel(job_id, **options))

    @rule(job_id=JOBS)
    def requeue(self, job_id: int) -> None:
        self._agree(self.queue.requeue(job_id), self.model.requeue(job_id))

    @rule(job_id=JOBS, message_id=st.none() | st.integers(1, 99))
    def answered(self, job_id: int, message_id: int | None) -> None:
        options = {"message_id": message_id, "now": self._tick()}
        self._agree(self.outbox.answered(job_id, **options), self.model.answered(job_id, **options))

    @rule(ahead=st.integers(0, 3))
    def open_interaction(self, ahead: int) -> None:
        one = interaction(self.asked + ahead, born=self._tick())
        self._agree(self.journal.open(one), self.model.open(one))

    @rule(number=JOBS)
    def close_interaction(self, number: int) -> None:
        self._agree(self.journal.close(number), self.model.close(number))

    @rule(age=st.floats(0.0, 30.0))
    def erase_tokens(self, age: float) -> None:
        before = self.now - age
        self._agree(
            self.journal.erase_tokens(born_before=before),
            self.model.erase_tokens(born_before=before),
        )

    @rule(seconds=st.floats(1.0, 500.0))
    def set_the_clock_back(self, seconds: float) -> None:
        self.now -= seconds

    @rule(suspects=st.none() | st.sets(JOBS))
    def crash_and_reopen(self, suspects: set[int] | None) -> None:
        self._close()
        self._open()
        self._agree(self.queue.recover(suspects=suspects), self.model.recover(suspects=suspects))

    @invariant()
    def looks_the_same(self) -> None:
        self._agree(self.board.waiting(), self.model.waiting())
        self._agree(self.board.places(), self.model.places())
        self._agree(self.outbox.untold(limit=5), self.model.untold(limit=5))
        self._agree(self.journal.unanswered(), self.model.unanswered())
        self._agree(self.holds.holds(), self.model.holds())
        for model in ("starter", "other"):
            real = self.board.seconds_by_cost(model, limit=3)
            self._agree(real, self.model.seconds_by_cost(model, limit=3))

    @invariant()
    def no_stretch_of_time_is_negative(self) -> None:
        for job in self.model.jobs.values():
            times = (job.created_at, job.claimed_at, job.finished_at, job.answered_at)
            passed = [time for time in times if time is not None]
            assert passed == sorted(passed)

    @rule(job_id=JOBS)
    def look_at_a_job(self, job_id: int) -> None:
        self._agree(self.board.get(job_id), self.model.get(job_id))
        self._agree(self.board.ahead(job_id), self.model.ahead(job_id))

    def _open(self) -> None:
        self.stack = AsyncExitStack()
        opening = open_database(Path(self.folder.name) / "bot.db")
        database = self._run(self.stack.enter_async_context(opening))
        self.queue, self.board = FairQueue(database), JobBoard(database)
        self.outbox, self.journal = JobOutbox(database), Journal(database)
        self.holds = QueueHolds(database)

    def _close(self) -> None:
        self._run(self.stack.aclose())

    def _tick(self) -> float:
        self.now += 1.0
        return self.now

    def _agree(self, real: Coroutine[Any, Any, object], model: Coroutine[Any, Any, object]) -> None:
        assert self._outcome(real) == self._outcome(model)

    def _outcome(self, call: Coroutine[Any, Any, object]) -> object:
        try:
            result = self._run(call)
        except BotError as error:
            return type(error), str(error)
        return list(result) if isinstance(result, (list, tuple)) else result

    def _run(self, call: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(call)


TestQueueAgreement = QueueAgreement.TestCase
TestQueueAgreement.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
