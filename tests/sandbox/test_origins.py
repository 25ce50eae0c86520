"""The sandbox answers its own page and this computer's programs, and no other website."""

from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest
import yarl

from bot.sandbox.faults import signed_out
from bot.sandbox.options import FileOption
from bot.sandbox.server import Sandbox
from bot.sandbox.serving import with_page
from tests.discord_fixtures import complaints
from tests.sandbox.raw import RawBot

PAGE = ("/", "/page/app.js", "/sandbox/scene", "/sandbox/health")
ANOTHER_PORT = "http://127.0.0.1:1"
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
"""What a browser says when a person follows a link of another site."""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with with_page(Sandbox()) as opened:
        yield opened
    assert not complaints(opened, None)


async def asked(sandbox: Sandbox, path: str, headers: Mapping[str, str]) -> int:
    """The status that a request with these headers is answered by."""
    async with aiohttp.ClientSession() as session:
        address = sandbox.url + path
        async with session.get(address, headers=headers, allow_redirects=False) as answer:
            return answer.status


async def streamed(sandbox: Sandbox, origin: str | None) -> int:
    """The status that the stream answers a page of this origin by; 101 where it opens."""
    headers = {} if origin is None else {"Origin": origin}
    async with aiohttp.ClientSession() as session:
        try:
            async with session.ws_connect(f"{sandbox.url}/sandbox/stream", headers=headers):
                return 101
        except aiohttp.WSServerHandshakeError as error:
            return error.status


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "[::1]"])
async def test_every_name_of_the_own_address_is_the_sandbox_itself(
    sandbox: Sandbox, name: str
) -> None:
    own = {"Origin": f"http://{name}:{yarl.URL(sandbox.url).port}"}
    assert [await asked(sandbox, path, own) for path in PAGE] == [200] * len(PAGE)
    assert await streamed(sandbox, own["Origin"]) == 101


@pytest.mark.parametrize("origin", [
    ANOTHER_PORT, "http://localhost:3000", "http://127.0.0.1", "https://example.com", "null", "",
    "http://[", "file://", "http://127.0.0.1:none"])  # fmt: skip
async def test_a_page_of_anybody_else_gets_nothing_not_even_of_this_computer(
    sandbox: Sandbox, origin: str
) -> None:
    for path in PAGE:
        assert await asked(sandbox, path, {"Origin": origin}) == 403
    assert await streamed(sandbox, origin) == 403


async def test_the_same_port_over_another_scheme_is_somebody_else(sandbox: Sandbox) -> None:
    other = sandbox.url.replace("http:", "https:")
    assert await asked(sandbox, "/sandbox/scene", {"Origin": other}) == 403


