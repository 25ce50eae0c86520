"""`python -m bot sandbox`: a Discord of one's own with its page, and the bot in it beside.

The bot is a process of its own, so that it can be stopped, killed and started again while servers
and messages stay. It knows nothing of the settings that the deployer has for the real Discord.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Thread
from typing import Any

from bot.leaving import stopping_on_signals
from bot.model.errors import BotError, ConfigurationError
from bot.sandbox.events import Event
from bot.sandbox.hosting import Command, Host
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from config.settings import environment_without_settings, has_screen

PORT = 8484
"""Where the page is unless another program is there."""
TOKEN_ALONE = "token-of-the-sandbox"  # noqa: S105 - it opens nothing else, and is easy to write
STARTER = "starter"
OF_DRAWING = ("drawing", "log")
"""The groups of settings that say how to draw and what to tell; no other reaches the bot here."""

Say = Callable[[str], None]


class SandboxFailed(BotError):
    """The sandbox could not begin, or its bot cannot work."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How the sandbox is wanted; what is None is chosen for it."""

    port: int | None = None
    model: str | None = None
    device: str | None = None
    data: Path | None = None
    alone: bool = False
    browser: bool = True
    verbose: bool = False


async def run(wish: Wish, say: Say) -> None:
    """Serve until SIGTERM, SIGINT or Ctrl-C, or until the terminal is closed.

    Raises BotError with a plain sentence.
    """
    wish, say = replace(wish, port=_port(wish.port)), _to_whoever_listens(say)
    if wish.alone:
        await _serve_alone(wish, say)
        return
    async with _folder(wish.data) as folder:
        await _serve(folder, wish, say)


async def _serve_alone(wish: Wish, say: Say) -> None:
    stop = asyncio.Event()
    sandbox = Sandbox(port=wish.port or 0, token=TOKEN_ALONE)
    with _stopping(stop):
        async with _shown(with_page(sandbox), wish, say):
            say("No bot is in it. Start one with these settings:")
            say(f"  DISCORD_API_URL={sandbox.api_url}")
            say(f"  DISCORD_GATEWAY_URL={sandbox.gateway_url}")
            say(f"  DISCORD_TOKEN={sandbox.token}")
            say("docs/sandbox.md shows how any discord.py bot takes them. Ctrl-C ends it.")
            await stop.wait()


async def _serve(folder: Path, wish: Wish, say: Say) -> None:
    """Serve with the bot hosted; raises SandboxFailed where it cannot work as it is set up."""
    stop = asyncio.Event()
    sandbox = Sandbox(port=wish.port or 0)
    host = Host(sandbox.events, command(sandbox, folder, wish), now=sandbox.clock.now)
    teller = Teller(host, say, verbose=wish.verbose, give_up=stop.set)
    sandbox.events.subscribe(teller.hear)
    with _stopping(stop, last=host.kill):
        async with _shown(with_page(sandbox, host), wish, say):
            say(f"The bot starts in it and draws with {_words_for(host.state()['model'])}.")
            async with host:
                await stop.wait()
                say("Stopping.")
    if teller.hopeless:
        raise SandboxFailed(teller.hopeless)


@asynccontextmanager
async def _shown(sandbox: Sandbox, wish: Wish, say: Say) -> AsyncIterator[None]:
    """The sandbox while it serves; its page is opened where there is a screen to see it on."""
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(sandbox)
        except OSError as error:
            reason = f"port {wish.port} cannot be listened on: {error.strerror}."
            raise SandboxFailed(reason) from error
        say(f"A Discord of your own is open to this computer alone: {sandbox.url}")
        if wish.browser and sys.stdout.isatty() and has_screen():
            # Some browsers are waited for until they are closed, and nobody here does.
            Thread(target=webbrowser.open, args=(sandbox.url,), daemon=True).start()
        yield


def command(sandbox: Sandbox, folder: Path, wish: Wish) -> Command:
    """The bot's command line; nothing of the deployer's but how to draw is in its environment."""
    inherited = environment_without_settings(*OF_DRAWING)
    model = wish.model or inherited.get("MODEL", "").strip() or STARTER

    def environment() -> Mapping[str, str]:
        return {
            **inherited,
            "DISCORD_TOKEN": sandbox.token,
            "DISCORD_API_URL": sandbox.api_url,
            "DISCORD_GATEWAY_URL": sandbox.gateway_url,
            "DATA_DIR": str(folder.absolute()),
            "MODEL": model,
            **({"DEVICE": wish.device} if wish.device else {}),
        }

    arguments = (sys.executable, "-m", "bot", "run", "--no-env-file", "--until-input-ends")
    return Command(arguments, environment, model)


