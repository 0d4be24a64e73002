"""The log in a browser: who may ask, what is shown, and that nothing can be changed or run in it."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from click.testing import CliRunner

from assistant import library
from assistant.cli.log import log as command
from assistant.core import commands as c
from assistant.log import Log
from assistant.log.last_verified import keep_result
from assistant.log.projection import up_to_date
from assistant.log.report import reports
from assistant.log.verify import verify
from assistant.log.verify_entries import Break
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from assistant.web import site as pages
from assistant.web.site import site
from tests.prove import scale

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <sqlite3.Connection:pytest.PytestUnraisableExceptionWarning"
)
"""Datasette leaves connections open, of which Python complains from 3.13 on."""

KEY = "the-key-to-this-log-and-no-other"
HOSTILE = "<script>alert(1)</script> [bold]=1+1\x1b[2J\u202egnp"
FORMULA = '=HYPERLINK("http://example.org","x")'
LINK = "http://example.org/"
SEED = library.find_case("cervical-radiographs-after")


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


async def test_nothing_is_shown_without_the_key_in_the_path(browser: httpx.AsyncClient) -> None:
    for path in PATHS:
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


async def test_another_name_or_port_is_refused_with_the_key(browser: httpx.AsyncClient) -> None:
    for host in [
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
    ]:
        assert (await browser.get("/", headers={"host": host})).status_code == 421, host


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
        page = (await browser.get(path)).text
        assert f'href="/{KEY}/session/{session}"' in page
        assert "`" not in page.partition("<form")[0]
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


async def test_no_cell_of_csv_is_a_formula(browser: httpx.AsyncClient) -> None:
    for path in ["/log/rejected-input.csv", "/log/rejection.csv", "/log/rejection.csv?_stream=on&_dl=1"]:
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


# -- what an address asks for ---------------------------------------------------------------------


async def rows_of(browser: httpx.AsyncClient, path: str, **asked: str) -> list[dict[str, object]]:
    answer = await browser.get(path, params={"_shape": "array", **asked})
    assert answer.status_code == 200, answer.text
    return list(answer.json())


async def test_a_report_takes_the_filters_of_the_command_line(browser: httpx.AsyncClient, log: Path) -> None:
    session = await session_of(browser)
    asked: list[tuple[str, dict[str, str], list[str]]] = [
        ("uphold-rate", {"reviewer": "r-web"}, []),
        ("uphold-rate", {"reviewer": "r-nobody"}, []),
        ("uphold-rate", {"kind": "real", "by": "reviewer"}, []),
        ("uphold-rate", {"by": "reviewer,kind"}, []),
        ("determinations", {"session": session[:6], "sort": "-item"}, []),
        ("determinations", {"case": "no-such-case"}, []),
        ("absences", {"prompt-set": "cervical-radiography"}, ["--prompt-set", "cervical-radiography"]),
        ("departures", {"since": "2001-01", "until": "2002"}, []),
        ("deadlines", {"state": "late"}, []),
    ]
    for name, filters, words in asked:
        line = words or [part for key, value in filters.items() for part in (f"--{key}", value)]
        done = CliRunner().invoke(command, ["report", name, *line, "--json", "--log", str(log)])
        ours = json.loads(done.stdout)["rows"]
        assert await rows_of(browser, f"/log/{name}.json", **filters) == ours, (name, filters)
        page = (await browser.get(f"/log/{name}", params=filters)).text
        assert f"{len(ours)} row" in page, (name, filters)
        told = list(csv.DictReader(io.StringIO((await browser.get(f"/log/{name}.csv", params=filters)).text)))
        assert len(told) == len(ours), (name, filters)


async def test_what_an_address_asks_for_and_no_page_would_use_is_refused(browser: httpx.AsyncClient) -> None:
    for path in [
        "/log/uphold-rate?status=open",
        "/log/uphold-rate.json?no_such=1",
        "/log/uphold-rate.csv?reviewer=a&reviewer=b",
        "/log/uphold-rate?by=colour",
        "/log/uphold-rate?sort=-rate&by=reviewer",
        "/log/determinations?by=reviewer",
        "/log/determinations?session=nothing-like-it",
        "/log/deadlines?since=soon",
        "/log/departures.json?_shape=object",
        "/log/departures?_facet=reviewer",
        "/log/item?no_such_column=1",
        "/log/item.json?no_such_column__contains=1",
        "/log/item?_size=2&_size=3",
        "/log/session?_sort=no_such_column",
        "/log/item.json?_sort_desc=no_such_column",
        "/log/item.csv?_facet=no_such_column",
        "/log?sql=select+1&sql=select+2",
        "/log?sql=select+:a&b=2",
        "/log?reviewer=r-web",
        "/session/last?changes=1",
        "/?reviewer=r-web",
    ]:
        assert (await browser.get(path)).status_code == 400, path


async def test_what_a_page_uses_is_taken(browser: httpx.AsyncClient) -> None:
    for path in [
        "/log/item?decision=upheld&decision__contains=up",
        "/log/item.json?_facet=decision&_facet=why&_size=1",
        "/log/item?_sort_desc=decided",
        "/log?sql=select+:a,+:b&a=1&b=2",
        "/log/uphold-rate?reviewer=&by=&sort=&kind=practice",
        "/log/session?_filter_column_1=kind&_filter_op_1=exact&_filter_value_1=practice",
    ]:
        assert (await browser.get(path)).status_code in (200, 302), path


async def test_a_part_of_the_rows_is_no_file_of_all(browser: httpx.AsyncClient) -> None:
    many = "with recursive n(i) as (select 1 union all select i + 1 from n limit 2001) select i from n"
    assert (await browser.get("/log.csv", params={"sql": many})).status_code == 400
    told = (await browser.get("/log.csv", params={"sql": many.replace("2001", "2000")})).text
    assert told.splitlines() == ["i", *map(str, range(1, 2001))]
    assert (await browser.get("/log.csv", params={"sql": "select :a as a", "a": "=1"})).text == "a\r\n'=1\r\n"
    assert (await browser.get("/log.csv?sql=")).status_code == 400


async def test_a_name_in_double_quotes_is_a_name(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/log.json", params={"sql": 'select count(*) from session where "knd" = 1'})
    assert answer.status_code == 400
    assert "no such column" in answer.text


async def test_the_filters_of_a_report_are_logged_with_it(browser: httpx.AsyncClient, log: Path) -> None:
    await browser.get("/log/departures?reviewer=r-web&by=criterion&kind=practice")
    with Log.open(log, write=False) as held:
        sitting = next(row.id for row in held.sessions(others=True))
        last = held.read(sitting)[-1]
    assert (last.kind, last.body["report"]) == ("access.reported", "departures")
    assert last.body["filters"] == {"reviewer": "r-web", "kind": "practice"}
    assert last.body["by"] == ["criterion"]


# -- when it was verified -------------------------------------------------------------------------


async def test_every_page_says_when_the_log_was_last_verified_and_with_what_result(
    browser: httpx.AsyncClient, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path))
    paths = (
        "/",
        "/log",
        "/log/item",
        "/log/departures",
        "/session/last",
        "/log?sql=select+1",
        "/log/nothing",
    )
    for path in paths:
        assert "This log was never verified on this computer." in (await browser.get(path)).text, path
    found = verify(log)
    keep_result(log, found, deep=True)
    for path in paths:
        page = (await browser.get(path)).text
        assert re.search(
            r"Last verified 20..-..-.. ..:.. over [0-9,]+ entries, with --deep: it held together, and who signed it was open\.",
            page,
        ), path
    broken = Break("s", 3, "an <entry> was changed")
    keep_result(
        log, dataclasses.replace(found, ok=False, first_break=broken, events=found.events + 90), deep=False
    )
    page = (await browser.get("/log")).text
    assert "it did NOT hold (an &lt;entry&gt; was changed)" in page
    assert "are gone" in page


# -- what can't be done ---------------------------------------------------------------------------


async def test_sql_that_writes_attaches_loads_or_never_ends_is_refused(browser: httpx.AsyncClient) -> None:
    for sql in [
        "delete from session",
        "attach database '/tmp/other.sqlite' as other",
        "pragma journal_mode=off",
        "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n",
        "select load_extension('/tmp/x.so')",
    ]:
        answer = await browser.get("/log.json", params={"sql": sql})
        assert (answer.status_code, answer.json()["ok"]) == (400, False), sql


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
    table = await browser.get("/log.csv", params={"sql": sql})
    assert (table.status_code, "took too long" in table.text) == (400, True)
    assert capfd.readouterr() == ("", "")


HEAVY = {
    "a value of 1 GB": "select zeroblob(1000000000)",
    "a width": "select printf('%.*c', 1000000000, 'x')",
    "a width in the form": "select format('%1000000000d', 1)",
    "a row": "select " + ", ".join(["randomblob(1000000)"] * 300),
    "many rows": "with recursive n(i) as (select 1 union all select i + 1 from n limit 900) select randomblob(900000) from n",
    "a sort": "with recursive n(i) as (select 1 union all select i + 1 from n limit 400) "
    "select length(b) from (select randomblob(900000) as b from n order by b)",
    "one text": "with recursive n(i) as (select 1 union all select i + 1 from n limit 4000) "
    "select group_concat(hex(randomblob(900))) from n",
    "a text in a text": "with t(a) as (select replace(hex(zeroblob(240000)), '0', 'aa')) "
    "select instr(a, substr(a, 1, 400000) || 'b'), instr(a, substr(a, 1, 390000) || 'b') from t",
    "signs in signs": "with t(a) as (select hex(randomblob(240000))) select length(trim(a || a, a || 'G')) from t",
    "keys in keys": "select json_patch('{}', '{}')",
}


FORMS = ["", ".json", ".csv"]


@pytest.mark.parametrize("form", FORMS)
async def test_no_query_takes_more_than_its_share_and_the_next_is_answered(
    browser: httpx.AsyncClient, form: str
) -> None:
    for what, sql in list(HEAVY.items())[FORMS.index(form) if not scale.ALL else 0 :: scale.of(3, 1)]:
        answer = await browser.get(f"/log{form}", params={"sql": sql})
        assert len(answer.content) < 9_000_000, what
        few = "text" in what or "signs" in what  # of these a quick machine has the answer in time
        assert answer.status_code in ((200, 400) if few else (400,)), what
        small = await browser.get("/log.json", params={"sql": "select 41 + 1 as n"})
        assert small.json()["rows"] == [[42]], what


async def test_no_connection_to_the_tables_can_write_whatever_asks(
    browser: httpx.AsyncClient, log: Path
) -> None:
    tables = Path(f"{log}.reports")
    before = tables.read_bytes()
    for path in (
        "/log/item?_where=1=1+union+select+load_extension('x')",
        "/log/item?_where=(select+writefile('x','y'))",
        "/log/item.json?_where=readfile('/etc/passwd')+is+not+null",
        "/log.json?sql=pragma+query_only%3Doff",
        "/log.json?sql=select+*+from+pragma_database_list",
        "/log.json?sql=explain+delete+from+session",
    ):
        assert (await browser.get(path)).status_code in (200, 400), path
    assert tables.read_bytes() == before


# -- what is amiss meanwhile ----------------------------------------------------------------------


def served_from(tables: Path, log: Path, told: list[str]) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=site(tables, log, KEY, 8765, told.append))  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8765/{KEY}")


PAGES = (
    "/",
    "/log",
    "/log/item",
    "/log/item.json",
    "/log/item.csv",
    "/log/item?kind=practice",
    "/log/departures",
    "/log/departures.json",
    "/log/departures.csv",
    "/log/departures?by=criterion",
    "/log?sql=select+1",
    "/log.csv?sql=select+1",
    "/log/nothing",
)


@pytest.mark.parametrize("amiss", ["gone", "no database", "another database", "cut"])
async def test_tables_that_are_gone_or_others_are_told_on_every_page(
    log: Path, tmp_path: Path, amiss: str
) -> None:
    """They are removed by a redaction and made anew by another command, also while the view is open."""
    tables, told = Path(shutil.copyfile(up_to_date(log), tmp_path / "tables")), list[str]()
    if amiss == "gone":
        tables.unlink()
    elif amiss == "no database":
        tables.write_bytes(b"no database" * 1000)
    elif amiss == "another database":
        tables.unlink()
        with closing(sqlite3.connect(tables)) as made:
            made.execute("CREATE TABLE other (x)")
    else:
        tables.write_bytes(tables.read_bytes()[:9000])
    async with served_from(tables, log, told) as browser:
        for path in PAGES:
            answer = await browser.get(path)
            assert answer.status_code in (200, 400, 404, 503), (path, answer.text)
            assert "Traceback" not in answer.text
            if answer.status_code == 503:
                assert "start `imr log serve` anew" in html.unescape(answer.text), path
        assert (await browser.get("/log/departures")).status_code != 200


@pytest.mark.parametrize(
    "error", [sqlite3.OperationalError("database is locked"), OSError(5, "the disk"), MemoryError()]
)
async def test_whatever_ends_a_page_before_or_within_it_is_answered_in_words(
    log: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Also where the page that says so can't be made, and where it is looked at what an address asks for."""
    if isinstance(error, sqlite3.Error):
        error.sqlite_errorcode = sqlite3.SQLITE_BUSY

    async def fails(*_given: object, **_named: object) -> None:
        raise error

    told: list[str] = []
    async with served_from(up_to_date(log), log, told) as browser:
        assert (await browser.get("/log/item?kind=practice")).status_code == 200
        for name in ("execute", "execute_fn", "table_columns"):
            with monkeypatch.context() as patch:
                patch.setattr(f"datasette.database.Database.{name}", fails)
                for path in PAGES:
                    answer = await browser.get(path)
                    assert answer.status_code in (200, 400, 404, 503), (name, path, answer.text)
        monkeypatch.setattr("assistant.web.pages.note", lambda *_: (_ for _ in ()).throw(error))
        assert (await browser.get("/log/item")).status_code == 503
    assert told


async def test_a_log_that_is_gone_meanwhile_is_told(log: Path, tmp_path: Path) -> None:
    tables, told = up_to_date(log), list[str]()
    async with served_from(tables, tmp_path / "gone.sqlite", told) as browser:
        for path in (*PAGES, "/session/last"):
            answer = await browser.get(path)
            assert answer.status_code in (200, 400, 404, 503), (path, answer.text)
    assert told


async def test_who_goes_away_in_the_middle_of_an_answer_ends_nothing_else(log: Path) -> None:
    told: list[str] = []
    app = site(up_to_date(log), log, KEY, 8765, told.append)
    scope = {
        **{"type": "http", "method": "GET", "query_string": b"", "scheme": "http", "http_version": "1.1"},
        **{"path": f"/{KEY}/log/item", "raw_path": f"/{KEY}/log/item".encode()},
        "headers": [(b"host", b"127.0.0.1:8765")],
    }

    async def nothing() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def gone(message: dict[str, object]) -> None:
        raise ConnectionResetError

    await app(scope, nothing, gone)  # type: ignore[arg-type]
    assert any("ConnectionResetError" in one for one in told)
    async with served_from(up_to_date(log), log, told) as browser:
        assert (await browser.get("/log/item")).status_code == 200
