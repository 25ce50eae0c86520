"""Settings: one mapping in, frozen groups or every problem out."""

import string
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import make_url

from config.settings import SettingsError, describe, load_environment, read_settings

TOKEN = "MTIz.abc-DEF_4.xyz"
NAMES = [one.name for one in describe()]

BAD = {
    "DISCORD_TOKEN": "Bot abc",
    "DISCORD_API_URL": "https://example.com/api/v10",
    "DISCORD_GATEWAY_URL": "https://gateway.discord.gg",
    "GATEWAY_TIME_LIMIT": "0",
    "DEVICE": "gpu",
    "DATABASE_URL": "mysql://somebody:hunter2@example.com/bot",
    "QUEUE_PER_MEMBER": "0",
    "QUEUE_PER_SERVER": "many",
    "HEALTH_PORT": "http",
    "HEALTH_HOST": "http://127.0.0.1",
    "LOG_LEVEL": "loud",
    "LOG_FORMAT": "xml",
}


def problems_of(environ, **more):
    with pytest.raises(SettingsError) as caught:
        read_settings(environ, **more)
    return caught.value.problems


def test_an_empty_mapping_gives_the_defaults():
    settings = read_settings({})
    assert settings.discord.api_url == "https://discord.com/api/v10"
    assert settings.discord.gateway_url == "wss://gateway.discord.gg"
    assert not settings.discord.token
    assert (settings.drawing.model, settings.drawing.device) == ("auto", "auto")
    assert settings.storage.data_dir == Path("data")
    assert settings.storage.database_url == "sqlite+aiosqlite:///data/bot.db"
    assert (settings.queue.per_member, settings.queue.per_server) == (10, 200)
    assert (settings.health.port, settings.health.host) == (None, "127.0.0.1")
    assert (settings.log.level, settings.log.format) == ("INFO", "plain")
    assert settings.warnings == ()


def test_an_empty_value_counts_as_unset():
    assert read_settings(dict.fromkeys(NAMES, "  ")) == read_settings({})


def test_settings_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read_settings({}).queue.per_member = 3


@pytest.mark.parametrize("name", BAD)
def test_a_value_that_cannot_work_is_named_and_told_what_to_write(name):
    (problem,) = problems_of({name: BAD[name]})
    assert problem.startswith(f"{name} ")
    assert problem.endswith(".")


def test_all_problems_are_told_at_once():
    assert [problem.split()[0] for problem in problems_of(BAD)] == list(BAD)


def test_only_a_run_needs_the_token():
    read_settings({})
    read_settings({"DISCORD_TOKEN": TOKEN}, token_needed=True)
    (problem,) = problems_of({"DISCORD_TOKEN": " "}, token_needed=True)
    assert problem.startswith("DISCORD_TOKEN is not set")


def test_the_token_shows_itself_only_when_asked():
    settings = read_settings({"DISCORD_TOKEN": TOKEN})
    assert settings.discord.token.reveal() == TOKEN
    assert settings.secrets == (TOKEN,)
    shown = f"{settings} {settings.discord!r} {settings.discord.token}"
    assert TOKEN not in shown
    assert shown.count("<secret>") == 3


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "DATABASE_URL"])
def test_a_problem_with_a_secret_does_not_quote_it(name):
    (problem,) = problems_of({name: "Bot mysql://somebody:hunter2@example.com"})
    assert "hunter2" not in problem


@pytest.mark.parametrize(
    "url",
    [
        "https://discord.com/api/v10",
        "https://canary.discord.com/api/v10/",
        "http://127.0.0.1:8123/api/v10",
        "http://localhost:8123/api/v10",
        "http://[::1]:8123/api/v10",
    ],
)
def test_discord_and_this_machine_may_be_talked_to(url):
    assert read_settings({"DISCORD_API_URL": url}).discord.api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://discord.com/api/v10",
        "https://discord.com.example.org/api/v10",
        "https://evildiscord.com/api/v10",
        "https://discord.com@example.org/api/v10",
        "https://somebody@discord.com/api/v10",
        "https://example.org\\@discord.com/api/v10",
        "https://example.org\\.discord.com/api/v10",
        "https://127.0.0.1.example.org/api/v10",
        "https://192.168.0.1/api/v10",
        "https://discord.com",
        "https://discord.com/api/v10?to=elsewhere",
        "https://discord.com:port/api/v10",
        "https://[discord.com/api/v10",
        "discord.com/api/v10",
    ],
)
def test_the_token_is_sent_nowhere_else(url):
    (problem,) = problems_of({"DISCORD_API_URL": url})
    assert problem.startswith("DISCORD_API_URL ")


