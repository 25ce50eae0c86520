"""Figures, and the table they are printed as."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

WIDTH = 100
NAME_WIDTH = 58


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value beside its goal; a figure without a goal is there to be known."""

    name: str
    value: float | None
    """None where this machine has no way to measure it."""
    goal: float | None = None
    """The most the value may be."""
    unit: str = ""
    reason: str = ""
    """What explains the value, by what was measured beside it; printed where the goal is missed."""
    simulated: bool = False
    """The rule alone, without a model: more arrivals than there is time to draw for."""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is nothing to compare."""
        if self.goal is None or self.value is None or self.simulated:
            return None
        return self.value <= self.goal

    @property
    def verdict(self) -> str:
        """The word in the table."""
        if self.simulated:
            return "simulated"
        return {True: "met", False: "missed", None: ""}[self.met]

    def written(self) -> str:
        """The value as the table shows it."""
        if self.value is None:
            return "not measured"
        return f"{_rounded(self.value)}{self.unit and ' '}{self.unit}"


@dataclass(frozen=True, slots=True)
class Section:
    """One measurement: what exactly is compared, and its figures."""

    name: str
    definition: str
    figures: tuple[Figure, ...]
    seconds: float = 0.0
    """What the measurement took."""


HEADING = f"{'figure':<{NAME_WIDTH}}{'measured':>14}{'goal':>10}"


def table(section: Section) -> str:
    """A section as text, under HEADING."""
    lines = ["", f"{section.name}  ({section.seconds:.0f} s)"]
    lines += _wrapped(section.definition, "  ")
    for figure in section.figures:
        lines += _lines_of(figure)
    return "\n".join(line.rstrip() for line in lines)


def _lines_of(figure: Figure) -> list[str]:
    goal = f"≤ {figure.goal:g}" if figure.goal is not None else ""
    name = (
        figure.name if len(figure.name) <= NAME_WIDTH - 5 else figure.name[: NAME_WIDTH - 6] + "…"
    )
    row = f"  - {name:<{NAME_WIDTH - 4}}{figure.written():>14}{goal:>10}  {figure.verdict}"
    explained = figure.met is False or figure.value is None or figure.goal is None
    return [row, *(_wrapped(figure.reason, "      ") if explained and figure.reason else ())]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _rounded(value: float) -> str:
    """Three digits that count."""
    if value == 0 or not -1e4 < value < 1e4:
        return f"{value:.0f}"
    return f"{value:.{3 if abs(value) < 10 else 1 if abs(value) < 1000 else 0}f}"


def missed(sections: Iterable[Section]) -> list[Figure]:
    """The figures that miss their goal."""
    return [one for section in sections for one in section.figures if one.met is False]


def as_json(machine: Mapping[str, str], sections: Sequence[Section]) -> dict[str, Any]:
    """The whole report as plain values."""
    return {
        "machine": dict(machine),
        "sections": [
            {
                "name": section.name,
                "definition": section.definition,
                "seconds": round(section.seconds, 1),
                "figures": [{**asdict(one), "met": one.met} for one in section.figures],
            }
            for section in sections
        ],
    }
