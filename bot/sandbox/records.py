"""What became of an interaction, as a value that can cross a process."""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.interactions import Interaction, State
from bot.sandbox.messages import Message
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.wire import Json, Writer


@dataclass(frozen=True, slots=True)
class Record:
    """An interaction at one moment; `revision` grows with every change of it."""

    interaction_id: int
    revision: int
    answered: bool
    acknowledged_ms: float | None
    original_id: int | None
    message: Snapshot | None
    followups: tuple[Snapshot, ...]
    history: tuple[State, ...]
    modal: Json | None
    choices: list[Json] | None


def read(found: Interaction, writer: Writer) -> Record:
    """An interaction as it stands."""
    shown = [_shown(each, writer) for each in found.followups]
    return Record(
        interaction_id=found.id,
        revision=revision(found),
        answered=found.answer is not None,
        acknowledged_ms=found.acknowledged_ms,
        original_id=None if found.original is None else found.original.id,
        message=_shown(found.original, writer),
        followups=tuple(each for each in shown if each is not None),
        history=tuple(found.history),
        modal=found.modal,
        choices=found.choices,
    )


def revision(found: Interaction) -> int:
    """A number that grows with each change."""
    return len(found.history) + (found.answer is not None)


def to_json(record: Record) -> Json:
    """A record for the control API."""
    return {
        "interaction_id": str(record.interaction_id),
        "revision": record.revision,
        "answered": record.answered,
        "acknowledged_ms": record.acknowledged_ms,
        "original_id": None if record.original_id is None else str(record.original_id),
        "message": None if record.message is None else record.message.json,
        "followups": [each.json for each in record.followups],
        "history": [
            {"at": each.at, "change": each.change, "message": each.message}
            for each in record.history
        ],
        "modal": record.modal,
        "choices": record.choices,
    }


def from_json(given: dict[str, Any]) -> Record:
    """A record as the control API sent it."""
    original, message = given["original_id"], given["message"]
    return Record(
        interaction_id=int(given["interaction_id"]),
        revision=given["revision"],
        answered=given["answered"],
        acknowledged_ms=given["acknowledged_ms"],
        original_id=None if original is None else int(original),
        message=None if message is None else Snapshot(message),
        followups=tuple(Snapshot(each) for each in given["followups"]),
        history=tuple(State(**each) for each in given["history"]),
        modal=given["modal"],
        choices=given["choices"],
    )


def _shown(message: Message | None, writer: Writer) -> Snapshot | None:
    if message is None or message.deleted:
        return None
    return Snapshot(writer.message(message))
