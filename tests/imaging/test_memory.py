"""What is done by how much memory and how many cores there are."""

import pytest

from bot.imaging.memory import GIB, policy_for, threads_for


@pytest.mark.parametrize("gib", [11, 12, 16, 24, 80])
def test_enough_memory_keeps_everything_on_the_device(gib):
    assert policy_for(gib * GIB).text_encoders_resident
    assert not policy_for(gib * GIB).vae_tiling


@pytest.mark.parametrize("gib", [4, 6, 8, 10])
def test_eight_gigabytes_move_the_text_encoders_and_tile(gib):
    assert str(policy_for(gib * GIB)) == "text encoders moved for each prompt, VAE tiling on"


def test_the_computers_own_memory_is_not_measured():
    assert policy_for(None).text_encoders_resident


def test_a_small_checkpoint_draws_the_same_on_any_number_of_cores():
    assert {threads_for(128, cores) for cores in (1, 2, 64)} == {1}


def test_a_large_checkpoint_leaves_a_core_to_the_event_loop():
    assert [threads_for(1024, cores) for cores in (1, 2, 8)] == [1, 1, 7]
