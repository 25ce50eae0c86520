"""What the bot says about a job: its place, its progress, the picture and its recipe."""

from collections.abc import Sequence

from bot.model.deriving import AMOUNTS
from bot.model.estimate import Standing
from bot.model.job import Job, State
from bot.model.picture import FittedFile, Picture, Progress
from bot.model.recipe import Recipe
from bot.model.schedulers import label_of
from cogs import _errors

CONTENT_LENGTH = 2000
MENTION_ROOM = 30
ALT_LENGTH = 1024
TITLE_LENGTH = 100
WORDS_LENGTH = 60
BAR = 12
LOST = (
    "⚠️ Your image was drawn, but its file cannot be read any more; the bot's log says why. Ask "
    "again with seed `{seed}` for the same one."
)
CUT_SHORT = (
    "The bot was restarted before it could take this in, and nothing was queued. Please ask again."
)
ORDER_CUT_SHORT = "The bot was restarted meanwhile. `/queue list` shows whether this was done."


def cut_short(kind: str) -> str:
    """What a command of that kind is told where a crash kept it from its answer."""
    is_order = kind.startswith("queue ") and kind != "queue list"
    return ORDER_CUT_SHORT if is_order else CUT_SHORT


def waiting(standing: Standing, model_loading: bool) -> str:
    """The line under a job that waits."""
    if standing.place is None:
        return "⏸️ The queue is paused. Your request keeps its place in it."
    parts = [f"⏳ In the queue at position {standing.place}"]
    if model_loading:
        parts.append("the model is still loading")
    elif standing.seconds_left is not None:
        parts.append(f"about {spoken(standing.seconds_left)} left")
    return " · ".join(parts)


def progress(news: Progress) -> str:
    """The line under a job that is being drawn."""
    share = news.step / max(1, news.steps)
    done = round(share * BAR)
    parts = [f"🎨 Drawing {'▰' * done}{'▱' * (BAR - done)} {share:.0%}"]
    parts.append(f"step {news.step} of {news.steps}")
    if news.images > 1:
        parts.append(f"image {news.image} of {news.images}")
    if news.seconds_left is not None:
        parts.append(f"about {max(1, round(news.seconds_left))} s left")
    return " · ".join(parts)


def late(*, private: bool) -> str:
    """The last line under a job whose message can soon be edited no more."""
    where = "come as a direct message" if private else "be posted in this channel as a new message"
    return f"⏳ This takes longer than Discord lets me wait. Your image will {where}."


def answer(job: Job, pictures: Sequence[Picture], note: str = "") -> str:
    """The text of a job's final message; a mention fits before it within 2000 characters.

    `note` is a last line under a picture's facts. Each has the job's number in a line by which
    `is_answer` knows it again.
    """
    told = _outcome(job, pictures)
    return _with_prompt(job.request.prompt, f"{told}\n{note}" if note else told)


def is_answer(text: str, job: Job) -> bool:
    """Whether a message of the bot's own is the final one of a job."""
    # A prompt could hold such a line too; it stands in a code block that it cannot leave.
    own_words = text.rpartition("```")[2].splitlines()
    return any(f"{line} ".startswith(f"{_number(job)} ") for line in own_words)


def _number(job: Job) -> str:
    return f"-# #{job.id}"


def _outcome(job: Job, pictures: Sequence[Picture]) -> str:
    if pictures and job.state not in (State.CANCELLED, State.FAILED):
        return _facts(job, [one.recipe for one in pictures])
    by = "" if job.cancelled_by is None else " by the bot's owner"
    told = {
        State.CANCELLED: f"🚫 Cancelled{by}.",
        State.FAILED: f"⚠️ {_errors.failure(job)}",
    }.get(job.state, LOST.format(seed=job.recipe.seed))
    return f"{told}\n{_number(job)}"


def sent_as(files: Sequence[FittedFile]) -> str:
    """The line about files that are not the PNGs that were drawn; nothing about PNGs."""
    kinds = sorted({file.kind for file in files} - {"PNG"})
    if not kinds:
        return ""
    fewer = " with fewer pixels" if any(file.reduced for file in files) else ""
    return f"-# Sent as {' and '.join(kinds)}{fewer} to fit this server's upload limit"


def kept_back(job: Job) -> str:
    """The line under the facts of pictures that no place takes."""
    return (
        "⚠️ Too large to be uploaded here, so nothing is attached. It is kept: the bot's owner "
        f"finds it in the folder of pictures as number {job.id}."
    )


def addressed(text: str, mention: str) -> str:
    """An answer that begins with its author's mention, still within Discord's length."""
    return f"{mention}\n{text}"


