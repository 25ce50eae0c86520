"""The command line: `python -m bot run | demo | sandbox | redraw | bench | backup | restore`.

Nothing heavy is imported before a command is chosen, so that --help answers at once.
"""

import argparse
import asyncio
import io
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from bot.leaving import NEW_PROCESS, leave
from bot.model.errors import BotError, NewProcessNeeded

DEMO_PROMPT = "an astronaut riding a green horse"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 1 after a plain sentence of what went wrong.

    It is 75 where nothing but a new process is needed.
    """
    chosen = _parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a letter of a line shows the rest of it.
        sys.stdout.reconfigure(errors="replace")
    try:
        asyncio.run(chosen.start(chosen))
    except BotError as error:
        code = NEW_PROCESS if isinstance(error, NewProcessNeeded) else 1
        _tell_why(chosen.command, error, code)
        return code
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        logging.getLogger(__name__).critical("ended by an error", exc_info=error)
        return 1
    return 0


def _tell_why(command: str, error: BotError, code: int) -> None:
    """Say by what the command ends: a sentence for people, or an event for a collector."""
    from config.log import is_for_collectors

    if is_for_collectors():
        log = logging.getLogger(f"bot.{command}")
        log.critical("%s", error, extra={"exit_code": code})
    else:
        print(f"{command}: {error}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="A Discord bot that draws images on one GPU, with a fair and durable queue.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run = commands.add_parser(
        "run",
        help="sign in to Discord and serve (needs DISCORD_TOKEN in the environment or .env)",
        description="Sign in to Discord and serve until SIGTERM, SIGINT or Ctrl-C. "
        "Settings come from the environment and .env; the README lists them.",
    )
    run.add_argument(
        "--no-env-file",
        dest="env_file",
        action="store_const",
        const=None,
        default=Path(".env"),
        help="take settings from the environment alone",
    )
    run.add_argument(
        "--until-input-ends",
        action="store_true",
        help="stop once the standard input ends, as it does with a program that holds it open",
    )
    run.set_defaults(start=_run)
    _add_demo(commands)
    _add_sandbox(commands)
    _add_redraw(commands)
    _add_bench(commands)
    _add_backup(commands)
    _add_restore(commands)
    return parser


def _add_demo(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    demo = commands.add_parser(
        "demo",
        help="draw one image through the whole bot on a local Discord; no token, no GPU",
        description="Start a local Discord and the bot, send /imagine as a member would, "
        "print what happens and save the picture.",
    )
    demo.add_argument("prompt", nargs="?", default=DEMO_PROMPT, help="what to draw")
    demo.add_argument("--seed", type=int, default=None, help="0 to 4294967295; random if left out")
    demo.add_argument("--out", type=Path, default=Path("demo.png"), help="where to save the PNG")
    demo.add_argument(
        "--model",
        default="starter",
        help="the shipped starter, a key of config/models.toml, a folder, a .safetensors file "
        "or a hub id",
    )
    demo.add_argument("--verbose", action="store_true", help="show the bot's log as well")
    demo.set_defaults(start=_demo)


def _add_sandbox(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sandbox = commands.add_parser(
        "sandbox",
        help="open a Discord of your own in the browser, with the bot in it; no token, no GPU",
        description="Serve a Discord of your own on this computer alone, with a page to use the "
        "bot as its members will, and start the bot in it. The settings of .env and of the "
        "environment do not reach that bot, except those that say how to draw.",
    )
    sandbox.add_argument(
        "--port", type=int, default=None, help="of the page; 8484, or a free one if left out"
    )
    sandbox.add_argument(
        "--model",
        default=None,
        help="as for demo; what MODEL in the environment says, or the shipped starter",
    )
    sandbox.add_argument(
        "--device", choices=("auto", "cuda", "mps", "cpu"), default=None, help="what draws"
    )
    sandbox.add_argument(
        "--data",
        type=Path,
        default=None,
        metavar="FOLDER",
        help="a new folder for the bot's database and pictures; else they are deleted at the end",
    )
    sandbox.add_argument(
        "--alone", action="store_true", help="without a bot: prints what points one of yours at it"
    )
    sandbox.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open the page"
    )
    sandbox.add_argument("--verbose", action="store_true", help="show the bot's log as well")
    sandbox.set_defaults(start=_sandbox)


def _add_redraw(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    redraw = commands.add_parser(
        "redraw",
        help="draw the recipe in a PNG again and say whether the pixels are equal",
        description="Draw the recipe in a PNG again, with the model that MODEL and "
        "config/models.toml offer, and compare every pixel. Exits 0 where they are equal; says "
        "which versions differ where they are not.",
    )
    redraw.add_argument("picture", type=Path, help="a PNG that this bot has drawn")
    redraw.add_argument("--out", type=Path, default=None, help="save the new picture there")
    redraw.add_argument(
        "--image",
        type=Path,
        default=None,
        help="the file that a derived picture began with; else looked for in DATA_DIR",
    )
    redraw.set_defaults(start=_redraw)


def _add_bench(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    bench = commands.add_parser(
        "bench",
        help="measure what the bot promises about time, on this machine",
        description="Measure waits, overhead, lag and memory as ratios taken in one run, print "
        "each beside its goal and explain every goal that is missed. Takes twenty minutes.",
    )
    bench.add_argument(
        "--quick", action="store_true", help="about one minute, with more noise and less measured"
    )
    bench.add_argument(
        "--only",
        nargs="+",
        default=(),
        metavar="NAME",
        help="some of overhead, waits, flood, lag, crowd, cancel, encode, memory, history, speed",
    )
    bench.add_argument(
        "--model",
        default="starter",
        help="as for demo; random-sdxl is SDXL in all but its weights, for a GPU",
    )
    bench.add_argument(
        "--device", choices=("auto", "cuda", "mps", "cpu"), default="auto", help="what draws"
    )
    bench.add_argument("--json", type=Path, default=None, help="write the report there as well")
    bench.set_defaults(start=_bench)


def _add_backup(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    backup = commands.add_parser(
        "backup",
        help="write the database and the pictures to one file, while the bot may be running",
        description="Write everything in DATA_DIR that the bot needs to one file that nobody else "
        "can read. The bot may be running. No secret of Discord's is in it.",
    )
    backup.add_argument("file", type=Path, help="the backup to write")
    backup.add_argument("--force", action="store_true", help="replace a file that is there")
    backup.set_defaults(start=_backup)


def _add_restore(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    restore = commands.add_parser(
        "restore",
        help="take a backup up again in DATA_DIR, while no bot is running there",
        description="Check a backup, then put what it holds into DATA_DIR. Nothing is deleted: "
        "with --force or --empty, what DATA_DIR holds is moved to a folder aside-DATE-TIME in it.",
    )
    what = restore.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", help="the backup to take up")
    what.add_argument("--empty", action="store_true", help="begin anew, with nothing")
    restore.add_argument(
        "--force", action="store_true", help="put a database and pictures that are there aside"
    )
    restore.set_defaults(start=_restore)


async def _run(chosen: argparse.Namespace) -> None:
    from bot import running

    settings = running.settings_from_environment(token_needed=True, file=chosen.env_file)
    await running.run(settings, until_input_ends=chosen.until_input_ends)


async def _demo(chosen: argparse.Namespace) -> None:
    from bot import demo

    wish = demo.Demo(chosen.prompt, chosen.seed, chosen.out, chosen.model, chosen.verbose)
    await demo.run(wish, say=_say)


async def _sandbox(chosen: argparse.Namespace) -> None:
    from bot import hosted

    wish = hosted.Wish(
        port=chosen.port,
        model=chosen.model,
        device=chosen.device,
        data=chosen.data,
        alone=chosen.alone,
        browser=chosen.browser,
        verbose=chosen.verbose,
    )
    await hosted.run(wish, say=_say)


async def _redraw(chosen: argparse.Namespace) -> None:
    from bot import redraw, running

    settings = running.settings_from_environment(token_needed=False)
    await redraw.run(redraw.Redraw(chosen.picture, chosen.out, chosen.image), settings, say=_say)


async def _bench(chosen: argparse.Namespace) -> None:
    from bot.bench import suite

    wish = suite.Wish(
        quick=chosen.quick,
        only=tuple(chosen.only),
        model=chosen.model,
        json=chosen.json,
        device=chosen.device,
    )
    await suite.run(wish, say=_say)


async def _backup(chosen: argparse.Namespace) -> None:
    from bot import backup, running

    settings = running.settings_from_environment(token_needed=False)
    await backup.back_up(chosen.file, settings, force=chosen.force, say=_say)


async def _restore(chosen: argparse.Namespace) -> None:
    from bot import backup, running

    settings = running.settings_from_environment(token_needed=False)
    if chosen.empty:
        await backup.begin_empty(settings, say=_say)
    else:
        await backup.restore(chosen.file, settings, force=chosen.force, say=_say)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    leave(main())
