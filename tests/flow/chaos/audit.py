"""Whether a run kept what the bot promises: a pure function of its history.

Each rule is a function that yields a sentence for everything that is not as it should be. None of
them knows how the bot works; they know what members see, what is in the database at the end, which
moves were committed on the way there, and when and where each process ended.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain

from tests.flow.chaos.history import Asked, End, History, Json, Message, Move, Row
from tests.flow.chaos.ordered import orders
from tests.flow.chaos.plan import Profile
from tests.flow.chaos.turns import claims, prices

NEW_PROCESS = 75
TOKEN_LIFE = 14 * 60.0
SURVIVED = 2
"""Falls in its steps that a job may cause."""
MOVES = {
    "": {"queued"},
    "queued": {"running", "failed", "cancelled"},
    "running": {"queued", "rendered", "failed", "cancelled"},
    "rendered": {"delivered"},
}
ORDERED = ("prompt", "negative_prompt", "seed", "width", "height", "steps", "guidance_scale",
           "scheduler", "scheduler_config", "model", "strength", "variation", "upscale",
           "source")  # fmt: skip
"""What a recipe says before it is drawn; the rest is how it was drawn."""
ENDINGS = {"delivered": "picture", "failed": "failure", "cancelled": "cancellation"}


def complaints(history: History) -> list[str]:
    """Everything that is not as it should be, in plain sentences."""
    rules = (answers, strays, orders, moves, outcomes, charges, prices, claims, ends, leftovers)
    return list(chain.from_iterable(rule(history) for rule in rules))


def shortfalls(history: History, profile: Profile) -> list[str]:
    """Where a run was milder than its profile, so that it proves less than it says."""
    had = {
        "accepted requests": (len(history.rows), profile.requests),
        "kills": (sum(end.wanted == "kill" for end in history.ends), profile.kills),
        "orderly stops": (sum(end.wanted == "stop" for end in history.ends), profile.stops + 1),
        "poison": (len(_poison(history)), profile.poisons),
        "leaps past every token": (history.leaps, profile.jumps),
    }
    return [f"only {n} {what}, not {of}" for what, (n, of) in had.items() if n < of]


def job_of(message: Message, history: History) -> int | None:
    """The job that a message belongs to, by whatever it bears of one."""
    for row in history.rows:
        named = any(image.name.startswith(f"imagine-{row.id}-") for image in message.images)
        signed = f"-# #{row.id} ·" in message.text
        own = message.interaction_id == row.interaction_id
        if named or signed or own or (message.nonce and message.nonce == row.nonce):
            return row.id
    alike = [row.id for row in history.rows if f"\n{row.recipes[0]['prompt']}\n" in message.text]
    return alike[0] if len(alike) == 1 and message.interaction_id is None else None


def answers(history: History) -> Iterator[str]:
    """Every accepted request has exactly one answer, with its pictures and in the right place."""
    mine: dict[int, list[Message]] = {row.id: [] for row in history.rows}
    for message in history.messages:
        job = job_of(message, history)
        if job is not None:
            mine[job].append(message)
        elif message.interaction_id is None:
            yield f"message {message.id} belongs to no request: {message.text[:80]!r}"
    asked = {one.interaction_id: one for one in history.asked}
    for row in history.rows:
        told = [message for message in mine[row.id] if outcome(message)]
        if len(told) != 1:
            yield f"job {row.id} ({row.state}) has {len(told)} answers"
        for message in told:
            yield from _answered(row, asked.get(row.interaction_id), message)
            elsewhere = message.direct_to is not None and not row.private
            if elsewhere and row.channel_id not in history.refused:
                yield f"job {row.id} was answered directly although its channel takes messages"
        for message in mine[row.id]:
            own = message.interaction_id == row.interaction_id
            if not (message.final or own or message in told):
                yield f"job {row.id} has left a button in message {message.id}"


def strays(history: History) -> Iterator[str]:
    """Who was heard and is not waited for was told so: no request is forgotten on its way."""
    rows = {row.interaction_id for row in history.rows}
    for message in history.messages:
        interaction = message.interaction_id
        if interaction is None or job_of(message, history) is not None:
            continue
        if ending := outcome(message):
            yield f"message {message.id} tells the {ending} of a request that is not there"
        if not message.final and interaction not in history.overtaken:
            yield f"message {message.id} waits for a request that is not there"
    heard = {one.interaction_id for one in history.asked if one.reached}
    answered = {message.interaction_id for message in history.messages}
    for interaction in sorted(heard - rows - answered):
        yield f"interaction {interaction} was heard and came to nothing"


def outcome(message: Message) -> str:
    """What a message tells the end of, if it does."""
    if any(image.name.startswith("imagine-") for image in message.images):
        return "picture"
    if "could not be drawn" in message.text:
        return "failure"
    return "cancellation" if "Cancelled." in message.text else ""


def _answered(row: Row, asked: Asked | None, message: Message) -> Iterator[str]:
    if outcome(message) != ENDINGS.get(row.state):
        yield f"job {row.id} is {row.state} and its answer is a {outcome(message)}"
    if not message.final:
        yield f"job {row.id}'s answer still has a button"
    yield from _placed(row, asked, message)
    if outcome(message) == "picture":
        yield from _pictured(row, message)


def _placed(row: Row, asked: Asked | None, message: Message) -> Iterator[str]:
    open_to_all = message.direct_to is None and message.only_for is None
    if row.private and open_to_all:
        yield f"job {row.id} is private and was answered where all can see it"
    if message.interaction_id == row.interaction_id:
        return
    lived = row.answered_at is not None and row.answered_at - row.token_born < TOKEN_LIFE
    if asked is not None and asked.reached and lived and not asked.deleted:
        yield f"job {row.id} was answered elsewhere although its own message could be edited"
    if message.direct_to not in (None, row.user_id):
        yield f"job {row.id} was answered to somebody else"
    if message.direct_to is None and message.channel_id != row.channel_id:
        yield f"job {row.id} was answered in another channel"
    if message.direct_to is None and message.mentions != (row.user_id,):
        yield f"job {row.id}'s answer mentions {message.mentions}, not its author alone"


def _pictured(row: Row, message: Message) -> Iterator[str]:
    if len(message.images) != row.count:
        yield f"job {row.id} shows {len(message.images)} pictures of {row.count}"
        return
    for ordered, image in zip(row.recipes, message.images, strict=True):
        if wrong := _differences(ordered, image.recipe):
            yield f"job {row.id}: {image.name} was not drawn as ordered: {', '.join(wrong)}"
        if not image.equal:
            yield f"job {row.id}: {image.name} is not what its recipe gives"


def _differences(ordered: Json, drawn: Json) -> list[str]:
    return [name for name in ORDERED if ordered.get(name) != drawn.get(name)]


def moves(history: History) -> Iterator[str]:
    """Every move is one that a job may make, and what was drawn is never drawn again."""
    stands: dict[int, str] = {}
    for move in history.moves:
        was = stands.get(move.job, "")
        if move.was != was:
            yield f"job {move.job} went from {move.was} where it was {was}"
        if move.became != move.was and move.became not in MOVES.get(move.was, set()):
            yield f"job {move.job} went from {move.was} to {move.became}"
        stands[move.job] = move.became
    rendered = Counter(move.job for move in history.moves if _enters(move, "rendered"))
    yield from (f"job {job} was rendered {n} times" for job, n in rendered.items() if n > 1)
    yield from (f"job {job} was drawn {n} times" for job, n in history.drawn.items() if n > 1)
    for row in history.rows:
        if stands.get(row.id) != row.state:
            yield f"job {row.id} is {row.state} and its last move was to {stands.get(row.id)}"
    for job in sorted(stands.keys() - {row.id for row in history.rows}):
        yield f"job {job} is gone and its last move was to {stands[job]}"


def _enters(move: Move, state: str) -> bool:
    return move.became == state and move.was != state


def outcomes(history: History) -> Iterator[str]:
    """Poison fails honestly, nobody else does, and only what its author cancelled is cancelled."""
    poison, pressed = _poison(history), _pressed(history)
    for row in history.rows:
        if row.answered_at is None:
            yield f"job {row.id} is {row.state} and was never answered"
        if row.id in poison and (row.state, row.failure) != ("failed", "Poisoned"):
            yield f"job {row.id} is poison and ended as {row.state} {row.failure}"
        if row.id not in poison and row.state == "failed":
            yield f"job {row.id} failed ({row.failure}) and is no poison"
        if row.state == "cancelled" and row.id not in pressed:
            yield f"job {row.id} was cancelled by nobody"


def charges(history: History) -> Iterator[str]:
    """A fall is charged to the job in whose step it was, and to no other."""
    attempts: dict[int, int] = {}
    stands: dict[int, str] = {}
    owed = 0
    for entry in _in_time(history):
        if isinstance(entry, End):
            owed = entry.stepped if stands.get(entry.stepped) == "running" else 0
            continue
        grew = entry.attempts - attempts.get(entry.job, 0)
        if grew and (grew != 1 or entry.job != owed):
            yield f"job {entry.job} was charged {grew} for a fall in the steps of {owed or 'none'}"
        if not grew and entry.job == owed and _enters(entry, "queued"):
            yield f"job {entry.job} was not charged for the fall in its step"
        if entry.job == owed:
            owed = 0
        attempts[entry.job], stands[entry.job] = entry.attempts, entry.became


def _in_time(history: History) -> list[Move | End]:
    return sorted([*history.moves, *history.ends], key=lambda entry: entry.at)


def ends(history: History) -> Iterator[str]:
    """A bot ends where it is told to, in a poisoned step, or by asking for a new process.

    Of the latter no reason is good but Discord, which is the only one out of order that long. One
    that was told to stop before it had said a word may not have listened to signals yet.
    """
    poison = _poison(history)
    falls = Counter(end.stepped for end in history.ends if not end.wanted and end.code == -9)
    for end in history.ends:
        asked = end.code == NEW_PROCESS and "Discord" in end.last_words
        as_told = (end.wanted, end.code) in {("kill", -9), ("stop", 0)}
        unborn = (end.wanted, end.code, end.last_words) == ("stop", -15, "")
        poisoned = end.wanted != "kill" and end.code == -9 and end.stepped in poison
        if not (asked or as_told or unborn or poisoned):
            told = f"told to {end.wanted}" if end.wanted else "told nothing"
            steps = f"in the steps of {end.stepped or 'none'}"
            yield f"a bot ended with {end.code} {steps}, {told}: {end.last_words}"
    for job, count in falls.items():
        if count > SURVIVED:
            yield f"job {job} brought the process down {count} times"


def leftovers(history: History) -> Iterator[str]:
    """Nothing says "thinking…" for ever, and no rule of Discord's was broken."""
    for interaction in sorted(history.thinking - history.overtaken):
        yield f"interaction {interaction} is still thinking"
    yield from (f"against the rules: {violation}" for violation in history.violations)


def _poison(history: History) -> set[int]:
    return _jobs_where({one.interaction_id: one.poison for one in history.asked}, history)


def _pressed(history: History) -> set[int]:
    return _jobs_where({one.interaction_id: one.pressed for one in history.asked}, history)


def _jobs_where(holds: Mapping[int, bool], history: History) -> set[int]:
    return {row.id for row in history.rows if holds.get(row.interaction_id, False)}
