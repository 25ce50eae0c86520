"""What the text encoders make of texts, and the most recently used of it kept in memory."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

import torch


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """One text as both encoders give it: 1×tokens×channels, and the second one's 1×channels."""

    tokens: torch.Tensor
    pooled: torch.Tensor

    @property
    def zeros(self) -> "Embedding":
        """What SDXL is guided away from where nobody said what."""
        return Embedding(torch.zeros_like(self.tokens), torch.zeros_like(self.pooled))

    def filled(self, length: int, blank: "Embedding") -> "Embedding":
        """As many tokens as `length`, with as many of `blank`'s as that takes."""
        missing = (length - self.tokens.shape[1]) // blank.tokens.shape[1]
        return Embedding(torch.cat([self.tokens, *[blank.tokens] * missing], dim=1), self.pooled)

    @property
    def size(self) -> int:
        """Its bytes."""
        return int(self.tokens.nbytes + self.pooled.nbytes)


class Embeddings:
    """Embeddings by their keys; where all together pass `room` bytes the least recently used go.

    What is found is the very tensors that were kept, so that drawing with them gives the same bits.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._size = 0
        self._kept: OrderedDict[Hashable, Embedding] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, key: Hashable) -> Embedding | None:
        """The embedding under a key, now the last one to go; None if there is none."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Hashable, embedding: Embedding) -> None:
        """Keep an embedding under a key that has none."""
        self._kept[key] = embedding
        self._size += embedding.size
        while self._size > self._room:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.size

    def forget(self) -> None:
        """Let go of all of them."""
        self._kept.clear()
        self._size = 0
