"""A goal that is missed is explained by what was measured, and met goals are left in peace."""

import json

import pytest

from bot.bench import flood, history, memory, overhead, waits
from bot.bench.arrivals import Durations
from bot.bench.crowd import lag_figures
from bot.bench.report import Figure, Section, as_json, missed, table
from bot.bench.statistics import Spread


def test_the_table_shows_value_goal_and_verdict():
    section = Section("cancel", "What is counted.", (Figure("late steps", 0.5, 1.0, "steps"),))
    shown = table(section)
    assert "What is counted." in shown
    row = next(line for line in shown.splitlines() if "late steps" in line)
    assert row.split()[-5:] == ["0.500", "steps", "≤", "1", "met"]


def test_a_missed_goal_is_explained_and_a_met_one_is_not():
    figures = (
        Figure("one", 2.0, 1.0, reason="because of this"),
        Figure("other", 1.0, 1.0, reason="because of that"),
    )
    shown = table(Section("name", "", figures))
    assert "because of this" in shown
    assert "because of that" not in shown


def test_a_simulated_figure_neither_meets_nor_misses():
    figure = Figure("rule", 2.0, 1.0, simulated=True)
    assert figure.met is None
    assert "simulated" in table(Section("name", "", (figure,)))
    assert missed([Section("name", "", (figure,))]) == []


def test_what_cannot_be_measured_says_why():
    figure = Figure("growth", None, 2.0, "%", reason="This system does not say.")
    shown = table(Section("memory", "", (figure,)))
    assert "not measured" in shown
    assert "This system does not say." in shown


def test_the_report_is_json_with_every_verdict():
    report = as_json({"cores": "2"}, [Section("a", "b", (Figure("c", 1.0, 2.0),), 3.14)])
    read = json.loads(json.dumps(report))
    assert read["machine"] == {"cores": "2"}
    assert read["sections"][0]["figures"][0]["met"] is True
    assert read["sections"][0]["seconds"] == 3.1


def test_overhead_within_the_quartiles_is_the_machines():
    quiet = Spread(0.99, 1.0, 1.01)
    assert "noise decides" in overhead.explained(Spread(1.0, 1.05, 1.1), quiet, 12.0)
    assert "a cost of ours" in overhead.explained(Spread(1.04, 1.05, 1.06), quiet, 12.0)


@pytest.mark.parametrize(
    ("here", "long_run", "paced", "why"),
    [
        (1.1, 1.2, 1.0, "rule itself misses"),
        (1.1, 0.9, 1.0, "this short trace happens not to"),
        (0.9, 0.9, 1.2, "how fast each turn was decides here"),
        (0.9, 0.9, 1.0, "measured is +30 % from that"),
        (0.9, 0.9, 1.0, "The rest is the database"),
    ],
)
def test_a_longer_wait_is_laid_to_what_caused_it(here, long_run, paced, why):
    assert why in waits.explained(1.3, waits.Rule(here, long_run, paced), 1.0, slower=0.05)


@pytest.mark.parametrize(
    ("here", "whole", "why"),
    [(1.0, 2.0, "rule itself"), (2.0, 1.0, "small one"), (1.0, 1.0, "drew +20 % longer")],
)
def test_a_floods_harm_is_laid_to_what_caused_it(here, whole, why):
    rule = flood.Rule(here=here, whole=whole, pace=1.2, paced=1.36)
    assert why in flood.explained(1.7, rule, 1.5)


def test_what_a_slower_thread_does_not_account_for_is_said():
    rule = flood.Rule(here=1.3, whole=1.3, pace=1.2, paced=1.36)
    assert "gives 1.36. Measured is +25 % from that" in flood.explained(1.7, rule, 1.5)


def test_a_large_jobs_wait_is_laid_to_what_small_images_take_beside_their_charge():
    said = flood.explained_share(2.2, 1.7, Durations(step=0.01, beside=0.05))
    assert "gives 2.20, and 1.70 if" in said
    assert "took the 1.5 steps" in said
    assert "here they take 5.0" in said


def test_growth_that_goes_on_is_told_from_growth_that_ends():
    settled = [100 + min(number, 50) for number in range(200)]
    growing = [100 + number for number in range(200)]
    assert "has settled" in memory.explained(settled)
    assert "still grows" in memory.explained(growing)


def test_lag_is_the_difference_of_two_percentiles():
    difference, idle, drawing = lag_figures([1.0] * 100, [9.0] * 100)
    assert (difference.value, idle.value, drawing.value) == (8.0, 1.0, 9.0)
    assert difference.met is False
    assert "100 of 100 beats" in difference.reason


def test_a_statement_that_a_long_past_makes_slower_misses_its_goal():
    long, short = ({name: [ms] * 9 for name in history.STATEMENTS} for ms in (0.009, 0.003))
    enqueue, _, claim, ms = history.figures({**long, "enqueue": [0.003] * 9}, short, 1_000_000)
    assert (enqueue.met, claim.met, ms.value) == (True, False, 9.0)
    assert "1,000,000 finished jobs" in claim.name
    assert "3.000 (quartiles" in claim.reason
