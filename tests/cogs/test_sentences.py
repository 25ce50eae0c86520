"""What the bot says about a job."""

from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.history import RECENT
from bot.model import errors
from bot.model.estimate import Standing
from bot.model.fairness import Tags
from bot.model.job import Job, State
from bot.model.picture import FittedFile, Picture, Progress
from bot.model.recipe import Recipe
from bot.model.request import ImageRequest, Origin
from cogs import _errors, _sentences

RECIPE = Recipe(
    prompt="a cat",
    negative_prompt="",
    seed=7,
    width=128,
    height=128,
    steps=24,
    guidance_scale=3.5,
    scheduler="DPMSolverMultistepScheduler",
    scheduler_config={"use_karras_sigmas": True},
    model="starter",
    display_scale=4,
)
JOB = Job(
    id=3,
    origin=Origin(1, 2, 4, 5, 6, "token", 100.0, 10_000_000),
    request=ImageRequest("a cat"),
    recipe=RECIPE,
    cost=1.0,
    weight=1.0,
    tags=Tags(0.0, 1.0),
    state=State.RENDERED,
    created_at=100.0,
    claimed_at=103.5,
    draw_seconds=65.2,
)
PICTURE = Picture(b"", RECIPE)


def test_an_answer_names_everything_that_is_needed_to_draw_it_again():
    text = _sentences.answer(JOB, [PICTURE])
    for fact in ("a cat", "`7`", "512×512", "128×128", "24 steps", "3.5", "DPM++ 2M Karras"):
        assert fact in text
    assert "model starter" in text
    assert "Drawn in 1 min 5 s, waited 3.5 s" in text
    assert "AI-generated" in text


def test_an_answer_of_several_images_names_each_seed():
    pictures = [Picture(b"", RECIPE.numbered(index)) for index in range(3)]
    assert "**Seeds** `7`, `8`, `9`" in _sentences.answer(JOB, pictures)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([FittedFile(b"")], ""),
        ([FittedFile(b""), FittedFile(b"", "WebP")], "Sent as WebP to fit"),
        ([FittedFile(b"", "WebP"), FittedFile(b"", "JPEG")], "Sent as JPEG and WebP to fit"),
        ([FittedFile(b"", "JPEG", reduced=True)], "Sent as JPEG with fewer pixels to fit"),
    ],
)
def test_an_answer_says_when_its_files_are_not_the_pngs_that_were_drawn(files, said):
    note = _sentences.sent_as(files)
    assert said in note
    assert bool(note) == bool(said)
    long = replace(JOB, request=ImageRequest("a" * 1500), recipe=replace(RECIPE, prompt="a" * 1500))
    text = _sentences.answer(long, [PICTURE], note)
    assert text.endswith(note)
    assert len(text) <= 2000 - _sentences.MENTION_ROOM


DERIVED = [
    ({"source": {"sha256": "0"}, "strength": 0.6}, "from an attached image · strength 0.6"),
    (
        {"source": {"job": 12, "image": 2}, "variation": {"seed": 9, "amount": 0.15}},
        "**Seed** `7`, varied by `9`",
    ),
    (
        {"source": {"job": 12, "image": 2}, "variation": {"seed": 9, "amount": 0.45}},
        "strong variation of #12, image 2",
    ),
    (
        {"source": {"job": 12, "image": 1}, "variation": {"seed": 9, "amount": 0.3}},
        "0.3 variation of #12, image 1",
    ),
    (
        {
            "source": {"sha256": "0", "job": 12, "image": 1},
            "strength": 0.2,
            "width": 256,
            "upscale": {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""},
        },
        "2× #12, image 1 · strength 0.2",
    ),
]


@pytest.mark.parametrize(("changes", "said"), DERIVED)
def test_an_answer_names_what_the_image_was_made_from(changes, said):
    text = _sentences.answer(JOB, [Picture(b"", replace(RECIPE, **changes))])
    assert said in text
    assert "\n-# #3 · " in text


def test_a_suggestion_is_the_number_and_the_words_in_a_hundred_characters():
    assert _sentences.title_of(JOB) == "#3 a cat"
    long = replace(JOB, request=ImageRequest("a\n cat " * 100))
    assert len(_sentences.title_of(long)) == 100
    assert _sentences.title_of(long).startswith("#3 a cat a cat")


