"""Requests, replies, and the table that brings them together."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

from bot.sandbox.errors import InvalidForm, UnknownRoute
from bot.sandbox.form import Form
from bot.sandbox.payloads import Payload, Place, Upload

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A request, read: `path` is below /api/v10, `parameters` come from its template.

    `started` is the monotonic second in which it came.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    authorization: str | None = None
    body: Any = None
    uploads: tuple[Upload, ...] = ()
    multipart: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def id(self, name: str) -> int:
        """A snowflake of the path; a 50035 where it is none."""
        return snowflake(self.parameters[name], name)

    def number(self, name: str, default: int) -> int:
        """A whole number of the query."""
        return snowflake(self.query[name], name) if name in self.query else default

    def fields(self) -> Json:
        """The body as an object; a 50035 where it is none."""
        form = Form()
        record = form.record((), {} if self.body is None else self.body)
        form.close()
        return record

    def payload(self, place: Place) -> Payload:
        """The body and its files as a message's payload."""
        return Payload(place, self.fields(), self.uploads)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; no body is a 204 without content."""

    body: Any = None
    status: int = 200


NOTHING = Reply(status=204)
Handler = Callable[[Call], Reply]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its method, its path template, and whether it needs the bot token."""

    method: str
    template: str
    handler: Handler
    needs_token: bool = True

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of a path that fits the template."""
        found = _pattern(self.template).fullmatch(path)
        return None if found is None else {k: unquote(v) for k, v in found.groupdict().items()}


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template))


class Router:
    """Finds the route of a request; literal paths go before those with parameters."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = sorted(routes, key=lambda route: route.template.count("{"))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route and its parameters; `UnknownRoute` where there is none."""
        path = path.replace("%40", "@")
        elsewhere = False
        for route in self._routes:
            parameters = route.match(path)
            if parameters is not None and route.method == method:
                return route, parameters
            elsewhere = elsewhere or parameters is not None
        if elsewhere:
            raise UnknownRoute(405, "405: Method Not Allowed")
        raise UnknownRoute(404, "404: Not Found")


def snowflake(value: str, name: str) -> int:
    """A whole number in text; a 50035 at its name where it is none."""
    if value.isdecimal():
        return int(value)
    message = f'Value "{value}" is not snowflake.'
    raise InvalidForm({name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": message}]}})
