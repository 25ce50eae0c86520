"""The sandbox of the flow tests, held to Discord's rules and its OpenAPI document."""

from tests.discord_fixtures import open_sandbox, sandbox

__all__ = ["open_sandbox", "sandbox"]
