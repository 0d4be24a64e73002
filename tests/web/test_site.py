"""The log in a browser: who may ask, what is shown, and that nothing can be changed or run in it."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from assistant import library
from assistant.core import commands as c
from assistant.log import Log
from assistant.log.projection import up_to_date
from assistant.log.report import reports
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from assistant.web import site as pages
from assistant.web.site import site

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <sqlite3.Connection:pytest.PytestUnraisableExceptionWarning"
)
"""Datasette leaves connections open, of which Python complains from 3.13 on."""

KEY = "the-key-to-this-log-and-no-other"
HOSTILE = "<script>alert(1)</script> [bold]=1+1\x1b[2J\u202egnp"
FORMULA = '=HYPERLINK("http://example.org","x")'
LINK = "http://example.org/"
SEED = library.find_case("cervical")


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with one signed session, a hostile note in it."""
    path = tmp_path_factory.mktemp("log") / "log.sqlite"
    with Log.open(path) as made:
        review = Review.open(made, SEED, Profile("r-web"))
        for words in (HOSTILE, FORMULA, LINK, f"\u202e{FORMULA}"):
            review.perform(c.AddNote("case", "qualifications", words))
            review.perform(c.RejectInput("case", "qualifications", words, words))
        assert (
            answers_file.run_answers(
                review, answers_file.read_answers_file(SEED.path / "reference.yaml")
            ).status
            == 0
        )
        review.close()
    return path


