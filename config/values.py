"""What the text of a setting means: parsers that give a value or a ValueError saying what to do.

The error's text continues the sentence "NAME is 'text': …", so it starts in lower case.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

DISCORD_HOSTS = ("discord.com", "discord.gg")


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A text that never shows itself; false when it is empty."""

    _text: str = field(default="")

    def reveal(self) -> str:
        """The text itself, for the one place that needs it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return "<secret>" if self._text else "<none>"

    def __str__(self) -> str:
        return repr(self)


def text(value: str) -> str:
    """Any text, as it is."""
    return value


def folder(value: str) -> Path:
    """A folder's path; a leading `~` is the home folder."""
    try:
        return Path(value).expanduser()
    except RuntimeError as error:
        raise ValueError("the home folder it names is not known; write the whole path.") from error


def one_of(*choices: str, upper: bool = False) -> Callable[[str], str]:
    """A parser of one of a few words, whatever their case."""

    def parse(value: str) -> str:
        word = value.upper() if upper else value.lower()
        if word not in choices:
            raise ValueError(f"write {', '.join(choices[:-1])} or {choices[-1]}.")
        return word

    return parse


def on_or_off(value: str) -> bool:
    """Whether something is on."""
    return one_of("on", "off")(value) == "on"


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers from `least` to `most`."""

    def parse(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", value) or not least <= int(value) <= most:
            raise ValueError(f"write a whole number from {least} to {most}.")
        return int(value)

    return parse


def optional(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """A parser of what may also be left out, which is None."""
    return lambda value: parse(value) if value else None


def host(value: str) -> str:
    """The name or address of one of this computer's network interfaces."""
    if not re.fullmatch(r"[0-9A-Za-z.:_-]+", value):
        raise ValueError("write an address of this computer such as 127.0.0.1, or 0.0.0.0 for all.")
    return value


def bot_token(value: str) -> Secret:
    """A bot token as the developer portal shows it, or no token at all."""
    if value.lower().startswith("bot "):
        raise ValueError('leave the word "Bot" away and paste the token alone.')
    if not re.fullmatch(r"[!-~]*", value):
        raise ValueError(
            "it has spaces or letters that no token has; copy it again from the Bot page of your "
            "application in Discord's developer portal."
        )
    return Secret(value)


def api_url(value: str) -> str:
    """The base of Discord's REST API, without a slash at the end."""
    parts = _discord_url(value, secure="https", plain="http")
    if not re.search(r"/api/v[0-9]+/?$", parts.path):
        raise ValueError("end it with the version's path, as in https://discord.com/api/v10.")
    return value.rstrip("/")


def gateway_url(value: str) -> str:
    """The address of Discord's gateway, without a slash at the end."""
    _discord_url(value, secure="wss", plain="ws")
    return value.rstrip("/")


def _discord_url(value: str, *, secure: str, plain: str) -> SplitResult:
    """The parts of an address of Discord or of this machine; the token goes nowhere else."""
    parts = _split(value)
    host = parts.hostname or ""
    if not re.fullmatch(r"[!-~]+", value) or "\\" in value or "@" in parts.netloc:
        raise ValueError("write a plain address without spaces, backslashes or a user name.")
    if parts.query or parts.fragment:
        raise ValueError("leave away what follows ? or #.")
    if _is_loopback(host):
        if parts.scheme not in (secure, plain):
            raise ValueError(f"start it with {plain}:// or {secure}://.")
    elif not _is_discord(host):
        raise ValueError(
            "only discord.com, discord.gg and this machine (127.0.0.1, ::1, localhost) are "
            "accepted, because the bot's token is sent there."
        )
    elif parts.scheme != secure:
        raise ValueError(f"start it with {secure}://.")
    return parts


def _split(value: str) -> SplitResult:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValueError("it is not an address; write one like https://host:port/path.") from error
    return parts


def _is_discord(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in DISCORD_HOSTS)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def database_url(value: str) -> str:
    """A SQLAlchemy URL of a SQLite file with the async driver, or nothing."""
    if value and not re.fullmatch(r"sqlite\+aiosqlite:///[^:?#]+.*", value):
        raise ValueError("write sqlite+aiosqlite:///folder/bot.db, or leave it out.")
    return value
