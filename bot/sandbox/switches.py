"""Faults within a person's reach: by name, for the requests that people speak of."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from bot.sandbox.answering import answering
from bot.sandbox.faults import (
    Fault,
    FaultKind,
    Faults,
    blocked,
    rate_limited,
    refusing,
    signed_out,
)
from bot.sandbox.wire import Json

_BROKEN = {"message": "500: Internal Server Error", "code": 0}
PRESETS: Mapping[str, tuple[str, Callable[[float], Fault]]] = {
    "slow": (
        "The request waits before it is carried out.",
        lambda delay: Fault(FaultKind.DELAY, delay=delay),
    ),
    "late answer": (
        "The request is carried out at once, but its answer comes late.",
        lambda delay: Fault(FaultKind.DELAY_AFTER, delay=delay),
    ),
    "rate limited": (
        "429: so many requests of this kind are too many.",
        lambda delay: rate_limited(delay),
    ),
    "rate limited everywhere": (
        "429 with the global mark: the bot asks too much in all.",
        lambda delay: rate_limited(delay, scope="global"),
    ),
    "server error": (
        "500: Discord itself is in trouble, and nothing is done.",
        lambda _: Fault(FaultKind.STATUS, status=500, body=_BROKEN),
    ),
    "cut before": (
        "The connection breaks before the request is carried out.",
        lambda _: Fault(FaultKind.CUT_BEFORE),
    ),
    "cut after": (
        "The request is carried out, but the connection breaks before the answer.",
        lambda _: Fault(FaultKind.CUT_AFTER),
    ),
    "done but 502": (
        "The request is carried out, but a proxy answers 502.",
        lambda _: Fault(FaultKind.STATUS_AFTER, status=502, body="<p>Bad gateway</p>"),
    ),
    "expired token": (
        "401 and 50027, as when an interaction's 15 minutes are over.",
        lambda _: refusing(50027),
    ),
    "unknown interaction": (
        "404 and 10062, as when the first answer came after 3 seconds.",
        lambda _: refusing(10062),
    ),
    "too large": (
        "413 and 40005, as for files beyond the limit.",
        lambda _: refusing(40005),
    ),
    "missing access": (
        "403 and 50001, as where the bot may not see the channel.",
        lambda _: refusing(50001),
    ),
    "signed out": (
        "401, as for a bot token that was reset.",
        lambda _: signed_out(),
    ),
    "blocked": (
        "403 with a proxy's page instead of Discord's JSON.",
        lambda _: blocked(),
    ),
}  # fmt: skip
"""What each fault does, in a sentence, and the rule for a delay in seconds."""

REQUESTS: Mapping[str, Json] = {
    "all": {},
    "callbacks": {"method": "POST", "path": "/callback$"},
    "edits": {"method": "PATCH", "path": "/messages/"},
    "messages": {"method": "POST", "path": r"^(/channels/\d+/messages|/webhooks/\d+/[^/]+)$"},
    "uploads": {"files": True},
}
"""The requests that a fault may be put in the way of: first answers, edits, new messages, files."""
DELAY = 2.0


class Switches:
    """The routes by which faults are put in the way of requests, and taken away again."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """The operations, each answering the rules that are left."""
        return [
            web.get("/sandbox/faults", answering(self._list)),
            web.post("/sandbox/faults", answering(self._add)),
            web.delete("/sandbox/faults", answering(self._clear)),
            web.delete("/sandbox/faults/{id}", answering(self._remove)),
        ]

    async def _list(self, _: web.Request) -> Json:
        offered = [{"name": name, "says": says} for name, (says, _) in PRESETS.items()]
        return {**self._rules(), "presets": offered, "requests": list(REQUESTS)}

    async def _add(self, request: web.Request) -> Json:
        self._faults.add(_read(await request.json()))
        return self._rules()

    async def _clear(self, _: web.Request) -> Json:
        self._faults.clear()
        return self._rules()

    async def _remove(self, request: web.Request) -> Json:
        self._faults.remove(int(request.match_info["id"]))
        return self._rules()

    def _rules(self) -> Json:
        return {"rules": in_force(self._faults)}


def in_force(faults: Faults) -> list[Json]:
    """The rules that will still meet a request; `left` is none for one that always does."""
    return [_written(each) for each in faults.rules if each.times > 0]


def _written(fault: Fault) -> Json:
    return {
        "id": fault.id,
        "name": fault.name or fault.kind.value,
        "kind": fault.kind.value,
        "method": fault.method,
        "path": fault.path,
        "files": fault.files,
        "delay": fault.delay,
        "status": fault.status,
        "left": None if math.isinf(fault.times) else int(fault.times),
        "requests": _requests(fault),
    }


def _requests(fault: Fault) -> str | None:
    """The name of the requests that a rule meets; none where they have no name."""
    wanted = (fault.method, fault.path, fault.files)
    named = {
        (each.get("method"), each.get("path", ""), each.get("files", False)): name
        for name, each in REQUESTS.items()
    }
    return named.get(wanted)


def _read(given: Json) -> Fault:
    """A rule by a preset's name, or by the kind and the fields of a fault."""
    if "preset" not in given:
        fault = Fault(FaultKind(given.pop("kind")), **given)
        fault.times, fault.delay = float(fault.times), float(fault.delay)
        fault.status = int(fault.status)
        return fault
    name = str(given.pop("preset"))
    if name not in PRESETS:
        raise ValueError(f"there is no fault called {name!r}; there are {', '.join(PRESETS)}")
    fault = PRESETS[name][1](float(given.pop("delay", None) or DELAY))
    fault.name = name
    _aim(fault, **given)
    return fault


def _aim(fault: Fault, *, times: int | None = 1, requests: str = "all", **given: Any) -> None:
    """Set which requests a rule meets and how often; no number is until it is removed."""
    if requests not in REQUESTS:
        raise ValueError(f"no requests are called {requests!r}; there are {', '.join(REQUESTS)}")
    fault.times = math.inf if times is None else int(times)
    for key, value in {**REQUESTS[requests], **given}.items():
        if key not in ("method", "path", "files"):
            raise ValueError(f"a fault by name has no {key!r}")
        setattr(fault, key, value)