class Teller:
    """Tells on the terminal what becomes of the hosted bot.

    `hopeless` is why it cannot work as it is set up; `give_up` is called once that is known.
    """

    def __init__(self, host: Host, say: Say, *, verbose: bool, give_up: Callable[[], None]) -> None:
        self._host = host
        self._say = say
        self._verbose = verbose
        self._give_up = give_up
        self._signed_in = False
        self.hopeless = ""

    def hear(self, event: Event) -> None:
        """Take note of what the sandbox publishes."""
        if event.name == "gateway.ready":
            again = " again" if self._signed_in else ". Type /imagine in the page; Ctrl-C ends both"
            self._signed_in = True
            self._say(f"The bot is signed in{again}.")
        elif event.name == "process.said" and self._verbose:
            self._say(event.data["line"])
        elif event.name == "process.changed":
            self._hear_change(event.data)

    def _hear_change(self, state: Mapping[str, Any]) -> None:
        """Tell a fall; one with code 1 before any sign-in will not be better the next time."""
        if state["running"] or state["exit_code"] in (None, 0):
            return
        words = last_words([line.line for line in self._host.lines()])
        if state["exit_code"] == 1 and not self._signed_in:
            self.hopeless = words
            self._give_up()
        elif state["can"] != ["start"]:
            self._say(f"The bot ended with code {state['exit_code']} and is started again: {words}")


def last_words(lines: list[str]) -> str:
    """What a bot said last: the sentences of its command, or else the last line of its log."""
    for at in range(len(lines) - 1, -1, -1):
        if lines[at].startswith("run: "):
            return "\n".join([lines[at].removeprefix("run: "), *lines[at + 1 :]])
    return _event_in(lines[-1]) if lines else "it said nothing"


def _event_in(line: str) -> str:
    """What a line of a log in JSON tells; a line of another form as it is."""
    try:
        return str(json.loads(line)["event"])
    except (ValueError, TypeError, KeyError):
        return line


def _words_for(model: str) -> str:
    if model == STARTER:
        return "the small checkpoint that is shipped; MODEL= names another one"
    return model


@asynccontextmanager
async def _folder(chosen: Path | None) -> AsyncIterator[Path]:
    """The bot's data folder: an empty one of the person's choice, or one that is deleted after."""
    if chosen is not None:
        await asyncio.to_thread(_prepare, chosen)
        yield chosen
        return
    made = await asyncio.to_thread(
        tempfile.TemporaryDirectory, prefix="imagine-sandbox-", ignore_cleanup_errors=True
    )
    try:
        yield Path(made.name)
    finally:
        await asyncio.to_thread(made.cleanup)


def _prepare(folder: Path) -> None:
    """Make the folder; one that holds anything may be a real bot's and is left alone."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(folder.iterdir())
    except OSError as error:
        raise ConfigurationError(
            (f"--data: {folder} cannot be used: {error.strerror}.",)
        ) from error
    if taken:
        raise ConfigurationError((f"--data: {folder} is not empty; name a new folder.",))


def _port(wanted: int | None) -> int:
    """The port to listen on: the wanted one, the usual one where it is free, else any."""
    if wanted is None:
        return PORT if _is_free(PORT) else 0
    if not 0 <= wanted <= 65_535:
        raise ConfigurationError(("--port must be from 0 to 65535; 0 takes a free one.",))
    return wanted


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _stopping(
    stop: asyncio.Event, last: Callable[[], None] = lambda: None
) -> AbstractContextManager[None]:
    """Stop by signals, that of a closed terminal among them."""
    signals = [signal.SIGTERM, signal.SIGINT]
    if sys.platform != "win32":
        signals.append(signal.SIGHUP)
    return stopping_on_signals(stop, signals=signals, last=last)


def _to_whoever_listens(say: Say) -> Say:
    """Say a line; a terminal that was closed meanwhile is no reason to fail."""

    def told(line: str) -> None:
        with suppress(OSError):
            say(line)

    return told
