"""Watches over what can go wrong while the bot runs: said once, and left where nothing helps."""
