"""Carries each HTTP request through faults, routes and observers."""

import asyncio
import json
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, InvalidForm, Unauthorized
from bot.sandbox.faults import AFTER, LATE, Fault, FaultKind, Faults
from bot.sandbox.payloads import MOST_REQUEST, Upload
from bot.sandbox.rest.router import Call, Reply, Router

BASE = "/api/v10"
BUCKET_LIMIT = 50


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file of a request, without its bytes; the size is in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `template` is none for an unknown route.

    `faulty` says that the answer was a fault's and not Discord's own, `fault` which one met the
    request, and `took_ms` for how long the bot waits for the answer.
    """

    method: str
    template: str | None
    path: str
    query: Mapping[str, str]
    request: Any
    multipart: bool
    status: int
    response: Any
    at: float
    faulty: bool = False
    fault: FaultKind | None = None
    took_ms: float = 0.0
    files: tuple[SentFile, ...] = ()

    @property
    def unheard(self) -> bool:
        """Whether the request was carried out, but a fault's answer takes the place of this."""
        return self.fault in AFTER - LATE and not self.faulty


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule of Discord's that the bot broke, with the answer it got."""

    method: str
    path: str
    code: int
    message: str
    errors: Any = None


Observer = Callable[[Exchange], None]


class Exchanges:
    """Answers requests one by one; knows the observers and the violations."""

    def __init__(self, router: Router, token: str, clock: Clock, faults: Faults) -> None:
        self._router = router
        self._token = token
        self._clock = clock
        self._faults = faults
        self.observers: list[Observer] = []
        self.violations: list[Violation] = []
        self.lost: list[Callable[[Call], None]] = []
        self.broken: list[Callable[[Violation], None]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request below /api/v10."""
        call = Call(request.method, request.path.removeprefix(BASE), dict(request.query),
                    request.headers.get("Authorization"))  # fmt: skip
        files = request.content_type.startswith("multipart/")
        fault = self._faults.take(call.method, call.path, files=files)
        if fault is not None and fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.delay)
        if fault is None or fault.kind in AFTER | LATE:
            return await self._carry_out(request, call, fault)
        await request.read()
        self._observe(call, None, _as_reply(fault), fault, faulty=True)
        return _cut(request) if fault.kind is FaultKind.CUT_BEFORE else _faulty(fault)

    async def _carry_out(
        self, request: web.Request, call: Call, fault: Fault | None
    ) -> web.StreamResponse:
        call, template, reply = await self._answer(request, call)
        self._observe(call, template, reply, fault)
        if fault is not None and fault.kind is FaultKind.DELAY_AFTER:
            await asyncio.sleep(fault.delay)
        if fault is None or fault.kind in LATE:
            return _response(reply, template or "unknown", self._clock.now())
        self._observe(call, template, _as_reply(fault), fault, faulty=True)
        for listener in self.lost:
            listener(call)
        return _cut(request) if fault.kind is FaultKind.CUT_AFTER else _faulty(fault)

    async def _answer(self, request: web.Request, call: Call) -> tuple[Call, str | None, Reply]:
        """The request as it was read, the route's template, and the reply."""
        template = None
        try:
            call = await _read(request, call)
            route, parameters = self._router.find(call.method, call.path)
            template, call = route.template, replace(call, parameters=parameters)
            if route.needs_token and call.authorization != f"Bot {self._token}":
                raise Unauthorized
            return call, template, route.handler(call)
        except ApiError as error:
            self._note(call, error)
            return call, template, Reply(error.body(), error.status)

    def _note(self, call: Call, error: ApiError) -> None:
        if error.violation:
            errors = error.errors if isinstance(error, InvalidForm) else None
            violation = Violation(call.method, call.path, error.code, error.message, errors)
            self.violations.append(violation)
            for listener in self.broken:
                listener(violation)

    def _observe(
        self, call: Call, template: str | None, reply: Reply, fault: Fault | None, *,
        faulty: bool = False,
    ) -> None:  # fmt: skip
        """Tell the observers; an answer that a fault gave is told as faulty."""
        later = fault.delay if fault is not None and fault.kind is FaultKind.DELAY_AFTER else 0.0
        exchange = Exchange(
            call.method,
            template,
            call.path,
            call.query,
            call.body,
            call.multipart,
            reply.status,
            reply.body,
            self._clock.now(),
            faulty=faulty,
            fault=None if fault is None else fault.kind,
            took_ms=(time.monotonic() - call.started + later) * 1000,
            files=tuple(SentFile(each.filename, len(each.data)) for each in call.uploads),
        )
        for observer in list(self.observers):
            observer(exchange)


async def _read(request: web.Request, call: Call) -> Call:
    """The call with its body: JSON, or a multipart form with `payload_json` and files."""
    if request.content_length is not None and request.content_length > MOST_REQUEST + 65_536:
        await request.read()
        raise ApiError(40005)
    if request.content_type.startswith("multipart/"):
        return await _read_multipart(request, call)
    text = await request.text()
    return replace(call, body=_json(text)) if text else call


async def _read_multipart(request: web.Request, call: Call) -> Call:
    body: Any = None
    uploads: list[Upload] = []
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise ApiError(50109, violation=True)
        name = part.name or ""
        if name == "payload_json":
            body = _json(await part.text())
        elif name.startswith("files[") and name[6:-1].isdecimal():
            data = bytes(await part.read(decode=False))
            uploads.append(Upload(int(name[6:-1]), part.filename or "unknown", data))
        else:
            raise InvalidForm({name: {"_errors": [{"code": "UNKNOWN_KEY",
                               "message": "No such part is known."}]}})  # fmt: skip
    return replace(call, body=body, uploads=tuple(uploads), multipart=True)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise ApiError(50109, violation=True) from None


def _response(reply: Reply, bucket: str, now: float) -> web.Response:
    """The answer with the rate limit headers that Discord sends with each."""
    headers = {
        "X-RateLimit-Limit": str(BUCKET_LIMIT),
        "X-RateLimit-Remaining": str(BUCKET_LIMIT - 1),
        "X-RateLimit-Reset": f"{now + 1:.3f}",
        "X-RateLimit-Reset-After": "1.000",
        "X-RateLimit-Bucket": f"{zlib.crc32(bucket.encode()):08x}",
        "Via": "1.1 google",
    }
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    headers["Content-Type"] = "application/json"
    return web.Response(status=reply.status, headers=headers, body=json.dumps(reply.body).encode())


def _as_reply(fault: Fault) -> Reply:
    """What a fault answers, for the observers; a cut connection answers nothing: status 0."""
    cut = fault.kind in (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER)
    return Reply(None, 0) if cut else Reply(fault.body, fault.status)


def _faulty(fault: Fault) -> web.Response:
    headers = {"Content-Type": fault.content_type, **fault.headers}
    return web.Response(status=fault.status, headers=headers, body=fault.text().encode())


def _cut(request: web.Request) -> web.Response:
    """Break the connection; the answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
