"""What is done by how much memory and how many cores there are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.imaging.memory import (
    GIB,
    MemoryPolicy,
    Residents,
    budget_for,
    policy_for,
    threads_for,
)


@pytest.mark.parametrize("gib", [11, 11.6, 16, 24, 80])
def test_enough_memory_keeps_everything_on_the_card(gib):
    policy = policy_for(int(gib * GIB))
    assert policy.text_encoders_resident
    assert not policy.vae_tiling


@pytest.mark.parametrize("gib", [4, 6, 7.6, 10])
def test_eight_gigabytes_move_the_text_encoders_and_tile(gib):
    said = "text encoders moved for each prompt, VAE tiling on, channels last"
    assert str(policy_for(int(gib * GIB))) == said


def test_only_cards_with_room_hold_their_projections_twice():
    assert [policy_for(gib * GIB).fused_qkv for gib in (8, 12, 16, 24)] == [0, 0, 1, 1]


@pytest.mark.parametrize(("gib", "whole"), [(8, 0), (12, 0), (16, 0), (20, 1), (24, 1), (80, 1)])
def test_only_large_cards_decode_an_image_whole_in_fp32(gib, whole):
    assert (policy_for(gib * GIB).most_pixels_in_fp32 >= 1024 * 1024) is bool(whole)


def test_the_computers_own_memory_is_not_judged():
    assert policy_for(None) == MemoryPolicy()
    assert str(policy_for(None)) == "text encoders resident, VAE tiling off"


@pytest.mark.parametrize("total", [None, 4 * GIB, 80 * GIB])
def test_the_deployers_word_counts_more_than_the_card(total):
    spared, spent = policy_for(total, "low"), policy_for(total, "high")
    assert (spared.text_encoders_resident, spared.vae_tiling) == (False, True)
    assert (spent.text_encoders_resident, spent.vae_tiling) == (True, False)
    assert not spared.fused_qkv
    assert spent.fused_qkv is spent.channels_last is (total is not None)


def test_checkpoints_leave_room_for_drawing():
    whole, tiled = policy_for(24 * GIB), policy_for(8 * GIB)
    assert budget_for(24 * GIB, whole, shared=False) == 19 * GIB
    assert budget_for(8 * GIB, tiled, shared=False) == 6 * GIB
    assert budget_for(GIB, whole, shared=False) == 0
    assert budget_for(24 * GIB, whole, shared=True) == 12 * GIB


def test_what_was_used_longest_ago_leaves_first():
    residents = Residents(10)
    for key in "abc":
        residents.keep(key, key.upper(), 3)
    assert residents.find("a") == "A"
    assert residents.keep("d", "D", 3) == 1
    assert [key in residents for key in "abcd"] == [True, False, True, True]
    assert residents.find("b") is None


def test_what_is_kept_again_counts_once():
    residents = Residents(10)
    residents.keep("a", "A", 6)
    residents.keep("b", "B", 4)
    assert residents.keep("a", "A", 6) == 0
    assert len(residents) == 2


def test_what_is_larger_than_the_budget_is_kept_alone():
    residents = Residents(10)
    residents.keep("a", "A", 5)
    assert residents.keep("b", "B", 50) == 1
    assert residents.find("b") == "B"


def test_all_but_one_can_be_let_go():
    residents = Residents(100)
    for key in "abc":
        residents.keep(key, key, 1)
    assert residents.keep_only("b") == 2
    assert residents.find("b") == "b"
    assert residents.keep_only(None) == 1
    assert len(residents) == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 12), st.booleans()), max_size=40))
def test_the_budget_is_kept_to_and_what_was_used_last_stays(history):
    residents, sizes = Residents(20), {}
    for key, size, kept in history:
        if kept:
            residents.keep(key, key, size)
            sizes[key] = size
            assert residents.find(key) == key
        else:
            residents.find(key)
        there = [one for one in sizes if one in residents]
        assert len(there) == len(residents)
        assert sum(sizes[one] for one in there) <= 20


def test_a_small_checkpoint_draws_the_same_on_any_number_of_cores():
    assert {threads_for(128, cores) for cores in (1, 2, 64)} == {1}


def test_a_large_checkpoint_leaves_a_core_to_the_event_loop():
    assert [threads_for(1024, cores) for cores in (1, 2, 8)] == [1, 1, 7]
