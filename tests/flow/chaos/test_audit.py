"""The audit of a chaos run complains of every history in which a promise is broken."""

from dataclasses import replace

import pytest

from tests.flow.chaos.audit import complaints, job_of, shortfalls
from tests.flow.chaos.history import Asked, End, History, Image, Message, Move, Row
from tests.flow.chaos.plan import SHORT

RECIPE = {"prompt": "a cat", "seed": 7, "steps": 4}
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


def way(number, *states, at=1.0, attempts=0, tag=None):
    """A job's moves through these states."""
    before = ("", *states)
    return [
        Move(at + step / 10, number, 10 + number, was, became, attempts, tag or float(number))
        for step, (was, became) in enumerate(zip(before, states, strict=False))
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
        Move(3.1, 2, 12, "running", "queued", 1, 2.0),
        Move(3.2, 2, 12, "queued", "running", 1, 2.0),
        Move(4.1, 2, 12, "running", "queued", 2, 2.0),
        Move(4.2, 2, 12, "queued", "failed", 2, 2.0),
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
    unheard = (asked(1, reached=False), asked(2))
    assert complaints(replace(GOOD, asked=unheard, messages=(posted(1), answer(2)))) == []


def test_a_message_that_bears_nothing_but_a_prompt_belongs_to_the_only_request_of_that_prompt():
    dog = {**RECIPE, "prompt": "a dog"}
    plain = Message(300, PLACE, "```\na dog\n```\nCancelled.")
    rows = (row(1), row(2, recipes=(dog,)))
    assert job_of(plain, replace(GOOD, rows=rows)) == 2
    assert job_of(plain, replace(GOOD, rows=(*rows, row(3, recipes=(dog,))))) is None


def broken(base=GOOD, **changes):
    return replace(base, **changes)


BROKEN = {
    "has 0 answers": broken(messages=(answer(1),)),
    "has 2 answers": broken(messages=(answer(1), posted(1), answer(2))),
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
    "another seed than was asked for": broken(asked=(asked(1), asked(2, options={"seed": 8}))),
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
            Move(3.1, 2, 12, "running", "queued", 0, 2.0),
            Move(3.2, 2, 12, "queued", "running", 0, 2.0),
            Move(3.3, 2, 12, "running", "rendered", 0, 2.0),
            Move(3.4, 2, 12, "rendered", "delivered", 0, 2.0),
        ),
        ends=(End(3.0, -9, "kill", 2), End(9.0, 0, "stop", 0)),
    ),
    "where it was job 1's turn": broken(
        moves=(
            *way(1, "queued"),
            *way(2, *STRAIGHT, at=2.0),
            *(one for one in way(1, *STRAIGHT, at=3.0) if one.was),
        )
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


def test_a_member_with_one_in_flight_waits_for_all_who_have_none():
    second_of_the_same = [replace(one, user=11) for one in way(3, "queued", "running", at=1.15)]
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
