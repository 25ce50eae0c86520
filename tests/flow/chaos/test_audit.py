"""The audit of a chaos run complains of every history in which a promise is broken."""

from dataclasses import replace
from itertools import chain

import pytest

from tests.flow.chaos.audit import complaints, job_of, shortfalls
from tests.flow.chaos.history import Asked, End, History, Image, Message, Move, Row
from tests.flow.chaos.plan import SHORT

RECIPE = {"prompt": "a cat", "negative_prompt": "", "seed": 7, "steps": 4, "guidance_scale": 1.0,
          "width": 128, "height": 128}  # fmt: skip
COST = 128 * 128 / 1e6 * 5.5
PLACE = 50
LATE = 1000.0 + 15 * 60


def asked(number, **changes):
    """Command number n of member 10 + n."""
    return replace(
        Asked(100 + number, 10 + number, PLACE, "imagine", {"prompt": "a cat", "seed": 7}),
        **changes,
    )


def row(number, **changes):
    """The job that it became, drawn and told."""
    whole = Row(
        id=number,
        interaction_id=100 + number,
        user_id=10 + number,
        channel_id=PLACE,
        private=False,
        count=1,
        recipes=(RECIPE,),
        state="delivered",
        attempts=0,
        failure="",
        nonce=f"job-{number}-1000",
        token_born=1000.0,
        answered_at=1010.0,
    )
    return replace(whole, **changes)


def answer(number, **changes):
    """Its answer, where the command was acknowledged."""
    whole = Message(
        id=200 + number,
        channel_id=PLACE,
        text=f"Seed 7\n-# #{number} · AI-generated",
        images=(Image(f"imagine-{number}-7.png", RECIPE, equal=True),),
        interaction_id=100 + number,
    )
    return replace(whole, **changes)


def posted(number, **changes):
    """Its answer as a message of its own."""
    mine = {"interaction_id": None, "mentions": (10 + number,), "nonce": f"job-{number}-1000"}
    return answer(number, **{**mine, **changes})


def way(number, *states, at=1.0, was="", attempts=0, **changes):
    """A job's moves through these states."""
    before = (was, *states)
    return [
        replace(Move(at + step / 10, number, 10 + number, *pair, attempts, COST, 1.0), **changes)
        for step, pair in enumerate(zip(before, states, strict=False))
    ]


STRAIGHT = ("queued", "running", "rendered", "delivered")
GOOD = History(
    seed=1,
    asked=(asked(1), asked(2)),
    rows=(row(1), row(2)),
    moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT, at=2.0)),
    ends=(End(9.0, 0, "stop", 0),),
    messages=(answer(1), answer(2)),
    drawn={1: 1, 2: 1},
)
CANCELLED = replace(
    GOOD,
    asked=(asked(1), asked(2, pressed=True)),
    rows=(row(1), row(2, state="cancelled")),
    moves=(*way(1, *STRAIGHT), *way(2, "queued", "cancelled", at=2.0)),
    messages=(answer(1), answer(2, images=(), text="a cat\nCancelled.")),
)
POISONED = replace(
    GOOD,
    asked=(asked(1), asked(2, poison=True)),
    rows=(row(1), row(2, state="failed", failure="Poisoned", attempts=2)),
    moves=(
        *way(1, *STRAIGHT),
        *way(2, "queued", "running", at=2.0),
        *way(2, "queued", "running", at=3.1, was="running", attempts=1),
        *way(2, "queued", "failed", at=4.1, was="running", attempts=2),
    ),
    ends=(End(3.0, -9, "", 2), End(4.0, -9, "", 2), End(9.0, 0, "stop", 0)),
    messages=(answer(1), answer(2, images=(), text="Your image could not be drawn because")),
)


@pytest.mark.parametrize("history", [GOOD, CANCELLED, POISONED])
def test_a_history_in_order_is_not_complained_of(history):
    assert complaints(history) == []


