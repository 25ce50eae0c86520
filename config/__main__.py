"""`python -m config` prints the README's table of settings."""

import sys

from config.table import settings_table

sys.stdout.write(settings_table())
