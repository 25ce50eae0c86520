"""Bringing a database up to the tables this version speaks of."""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from bot.model.errors import StorageError

MIGRATIONS = Path(__file__).with_name("migrations")


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, inside the transaction that is open."""
    # Alembic tells of every step at INFO, also when there is none to take.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise StorageError(
            "The database was written by a newer version of the bot.",
            "Update the bot, or restore a backup that belongs to this version.",
        ) from error
