"""Requests wait before Discord would shut the bot out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.circuit import WINDOW, InvalidAnswers
from tests.stand_ins import HandClock

STEPS = st.lists(st.floats(0.0, 200.0), max_size=120)


def counter(limit: int = 10) -> tuple[InvalidAnswers, HandClock]:
    clock = HandClock()
    return InvalidAnswers(clock=clock, limit=limit), clock


def test_only_refusals_and_limits_of_its_own_count():
    answers, _ = counter()
    for status in (200, 204, 400, 404, 413, 500, 502, 503):
        answers.note(status)
    answers.note(429, shared=True)
    assert answers.count == 0
    for status in (401, 403, 429):
        answers.note(status)
    assert answers.count == 3


def test_at_half_of_what_discord_bears_it_is_quiet_and_requests_go_on():
    answers, _ = counter()
    for _ in range(4):
        answers.note(403)
    assert not answers.quiet
    answers.note(403)
    assert answers.quiet
    assert answers.pause() == 0


@pytest.mark.happens("Discord refuses thousands of requests")
def test_at_four_fifths_requests_wait_until_the_oldest_is_ten_minutes_old():
    answers, clock = counter()
    for _ in range(8):
        answers.note(401)
        clock.now += 10
    assert answers.pause() == WINDOW - 80
    clock.now += WINDOW - 80
    assert answers.pause() == 0
    assert answers.count == 7


@pytest.mark.happens("Discord refuses thousands of requests")
def test_each_mark_is_logged_once_until_it_was_calm_again(caplog):
    answers, clock = counter()
    for _ in range(2):
        caplog.clear()
        for _ in range(10):
            answers.note(403)
        told = [(one.levelname, one.getMessage()) for one in caplog.records]
        assert [level for level, _ in told] == ["WARNING", "ERROR"]
        assert "answers of Discord's were refusals: live lines stop" in told[0][1]
        assert "answers of Discord's were refusals: every request waits" in told[1][1]
        clock.now += WINDOW + 1
        answers.note(403)


@given(STEPS, st.integers(5, 40))
def test_whoever_waits_as_asked_never_comes_to_what_discord_bears(steps, limit):
    answers, clock = counter(limit)
    sent = []
    for step in steps:
        clock.now += step
        if answers.pause() == 0:
            sent.append(clock.now)
            answers.note(403)
        in_window = [one for one in sent if one > clock.now - WINDOW]
        assert answers.count == len(in_window) <= max(1, int(limit * 0.8))


@given(STEPS)
def test_after_the_pause_a_request_may_go(steps):
    answers, clock = counter(5)
    for step in steps:
        clock.now += step
        answers.note(429)
        clock.now += answers.pause()
        assert answers.pause() < 1e-6
