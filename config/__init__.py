"""What the deployer decides: settings, logging, models and styles; knows nothing of the bot."""