async def test_a_member_cannot_be_made_to_act_from_elsewhere(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        deed = {"user": "member", "channel": "general", "do": "say", "content": "not me"}
        address = f"{sandbox.url}/sandbox/act"
        async with session.post(address, json=deed, headers={"Origin": ANOTHER_PORT}) as answer:
            assert answer.status == 403
    assert sandbox.acting("member", "general").messages() == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_what_a_browser_says_is_another_sites_request_is_refused(
    sandbox: Sandbox, site: str
) -> None:
    for path in PAGE:
        assert await asked(sandbox, path, {"Sec-Fetch-Site": site}) == 403


@pytest.mark.parametrize("site", ["none", "same-origin"])
async def test_what_a_person_typed_and_what_the_page_asks_is_answered(
    sandbox: Sandbox, site: str
) -> None:
    for path in PAGE:
        assert await asked(sandbox, path, {"Sec-Fetch-Site": site}) == 200


async def test_a_link_from_elsewhere_opens_the_page_and_nothing_else(sandbox: Sandbox) -> None:
    assert await asked(sandbox, "/", LINK) == 200
    assert await asked(sandbox, "/", LINK | {"Sec-Fetch-Dest": "iframe"}) == 403
    assert await asked(sandbox, "/sandbox/scene", LINK) == 403


async def test_a_program_says_nothing_of_itself_and_is_answered(sandbox: Sandbox) -> None:
    assert [await asked(sandbox, path, {}) for path in PAGE] == [200] * len(PAGE)
    assert await streamed(sandbox, None) == 101


async def test_a_bots_own_page_may_speak_to_discords_side_with_the_token(sandbox: Sandbox) -> None:
    near = {"Origin": ANOTHER_PORT, "Authorization": f"Bot {sandbox.token}"}
    assert await asked(sandbox, "/api/v10/users/@me", near) == 200
    assert await asked(sandbox, "/api/v10/users/@me", near | {"Origin": "https://a.com"}) == 403
    async with RawBot(sandbox) as bot:
        assert (await bot.ask("GET", "/users/@me")).status == 200


@pytest.mark.parametrize("more", [{"Sec-Fetch-Dest": "image"}, LINK])
async def test_a_picture_or_a_link_of_another_website_does_not_reach_discords_side(
    sandbox: Sandbox, more: Mapping[str, str]
) -> None:
    fault = sandbox.faults.add(signed_out())
    elsewhere = {"Sec-Fetch-Site": "cross-site", **more}
    for path in ("/api/v10/users/@me", "/gateway", "/gateway/resume"):
        assert await asked(sandbox, path, elsewhere) == 403
    assert (fault.times, sandbox.faults.met) == (1, []), "it waits for a request of the bot's"
    assert sandbox.violations == []


async def test_no_name_but_loopbacks_is_answered(sandbox: Sandbox) -> None:
    for name in ("sandbox.example", "discord.com", "127.0.0.1.example", "127.0.0.2"):
        host = {"Host": f"{name}:{yarl.URL(sandbox.url).port}"}
        assert [await asked(sandbox, path, host) for path in PAGE] == [403] * len(PAGE)


async def test_the_page_has_one_address_and_the_other_names_lead_to_it(sandbox: Sandbox) -> None:
    port = yarl.URL(sandbox.url).port
    async with aiohttp.ClientSession() as session:
        address, host = f"{sandbox.url}/?as=patron", {"Host": f"localhost:{port}"}
        async with session.get(address, headers=host, allow_redirects=False) as answer:
            assert answer.status == 307
            assert answer.headers["Location"] == address


async def test_an_address_that_is_forwarded_stays_as_it_is(sandbox: Sandbox) -> None:
    forwarded = {"Host": "localhost:8080", "Origin": "http://localhost:8080"}
    assert await asked(sandbox, "/", forwarded) == 200
    assert await streamed(sandbox, None) == 101


async def test_the_page_cannot_be_framed_nor_kept_hold_of(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session, session.get(sandbox.url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'none'" in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


async def test_a_link_to_a_message_leads_to_it_in_its_channel(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for link, place in (("/channels/1/22/333", "22"), ("/channels/@me/22", "@me")):
            async with session.get(sandbox.url + link, allow_redirects=False) as answer:
                found = yarl.URL(answer.headers["Location"])
                assert found.query == {"in": place}
                assert found.fragment == ("message-333" if place == "22" else "")


async def uploaded(sandbox: Sandbox, name: str, data: bytes) -> yarl.URL:
    """The address of a file that a member has sent."""
    said = await sandbox.acting("member", "general").say("", [FileOption(name, data)])
    return yarl.URL(said.files[0].url)


@pytest.mark.parametrize("name", ["page.html", "picture.svg", "program.js"])
async def test_a_file_runs_nothing_in_the_name_of_the_page(sandbox: Sandbox, name: str) -> None:
    address = await uploaded(sandbox, name, b"<script>alert(1)</script>")
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.content_type == "application/octet-stream"


async def test_an_address_that_leads_to_no_file_is_gone(sandbox: Sandbox) -> None:
    address = await uploaded(sandbox, "notes.txt", b"words")
    assert await asked(sandbox, address.path_qs, {}) == 200
    for other in (
        address.with_query(None), address.with_query(ex="soon"), address.with_query(ex="1"),
        address.with_name("others.txt").with_query(address.query),
        address.parent.parent.joinpath("it/notes.txt").with_query(address.query),
    ):  # fmt: skip
        assert await asked(sandbox, other.path_qs, {}) == 404
