"""Carries each HTTP request through faults, routes and observers."""

import asyncio
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import BodyPartReader, web

from bot.sandbox.clock import Clock
from bot.sandbox.errors import ApiError, InvalidForm, Unauthorized
from bot.sandbox.faults import AFTER, Fault, FaultKind, Faults
from bot.sandbox.payloads import MOST_REQUEST, Upload
from bot.sandbox.rest.router import Call, Reply, Router

BASE = "/api/v10"
BUCKET_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `template` is none for an unknown route.

    `faulty` says that the answer was a fault's and not Discord's own.
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

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request below /api/v10."""
        path = request.path.removeprefix(BASE)
        fault = self._faults.take(request.method, path)
        if fault is None or fault.kind in AFTER:
            return await self._carry_out(request, path, fault)
        if fault.kind is FaultKind.DELAY:
            await asyncio.sleep(fault.delay)
            return await self._carry_out(request, path, None)
        await request.read()
        self._observe(
            Call(request.method, path, dict(request.query)), None, _as_reply(fault), fault
        )
        return _cut(request) if fault.kind is FaultKind.CUT_BEFORE else _faulty(fault)

    async def _carry_out(
        self, request: web.Request, path: str, fault: Fault | None
    ) -> web.StreamResponse:
        call, template, reply = await self._answer(request, path)
        self._observe(call, template, reply)
        if fault is not None and fault.kind is FaultKind.DELAY_AFTER:
            await asyncio.sleep(fault.delay)
            fault = None
        if fault is None:
            return _response(reply, template or "unknown", self._clock.now())
        self._observe(call, template, _as_reply(fault), fault)
        for listener in self.lost:
            listener(call)
        return _cut(request) if fault.kind is FaultKind.CUT_AFTER else _faulty(fault)

    async def _answer(self, request: web.Request, path: str) -> tuple[Call, str | None, Reply]:
        """The request as it was read, the route's template, and the reply."""
        call = Call(request.method, path, dict(request.query),
                    request.headers.get("Authorization"))  # fmt: skip
        template = None
        try:
            call = await _read(request, call)
            route, parameters = self._router.find(call.method, path)
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

    def _observe(
        self, call: Call, template: str | None, reply: Reply, fault: Fault | None = None
    ) -> None:
        """Tell the observers; an answer that a fault gave is told as faulty."""
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
            faulty=fault is not None,
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
    headers = {**fault.headers, "Content-Type": fault.content_type}
    return web.Response(status=fault.status, headers=headers, body=fault.text().encode())


def _cut(request: web.Request) -> web.Response:
    """Break the connection; the answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
