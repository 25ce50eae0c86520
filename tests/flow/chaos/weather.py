"""Bad weather on the way to Discord: faults that come up at random while requests pass.

Only such trouble comes up after which one answer is owed in a place that the audit can tell: no
file is refused as too large, for its picture would be another one, and no direct message, for
there would be no way left.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable

from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import LATE, Fault, FaultKind, rate_limited, refusing
from bot.sandbox.messages import Message
from bot.sandbox.server import Sandbox

AHEAD = 5
"""Faults that wait to be met at the same time: most requests still get through."""
OFTEN, ROUGH, STRICT = 0.25, 0.02, 0.04
"""The chance that a request brings up a fault, or a disturbance of the gateway, and that a live
line meets a moderator who deletes its message."""
CODES = (4000, 4008, 4009)
"""Close codes after which a client may come back; the last one ends its session."""
PATHS = (r"/callback$", r"/messages/(@|%40)original$", r"^/channels/\d+/messages$", "")
CHANNEL = r"^/channels/\d+/messages$"
ROOM = r"/channels/(\d+)/messages"


class Weather:
    """Adds faults to a sandbox, and tells of which kinds there were how many."""

    def __init__(self, sandbox: Sandbox, seed: int, life: Callable[[], int]) -> None:
        """`life` tells the number of the bot that lives now."""
        self._sandbox = sandbox
        self._life = life
        self._shut_in = -1
        self._refusal: Fault | None = None
        self._chance = random.Random(f"weather {seed}")  # noqa: S311 - no secret
        self._end: Callable[[], None] = lambda: None
        self._closing: set[asyncio.Task[None]] = set()
        self._rooms = "|".join(
            str(channel) for guild in sandbox.world.guilds.values() for channel in guild.channels
        )
        self.disturbed: Counter[str] = Counter()
        self.deleted: set[int] = set()
        """The interactions whose message was deleted while it was waited for."""
        self.refused: set[int] = set()
        """The channels that would not take a message once."""

    def begin(self) -> None:
        """From now on, whatever passes may bring up trouble for what comes after it."""
        self._end = self._sandbox.observe(self._rise)

    def calm(self) -> None:
        """No more of it, and what was not met yet is forgotten."""
        self._end()
        self._sandbox.faults.clear()
        self._sandbox.gateway.main.shut(0)
        self._sandbox.gateway.resuming.shut(0)
        self._sandbox.gateway.speak()

    def lose_answers(self, times: int) -> None:
        """Messages to channels are posted, and nobody hears of it."""
        for number in range(times):
            # discord.py posts once more by itself where Discord answers 502, and never after a cut.
            kind = FaultKind.CUT_AFTER if number % 3 == 2 else FaultKind.STATUS_AFTER
            fault = Fault(kind, "POST", CHANNEL, status=502, body="<html>")
            self._sandbox.faults.rules.insert(0, fault)

    def refuse_a_post(self) -> None:
        """The next message to a channel of a server is not allowed there.

        One that was to be refused before, and was not posted yet, need not be any more: behind lost
        answers a second try would be refused, where the first one stands already.
        """
        rules = self._sandbox.faults.rules
        rules[:] = [rule for rule in rules if rule is not self._refusal]
        self._refusal = refusing(50013)
        self._refusal.method = "POST"
        self._refusal.path = rf"^/channels/({self._rooms})/messages$"
        rules.insert(0, self._refusal)

    def met(self) -> Counter[str]:
        """How many faults of each kind requests have met, and what befell the gateway."""
        return Counter(kind.value for _, _, kind in self._sandbox.faults.met) + self.disturbed

    def _rise(self, exchange: Exchange) -> None:
        if exchange.status == 403 and (post := re.fullmatch(ROOM, exchange.path)):
            self.refused.add(int(post[1]))
            self.disturbed["refused channel"] += 1
        waiting = [rule for rule in self._sandbox.faults.rules if rule.times > 0]
        self._sandbox.faults.rules[:] = waiting
        if len(waiting) < AHEAD and self._chance.random() < OFTEN:
            fault = self._fault()
            fault.path = self._chance.choice(PATHS)
            self._sandbox.faults.add(fault)
        if self._chance.random() < ROUGH:
            self._disturb()
        if exchange.method == "PATCH" and self._chance.random() < STRICT:
            self._delete(exchange)

    def _fault(self) -> Fault:
        chance = self._chance
        kind = chance.choice((*FaultKind, "rate limit", "rate limit"))
        if kind == "rate limit":
            return rate_limited(
                chance.choice((0.1, 0.5, 1.5)),
                scope=chance.choice(("user", "shared", "global")),
                via=chance.random() < 0.6,
                html=chance.random() < 0.3,
            )
        if kind in LATE:
            return Fault(kind, delay=chance.uniform(0.05, 1.5))
        status = chance.choice((500, 502, 503, 504)) if kind is FaultKind.STATUS else 502
        body = chance.choice(("<html>upstream</html>", {"message": "internal", "code": 0}))
        return Fault(kind, status=status, body=body)

    def _disturb(self) -> None:
        gateway = self._sandbox.gateway
        deeds = {
            "gateway cut": gateway.cut,
            "op 7": gateway.reconnect,
            "op 9": gateway.invalidate,
            "close code": self._close,
            "silence": self._silence,
        }
        doors = {"handshake refused": self._turn_away, "dead resume address": self._lose_session}
        # Who was turned away tries again later each time, at last after minutes: once in a life.
        if self._shut_in != self._life():
            deeds |= doors
        name = self._chance.choice(sorted(deeds))
        if name in doors:
            self._shut_in = self._life()
        self.disturbed[name] += 1
        deeds[name]()

    def _close(self) -> None:
        task = asyncio.create_task(self._sandbox.gateway.close(self._chance.choice(CODES)))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _silence(self) -> None:
        """Short enough for whoever asks meanwhile to be heard in time."""
        self._sandbox.gateway.silence()
        seconds = self._chance.uniform(0.2, 1.0)
        asyncio.get_running_loop().call_later(seconds, self._sandbox.gateway.speak)

    def _turn_away(self) -> None:
        self._sandbox.gateway.main.shut(1)
        self._sandbox.gateway.invalidate()

    def _lose_session(self) -> None:
        self._sandbox.gateway.resuming.shut(1)
        self._sandbox.gateway.cut()

    def _delete(self, exchange: Exchange) -> None:
        """Delete the message that an edit has just left with a button, if all can see it."""
        original = exchange.response if isinstance(exchange.response, dict) else {}
        message = self._sandbox.messages.find(int(original.get("id", 0)))
        if message is None or message.interaction is None or not _waits_in_public(message):
            return
        self.deleted.add(int(message.interaction["id"]))
        self.disturbed["deleted message"] += 1
        self._sandbox.messages.delete(message)


def _waits_in_public(message: Message) -> bool:
    return message.reader_id is None and bool(message.components)
