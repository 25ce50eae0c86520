"""Gathers the history of a run from the sandbox, the database, the logs and the pictures."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

from bot.sandbox.messages import Message as Posted
from bot.sandbox.options import FileOption
from bot.sandbox.replies import Reply
from bot.sandbox.server import Sandbox
from bot.sandbox.snapshot import Snapshot
from bot.sandbox.world import ChannelType
from tests.flow.chaos.history import Asked, History, Image, Message
from tests.flow.chaos.keeper import Keeper
from tests.flow.chaos.plan import Wish
from tests.flow.chaos.redrawing import Redrawing, is_picture
from tests.flow.chaos.trail import moves_in, rows_in

PLAIN = (str, int, float, bool)


@dataclass(slots=True)
class Sent:
    """A wish that was sent to the bot of a life, and what its member did since."""

    wish: Wish
    reply: Reply
    life: int
    sessions: Set[str]
    """The sessions of the gateway that heard of it."""
    user_id: int
    channel_id: int
    pressed: bool = False

    @property
    def reached(self) -> bool:
        """Whether Discord has heard an acknowledgement."""
        return self.reply.acknowledged_ms is not None

    @property
    def refused(self) -> bool:
        """Whether the member was told something that is no waiting or drawing."""
        message = self.reply.message
        said = message is not None and not message.thinking and not message.controls()
        return said or bool(self.reply.followups)


class Played(Protocol):
    """What a run knows of itself."""

    seed: int
    sent: Mapping[int, Sent]
    overtaken: Set[int]
    leaps: int
    deleted: Set[int]
    refused: Set[int]


async def gathered(
    run: Played, folder: Path, sandbox: Sandbox, keeper: Keeper, redrawing: Redrawing
) -> History:
    """The history of a run whose bots have all ended."""
    written = list(sandbox.messages.all())
    files = [file for message in written for file in message.files if is_picture(file)]
    shown = {file.id: await redrawing.image(file) for file in files}
    return History(
        seed=run.seed,
        asked=tuple(
            replace(_asked(interaction, sent), deleted=interaction in run.deleted)
            for interaction, sent in run.sent.items()
        ),
        rows=await rows_in(folder / "data" / "bot.db"),
        moves=moves_in(folder / "data" / "bot.db"),
        ends=tuple(keeper.ends),
        messages=tuple(_message(one, sandbox, shown) for one in written),
        thinking=frozenset(thinking_in(sandbox)),
        overtaken=frozenset(run.overtaken),
        leaps=run.leaps,
        refused=frozenset(run.refused),
        drawn=Counter(line["job"] for line in events(keeper.said()) if line["event"] == "drawn"),
        violations=tuple(json.dumps(asdict(one), default=str) for one in sandbox.violations),
    )


def thinking_in(sandbox: Sandbox) -> set[int]:
    """The interactions that say "thinking…"."""
    return {one.interaction_id for one in sandbox.unfinished() if "thinking" in one.what}


def events(log: str) -> list[Mapping[str, object]]:
    """The lines of a JSON log; the last words of a bot that was killed may be cut short."""
    found = []
    for line in log.splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return [one for one in found if isinstance(one, dict) and "event" in one]


def _asked(interaction: int, sent: Sent) -> Asked:
    options = {name: value for name, value in sent.wish.options.items() if isinstance(value, PLAIN)}
    return Asked(
        interaction_id=interaction,
        user_id=sent.user_id,
        channel_id=sent.channel_id,
        command=sent.wish.command,
        options=options,
        picture=_sent_along(sent.wish),
        poison=sent.wish.poison,
        pressed=sent.pressed,
        reached=sent.reached,
    )


def _sent_along(wish: Wish) -> str:
    """The SHA-256 of the file of a wish; nothing where it has none."""
    files = [value for value in wish.options.values() if isinstance(value, FileOption)]
    return hashlib.sha256(files[0].data).hexdigest() if files else ""


def _message(posted: Posted, sandbox: Sandbox, shown: Mapping[int, Image]) -> Message:
    snapshot = Snapshot(sandbox.interactions.writer.message(posted))
    direct = posted.channel.type is ChannelType.DM
    return Message(
        id=posted.id,
        channel_id=posted.channel.id,
        text=snapshot.text,
        images=tuple(shown[file.id] for file in posted.files if file.id in shown),
        interaction_id=int(posted.interaction["id"]) if posted.interaction else None,
        direct_to=posted.channel.recipients[0].id if direct else None,
        only_for=posted.reader_id,
        mentions=posted.mentions.users,
        nonce=str(posted.nonce or ""),
        final=not posted.loading and not snapshot.controls(),
    )