@pytest.mark.parametrize(
    "url", ["ws://gateway.discord.gg", "wss://example.org", "http://127.0.0.1:80"]
)
def test_the_gateway_is_held_to_the_same_hosts(url):
    (problem,) = problems_of({"DISCORD_GATEWAY_URL": url})
    assert problem.startswith("DISCORD_GATEWAY_URL ")


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "0.0.0.0", "localhost", "bot-1.internal"])  # noqa: S104
def test_monitors_may_be_served_on_any_address_of_this_computer(host):
    health = read_settings({"HEALTH_PORT": "9090", "HEALTH_HOST": host}).health
    assert (health.port, health.host) == (9090, host)


@pytest.mark.parametrize("value", ["1", "1000", " 12 "])
def test_a_number_within_its_bounds_is_taken(value):
    assert read_settings({"QUEUE_PER_MEMBER": value}).queue.per_member == int(value)


@pytest.mark.parametrize("value", ["0", "1001", "-1", "1.5", "1_0", "٣", "1e2"])
def test_a_number_outside_its_bounds_is_refused_with_them(value):
    (problem,) = problems_of({"QUEUE_PER_MEMBER": value})
    assert problem.endswith("write a whole number from 1 to 1000.")


@given(
    st.text(
        st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\~"), min_size=1
    ).filter(str.strip)
)
@example("a?b#c%20d e")
def test_the_database_lies_in_the_data_folder_whatever_its_name(name):
    storage = read_settings({"DATA_DIR": f"/srv/{name}/x"}).storage
    assert make_url(storage.database_url).database == f"{storage.data_dir.as_posix()}/bot.db"


def test_a_slip_in_a_name_is_told_with_what_was_meant():
    (warning,) = read_settings({"DISCORD_TOKE": TOKEN, "PATH": "/bin", "MODE": "x"}).warnings
    assert warning.startswith("DISCORD_TOKE is not a setting; did you mean DISCORD_TOKEN?")
    assert TOKEN not in warning


def test_a_name_in_lower_case_is_a_slip_too():
    (warning,) = read_settings({"queue_per_member": "3"}).warnings
    assert "QUEUE_PER_MEMBER" in warning


def test_a_name_beside_the_setting_itself_is_no_slip():
    assert read_settings({"LOG_LEVELS": "x", "LOG_LEVEL": "INFO"}).warnings == ()


@given(
    st.dictionaries(
        st.sampled_from(NAMES) | st.text(),
        st.text() | st.text(string.printable) | st.sampled_from([*BAD.values(), "http://[", "~x"]),
    )
)
def test_any_mapping_is_read_or_refused_in_sentences(environ):
    problems: tuple[str, ...] = ()
    try:
        assert read_settings(environ)
    except SettingsError as error:
        problems = error.problems or ("",)
    for problem in problems:
        assert problem.split()[0] in NAMES
        assert problem.endswith(".")
        assert problem.isprintable()


def test_a_file_gives_what_the_environment_does_not(tmp_path):
    file = tmp_path / ".env"
    file.write_text('DISCORD_TOKEN="a.b${PATH}c" # mine\nPATH=nothing\nDEVICE=\n', "utf-8-sig")
    environ = load_environment(file)
    assert environ["PATH"] != "nothing"
    assert environ["DISCORD_TOKEN"] == "a.b${PATH}c"
    assert "DEVICE" not in environ


def test_an_empty_variable_does_not_hide_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("DISCORD_TOKEN", "")
    file = tmp_path / ".env"
    file.write_text(f"DISCORD_TOKEN={TOKEN}\n")
    assert load_environment(file)["DISCORD_TOKEN"] == TOKEN


def test_no_file_is_no_problem(tmp_path):
    assert "PATH" in load_environment(tmp_path / ".env")


def test_a_file_in_another_encoding_is_told(tmp_path):
    file = tmp_path / ".env"
    file.write_text("DISCORD_TOKEN=abc\n", "utf-16")
    with pytest.raises(SettingsError, match="save it again as UTF-8"):
        load_environment(file)


def test_every_default_is_a_value_its_own_parser_takes():
    for one in describe():
        one.parse(one.default)
    assert len(describe()) >= 10
