"""The record of what happens between Discord and the bot, for the page's inspector."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from aiohttp import web

from bot.sandbox.answering import answering
from bot.sandbox.events import Event
from bot.sandbox.exchange import Exchange
from bot.sandbox.interactions import ANSWER_WITHIN, TOKEN_LIVES, Interaction
from bot.sandbox.page.entries import Describer, Entry, name, related
from bot.sandbox.server import Sandbox
from bot.sandbox.wire import Json

KEPT = 2000
PAGE = 500
TOKENS = 20
"""Interactions whose tokens the inspector speaks of, the newest."""
Listener = Callable[[Json], None]


class Recorder:
    """Keeps the latest entries, and tells those who look of each new one."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._describer = Describer(sandbox)
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._listeners: list[Listener] = []
        self._unanswered: dict[int, Interaction] = {}
        sandbox.events.subscribe(self._hear, first=True)
        sandbox.observe(self._observe)

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call the listener with every change from now on; the answer ends that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def entries(self, after: int = 0, about: str | None = None) -> list[Entry]:
        """The entries kept, those of one message or interaction where that is asked for."""
        kept = list(self._entries)
        found = kept if about is None else related(kept, about)
        return [each for each in found if each.id > after]

    def clear(self) -> None:
        """Forget every entry."""
        self._entries.clear()
        self._tell({"cleared": True})

    def _hear(self, event: Event) -> None:
        made = self._describer.event(event)
        if made is not None:
            self._keep(made)
        if event.name == "interaction.created":
            self._watch(event.data)
        elif event.name == "interaction.answered":
            self._unanswered.pop(event.data.id, None)
        elif event.name == "clock.moved":
            self._look_for_missed()

    def _observe(self, exchange: Exchange) -> None:
        self._keep(self._describer.exchange(exchange))

    def _keep(self, entry: Entry) -> None:
        kept = replace(entry, id=next(self._numbers))
        self._entries.append(kept)
        if self._listeners:
            self._tell({"entries": [asdict(kept)]})

    def _tell(self, what: Json) -> None:
        for listener in list(self._listeners):
            listener(what)

    def _watch(self, opened: Interaction) -> None:
        """Say it where the first answer does not come in time."""
        self._unanswered[opened.id] = opened
        loop = asyncio.get_running_loop()
        loop.call_later(ANSWER_WITHIN, self._miss, opened)

    def _look_for_missed(self) -> None:
        now = self._sandbox.clock.now()
        for opened in list(self._unanswered.values()):
            if now - opened.created > ANSWER_WITHIN:
                self._miss(opened)

    def _miss(self, opened: Interaction) -> None:
        if self._unanswered.pop(opened.id, None) is not None:
            self._keep(self._describer.missed(opened, self._sandbox.clock.now()))


class Inspection:
    """The routes of the record below /sandbox/inspection."""

    def __init__(self, sandbox: Sandbox, recorder: Recorder) -> None:
        self._sandbox = sandbox
        self._recorder = recorder

    def routes(self) -> list[web.RouteDef]:
        """The operations, each answering JSON."""
        return [
            web.get("/sandbox/inspection", answering(self._list)),
            web.delete("/sandbox/inspection", answering(self._clear)),
            web.get("/sandbox/inspection/tokens", answering(self._tokens)),
        ]

    async def _list(self, request: web.Request) -> Json:
        """The entries `after` a number, and whether there are more than one page of them."""
        after, about = int(request.query.get("after", "0")), request.query.get("about")
        found = self._recorder.entries(after, about)
        return {
            "entries": [asdict(each) for each in found[:PAGE]],
            "more": len(found) > PAGE,
            "kept": KEPT,
        }

    async def _clear(self, _: web.Request) -> Json:
        self._recorder.clear()
        return {"entries": 0}

    async def _tokens(self, _: web.Request) -> list[Json]:
        """The latest interactions, the newest first, and when their tokens expire."""
        latest = self._sandbox.interactions.all()[: -TOKENS - 1 : -1]
        return [_token(each) for each in latest]


def _token(opened: Interaction) -> dict[str, Any]:
    return {
        "interaction_id": str(opened.id),
        "name": name(opened),
        "user": opened.user.username,
        "created": opened.created,
        "expires": opened.created + TOKEN_LIVES,
    }
