"""The settings as the README shows them."""

from config.setting import Setting
from config.settings import describe


def settings_table() -> str:
    """A Markdown table of every setting, with a line break at its end."""
    rows = ["| name | default | meaning |", "|---|---|---|", *map(_row, describe())]
    return "\n".join(rows) + "\n"


def _row(one: Setting) -> str:
    default = one.shown_default or (f"`{one.default}`" if one.default else "none")
    return f"| `{one.name}` | {default} | {one.meaning} |"
