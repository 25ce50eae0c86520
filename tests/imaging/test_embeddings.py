"""What is kept of what the text encoders gave, and what goes first."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from bot.imaging.sdxl.embeddings import Embedding, Embeddings

WINDOW = 77


def embedding(windows=1):
    return Embedding(torch.ones(1, WINDOW * windows, 2), torch.ones(1, 3))


def test_what_is_found_is_the_very_tensors_that_were_kept():
    kept, one = Embeddings(room=10_000), embedding()
    kept.keep("a fish", one)
    assert kept.find("a fish") is one
    assert kept.find("another") is None


def test_what_was_used_least_recently_goes_first():
    kept = Embeddings(room=2 * embedding().size)
    kept.keep("a", embedding())
    kept.keep("b", embedding())
    kept.find("a")
    kept.keep("c", embedding())
    assert kept.find("b") is None
    assert kept.find("a") is not None
    assert kept.find("c") is not None


def test_what_is_larger_than_all_the_room_is_not_kept():
    kept = Embeddings(room=embedding().size)
    kept.keep("a", embedding())
    kept.keep("long", embedding(windows=2))
    assert len(kept) == 0


def test_forgetting_gives_all_the_room_back():
    kept = Embeddings(room=2 * embedding().size)
    for _ in range(3):
        kept.keep("a", embedding())
        kept.keep("b", embedding())
        kept.forget()
        assert kept.find("a") is kept.find("b") is None


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4))), st.integers(0, 12))
def test_it_never_holds_more_than_its_room_and_always_the_last_that_fits(uses, room):
    room *= embedding().size
    kept, held = Embeddings(room), {}
    for key, windows in uses:
        if kept.find(key) is None:
            held[key] = embedding(windows)
            kept.keep(key, held[key])
            assert (kept.find(key) is not None) == (held[key].size <= room)
    assert sum(one.size for key, one in held.items() if kept.find(key) is one) <= room


def test_it_is_filled_up_with_windows_of_no_words():
    blank = Embedding(torch.zeros(1, WINDOW, 2), torch.zeros(1, 3))
    filled = embedding().filled(3 * WINDOW, blank)
    assert filled.tokens.shape == (1, 3 * WINDOW, 2)
    assert filled.tokens[:, :WINDOW].all()
    assert not filled.tokens[:, WINDOW:].any()
    assert filled.pooled.all()
