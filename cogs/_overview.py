"""What a queue looks like in one message: who is drawn for, who waits, and what holds it back."""

from collections.abc import Mapping, Sequence

from bot.control import Overview
from bot.model.estimate import InHand, Queued, Standing
from bot.model.hold import EVERYWHERE, Hold, HoldKind
from bot.model.job import Job
from cogs._sentences import CONTENT_LENGTH, spoken

MOST_LINES = 20
NOTHING = "Nothing waits and nothing is being drawn."


def listed(overview: Overview, *, here: int) -> str:
    """The list, as long as one message takes; no prompts, which may be private.

    `here` is the server that it is shown in; others are called by their ids.
    """
    lines = [_held(hold, here) for hold in overview.holds[:MOST_LINES]]
    requests = [_drawn(one) for one in overview.drawn]
    requests += [_waits(one, standing) for one, standing in overview.waiting]
    shown = requests[:MOST_LINES]
    more = len(requests) - len(shown)
    rest = [f"-# and {more} more"] if more else []
    text = "\n".join(lines + (shown or [NOTHING]) + rest)
    return text if len(text) <= CONTENT_LENGTH else f"{text[: CONTENT_LENGTH - 1]}…"


def was_held(kind: HoldKind, scope: int) -> str:
    """What to tell the owner who paused or drained a queue."""
    if kind is HoldKind.PAUSED:
        return f"⏸️ {_whose(scope)} is paused: requests wait, until you `/queue resume` it."
    return f"🚰 {_whose(scope)} takes nothing new in, until you `/queue resume` it."


def was_resumed(scope: int, *, lifted: bool) -> str:
    """What to tell the owner who resumed a queue."""
    text = f"▶️ {_whose(scope)} {'goes on' if lifted else 'was neither paused nor draining'}."
    if scope == EVERYWHERE:
        return text
    return f"{text}\n-# Where the whole bot is held back, resume that as well, by `scope`."


def was_bumped(job: Job) -> str:
    """What to tell the owner who put a job first."""
    return f"⏫ #{job.id} is the next to be drawn once its member has nothing else in hand."


def was_cancelled(job: Job) -> str:
    """What to tell the owner who cancelled a job."""
    return f"🚫 #{job.id} is cancelled, and its message says so."


def titles(drawn: Sequence[int], waiting: Mapping[int, Standing]) -> dict[int, str]:
    """The numbers of what is drawn and of what waits, each with where it stands."""
    found = {number: f"#{number}, being drawn" for number in drawn}
    return found | {number: f"#{number}, {_standing(one)}" for number, one in waiting.items()}


def _held(hold: Hold, here: int) -> str:
    # Discord shows the time as "5 minutes ago".
    paused = hold.kind is HoldKind.PAUSED
    what = "⏸️ {} was paused" if paused else "🚰 {} was closed to new requests"
    known = hold.scope in (EVERYWHERE, here)
    whose = _whose(hold.scope) if known else f"The queue of server {hold.scope}"
    return f"{what.format(whose)} <t:{int(hold.since)}:R>"


def _drawn(one: InHand) -> str:
    return f"🎨 **#{one.job.id}** <@{one.job.origin.user_id}> · {one.done:.0%} drawn"


def _waits(one: Queued, standing: Standing) -> str:
    mark = "⏸️" if standing.place is None else "⏳"
    return f"{mark} **#{one.job_id}** <@{one.user_id}> · {_standing(standing)}"


def _standing(standing: Standing) -> str:
    if standing.place is None:
        return "paused"
    left = "" if standing.seconds_left is None else f" · about {spoken(standing.seconds_left)} left"
    return f"position {standing.place}{left}"


def _whose(scope: int) -> str:
    return "The whole bot's queue" if scope == EVERYWHERE else "This server's queue"
