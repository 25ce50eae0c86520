"""The choice between two steps: work conserving, bounded in what members get, fair to weights."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model.fairness import (
    BESIDE,
    DEBT,
    HANDICAP,
    NOBODY,
    InFlight,
    Service,
    cost_beside,
    cost_of,
    cost_of_a_pass,
    next_to_step,
)
from bot.model.recipe import Recipe

members = st.integers(1, 5)
amounts = st.floats(0.1, 20.0)


def flight(job_id, user_id, remaining=1.0, weights="a", started=False):
    return InFlight(job_id, user_id, remaining, weights, started)


def served(**amounts_by_name):
    return Service(members={int(name[1:]): amount for name, amount in amounts_by_name.items()})


def test_the_shortest_job_goes_first_while_nobody_is_far_ahead():
    jobs = [flight(1, 1, 9.0), flight(2, 2, 3.0), flight(3, 3, 5.0)]
    assert next_to_step(jobs, served(u1=0, u2=4, u3=0), lag=5.0, loaded="a").job_id == 2


def test_who_is_too_far_ahead_waits_though_their_job_is_short():
    jobs = [flight(1, 1, 9.0), flight(2, 2, 3.0)]
    assert next_to_step(jobs, served(u1=0, u2=6), lag=5.0, loaded="a").job_id == 1


@pytest.mark.parametrize(("ahead", "chosen"), [(3.0, 2), (5.0, 1)])
def test_a_job_counts_as_longer_the_further_its_member_is_ahead(ahead, chosen):
    jobs = [flight(1, 1, 10.0), flight(2, 2, 9.0)]
    assert HANDICAP * 3.0 < 1.0 < HANDICAP * 5.0
    assert next_to_step(jobs, served(u1=0, u2=ahead), lag=50.0, loaded="a").job_id == chosen


def test_of_equal_jobs_the_older_one_goes_first():
    jobs = [flight(2, 2), flight(1, 1)]
    assert next_to_step(jobs, served(u1=0, u2=0), lag=5.0, loaded="a").job_id == 1


def test_other_weights_wait_until_no_job_on_the_loaded_ones_is_under_way():
    jobs = [flight(1, 1, 9.0, "a", started=True), flight(2, 2, 1.0, "b")]
    books = served(u1=0, u2=0)
    assert next_to_step(jobs, books, lag=5.0, loaded="a", change_paid=True).job_id == 1
    ended = jobs[1:]
    assert next_to_step(ended, books, lag=5.0, loaded="a", change_paid=True).job_id == 2


def test_a_change_that_is_not_paid_for_waits_for_all_jobs_on_the_loaded_weights():
    jobs = [flight(1, 1, 9.0, "a"), flight(2, 2, 1.0, "b")]
    books = served(u1=0, u2=0)
    assert next_to_step(jobs, books, lag=5.0, loaded="a", change_paid=False).job_id == 1
    assert next_to_step(jobs, books, lag=5.0, loaded="a", change_paid=True).job_id == 2


def test_who_comes_starts_at_what_is_fair():
    books = Service().entered(1).charged(1, 60.0, {1: 1.0}, lag=240.0).entered(2)
    assert books.members[2] == books.fair == 60.0 / (1.0 + NOBODY)


def test_what_is_fair_grows_by_the_cost_over_all_weights_and_nobodys():
    books = Service().entered(1).entered(2).charged(1, 14.0, {1: 2.0, 2: 1.0}, lag=240.0)
    assert (books.fair, books.members[1]) == (14.0 / (3.0 + NOBODY), 7.0)


def test_who_drew_alone_is_ahead_of_who_comes_by_a_part_of_the_lag_at_most():
    books = Service().entered(1)
    for _ in range(100):
        books = books.charged(1, 50.0, {1: 1.0}, lag=240.0)
    assert books.members[1] - books.entered(2).members[2] == DEBT * 240.0


def test_having_had_more_than_is_fair_is_remembered_over_an_absence():
    books = Service().entered(1).entered(2).charged(1, 50.0, {1: 1.0, 2: 1.0}, lag=240.0)
    assert books.settled({2}).entered(1).members[1] == 50.0


def test_having_had_more_is_forgotten_once_it_is_fair():
    books = Service().entered(1).entered(2).charged(1, 50.0, {1: 1.0, 2: 1.0}, lag=240.0)
    books = books.settled({2}).charged(2, 300.0, {2: 1.0}, lag=240.0).entered(1)
    assert books.members[1] == books.fair > 50.0


def test_having_had_less_is_not_hoarded():
    books = Service().entered(1).entered(2).charged(1, 50.0, {1: 1.0, 2: 1.0}, lag=240.0)
    assert books.settled({1}).entered(2).members[2] == 50.0 / (2.0 + NOBODY)


def recipe():
    return Recipe(
        prompt="",
        negative_prompt="",
        seed=1,
        width=1000,
        height=500,
        steps=8,
        guidance_scale=5.0,
        scheduler="EulerDiscreteScheduler",
        model="a",
    )


def test_an_image_costs_its_evaluations_its_prompt_and_its_decoding():
    assert cost_of(recipe(), 1) == 0.5 * (16 + BESIDE)
    assert cost_of(recipe(), 4) == 4 * cost_of(recipe(), 1)


@given(st.sampled_from(["EulerDiscreteScheduler", "HeunDiscreteScheduler"]), st.booleans())
def test_the_parts_of_an_image_cost_what_it_costs(scheduler, enlarged):
    upscale = {"factor": 2, "tile": 250, "overlap": 32} if enlarged else None
    whole = replace(recipe(), scheduler=scheduler, upscale=upscale)
    parts = whole.passes * cost_of_a_pass(whole) + cost_beside(whole)
    assert cost_of(whole, 1) == pytest.approx(parts)


flights = st.lists(
    st.builds(
        flight,
        st.integers(1, 1000),
        members,
        amounts,
        st.sampled_from(["a", "b", "c"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=16,
    unique_by=lambda job: job.job_id,
)
books_of_five = st.lists(st.floats(0, 100), min_size=5, max_size=5).map(
    lambda amounts: Service(members=dict(enumerate(amounts, 1)))
)


@given(flights, books_of_five, amounts, st.booleans())
def test_whenever_there_is_work_some_of_it_is_chosen(jobs, books, lag, paid):
    assert next_to_step(jobs, books, lag=lag, loaded="a", change_paid=paid) in jobs


@given(flights, books_of_five, amounts, st.booleans())
def test_weights_never_change_under_a_job_that_has_started(jobs, books, lag, paid):
    jobs = [job if job.weights == "a" else replace(job, started=False) for job in jobs]
    chosen = next_to_step(jobs, books, lag=lag, loaded="a", change_paid=paid)
    if any(job.started for job in jobs):
        assert chosen.weights == "a"


@given(flights, books_of_five, amounts)
def test_nobody_is_chosen_who_is_further_ahead_than_the_lag(jobs, books, lag):
    jobs = [replace(job, weights="a") for job in jobs]
    chosen = next_to_step(jobs, books, lag=lag, loaded="a")
    least = min(books.members[job.user_id] for job in jobs)
    assert books.members[chosen.user_id] <= least + lag


class Thread:
    """A simulated thread: each turn one unit of cost, a new job after each that ends."""

    def __init__(self, sizes, lag):
        self.sizes, self.lag = sizes, lag
        self.books = Service()
        self.jobs = {}
        self.had = dict.fromkeys(sizes, 0)
        for user in sizes:
            self.begin(user)

    def begin(self, user):
        self.jobs[user] = flight(user, user, self.sizes[user], "a")
        self.books = self.books.entered(user)

    def turn(self):
        user = next_to_step(list(self.jobs.values()), self.books, lag=self.lag, loaded="a").user_id
        self.had[user] += 1
        self.books = self.books.charged(user, 1.0, dict.fromkeys(self.jobs, 1.0), lag=self.lag)
        left = self.jobs[user].remaining - 1.0
        if left > 0:
            self.jobs[user] = replace(self.jobs[user], remaining=left)
        else:
            del self.jobs[user]
            self.books = self.books.settled(self.jobs)
            self.begin(self.follower(user))

    def follower(self, user):
        """Whose job comes after one of this member."""
        return user


class Newcomers(Thread):
    """After each job of another than the first member comes somebody who was never there."""

    def follower(self, user):
        if user == 1:
            return user
        newcomer = max(self.sizes) + 1
        self.sizes[newcomer], self.had[newcomer] = self.sizes[user], 0
        return newcomer


sizes_of_jobs = st.dictionaries(members, st.integers(1, 40), min_size=2, max_size=5)


@given(sizes_of_jobs, st.integers(0, 60))
def test_at_overload_nobody_gets_much_more_than_a_fair_share(sizes, lag):
    """The bound can be proved: who is served is within lag of the least, the least of the mean."""
    thread = Thread(sizes, float(lag))
    for turn in range(1, 600):
        thread.turn()
        assert max(thread.had.values()) <= turn / len(sizes) + 2 * (lag + 1)


@given(sizes_of_jobs, st.integers(0, 30))
def test_at_overload_nobody_starves(sizes, lag):
    thread = Thread(sizes, float(lag))
    turns = 200 * len(sizes)
    for _ in range(turns):
        thread.turn()
    assert min(thread.had.values()) >= 200 - 2 * (len(sizes) - 1) * (lag + 1)


@given(st.lists(st.tuples(members, amounts), max_size=30))
def test_what_is_fair_never_falls_and_nobody_starts_below_it(history):
    books = Service()
    for user, cost in history:
        entered = books.entered(user)
        assert entered.members[user] >= books.fair
        after = entered.charged(user, cost, {user: 1.0}, lag=40.0).settled(())
        assert after.fair > books.fair
        books = after


@given(sizes_of_jobs, st.integers(0, 60), st.integers(1, 400))
def test_who_comes_is_never_far_behind_those_in_flight(sizes, lag, turns):
    thread = Thread(sizes, float(lag))
    for _ in range(turns):
        thread.turn()
    least = min(thread.books.members[user] for user in thread.jobs)
    assert thread.books.entered(99).members[99] >= least - DEBT * lag


@settings(max_examples=50)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=3), st.integers(0, 8))
def test_newcomers_without_end_do_not_keep_a_long_job_from_the_thread(sizes, lag):
    """What is fair grows by as much as this; whoever is behind it by the lag goes before them."""
    turns, places = 1500, 1 + len(sizes)
    thread = Newcomers(dict(enumerate([turns, *sizes], 1)), float(lag))
    for _ in range(turns):
        thread.turn()
    assert thread.had[1] >= turns / (places + NOBODY) - 3 * places * (lag + 1)


@pytest.mark.parametrize(("flood", "size"), [(8, 7), (8, 30), (120, 30)])
def test_beside_a_flood_a_newcomers_image_goes_first(flood, size):
    thread = Thread({1: flood}, 240.0)
    for _ in range(1000):
        thread.turn()
    thread.sizes[2], thread.had[2] = size, 0
    thread.begin(2)
    for _ in range(size):
        thread.turn()
    assert thread.had[2] == size
