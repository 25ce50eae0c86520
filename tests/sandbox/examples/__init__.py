"""What the example bot can do, a module for each subject: its `COMMANDS`, and `ITEMS` if any."""