@given(st.text(min_size=1, max_size=1500))
def test_an_answer_fits_discord_whatever_the_prompt(prompt):
    job = replace(JOB, request=ImageRequest(prompt))
    for state in (State.RENDERED, State.CANCELLED, State.FAILED):
        text = _sentences.answer(replace(job, state=state), [PICTURE] * 4)
        assert len(_sentences.addressed(text, f"<@{2**63}>")) <= 2000
    assert len(_sentences.alt_text(replace(RECIPE, prompt=prompt))) <= 1024


@given(st.text(alphabet="`a*_@<>#\n", min_size=1, max_size=200))
def test_nothing_in_a_prompt_ends_its_code_block(prompt):
    text = _sentences.answer(replace(JOB, request=ImageRequest(prompt)), [PICTURE])
    assert text.count("```") == 2


def test_a_picture_whose_file_is_gone_is_told_with_the_seed_to_ask_again_with():
    said = _sentences.answer(JOB, [])
    assert "cannot be read any more" in said
    assert "`7`" in said


def test_progress_shows_share_step_and_time_left():
    line = _sentences.progress(Progress(3, step=12, steps=48, image=1, images=2, seconds_left=4.2))
    for part in ("25%", "step 12 of 48", "image 1 of 2", "about 4 s left"):
        assert part in line


def test_a_waiting_job_is_told_its_place_and_the_time_left_where_that_is_known():
    assert _sentences.waiting(Standing(3), False) == "⏳ In the queue at position 3"
    assert _sentences.waiting(Standing(3, 120.0), False).endswith("position 3 · about 2 min left")
    loading = _sentences.waiting(Standing(3, 120.0), True)
    assert loading.endswith("position 3 · the model is still loading")
    assert "paused" in _sentences.waiting(Standing(None), True)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5.0, "5 s"), (55.0, "55 s"), (60.0, "1 min"), (3600.0, "1 h"), (5400.0, "1 h 30 min")],
)
def test_rounded_times_read_as_people_say_them(seconds, said):
    assert _sentences.spoken(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.84, "0.8 s"), (12.3, "12 s"), (200, "3 min 20 s"), (3900, "1 h 5 min")],
)
def test_durations_read_as_people_say_them(seconds, said):
    assert _sentences.duration(seconds) == said


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (errors.EmptyPrompt(), "write what you want to see"),
        (errors.BadPrompt("bounds", "a red fish"), "weight of “a red fish” must come to 0 to 2"),
        (errors.BadPrompt("many", "fish"), "“fish” is one weight too many"),
        (errors.BadPrompt("unbalanced", "fish:1.3)"), "“fish:1.3)” lacks a parenthesis"),
        (errors.BadPrompt("bounds", "red fish " * 200), "fish red f…” must come to"),
        (errors.UnknownOption("style", "inc", ("ink", "photo")), "ink, photo"),
        (errors.QueueFull("member", 10), "10 requests waiting"),
        (errors.QueueFull("server", 200), "This server already has 200"),
        (errors.Draining("server"), "This server's queue takes no new requests"),
        (errors.Draining("bot"), "The bot takes no new requests"),
        (errors.Held(12), "#12 waits in a paused queue"),
        (errors.NotWaiting(12), "#12 does not wait"),
        (errors.OwnerOnly(), "Only the owner of this bot"),
        (errors.ModelUnavailable("sdxl", "inner detail"), "sdxl cannot draw at the moment"),
        (errors.MissingPermission(("Attach Files",)), "Attach Files"),
        (errors.NotYours(), "Only the member"),
        (errors.TooLate(), "nothing to cancel"),
        (errors.Stopping(), "restarting"),
        (errors.OutOfMemory(), "try again"),
        (ValueError("inner detail"), "try again"),
    ],
)
def test_every_refusal_says_what_to_do(error, part):
    said = _errors.sentence(error)
    assert part in said
    assert "inner detail" not in said


def test_what_queues_nothing_is_not_told_that_nothing_was_queued():
    for error in (errors.OutOfRoom("The disk is full.", "Make room."), ValueError()):
        said = _errors.sentence(error, queues=False)
        assert "nothing was changed" in said
        assert "image" not in said


LONG = "x" * 6000


