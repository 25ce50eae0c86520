"""Giving back what was not spent."""

from hypothesis import given
from hypothesis import strategies as st

from bot.model.fairness import Tags, tags_for
from bot.model.refund import Place, pulled_forward

Asked = tuple[int, int]
"""A job: by how much the virtual time moved before it came, and its cost."""


def places(asked: list[Asked]) -> list[Place]:
    """What a member's jobs get who asked for these, one after the other."""
    found: list[Place] = []
    now, last = 0.0, 0.0
    for passed, cost in asked:
        now += passed
        tags = tags_for(virtual_time=now, last_finish=last, cost=cost, weight=1.0)
        last = tags.finish
        found.append(Place(tags, now, cost))
    return found


asks = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 20)), min_size=1, max_size=8)


@given(asks, st.data())
def test_later_jobs_get_the_places_they_would_have_had_without_the_refunded_one(
    asked: list[Asked], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(asked) - 1))
    with_it = places(asked)
    given_back = with_it[index].tags
    moved, freed = pulled_forward(given_back.finish - given_back.start, with_it[index + 1 :])
    passed = asked[index][0]
    rest = asked[index + 1 :]
    if rest:
        rest = [(rest[0][0] + passed, rest[0][1]), *rest[1:]]
    without = places(asked[:index] + rest)
    assert list(moved) == [place.tags for place in without[index:]]
    now = with_it[-1].entered
    last = without[-1].tags.finish if without else 0.0
    assert max(now, with_it[-1].tags.finish - freed) == max(now, last)


def test_nobody_is_pulled_before_the_time_at_which_they_came() -> None:
    moved, freed = pulled_forward(5.0, [Place(Tags(12.0, 15.0), entered=10.0, length=3.0)])
    assert moved == (Tags(10.0, 13.0),)
    assert freed == 2.0
