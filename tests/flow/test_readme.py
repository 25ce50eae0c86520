"""What the README promises, done as it says."""

import re
import subprocess
import sys
from pathlib import Path

from bot.client import invite_url

PROJECT = Path(__file__).parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def run(*arguments: str | Path, folder: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """A command line in a process of its own."""
    return subprocess.run(  # noqa: S603 - the arguments are this file's own
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def demo(out: Path, *arguments: str) -> str:
    """What the demo tells, with the picture in `out`."""
    done = run("-m", "bot", "demo", *arguments, "--out", out)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_demo_tells_the_whole_way_and_draws_what_stock_diffusers_draws_each_time(tmp_path):
    asked = ("an astronaut riding a green horse", "--seed", "7")
    told = demo(tmp_path / "demo.png", *asked)
    for part in ("/imagine prompt: an astronaut", "acknowledged after", "position 1", "Drawing"):
        assert part in told
    assert "**Seed** `7`" in told
    demo(tmp_path / "again.png", *asked)
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "demo.png").read_bytes()
    (ten_lines,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(ten_lines.splitlines()) <= 10
    (tmp_path / "bot").symlink_to(PROJECT / "bot")
    (tmp_path / "check.py").write_text(ten_lines, encoding="utf-8")
    checked = run("check.py", folder=tmp_path)
    assert checked.stdout.strip() == "equal", checked.stderr


def test_the_demo_says_in_one_sentence_what_went_wrong(tmp_path):
    done = run("-m", "bot", "demo", "--out", tmp_path / "missing" / "demo.png")
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert "there is no folder" in done.stderr


def test_the_invite_asks_for_the_permissions_that_the_bot_needs():
    assert invite_url(0).partition("permissions=")[2] in README
    assert "scope=bot+applications.commands" in README