def test_answers_elsewhere_are_in_order_once_the_own_message_is_out_of_reach():
    rows = (
        row(1, answered_at=LATE),
        row(2, private=True, answered_at=LATE),
    )
    private = asked(2, options={"private": True})
    direct = posted(2, direct_to=12, channel_id=99, mentions=())
    history = replace(GOOD, asked=(asked(1), private), rows=rows, messages=(posted(1), direct))
    assert complaints(history) == []
    deleted = (asked(1, deleted=True), asked(2))
    assert complaints(replace(GOOD, asked=deleted, messages=(posted(1), answer(2)))) == []
    unheard = (asked(1, reached=False), asked(2))
    assert complaints(replace(GOOD, asked=unheard, messages=(posted(1), answer(2)))) == []


def test_an_answer_is_direct_only_where_it_is_private_or_its_channel_takes_none():
    direct = posted(1, direct_to=11, channel_id=99, mentions=())
    history = replace(GOOD, rows=(row(1, answered_at=LATE), row(2)), messages=(direct, answer(2)))
    assert complaints(replace(history, refused=frozenset({PLACE}))) == []
    [found] = complaints(history)
    assert "answered directly although its channel takes messages" in found


def test_a_message_that_bears_nothing_but_a_prompt_belongs_to_the_only_request_of_that_prompt():
    dog = {**RECIPE, "prompt": "a dog"}
    plain = Message(300, PLACE, "```\na dog\n```\nCancelled.")
    rows = (row(1), row(2, recipes=(dog,)))
    assert job_of(plain, replace(GOOD, rows=rows)) == 2
    assert job_of(plain, replace(GOOD, rows=(*rows, row(3, recipes=(dog,))))) is None


UNLIKE = {
    "prompt": {"options": {"prompt": "a dog"}},
    "negative_prompt": {"options": {"negative": "blurred"}},
    "seed": {"options": {"seed": 8}},
    "steps": {"options": {"steps": 5}},
    "count": {"options": {"count": 2}},
    "guidance_scale": {"options": {"guidance": 5.0}},
    "scheduler": {"options": {"scheduler": "DDIM"}},
    "source": {"options": {"strength": 0.5, "steps": 4}, "picture": "abc"},
    "strength": {"options": {"strength": 0.3, "steps": 4}, "picture": "abc"},
    "variation": {"command": "vary", "options": {"amount": "strong"}},
    "upscale": {"command": "upscale", "options": {}},
}
"""What may be asked for and is not in the recipe."""


def broken(base=GOOD, **changes):
    return replace(base, **changes)


