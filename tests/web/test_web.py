"""The log in a browser: who may ask, what is shown, and that nothing can be changed or run in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from assistant import library, unattended
from assistant.core import command as c
from assistant.log import Log
from assistant.log.projection import up_to_date
from assistant.log.report import reports
from assistant.review import Review
from assistant.reviewer import Profile
from assistant.web import site as pages
from assistant.web.site import site

KEY = "the-key"
HOSTILE = "<script>alert(1)</script> [bold]=1+1\x1b[2J"
SEED = library.find_case("cervical")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with one signed session, a hostile note in it."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    with Log.open(path) as made:
        review = Review.open(made, SEED, Profile("r-web"))
        review.perform(c.AddNote("case", "qualifications", HOSTILE))
        assert unattended.run(review, unattended.read_file(SEED.path / "reference.yaml")).status == 0
        review.close()
    return path


@pytest_asyncio.fixture
async def browser(log: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the address that the program prints, without its key."""
    monkeypatch.setattr(pages, "QUERY_SECONDS", 0.5)
    app = site(up_to_date(log), log, KEY, lambda words: None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as made:
        yield made


async def session_of(browser: httpx.AsyncClient) -> str:
    rows = (await browser.get("/log/session.json?_shape=array&kind=practice")).json()
    return str(rows[0]["session"])


async def enter(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/log?key={KEY}&_x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/log?_x=1"
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=Strict" in answer.headers["set-cookie"]


# -- who may ask ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/log", "/session/last", "/log/departures", "/-/databases.json"])
async def test_nothing_is_shown_without_the_key(browser: httpx.AsyncClient, path: str) -> None:
    assert (await browser.get(path)).status_code == 403
    assert (await browser.get(f"{path}?key=wrong")).status_code == 403
    assert (await browser.get(path, headers={"cookie": "imr_key=wrong"})).status_code == 403


async def test_another_name_for_this_address_is_refused(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/?key={KEY}", headers={"host": "evil.example:8765"})
    assert answer.status_code == 421


async def test_only_reading_is_served(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    assert (await browser.post("/log", data={"sql": "select 1"})).status_code == 405
    assert (await browser.delete("/log/session")).status_code == 405


async def test_what_is_shown_stays_in_the_window(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    headers = (await browser.get("/log")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


# -- what is shown --------------------------------------------------------------------------------


async def test_every_report_is_a_stored_query(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    for one in reports().values():
        answer = await browser.get(f"/log/{one.name}.json")
        assert (answer.status_code, answer.json()["ok"]) == (200, True), one.name


async def test_a_session_has_a_page_and_every_table_leads_to_it(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    session = await session_of(browser)
    for path in ("/log/absences", "/log/determinations"):
        assert f'href="/session/{session}"' in (await browser.get(path)).text
    for path in (f"/session/{session}", f"/log/session/{session}"):
        page = (await browser.get(path)).text
        assert "answer.recorded" in page
        assert "not a determination" in page
        assert "Search for what was not found" in page


async def test_foreign_words_are_shown_and_never_obeyed(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    page = (await browser.get(f"/session/{await session_of(browser)}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    assert "\x1b" not in page


async def test_an_unknown_session_is_not_found(browser: httpx.AsyncClient) -> None:
    await enter(browser)
    assert (await browser.get("/session/nosuchsession")).status_code == 404


async def test_that_a_session_was_read_is_logged_and_not_in_it(browser: httpx.AsyncClient, log: Path) -> None:
    await enter(browser)
    session = await session_of(browser)
    with Log.open(log, write=False) as held:
        before = len(held.read(session))
    await browser.get(f"/session/{session}")
    with Log.open(log, write=False) as held:
        assert len(held.read(session)) == before
    readings = (await browser.get("/log/readings.json?_shape=array")).status_code
    assert readings == 200


# -- what can't be done ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "delete from session",
        "attach database '/tmp/other.sqlite' as other",
        "pragma journal_mode=off",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "select load_extension('/tmp/x.so')",
    ],
)
async def test_sql_that_writes_attaches_loads_or_never_ends_is_refused(
    browser: httpx.AsyncClient, sql: str
) -> None:
    await enter(browser)
    answer = await browser.get("/log.json", params={"sql": sql})
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
