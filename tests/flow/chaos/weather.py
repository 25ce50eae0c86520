"""Bad weather on the way to Discord: faults that come up at random while requests pass."""

import random
from collections import Counter
from collections.abc import Callable

from bot.sandbox.exchange import Exchange
from bot.sandbox.faults import Fault, FaultKind, rate_limited
from bot.sandbox.server import Sandbox

AHEAD = 5
"""Faults that wait to be met at the same time: most requests still get through."""
OFTEN, ROUGH = 0.25, 0.02
"""The chance that a request brings up a fault, or a disturbance of the gateway."""
PATHS = (r"/callback$", r"/messages/(@|%40)original$", r"^/channels/\d+/messages$", "")
CHANNEL = r"^/channels/\d+/messages$"


class Weather:
    """Adds faults to a sandbox, and tells of which kinds there were how many."""

    def __init__(self, sandbox: Sandbox, seed: int) -> None:
        self._sandbox = sandbox
        self._chance = random.Random(f"weather {seed}")  # noqa: S311 - no secret
        self._end: Callable[[], None] = lambda: None
        self.disturbed: Counter[str] = Counter()

    def begin(self) -> None:
        """From now on, whatever passes may bring up trouble for what comes after it."""
        self._end = self._sandbox.observe(self._rise)

    def calm(self) -> None:
        """No more of it, and what was not met yet is forgotten."""
        self._end()
        self._sandbox.faults.clear()

    def lose_answers(self, times: int) -> None:
        """Messages to channels are posted, and nobody hears of it."""
        for number in range(times):
            # discord.py posts once more by itself where Discord answers 502, and never after a cut.
            kind = FaultKind.CUT_AFTER if number % 3 == 2 else FaultKind.STATUS_AFTER
            fault = Fault(kind, "POST", CHANNEL, status=502, body="<html>")
            self._sandbox.faults.rules.insert(0, fault)

    def met(self) -> Counter[str]:
        """How many faults of each kind requests have met, and what befell the gateway."""
        return Counter(kind.value for _, _, kind in self._sandbox.faults.met) + self.disturbed

    def _rise(self, _: Exchange) -> None:
        waiting = [rule for rule in self._sandbox.faults.rules if rule.times > 0]
        self._sandbox.faults.rules[:] = waiting
        if len(waiting) < AHEAD and self._chance.random() < OFTEN:
            fault = self._fault()
            fault.path = self._chance.choice(PATHS)
            self._sandbox.faults.add(fault)
        if self._chance.random() < ROUGH:
            self._disturb()

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
        if kind is FaultKind.DELAY:
            return Fault(kind, delay=chance.uniform(0.05, 1.5))
        status = chance.choice((500, 502, 503, 504)) if kind is FaultKind.STATUS else 502
        body = chance.choice(("<html>upstream</html>", {"message": "internal", "code": 0}))
        return Fault(kind, status=status, body=body)

    def _disturb(self) -> None:
        gateway = self._sandbox.gateway
        deeds = {"gateway cut": gateway.cut, "op 7": gateway.reconnect, "op 9": gateway.invalidate}
        name = self._chance.choice(sorted(deeds))
        self.disturbed[name] += 1
        deeds[name]()