BROKEN = {
    "has 0 answers": broken(messages=(answer(1),)),
    "has 2 answers": broken(messages=(answer(1), posted(1), answer(2))),
    "left a button in message 300": broken(
        messages=(answer(1), answer(2), posted(2, id=300, images=(), final=False))
    ),
    "tells the picture of a request that is not there": broken(rows=(row(1),)),
    "waits for a request that is not there": broken(
        rows=(row(1),), messages=(answer(1), answer(2, images=(), text="2nd", final=False))
    ),
    "interaction 102 was heard and came to nothing": broken(rows=(row(1),), messages=(answer(1),)),
    "job 2 is gone and its last move was to queued": broken(
        rows=(row(1),),
        moves=(*way(1, *STRAIGHT), *way(2, "queued", at=2.0)),
        messages=(answer(1), answer(2, images=(), text="Please ask again.")),
    ),
    "belongs to no request": broken(
        messages=(answer(1), answer(2), Message(300, PLACE, "```\na dog\n```\nCancelled."))
    ),
    "still has a button": broken(messages=(answer(1, final=False), answer(2))),
    "and its answer is a cancellation": broken(
        messages=(answer(1), answer(2, images=(), text="Cancelled."))
    ),
    "answered elsewhere": broken(messages=(answer(1), posted(2))),
    "answered in another channel": broken(
        rows=(row(1), row(2, answered_at=LATE)), messages=(answer(1), posted(2, channel_id=51))
    ),
    "mentions (11, 12), not its author alone": broken(
        rows=(row(1), row(2, answered_at=LATE)), messages=(answer(1), posted(2, mentions=(11, 12)))
    ),
    "answered to somebody else": broken(
        rows=(row(1), row(2, answered_at=LATE)), messages=(answer(1), posted(2, direct_to=11))
    ),
    "where all can see it": broken(
        asked=(asked(1), asked(2, options={"private": True})),
        rows=(row(1), row(2, private=True)),
    ),
    "shows 1 pictures of 2": broken(rows=(row(1), row(2, count=2, recipes=(RECIPE, RECIPE)))),
    "was not drawn as ordered: steps": broken(
        messages=(
            answer(1),
            answer(2, images=(Image("imagine-2-7.png", {**RECIPE, "steps": 5}, equal=True),)),
        )
    ),
    "is not what its recipe gives": broken(
        messages=(answer(1), answer(2, images=(Image("imagine-2-7.png", RECIPE, equal=False),)))
    ),
    "was asked for by nobody": broken(asked=(asked(1),)),
    **{
        f"another {what} than was asked for": broken(asked=(asked(1), asked(2, **changes)))
        for what, changes in UNLIKE.items()
    },
    "not as private as was asked for": broken(
        asked=(asked(1), asked(2, options={"private": True}))
    ),
    "became 2 jobs": broken(rows=(row(1), row(2), row(3, interaction_id=102))),
    "went from rendered to queued": broken(
        moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT[:3], "queued", *STRAIGHT[1:], at=2.0))
    ),
    "went from cancelled to rendered": broken(
        moves=(*way(1, *STRAIGHT), *way(2, "queued", "running", "cancelled", "rendered", at=2.0))
    ),
    "was rendered 2 times": broken(
        moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT[:3], "queued", *STRAIGHT[1:], at=2.0))
    ),
    "was drawn 2 times": broken(drawn={1: 1, 2: 2}),
    "its last move was to rendered": broken(
        moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT[:3], at=2.0))
    ),
    "was never answered": broken(rows=(row(1), row(2, answered_at=None))),
    "is poison and ended as delivered": broken(asked=(asked(1), asked(2, poison=True))),
    "and is no poison": broken(POISONED, asked=(asked(1), asked(2))),
    "was cancelled by nobody": broken(CANCELLED, asked=(asked(1), asked(2))),
    "charged 1 for a fall in the steps of none": broken(
        POISONED, ends=(End(3.0, -9, "kill", 0), *POISONED.ends[1:])
    ),
    "was not charged for the fall in its step": broken(
        moves=(
            *way(1, *STRAIGHT),
            *way(2, "queued", "running", at=2.0),
            *way(2, *STRAIGHT, at=3.1, was="running"),
        ),
        ends=(End(3.0, -9, "kill", 2), End(9.0, 0, "stop", 0)),
    ),
    "where it was job 1's turn": broken(
        moves=(
            *way(1, "queued"),
            *way(2, *STRAIGHT, at=2.0),
            *way(1, *STRAIGHT[1:], at=3.0, was="queued"),
        )
    ),
    "job 2 is charged 0.0 by weight 1.0": broken(
        moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT, at=2.0, cost=0.0))
    ),
    "job 2 is charged 0.090112 by weight 2.0": broken(
        moves=(*way(1, *STRAIGHT), *way(2, *STRAIGHT, at=2.0, weight=2.0))
    ),
    "ended with 0 in the steps of none, told nothing": broken(ends=(End(9.0, 0, "", 0),)),
    "ended with -9 in the steps of 1, told nothing": broken(ends=(End(9.0, -9, "", 1),)),
    "brought the process down 3 times": broken(
        POISONED, ends=(End(1.5, -9, "", 2), *POISONED.ends)
    ),
    "is still thinking": broken(thinking=frozenset({102})),
    "against the rules": broken(violations=("an edit without anything in it",)),
}


