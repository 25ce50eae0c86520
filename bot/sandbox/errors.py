"""What Discord answers when it refuses.

ApiError
├── Unauthorized      401, no or a wrong bot token
└── InvalidForm       400 and code 50035, with the place of each fault
ClientRefusal         what Discord's own client would not let a member send
"""

from collections.abc import Mapping
from typing import Any

MESSAGES: Mapping[int, tuple[int, str]] = {
    10003: (404, "Unknown Channel"),
    10004: (404, "Unknown Guild"),
    10007: (404, "Unknown Member"),
    10008: (404, "Unknown Message"),
    10011: (404, "Unknown Role"),
    10013: (404, "Unknown User"),
    10015: (404, "Unknown Webhook"),
    10062: (404, "Unknown interaction"),
    10063: (404, "Unknown application command"),
    20012: (403, "You are not authorized to perform this action on this application"),
    30032: (400, "Maximum number of application commands reached (100)."),
    30034: (400, "Maximum number of daily application command creates has been reached (200)"),
    30046: (429, "Maximum number of edits to messages older than 1 hour reached. Try again later."),
    40005: (413, "Request entity too large"),
    40060: (400, "Interaction has already been acknowledged."),
    50001: (403, "Missing Access"),
    50005: (403, "Cannot edit a message authored by another user"),
    50006: (400, "Cannot send an empty message"),
    50007: (403, "Cannot send messages to this user"),
    50013: (403, "Missing Permissions"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    50083: (400, "Thread is archived"),
    50109: (400, "The request body contains invalid JSON."),
}
"""Discord's error codes, each with its status and its words."""


RETRY_AFTER = 1.0
"""Seconds that a rate limited answer names."""


class ApiError(Exception):
    """A refusal with Discord's code; `violation` says that no bot in order would cause it."""

    violation = False

    def __init__(self, code: int, *, violation: bool | None = None) -> None:
        self.status, self.message = MESSAGES[code]
        self.code = code
        if violation is not None:
            self.violation = violation
        super().__init__(f"{self.status} {code} {self.message}")

    def body(self) -> dict[str, Any]:
        """The answer's JSON."""
        answer = {"message": self.message, "code": self.code}
        return answer | (
            {"retry_after": RETRY_AFTER, "global": False} if self.status == 429 else {}
        )


class Unauthorized(ApiError):
    """The bot token is missing or wrong."""

    def __init__(self) -> None:
        self.status, self.code, self.message = 401, 0, "401: Unauthorized"
        Exception.__init__(self, self.message)


class UnknownRoute(ApiError):
    """No such path, or not with that method."""

    violation = True

    def __init__(self, status: int, message: str) -> None:
        self.status, self.code, self.message = status, 0, message
        Exception.__init__(self, message)


class InvalidForm(ApiError):
    """Invalid Form Body: a tree of places, each with what is wrong there."""

    violation = True

    def __init__(self, errors: dict[str, Any]) -> None:
        super().__init__(50035)
        self.errors = errors

    def body(self) -> dict[str, Any]:
        """The answer's JSON with the tree of places."""
        return {**super().body(), "errors": self.errors}


class ClientRefusal(Exception):
    """Discord's client would have shown this to the member instead of sending anything."""