@pytest.mark.parametrize(
    "error",
    [
        errors.UnknownOption("style", LONG, ()),
        errors.UnknownOption("style", LONG, ("ink", "photo")),
        errors.UnknownOption("style", "ink", ("photo" * 20,) * 60),
        errors.OutOfRange(f"weight of {LONG}", 9.0, -1.0, 2.0),
        errors.ModelUnavailable(LONG, LONG),
        errors.NotAPicture(("PNG",), LONG),
    ],
)
def test_a_refusal_always_fits_into_a_message(error):
    said = _errors.sentence(error)
    assert len(said) <= 2000
    assert "x" * 61 not in said or isinstance(error, errors.NotAPicture)


SAMPLES = {"str": "sample", "int": 7, "float": 1.5, "tuple[str, ...]": ("one", "two")}


def sample(kind):
    """An error of a kind, with something in each of its fields."""
    given = [str(getattr(one.type, "__name__", one.type)) for one in fields(kind)]
    return kind(*(SAMPLES.get(one, 7 if "int" in one else ("one", "two")) for one in given))


@pytest.mark.parametrize("kind", errors.Refused.__subclasses__())
def test_every_kind_of_refusal_has_a_sentence_of_its_own(kind):
    if kind is errors.BadPrompt:
        refusal = kind("bounds", "(cat:9)")
    else:
        refusal = sample(kind) if is_dataclass(kind) else kind()
    assert not _errors.sentence(refusal).startswith("That was refused")


def test_a_picture_that_the_disk_lost_is_told_as_rightly_as_one_it_could_not_take():
    said = _sentences.answer(replace(JOB, state=State.FAILED, failure="StorageError"), [])
    assert "could not read or keep a picture" in said


def test_a_cancelled_image_claims_nothing_of_what_was_drawn():
    said = _sentences.answer(replace(JOB, state=State.CANCELLED), [])
    assert said.endswith("```\n🚫 Cancelled.\n-# #3")


@pytest.mark.parametrize("state", [State.RENDERED, State.FAILED, State.CANCELLED])
def test_every_answer_is_known_by_its_number(state):
    job = replace(JOB, state=state)
    for pictures in ([], [Picture(b"", job.recipe)]):
        said = _sentences.addressed(_sentences.answer(job, pictures), "<@4>")
        assert _sentences.is_answer(said, job)
        for other in (1, 31, 33, 330):
            assert not _sentences.is_answer(said, replace(job, id=other))


def test_a_prompt_cannot_pass_for_the_answer_to_somebody_elses_request():
    request = replace(JOB.request, prompt="a cat\n```\n-# #77 · Drawn in 1 s\n```\n-# #77")
    said = _sentences.answer(replace(JOB, request=request), [])
    assert not _sentences.is_answer(said, replace(JOB, id=77))


@pytest.mark.parametrize(
    "said", ["", "🎨 Drawing ▰▰▰▱▱▱ 50% · step 4 of 8", "-# from #3, image 1", "see -# #3"]
)
def test_what_is_no_answer_is_not_taken_for_one(said):
    assert not _sentences.is_answer(said, JOB)


FAILURES = ["ModelLoadFailed", "OutOfMemory", "NotFinite", "TookTooLong", "Poisoned", "Surprise"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_told_and_costs_nothing(failure):
    said = _sentences.answer(replace(JOB, state=State.FAILED, failure=failure), [])
    assert "could not be drawn because" in said
    assert "does not count" in said


def test_a_history_of_the_longest_requests_is_one_message():
    request = replace(JOB.request, prompt="@everyone `x` " * 100)
    job = replace(JOB, request=request, id=2**53, state=State.DELIVERED, created_at=2e9)
    said = _sentences.history([job] * RECENT)
    assert len(said) <= 2000
    assert said.count("kept for you") == RECENT
    assert said.count("`") == 2 * RECENT + 4


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"state": State.QUEUED}, "waiting"),
        ({"state": State.RUNNING}, "being drawn"),
        ({"state": State.RENDERED}, "on its way"),
        ({"state": State.DELIVERED, "message_id": 5}, "drawn"),
        ({"state": State.DELIVERED}, "kept for you"),
        ({"state": State.DELIVERED, "pruned": True}, "no longer kept"),
        ({"state": State.FAILED}, "failed"),
        ({"state": State.CANCELLED}, "cancelled"),
    ],
)
def test_a_history_says_what_became_of_each_request(changes, said):
    assert f"**#3** · {said} · " in _sentences.history([replace(JOB, **changes)])