def alt_text(recipe: Recipe) -> str:
    """The alternative text of an image."""
    return _cut(f"AI-generated image. Prompt: {recipe.prompt}", ALT_LENGTH)


def _facts(job: Job, recipes: list[Recipe]) -> str:
    first = recipes[0]
    facts = [
        _seeds(recipes),
        _size(first),
        f"{first.steps} steps",
        f"guidance {first.guidance_scale:g}",
        label_of(first.scheduler, first.scheduler_config),
        f"model {first.model}",
        *(f"LoRA {one.id} {one.weight:g}" for one in first.loras),
    ]
    facts += _beginning(first)
    return f"{' · '.join(facts)}\n{_number(job)} · {_times(job)} · AI-generated"


def _seeds(recipes: list[Recipe]) -> str:
    if recipes[0].variation is None:
        named = "Seeds" if len(recipes) > 1 else "Seed"
        return f"**{named}** {', '.join(f'`{recipe.seed}`' for recipe in recipes)}"
    mixed = ", ".join(f"`{(recipe.variation or {})['seed']}`" for recipe in recipes)
    return f"**Seed** `{recipes[0].seed}`, varied by {mixed}"


def _beginning(recipe: Recipe) -> list[str]:
    """What the image was made from, if not from words alone."""
    strength = [] if recipe.strength is None else [f"strength {recipe.strength:g}"]
    if recipe.upscale is not None:
        return [f"{recipe.upscale['factor']}× {_parent(recipe)}", *strength]
    if recipe.variation is not None:
        amount = recipe.variation["amount"]
        named = next((name for name, one in AMOUNTS.items() if one == amount), f"{amount:g}")
        return [f"{named} variation of {_parent(recipe)}", *strength]
    return ["from an attached image", *strength] if recipe.source_sha256 else []


def _parent(recipe: Recipe) -> str:
    source = recipe.source or {}
    return f"#{source.get('job')}, image {source.get('image', 1)}"


def title_of(job: Job) -> str:
    """A job in a list of suggestions: its number and the beginning of its words."""
    return _cut(f"#{job.id} {' '.join(job.request.prompt.split())}", TITLE_LENGTH)


def history(jobs: Sequence[Job]) -> str:
    """A member's requests, a line each, the newest first."""
    lines = [
        f"**#{job.id}** · {_standing(job)} · <t:{int(job.created_at)}:R> · `{_beginning_of(job)}`"
        for job in jobs
    ]
    lines.append("-# `/history` with `job` shows one of them again, to you alone")
    return "\n".join(lines)


def _beginning_of(job: Job) -> str:
    return _cut(" ".join(neutral(job.request.prompt).split()), WORDS_LENGTH)


def _standing(job: Job) -> str:
    if job.pruned:
        return "no longer kept"
    if job.state is State.DELIVERED and job.message_id is None:
        return "kept for you"
    return _STATES[job.state]


_STATES = {
    State.QUEUED: "waiting",
    State.RUNNING: "being drawn",
    State.RENDERED: "on its way",
    State.DELIVERED: "drawn",
    State.FAILED: "failed",
    State.CANCELLED: "cancelled",
}


def _size(recipe: Recipe) -> str:
    drawn = f"{recipe.width}×{recipe.height}"
    if recipe.display_scale == 1:
        return drawn
    scale = recipe.display_scale
    return f"{recipe.width * scale}×{recipe.height * scale} (drawn at {drawn})"


def _times(job: Job) -> str:
    waited = max(0.0, (job.claimed_at or job.created_at) - job.created_at)
    return f"Drawn in {duration(job.draw_seconds or 0.0)}, waited {duration(waited)}"


def duration(seconds: float) -> str:
    """Seconds as people say them: 0.8 s, 12 s, 3 min 20 s, 1 h 5 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def spoken(seconds: float) -> str:
    """Rounded seconds in one or two words: 40 s, 2 min, 1 h 30 min."""
    minutes, rest = divmod(round(seconds), 60)
    if rest:
        return f"{60 * minutes + rest} s"
    hours, minutes_left = divmod(minutes, 60)
    parts = [f"{hours} h"] if hours else []
    return " ".join(parts + ([f"{minutes_left} min"] if minutes_left or not hours else []))


def _with_prompt(prompt: str, text: str) -> str:
    room = CONTENT_LENGTH - MENTION_ROOM - len(text) - len("```\n\n```\n")
    return f"```\n{_cut(neutral(prompt), room)}\n```\n{text}"


def neutral(prompt: str) -> str:
    """The prompt for a code block, where no markdown, mention or link lives; it cannot be left."""
    return prompt.strip().replace("`", "ˋ")


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
