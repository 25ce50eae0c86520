"""The sandbox's own fixtures."""

from tests.discord_fixtures import open_sandbox, sandbox

__all__ = ["open_sandbox", "sandbox"]
