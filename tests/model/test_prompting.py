"""Which prompts have weights, and what they are made of."""

import re
from contextlib import suppress
from itertools import pairwise
from math import isclose, prod

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.model.errors import BadPrompt
from bot.model.prompting import MOST_WEIGHTED, Fragment, check, fragments, is_weighted

SYNTAX = st.text(alphabet="ab1 .:-+(),\\\"'[]{}\n", max_size=60)
"""Texts in which a reader of syntax finds something to stumble over."""
WEIGHT = st.integers(0, 200).map(lambda hundredths: f"{hundredths / 100:.2f}")


def escaped(text):
    return text.replace("(", r"\(").replace(")", r"\)")


@pytest.mark.parametrize(
    "prose",
    [
        "a cat",
        "a (very) big cat, ((really))",
        "a cat :) and a dog :-( (both :)",
        "a square (1:1), then wide (16:9), at (10:30)",
        "(smile :3) :3)",
        "(:1.3) ( :1.2)",
        "(red fish: 1.3)",
        "(a:b) (a:1.3b) (a:1,3)",
        "(see page 4",
        r"\(red fish:1.3\)",
        '("a cat", "a dog").and(1, 2) cat++ dog-- [bird] "red".swap(blue) useLora(x, 1)',
    ],
)
def test_prose_is_read_as_it_was_written(prose):
    assert not is_weighted(prose)
    assert fragments(prose) == (Fragment(prose, 1.0),)
    check(prose)


@pytest.mark.parametrize(
    ("prompt", "parts"),
    [
        ("(cat:1.3)", [("cat", 1.3)]),
        ("a (red fish:.5), big", [("a ", 1), ("red fish", 0.5), (", big", 1)]),
        ("(cat:2)", [("cat", 2)]),
        ("(cat:0)", [("cat", 0)]),
        ("(a cat:1)", [("a cat", 1)]),
        ("a (cat:1.0) here", [("a cat here", 1)]),
        ("(room 101:1.5)", [("room 101", 1.5)]),
        ("(a (very) big cat:1.3)", [("a (very) big cat", 1.3)]),
        ("(a (red:1.5) cat:0.5)", [("a ", 0.5), ("red", 0.75), (" cat", 0.5)]),
        ("((a:1.3):)", [("(", 1), ("a", 1.3), (":)", 1)]),
        ("(open (cat:1.3)", [("(open ", 1), ("cat", 1.3)]),
        (r"(artist \(series\):1.3)", [("artist (series)", 1.3)]),
        (r"\(a:1.2\) (b:1.1)", [("(a:1.2) ", 1), ("b", 1.1)]),
        ("(ratio: big:1.1)", [("ratio: big", 1.1)]),
    ],
)
def test_a_group_that_ends_in_a_number_is_a_weight(prompt, parts):
    assert is_weighted(prompt)
    assert fragments(prompt) == tuple(Fragment(text, float(weight)) for text, weight in parts)
    check(prompt)


@given(st.text() | SYNTAX)
@example("(" * 1500)
@example("(" * 300 + "a" + ":1.1)" * 300)
def test_every_text_is_either_plain_or_weighted(text):
    parts = fragments(text)
    if is_weighted(text):
        assert "".join(part.text for part in parts) != text
        assert re.search(r"\(.*:[-+.0-9]+\)", text, re.DOTALL)
        assert all(one.weight != other.weight for one, other in pairwise(parts))
    else:
        assert parts == (Fragment(text, 1.0),)


@given(st.text() | SYNTAX)
def test_escaped_prose_is_plain_alone_and_comes_back_whole_beside_a_weight(text):
    assert not is_weighted(escaped(text.replace("\\", "")))
    prose = text.replace("\\", "")
    assert fragments(f"{escaped(prose)} (cat:1.5)") == (
        Fragment(f"{prose} ", 1.0),
        Fragment("cat", 1.5),
    )


@given(st.lists(WEIGHT, min_size=1, max_size=8))
def test_every_part_has_the_product_of_the_weights_round_it(weights):
    prompt = ""
    for depth, weight in enumerate(weights):
        prompt = f"(word{depth} {prompt}:{weight})"
    found = fragments(prompt)
    for depth in range(len(weights)):
        [part] = [part for part in found if f"word{depth} " in part.text]
        assert isclose(part.weight, prod(map(float, weights[depth:])), abs_tol=1e-9)


@pytest.mark.parametrize("prompt", ["(a:2.01)", "(a:-0.1)", "((a:1.5):1.5)", "(a:1e9) (b:99)"])
def test_a_weight_out_of_bounds_is_refused_with_its_words(prompt):
    with pytest.raises(BadPrompt) as refused:
        check(prompt)
    assert refused.value.problem == "bounds"
    assert refused.value.part in ("a", "b")


@pytest.mark.parametrize(
    ("prompt", "part"),
    [
        ("red fish:1.3) cat", "fish:1.3)"),
        ("a (red fish:1.3, cat", "fish:1.3"),
        ("(red fish:1.3", "fish:1.3"),
        ("(a:1.2) b:0.5)", "b:0.5)"),
    ],
)
def test_a_weight_without_its_parenthesis_is_refused_with_its_word(prompt, part):
    with pytest.raises(BadPrompt) as refused:
        check(prompt)
    assert (refused.value.problem, refused.value.part) == ("unbalanced", part)


def test_weights_can_be_too_many():
    many = [f"(word{number}:{1 + number % 2 / 2}) and" for number in range(2 * MOST_WEIGHTED)]
    check(" ".join(many))
    with pytest.raises(BadPrompt) as refused:
        check(" ".join([*many, "(last:0.9)"]))
    assert (refused.value.problem, refused.value.part) == ("many", "last")


def test_the_longer_a_prompt_is_the_fewer_weights_it_may_have():
    weights = " ".join(f"(word{number}:{1 + number % 2 / 2})" for number in range(18))
    check(weights + "🐎" * 1000)
    with pytest.raises(BadPrompt) as refused:
        check(weights + "🐎" * 1500)
    assert refused.value.problem == "many"


@given(st.text() | SYNTAX)
def test_a_check_of_any_text_ends_in_nothing_but_a_refusal(text):
    with suppress(BadPrompt):
        check(text)
