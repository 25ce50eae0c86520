"""Faults that are put in the way of requests, in order, so many times each."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from bot.sandbox.errors import ApiError, Unauthorized
from bot.sandbox.events import Events


class FaultKind(Enum):
    """What a fault does to a request."""

    DELAY = "delay"
    STATUS = "status"
    CUT_BEFORE = "cut before"
    CUT_AFTER = "cut after"
    STATUS_AFTER = "done but answered"
    DELAY_AFTER = "done but answered late"


AFTER = frozenset({FaultKind.CUT_AFTER, FaultKind.STATUS_AFTER, FaultKind.DELAY_AFTER})
"""The faults that let the request be carried out first."""
LATE = frozenset({FaultKind.DELAY, FaultKind.DELAY_AFTER})
"""The faults after which the answer is still Discord's own."""


@dataclass(slots=True)
class Fault:
    """One rule: which requests it meets, what it does, and how many times (`inf`: always).

    `path` is a regular expression, searched for in the path below /api/v10; with `files` only
    requests that carry some are met; `delay` is in seconds; a body that is no string is answered
    as JSON. `name` is for people, and `id` is given by `Faults`.
    """

    kind: FaultKind
    method: str | None = None
    path: str = ""
    times: float = 1
    delay: float = 0.0
    status: int = 502
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    files: bool = False
    name: str = ""
    id: int = field(default=0, compare=False)

    def meets(self, method: str, path: str, *, files: bool = False) -> bool:
        """Whether this rule still applies, and applies to this request."""
        if self.times <= 0 or (self.files and not files):
            return False
        return self.method in (None, method) and re.search(self.path, path) is not None

    def text(self) -> str:
        """The body as it is sent."""
        return self.body if isinstance(self.body, str) else json.dumps(self.body)

    @property
    def content_type(self) -> str:
        """HTML for words, JSON for everything else."""
        return "text/html" if isinstance(self.body, str) else "application/json"


class Faults:
    """Owns the rules; each request takes at most one, the first that meets it."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._added = 0
        self.rules: list[Fault] = []
        self.met: list[tuple[str, str, FaultKind]] = []

    def add(self, fault: Fault) -> Fault:
        """Append a rule, which is given its number; `ValueError` for what is no expression."""
        try:
            re.compile(fault.path)
        except re.error as error:
            raise ValueError(f"{fault.path!r} is no regular expression: {error}") from error
        self._added += 1
        fault.id = self._added
        self.rules.append(fault)
        self._events.publish("faults.changed")
        return fault

    def remove(self, number: int) -> None:
        """Forget one rule; `LookupError` where there is none of that number."""
        found = next((each for each in self.rules if each.id == number), None)
        if found is None:
            raise LookupError(f"there is no fault {number}")
        self.rules.remove(found)
        self._events.publish("faults.changed")

    def clear(self) -> None:
        """Forget every rule."""
        self.rules.clear()
        self._events.publish("faults.changed")

    async def until_met(self, count: int, timeout: float) -> None:
        """Wait until so many requests have met a fault, or raise `TimeoutError`."""
        await self._events.wait(lambda: len(self.met) >= count or None, timeout)

    def take(self, method: str, path: str, *, files: bool = False) -> Fault | None:
        """The first rule that meets the request, which counts one use of it."""
        for fault in self.rules:
            if fault.meets(method, path, files=files):
                fault.times -= 1
                self.met.append((method, path, fault.kind))
                self._events.publish("fault.met", fault)
                return fault
        return None


def rate_limited(
    retry_after: float, *, scope: str = "user", via: bool = True, html: bool = False
) -> Fault:
    """A 429: of a bucket (`user`), `shared` or `global`; without Via, or with HTML, as proxies do.

    Set `method`, `path` and `times` on the answer.
    """
    headers = {"Retry-After": str(retry_after), "X-RateLimit-Scope": scope}
    if via:
        headers["Via"] = "1.1 google"
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    message = "You are being rate limited."
    body: Any = {"message": message, "retry_after": retry_after, "global": scope == "global"}
    if html:
        body = "<!doctype html><title>Access denied</title><p>Error 1015</p>"
    return Fault(FaultKind.STATUS, status=429, body=body, headers=headers)


def refusing(code: int, *, retry_after: float = 0.01) -> Fault:
    """A refusal with one of Discord's codes: 50027 is an expired token, 30034 a used-up day.

    Set `method`, `path` and `times` on the answer.
    """
    return _of(ApiError(code), retry_after)


def signed_out() -> Fault:
    """A 401 as for a bot token that was reset."""
    return _of(Unauthorized(), 0.0)


def blocked(status: int = 403) -> Fault:
    """A page of the proxy's before Discord, which answers for it."""
    body = "<!doctype html><title>Attention Required!</title><p>Sorry, you have been blocked</p>"
    return Fault(FaultKind.STATUS, status=status, body=body)


def _of(error: ApiError, retry_after: float) -> Fault:
    body, headers = error.body(), {"Via": "1.1 google"}
    if error.status == 429:
        body["retry_after"] = retry_after
        headers["Retry-After"] = str(retry_after)
    return Fault(FaultKind.STATUS, status=error.status, body=body, headers=headers)
