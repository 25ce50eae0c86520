"""Twenty minutes that pass in an instant, while the bot is at work or down.

They are longer than any token lives and than Discord remembers a nonce. They must not pass in the
middle of two things that take seconds of their own, and would be over long before them:

- discord.py posts once more what was answered 502, and counts on the nonce meanwhile;
- the bot edits a private original once more where nobody heard whether it was edited. Once the
  token is dead that cannot be seen any more, and its author is told a second time, as is designed.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.server import Sandbox
from tests.flow.chaos.gathering import Sent, thinking_in
from tests.flow.chaos.keeper import Keeper
from tests.flow.chaos.weather import Weather
from tests.flow.house import is_final

PAST_TOKENS = 20 * 60.0
LOST_ANSWERS = 6
"""Posts after a leap whose answer does not arrive."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A job whose answer the bot does not know to be told."""

    interaction_id: int
    nonce: str
    private: bool
    posting: bool
    """Whether a new message is on its way, as far as the bot has come."""


class Leaps:
    """Owns how many there were, and which interactions they left behind with a dead token."""

    def __init__(
        self, sandbox: Sandbox, keeper: Keeper, weather: Weather, sent: Mapping[int, Sent]
    ) -> None:
        self.overtaken: set[int] = set()
        self.count = 0
        self._sandbox = sandbox
        self._keeper = keeper
        self._weather = weather
        self._sent = sent

    def try_at_work(self) -> bool:
        """Leap, unless the bot is in the middle of what takes seconds."""
        return self._try(lambda job: self._is_told_in_private(job) or self._is_posted_again(job))

    def try_while_down(self) -> bool:
        """Leap between two lives; what was posted then is to be found in its channel."""
        return self._try(self._is_told_in_private)

    def _try(self, hinders: Callable[[Untold], bool]) -> bool:
        try:
            untold = untold_in(self._keeper.database)
        except sqlite3.OperationalError:
            return False
        if any(map(hinders, untold)):
            return False
        self.overtaken |= thinking_in(self._sandbox)
        self._keeper.controls.advance(PAST_TOKENS)
        self._sandbox.clock.advance(PAST_TOKENS)
        self._weather.lose_answers(LOST_ANSWERS)
        # Nothing is posted a second time from here on, so that what is refused stands nowhere yet.
        self._weather.refuse_a_post()
        self.count += 1
        return True

    def _is_told_in_private(self, job: Untold) -> bool:
        message = self._sent[job.interaction_id].reply.message
        return job.private and message is not None and is_final(message)

    def _is_posted_again(self, job: Untold) -> bool:
        return job.posting and any(one.nonce == job.nonce for one in self._sandbox.messages.all())


def untold_in(database: Path) -> list[Untold]:
    """The jobs that have no answer, as the bot knows it."""
    address = f"file:{database}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=0.5)) as connection:
        rows = connection.execute(
            "SELECT interaction_id, id, created_at, json_extract(request, '$.private'), EXISTS "
            "(SELECT 1 FROM hops WHERE job_id = jobs.id AND way <> 'original' AND outcome IS NULL) "
            "FROM jobs WHERE answered_at IS NULL"
        ).fetchall()
    return [
        Untold(interaction, f"job-{job}-{int(created)}", bool(private), bool(posting))
        for interaction, job, created, private, posting in rows
    ]
