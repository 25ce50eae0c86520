"""What a run says for itself when it is over."""

from collections import Counter
from collections.abc import Iterator

from tests.flow.chaos.gathering import events
from tests.flow.chaos.run import Result

WORTH_A_LOOK = 12
"""Lines of the log, the most frequent first."""


def report(result: Result, profile: str, found: list[str]) -> str:
    """A few lines for people; with complaints, how to play the same run again."""
    history = result.history
    states = Counter(row.state for row in history.rows)
    wanted = Counter(end.wanted or "fell by itself" for end in history.ends)
    pictures = sum(len(message.images) for message in history.messages)
    lines = [
        f"seed {history.seed}: {len(history.asked)} commands, {len(history.rows)} taken in, "
        f"{len(history.asked) - len(history.rows)} refused or lost before they were",
        f"  outcomes: {_told(states)}; {pictures} pictures, all drawn again",
        f"  lives: {len(history.ends)} ({_told(wanted)}); {len(history.overtaken)} answers were "
        "open when the clock jumped",
        f"  faults met: {_told(Counter(result.faults))}",
        f"  {result.seconds:.0f} s",
    ]
    if found:
        lines += [f"  NOT IN ORDER ({len(found)}):", *(f"    {one}" for one in found[:40])]
        lines += ["  worth a look in the log:", *_troubles(result.log)]
        lines.append(f"  again: make chaos SEEDS={history.seed} PROFILE={profile}")
    else:
        lines.append("  all in order")
    return "\n".join(lines)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))


def _troubles(log: str) -> Iterator[str]:
    told = Counter(
        f"{line['level']}: {str(line['event'])[:150]}"
        for line in events(log)
        if line.get("level") in ("warning", "error", "critical")
    )
    return (f"    {count}× {line}" for line, count in told.most_common(WORTH_A_LOOK))
