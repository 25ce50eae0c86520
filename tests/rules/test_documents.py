"""What the documents say of the settings is what the code declares."""

import re

from config.settings import describe
from config.table import settings_table
from tests.rules.source import PROJECT

OPENING, CLOSING = "<!-- settings -->\n", "<!-- /settings -->"


def between_markers(text: str) -> str:
    """What stands between the markers, without empty lines round it."""
    assert text.count(OPENING) == text.count(CLOSING) == 1
    return text.partition(OPENING)[2].partition(CLOSING)[0].strip() + "\n"


def lines_of_example() -> dict[str, str]:
    text = (PROJECT / "config/.env.example").read_text("utf-8")
    return dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_the_readme_shows_the_table_that_the_code_prints():
    """Where it does not: `python -m config` prints what belongs between the markers."""
    readme = (PROJECT / "README.md").read_text("utf-8")
    assert between_markers(readme) == settings_table()


def test_the_table_has_a_line_for_every_setting():
    table = settings_table()
    assert len(describe()) >= 10
    for one in describe():
        assert f"| `{one.name}` |" in table
        assert one.meaning.endswith(".")


def test_the_example_names_every_setting_with_its_default_and_no_other():
    assert lines_of_example() == {one.name: one.default for one in describe()}


def test_a_table_that_lags_behind_is_seen():
    stale = settings_table().replace("`10`", "`11`")
    assert between_markers(f"# A\n{OPENING}\n{stale}\n{CLOSING}\n") != settings_table()
    assert between_markers(f"{OPENING}{settings_table()}{CLOSING}") == settings_table()
