"""The example bot where zstandard is not installed: runs until its standard input is closed.

The arguments are the two addresses and the token.
"""

import asyncio
import sys

sys.modules["zstandard"] = None  # type: ignore[assignment]  # as if it were not installed

import discord  # noqa: E402 - only now, so that it does not find zstandard
from discord import app_commands  # noqa: E402


async def main(api_url: str, gateway_url: str, token: str) -> None:
    assert discord.utils._ActiveDecompressionContext.COMPRESSION_TYPE == "zlib-stream"
    discord.http.Route.BASE = api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = type(
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    )(gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True))
    tree = app_commands.CommandTree(client)

    @tree.command(description="Say it back")
    async def echo(interaction: discord.Interaction, text: str) -> None:
        await interaction.response.send_message(text)

    async with client:
        await client.login(token)
        await tree.sync()
        connected = asyncio.create_task(client.connect())
        await asyncio.to_thread(sys.stdin.read)
        await client.close()
        await connected


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
