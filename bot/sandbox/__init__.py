"""A Discord of one's own on loopback: REST, gateway and files, with members to act as.

It stands alone: nothing here imports the bot, or discord.py. Point a bot at it by its two
addresses, `Sandbox.api_url` and `Sandbox.gateway_url`.
"""
