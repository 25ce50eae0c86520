"""Whose turn it was: what is fair is worked out anew, from who asked for how much and when.

It follows no number that the bot has put down but the cost and the weight of each request: whoever
comes waits where the service stands by then, or where their last request ends if that is later, and
takes room by cost over weight; the service stands where the request that was claimed last waited.
What is withdrawn before it was drawn, or fails, is given back. Where nobody waits and nothing is
drawn, all begins anew. It sums up in the queue's own order: equal places are equal to the last bit.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.flow.chaos.history import History, Move, Row

TINY = 1e-9


@dataclass(slots=True)
class _Place:
    """From where to where a request waits, and where the service stood as it came."""

    user: int
    start: float
    end: float
    came: float


class Turns:
    """The queue as it ought to be."""

    def __init__(self) -> None:
        self._places: dict[int, _Place] = {}
        self._waiting: set[int] = set()
        self._running: set[int] = set()
        self._stands = 0.0
        self._ends: dict[int, float] = {}

    def next(self) -> int | None:
        """The foremost job of the members who have nothing in flight, or of all if all have.

        Equal places go by the order of asking.
        """
        busy = {self._places[job].user for job in self._running}
        idle = {job for job in self._waiting if self._places[job].user not in busy}
        return min(idle or self._waiting, key=self._order, default=None)

    def follow(self, move: Move) -> None:
        """Note what became of a job."""
        if move.job not in self._places:
            self._come(move)
        if move.became == move.was:
            return
        self._waiting.discard(move.job)
        self._running.discard(move.job)
        if move.became == "queued":
            self._waiting.add(move.job)
        elif move.became == "running":
            self._running.add(move.job)
            self._stands = max(self._stands, self._places[move.job].start)
        elif move.became == "failed" or (move.was, move.became) == ("queued", "cancelled"):
            self._give_back(move.job)

    def _order(self, job: int) -> tuple[float, int]:
        return self._places[job].start, job

    def _come(self, move: Move) -> None:
        if not self._waiting and not self._running:
            self._stands = 0.0
            self._ends.clear()
        start = max(self._stands, self._ends.get(move.user, 0.0))
        end = start + move.cost / move.weight
        self._places[move.job] = _Place(move.user, start, end, self._stands)
        self._ends[move.user] = end

    def _give_back(self, job: int) -> None:
        """The later jobs of its member move up, none to before it came."""
        gone = self._places[job]
        room = gone.end - gone.start
        for later in sorted(one for one in self._waiting if one > job):
            place = self._places[later]
            if place.user == gone.user:
                room = max(0.0, min(room, place.start - place.came))
                place.start -= room
                place.end -= room
        self._ends[gone.user] -= room


def claims(history: History) -> Iterator[str]:
    """Fairness: each claim took the job whose turn it was."""
    turns = Turns()
    for move in history.moves:
        if move.became == "running" and move.was != "running":
            turn = turns.next()
            if turn != move.job:
                yield f"job {move.job} was claimed where it was job {turn}'s turn"
        turns.follow(move)


def prices(history: History) -> Iterator[str]:
    """Each request is charged what it takes, and all members weigh the same in these runs.

    Of an enlargement nobody but the bot knows how many tiles it has.
    """
    charged = {move.job: (move.cost, move.weight) for move in history.moves}
    for row in history.rows:
        cost, weight = charged.get(row.id, (0.0, 0.0))
        fair = _price(row)
        if weight != 1 or cost <= 0 or (fair is not None and abs(cost - fair) > TINY):
            yield f"job {row.id} is charged {cost} by weight {weight} where it takes {fair}"


def _price(row: Row) -> float | None:
    """Megapixels times evaluations, and one and a half beside them, for each image."""
    recipe = row.recipes[0]
    if recipe.get("upscale"):
        return None
    steps, strength = recipe["steps"], recipe.get("strength")
    taken = steps if strength is None else max(1, int(steps * strength))
    evaluations = taken * (2 if recipe["guidance_scale"] > 1 else 1)
    return float(recipe["width"] * recipe["height"] / 1e6 * (evaluations + 1.5) * row.count)
