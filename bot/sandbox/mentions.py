"""Who a message's words call upon, under the allowed mentions that came with it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.world import Guild

USER = re.compile(r"<@!?(\d+)>")
ROLE = re.compile(r"<@&(\d+)>")
EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(frozen=True, slots=True)
class Mentions:
    """The users and roles that are called, and whether everyone is."""

    users: tuple[int, ...] = ()
    roles: tuple[int, ...] = ()
    everyone: bool = False


NOBODY = Mentions()


def read_mentions(
    text: str, allowed: Mapping[str, Any] | None, guild: Guild | None, *, may_all: bool,
    answered: int | None = None,
) -> Mentions:  # fmt: skip
    """The mentions in a text; `may_all` says whether the author may call everyone.

    `answered` is who wrote what the message answers, called where nothing at all is said of it.
    """
    roles = [int(found) for found in ROLE.findall(text)] if guild else []
    callable_roles = [
        each for each in roles if guild and each in guild.roles
        and (may_all or guild.roles[each].mentionable)
    ]  # fmt: skip
    users = _chosen([int(found) for found in USER.findall(text)], allowed, "users")
    if answered is not None and (allowed is None or allowed.get("replied_user")):
        users = tuple(dict.fromkeys((*users, answered)))
    return Mentions(
        users=users,
        roles=_chosen(callable_roles, allowed, "roles"),
        everyone=may_all and bool(EVERYONE.search(text)) and _parses(allowed, "everyone"),
    )


def _parses(allowed: Mapping[str, Any] | None, kind: str) -> bool:
    return allowed is None or kind in (allowed.get("parse") or [])


def _chosen(found: list[int], allowed: Mapping[str, Any] | None, kind: str) -> tuple[int, ...]:
    """Those found that are allowed, each once, in order."""
    once = tuple(dict.fromkeys(found))
    if _parses(allowed, kind):
        return once
    listed = {int(each) for each in (allowed or {}).get(kind) or []}
    return tuple(each for each in once if each in listed)
