"""The weights in a prompt: `(a red fish:1.3)` counts for more than plain words, `(fog:0.5)` less.

A weight is a group in parentheses that ends in a colon and a number; groups nest, and their
weights multiply. Everything else is prose: parentheses without a number, `:)`, a ratio or a time
such as `(16:9)`, and a parenthesis with a backslash before it. A prompt without a weight has no
syntax at all and is read as it was written; in one with a weight `\\(` and `\\)` are parentheses.
"""

import re
from dataclasses import dataclass, field
from itertools import groupby

from bot.model.errors import BadPrompt

STOCK, COMPEL = "stock", "compel"
"""Who can encode a recipe's prompts: the stock pipeline, or compel where that cannot do it."""

WEIGHTS = (0.0, 2.0)
MOST_WEIGHTED = 30
"""How many parts may have weights: each may take the text encoders over the whole prompt again."""
MOST_BYTES = 50_000
"""And how many bytes that may be in all, which are never fewer than the tokens."""

_NUMBER = r"(?<![\d\s]:)[+-]?[0-9]+|[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)"
_TOKEN = re.compile(
    rf"\\(?P<escaped>[()])|(?P<open>\()|:(?P<weight>{_NUMBER})\)|(?P<close>\))|[^\\():]+|.",
    re.DOTALL,
)
_LOOSE_WEIGHT = re.compile(r"[^\s()]*\w:[0-9]*\.[0-9]+(?![\w.])")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A part of a prompt and how much it counts; a plain word counts for 1."""

    text: str
    weight: float


def fragments(prompt: str) -> tuple[Fragment, ...]:
    """The prompt's parts in order, neighbours of one weight joined; a plain prompt is one part."""
    reading = _read(prompt)
    return tuple(_joined(reading.pieces)) if reading.weighted else (Fragment(prompt, 1.0),)


def is_weighted(prompt: str) -> bool:
    """Whether anything in the prompt is a weight rather than prose."""
    return _read(prompt).weighted


def check(prompt: str) -> None:
    """Raise BadPrompt for weights out of bounds, too many, or with a parenthesis missing."""
    reading = _read(prompt)
    if reading.stray is not None:
        raise BadPrompt("unbalanced", reading.stray)
    parts = [part for part in fragments(prompt) if part.weight != 1]
    for part in parts:
        if not WEIGHTS[0] <= part.weight <= WEIGHTS[1]:
            raise BadPrompt("bounds", part.text.strip())
    most = min(MOST_WEIGHTED, MOST_BYTES // max(1, len(prompt.encode(errors="replace"))))
    if len(parts) > most:
        raise BadPrompt("many", parts[most].text.strip())


@dataclass(slots=True)
class _Reading:
    """How far a prompt is read: its pieces, and which of them opened a group that is still open."""

    pieces: list[Fragment] = field(default_factory=list)
    opened: list[int] = field(default_factory=list)
    weighted: bool = False
    stray: str | None = None
    """What looks like a weight and has no group."""

    def close(self, weight: str | None, text: str) -> None:
        """End the innermost group; its parentheses stay where it has no weight or no words."""
        if not self.opened:
            if weight and "." in weight:
                self.stray = _tail(self.pieces) + text
            self.add(text)
            return
        start = self.opened.pop()
        inside = self.pieces[start + 1 :]
        if weight is None or not _text(inside).strip():
            self.add(text)
            return
        scale = float(weight)
        self.pieces[start:] = [Fragment(one.text, one.weight * scale) for one in inside]
        self.weighted = True

    def add(self, text: str) -> None:
        """Read on: prose."""
        self.pieces.append(Fragment(text, 1.0))


def _read(prompt: str) -> _Reading:
    reading = _Reading()
    for token in _TOKEN.finditer(prompt):
        if token["weight"] or token["close"]:
            reading.close(token["weight"], token[0])
            continue
        if token["open"]:
            reading.opened.append(len(reading.pieces))
        reading.add(token["escaped"] or token[0])
    if reading.opened and reading.stray is None:
        loose = _LOOSE_WEIGHT.search(_text(reading.pieces[reading.opened[0] :]))
        reading.stray = loose[0] if loose else None
    return reading


def _joined(pieces: list[Fragment]) -> list[Fragment]:
    groups = groupby(pieces, key=lambda one: one.weight)
    return [Fragment(_text(list(same)), weight) for weight, same in groups]


def _text(pieces: list[Fragment]) -> str:
    return "".join(one.text for one in pieces)


def _tail(pieces: list[Fragment]) -> str:
    words = _text(pieces).split()
    return words[-1] if words else ""
