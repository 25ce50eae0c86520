"""Keeps tokens out of what is shown: the bot's own, and those of the interactions."""

import re

from bot.sandbox.interactions import Interaction, Interactions

SHOWN = 6
"""Letters of an interaction's token that are shown, by which two can be told apart."""
_CANDIDATE = re.compile(r"[\w-]{64}", re.ASCII)


class Secrets:
    """Knows the tokens of a sandbox."""

    def __init__(self, token: str, interactions: Interactions) -> None:
        self._token = token
        self._interactions = interactions

    def hide(self, text: str) -> str:
        """The text with the bot's token left out, and each interaction's shortened."""
        return _CANDIDATE.sub(self._shortened, text.replace(self._token, "…"))

    def interaction(self, path: str) -> Interaction | None:
        """The interaction whose token stands in a path."""
        found = (self._interactions.by_token(part) for part in path.split("/"))
        return next((each for each in found if each is not None), None)

    def _shortened(self, found: re.Match[str]) -> str:
        known = self._interactions.by_token(found[0])
        return found[0] if known is None else f"{known.token[:SHOWN]}…"
