"""Serves the page's files, each with the rules a browser must keep."""

import asyncio
import base64
import hashlib
import mimetypes
import re
from pathlib import Path

import yarl
from aiohttp import web

STATIC = Path(__file__).resolve().parent / "static"
TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".css": "text/css"}
"""Some systems call these otherwise, and a browser runs no module of another type."""


def routes() -> list[web.RouteDef]:
    """The page at /, its files below /page, and links to messages as Discord writes them."""
    link = "/channels/{server}/{channel}"
    return [
        web.get("/", _index),
        web.get("/page/{name:.+}", _file),
        web.get(link, _follow),
        web.get(link + "/{message}", _follow),
    ]


async def _index(request: web.Request) -> web.Response:
    """The page, at the one address of the sandbox that its files and pictures have too."""
    host, port = request.get_extra_info("sockname")[:2]
    if request.url.port == port and request.url.host != host:
        raise web.HTTPTemporaryRedirect(request.url.with_host(host))
    text = await asyncio.to_thread((STATIC / "index.html").read_text, "utf-8")
    headers = {"Content-Security-Policy": _policy(text), "Referrer-Policy": "no-referrer"}
    alone = {"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin"}
    return web.Response(text=text, content_type="text/html", headers=headers | alone | _COMMON)


async def _follow(request: web.Request) -> web.Response:
    """Where a link to a channel, or to a message in it, leads."""
    server, channel = request.match_info["server"], request.match_info["channel"]
    address = yarl.URL("/").with_query({"in": "@me" if server == "@me" else channel})
    if message := request.match_info.get("message"):
        address = address.with_fragment(f"message-{message}")
    raise web.HTTPTemporaryRedirect(address)


async def _file(request: web.Request) -> web.Response:
    """One file; 404 for every path that leads out of the folder."""
    path = (STATIC / request.match_info["name"]).resolve()
    if not path.is_relative_to(STATIC) or not path.is_file():
        raise web.HTTPNotFound
    data = await asyncio.to_thread(path.read_bytes)
    kind = TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "text/plain"
    return web.Response(body=data, content_type=kind, headers=_COMMON)


def _policy(page: str) -> str:
    """Nothing but the sandbox's own files; the one script inside the page is named by its hash."""
    inside = re.search(r"<script type=\"importmap\">(.*?)</script>", page, re.DOTALL)
    digest = hashlib.sha256((inside.group(1) if inside else "").encode()).digest()
    own = f"'self' 'sha256-{base64.b64encode(digest).decode()}'"
    return (
        f"default-src 'none'; script-src {own}; style-src 'self'; connect-src 'self'; "
        "img-src 'self' blob: data:; media-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


_COMMON = {
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
