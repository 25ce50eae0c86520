"""Discord's REST API, one file for each group of routes."""
