"""Who may ask the sandbox: programs of this computer, and its own page; no other website."""

from collections.abc import Awaitable, Callable

import yarl
from aiohttp import web

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FOR_BOTS = ("/api/", "/gateway")
"""Discord's side: whoever asks there shows a token, as a bot's own page on another port may."""
OWN_PAGES = frozenset({None, "same-origin", "none"})
"""What a browser says of requests of the page itself, and of an address that a person typed."""


@web.middleware
async def near_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse what is not this computer's, and what websites other than the sandbox's own ask."""
    if not _is_near(f"http://{request.host}") or not _may_ask(request):
        raise web.HTTPForbidden(text="The sandbox answers its own page and this computer only.")
    return await handler(request)


def _may_ask(request: web.Request) -> bool:
    """Whether a request is no other website's, as far as browsers tell; programs tell nothing."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if request.path.startswith(FOR_BOTS):
        # A picture or a link of another website's comes without an origin.
        return site != "cross-site" if origin is None else _is_near(origin)
    if origin is not None:
        return _is_own(origin, request)
    return site in OWN_PAGES or _is_visit(request)


def _is_own(origin: str, request: web.Request) -> bool:
    """Whether an origin is the sandbox itself, by any of loopback's names and at the same port."""
    if not _is_near(origin):
        return False
    asking, asked = yarl.URL(origin), yarl.URL(f"http://{request.host}")
    return (asking.scheme, asking.port) == (asked.scheme, asked.port)


def _is_visit(request: web.Request) -> bool:
    """Whether a person followed a link to the page: it is opened, and nothing is done by that."""
    navigation = request.headers.get("Sec-Fetch-Mode") == "navigate"
    document = request.headers.get("Sec-Fetch-Dest") == "document"
    page = request.path == "/" or request.path.startswith("/channels/")
    return request.method == "GET" and page and navigation and document


def _is_near(address: str) -> bool:
    """Whether an address is loopback's; `null` and what is no address are not."""
    try:
        return yarl.URL(address).host in LOOPBACK
    except ValueError:
        return False