@pytest.mark.parametrize("complaint", BROKEN)
def test_a_broken_promise_is_complained_of(complaint):
    found = complaints(BROKEN[complaint])
    assert any(complaint in one for one in found), found


def unfair(*moves):
    """What is said of the turns alone."""
    found = complaints(replace(GOOD, moves=tuple(chain.from_iterable(moves))))
    return [one for one in found if one.endswith("turn")]


def turns_missed(members, *jobs, costs=None):
    """What is said where these members ask, and then these jobs are drawn one after the other."""
    asked = enumerate(zip(members, costs or [COST] * len(members), strict=True), start=1)
    coming = [way(job, "queued", user=user, cost=cost) for job, (user, cost) in asked]
    drawing = [way(job, *STRAIGHT[1:], was="queued", user=members[job - 1]) for job in jobs]
    return unfair(*coming, *drawing)


def test_taking_whoever_came_first_is_no_fair_order():
    members = (11, 11, 12, 13, 13, 11)
    assert turns_missed(members, 1, 3, 4, 2, 5, 6) == []
    first_come = turns_missed(members, 1, 2, 3, 4, 5, 6)
    assert first_come == ["job 2 was claimed where it was job 3's turn"]


def test_the_turns_go_by_what_each_request_costs():
    members, costs = (11, 11, 12, 12), (3.0, 1.0, 1.0, 1.0)
    assert turns_missed(members, 1, 3, 4, 2, costs=costs) == []
    found = turns_missed(members, 1, 3, 2, 4, costs=costs)
    assert found == ["job 2 was claimed where it was job 4's turn"]


def test_what_is_withdrawn_gives_its_member_the_place_back():
    asked = way(1, "queued"), way(2, "queued", user=11), way(3, "queued")
    first, second = way(2, "running", was="queued", user=11), way(3, "running", was="queued")
    withdrawn = way(1, "cancelled", was="queued")
    assert unfair(*asked, withdrawn, first, second) == []
    assert unfair(*asked, withdrawn, second, first) == [
        "job 3 was claimed where it was job 2's turn"
    ]


def test_a_member_with_one_in_flight_waits_for_all_who_have_none():
    second_of_the_same = way(3, "queued", "running", at=1.15, user=11)
    moves = (*way(1, "queued", "running"), *way(2, "queued", at=1.11), *second_of_the_same)
    found = complaints(replace(GOOD, moves=moves))
    assert "job 3 was claimed where it was job 2's turn" in found


def test_an_answer_that_the_clock_overtook_may_think_for_ever():
    assert complaints(replace(GOOD, thinking=frozenset({7}), overtaken=frozenset({7}))) == []


def test_a_bot_may_ask_for_a_new_process_where_discord_is_away_and_for_no_other_reason():
    away = End(1.5, 75, "", 0, "Discord could not be reached.")
    assert complaints(replace(GOOD, ends=(away, *GOOD.ends))) == []
    hung = replace(away, last_words="a step hangs")
    assert any("ended with 75" in one for one in complaints(replace(GOOD, ends=(hung,))))


def test_a_bot_that_is_told_to_stop_before_its_first_word_may_end_by_the_signal():
    unborn = End(1.5, -15, "stop", 0)
    assert complaints(replace(GOOD, ends=(unborn, *GOOD.ends))) == []
    deaf = replace(unborn, last_words="on duty")
    assert any("ended with -15" in one for one in complaints(replace(GOOD, ends=(deaf,))))


def test_a_run_that_was_milder_than_it_says_is_told():
    found = shortfalls(GOOD, SHORT)
    assert f"only 2 accepted requests, not {SHORT.requests}" in found
    assert f"only 0 kills, not {SHORT.kills}" in found
    assert f"only 0 leaps past every token, not {SHORT.jumps}" in found