@pytest_asyncio.fixture
async def browser(log: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the address that the program prints, without its key."""
    monkeypatch.setattr(pages, "QUERY_SECONDS", 0.5)
    app = site(up_to_date(log), log, KEY, 8765, lambda words: None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8765/{KEY}") as made:
        yield made


async def session_of(browser: httpx.AsyncClient) -> str:
    rows = (await browser.get("/log/session.json?_shape=array&kind=practice")).json()
    return str(rows[0]["session"])


# -- who may ask ----------------------------------------------------------------------------------

PATHS = ("/", "/log", "/session/last", "/log/departures", "/-/databases.json", "/imr/log.css")


@pytest.mark.parametrize("path", PATHS)
async def test_nothing_is_shown_without_the_key_in_the_path(browser: httpx.AsyncClient, path: str) -> None:
    for start in ("", "/wrong", f"/{KEY}x", f"/{KEY[:-1]}", f"/%2F{KEY}", "//"):
        address = httpx.URL("http://127.0.0.1:8765").copy_with(raw_path=f"{start}{path}".encode())
        answer = await browser.get(address)
        assert answer.status_code in (403, 404), start
        assert "Decision log" not in answer.text, start
    for carried in ({"cookie": f"imr_key={KEY}"}, {"authorization": f"Bearer {KEY}"}, {"referer": KEY}):
        assert (
            await browser.get(f"http://127.0.0.1:8765{path}?key={KEY}", headers=carried)
        ).status_code == 403


async def test_no_answer_gives_the_browser_something_to_send_elsewhere(browser: httpx.AsyncClient) -> None:
    for path in (*PATHS[:4], "/log.json?sql=select+1", "/log/item.csv", "/nothing"):
        assert "set-cookie" not in (await browser.get(path)).headers, path


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:8765",
        "localhost:8765",
        "[::1]:8765",
        "127.0.0.1",
        "127.0.0.1:8766",
        "127.0.0.1:80",
        "127.0.0.2:8765",
        "127.0.0.1:8765.evil.example",
        "evil.example:8765@127.0.0.1:8765",
        "",
    ],
)
async def test_another_name_or_port_is_refused_with_the_key(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("/", headers={"host": host})).status_code == 421


async def test_every_link_of_every_page_keeps_the_key_and_opens(browser: httpx.AsyncClient) -> None:
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < 90:
        path = waiting.pop(0)
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        seen.add(path)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        for link in re.findall(r'(?:href|src|action)="([^"]*)"', answer.text):
            place = html.unescape(link)
            if place.startswith(("#", "?")):
                continue
            place = place.removeprefix("http://127.0.0.1:8765")
            assert place.startswith(f"/{KEY}/"), (path, link)
            inside = place.removeprefix(f"/{KEY}").partition("#")[0]
            if inside not in seen and inside not in waiting:
                waiting.append(inside)
    assert len(seen) > 60


async def test_the_key_is_in_no_entry_of_the_log(browser: httpx.AsyncClient, log: Path) -> None:
    for path in ("/log/item?decision=upheld", "/log/departures?reviewer=r-web", "/log.json?sql=select+1"):
        assert (await browser.get(path)).status_code == 200
    assert KEY.encode() not in log.read_bytes()
    assert (
        not log.with_name(log.name + "-wal").exists()
        or KEY.encode() not in log.with_name(log.name + "-wal").read_bytes()
    )


async def test_only_reading_is_served(browser: httpx.AsyncClient) -> None:
    assert (await browser.post("/log", data={"sql": "select 1"})).status_code == 405
    assert (await browser.delete("/log/session")).status_code == 405


async def test_what_is_shown_stays_in_the_window(browser: httpx.AsyncClient) -> None:
    headers = (await browser.get("/log")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_no_page_holds_a_script_and_none_could_run(browser: httpx.AsyncClient) -> None:
    session = await session_of(browser)
    for path in (
        "/",
        "/log",
        "/log/departures",
        "/log/item",
        f"/session/{session}",
        "/log?sql=x",
        "/log/none",
    ):
        answer = await browser.get(path)
        assert "<script" not in answer.text, path
        assert (
            re.findall(r'(?:href|src|action)="(?![/#?]|http://127\.0\.0\.1:8765/)[^"]*"', answer.text) == []
        ), path
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


# -- what is shown --------------------------------------------------------------------------------


async def test_every_report_has_a_page_of_its_own(browser: httpx.AsyncClient) -> None:
    for one in reports().values():
        answer = await browser.get(f"/log/{one.name}.json")
        assert (answer.status_code, answer.json()["report"]) == (200, one.name)


async def test_a_session_has_a_page_and_every_table_leads_to_it(browser: httpx.AsyncClient) -> None:
    session = await session_of(browser)
    for path in ("/log/absences", "/log/determinations"):
        assert f'href="/{KEY}/session/{session}"' in (await browser.get(path)).text
    for path in (f"/session/{session}", f"/log/session/{session}"):
        page = (await browser.get(path)).text
        assert "answer.recorded" in page
        assert "not a determination" in page
        assert "Search for what was not found" in page


async def test_foreign_words_are_shown_and_never_obeyed(browser: httpx.AsyncClient) -> None:
    page = (await browser.get(f"/session/{await session_of(browser)}")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    for path in (f"/session/{await session_of(browser)}", "/log/rejected-input", "/log/rejection"):
        page = (await browser.get(path)).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page, path
        assert "␛[2J&lt;U+202E&gt;gnp" in page, path
        assert not {"\x1b", "\u202e"} & set(page), path
        assert f'href="{LINK}' not in page, path


@pytest.mark.parametrize(
    "path", ["/log/rejected-input.csv", "/log/rejection.csv", "/log/rejection.csv?_stream=on&_dl=1"]
)
async def test_no_cell_of_csv_is_a_formula(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(path)
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert sorted(row["input"] for row in rows if FORMULA in row["input"]) == [
        f"'{FORMULA}",
        f"<U+202E>{FORMULA}",
    ]
    assert not {"\x1b", "\u202e"} & set(answer.text)
    assert {row["session"] for row in rows} == {await session_of(browser)}


async def test_an_unknown_session_is_not_found(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/session/nosuchsession")
    assert answer.status_code == 404
    assert "See them all with" in answer.text


async def test_that_a_session_was_read_is_logged_and_not_in_it(browser: httpx.AsyncClient, log: Path) -> None:
    session = await session_of(browser)
    with Log.open(log, write=False) as held:
        before = len(held.read(session))
    await browser.get(f"/session/{session}")
    with Log.open(log, write=False) as held:
        assert len(held.read(session)) == before


async def test_each_report_table_and_query_that_is_opened_is_logged(
    browser: httpx.AsyncClient, log: Path
) -> None:
    asked = "select 'asked here'"
    for path in (
        "/log/departures",
        "/log/rulings.csv",
        "/log/item?decision=upheld",
        "/log",
        "/-/static/app.css",
    ):
        assert (await browser.get(path)).status_code == 200
    await browser.get("/log.json", params={"sql": asked})
    with Log.open(log, write=False) as held:
        sitting = next(row.id for row in held.sessions(others=True))
        said = [(one.kind, one.body.get("report") or one.body.get("sql")) for one in held.read(sitting)][-4:]
    assert said == [
        ("access.reported", "departures"),
        ("access.reported", "rulings"),
        ("access.queried", "/log/item?decision=upheld"),
        ("access.queried", asked),
    ]
    page = (await browser.get(f"/session/{sitting}")).text
    assert "asked here" in page


async def test_a_reading_that_cannot_be_logged_is_told(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        "assistant.web.pages.note", lambda path, event: "This reading could not be logged: the disk is full."
    )
    transport = httpx.ASGITransport(app=site(up_to_date(log), log, KEY, 8765, said.append))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8765/{KEY}") as browser:
        assert (await browser.get("/log/departures")).status_code == 200
    assert said == ["This reading could not be logged: the disk is full."]


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
    answer = await browser.get("/log.json", params={"sql": sql})
    assert answer.status_code == 400
    assert answer.json()["ok"] is False


async def test_a_query_that_fails_says_why_and_keeps_its_words(
    browser: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    for sql, why in (
        ("select no_such_column from session", "no such column: no_such_column"),
        ("delete from session", "Statement must be a SELECT"),
        (
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
            "took too long",
        ),
    ):
        page = (await browser.get("/log", params={"sql": sql})).text
        assert why in page
        assert sql in page
    assert capfd.readouterr() == ("", "")
