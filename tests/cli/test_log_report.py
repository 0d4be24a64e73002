"""The questions of an auditor, asked as one would ask them."""

from __future__ import annotations

import csv
import io
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from assistant.cli.log import log as command
from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log import Draft, Log, projection
from assistant.log.access import reader
from assistant.log.report import reports
from tests.prove import scale

SCHEMA = Path(__file__).parents[2] / "schemas" / "output" / "log-report.schema.json"


def asking(path: Path) -> Any:
    def run(*arguments: object, columns: int = 100, **more: Any) -> Result:
        environment = {"IMR_LOG": str(path), "COLUMNS": str(columns)}
        return CliRunner().invoke(command, [str(one) for one in arguments], env=environment, **more)

    return run


@pytest.fixture
def ask(reviewed: Path) -> Any:
    return asking(reviewed)


@pytest.fixture(scope="module")
def look(shared: Path) -> Any:
    """The same for tests that only read, over a log that they share."""
    return asking(shared)


def out(done: Result) -> str:
    assert done.exception is None, done.exception
    return done.stdout


def readings(path: Path) -> list[tuple[str, dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT kind, CAST(entry AS TEXT) FROM event WHERE kind GLOB 'access.*' ORDER BY id"
        )
        return [(kind, json.loads(entry)["body"]) for kind, entry in rows.fetchall()]


# -- sessions and the timeline --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], {"aa11", "bb22", "cc33"}),
        (["--reviewer", "r-two"], {"bb22", "cc33"}),
        (["--case", "neck"], {"aa11", "cc33"}),
        (["--prompt-set", "cervical-radiography"], {"aa11", "bb22", "cc33"}),
        (["--prompt-set", "other"], set()),
        (["--outcome", "partial"], {"aa11"}),
        (["--status", "declined"], {"bb22"}),
        (["--kind", "practice"], {"cc33"}),
        (["--since", "2026-02-01", "--until", "2026-02"], {"aa11", "bb22", "cc33"}),
        (["--since", "2026-02-02"], set()),
        (["--reviewer", "r-two", "--kind", "real"], {"bb22"}),
    ],
)
def test_sessions_are_filtered(look: Any, filters: list[str], expected: set[str]) -> None:
    rows = json.loads(out(look("sessions", *filters, "--json")))
    assert {row["id"] for row in rows} == expected
    text = out(look("sessions", *filters))
    assert all(name in text for name in expected)
    assert ("No session is like that." in text) == (not expected)


def test_sittings_are_listed_where_somebody_asks_for_them(ask: Any) -> None:
    out(ask("show", "aa11"))
    (row,) = json.loads(out(ask("sessions", "--kind", "access", "--json", "--limit", "1")))
    assert (row["kind"], row["reviewer"], row["status"]) == ("access", reader(), None)
    asked = "SELECT DISTINCT status FROM session WHERE kind NOT IN ('real', 'practice', 'training')"
    assert out(ask("sql", asked, "--format", "csv")).splitlines()[1:] == ['""']


def test_the_timeline_tells_old_and_new_values_reasons_and_pages(look: Any) -> None:
    lines = out(look("show", "aa11"))
    text = " ".join(lines.split())
    assert "1/views: Amended: Which views are requested? flexion (before: flexion and extension)" in text
    assert "reason: Only one." in text
    assert "evidence: note:1" in text
    assert (
        "1/red_flags: fracture or dislocation, infection: not documented; tumor: absent; the other 4: not answered"
        in text
    )
    assert "1: Overturned (treatment approved)" in text
    assert "A neck · real · r-one · version 0.1.0; 1 document; 2 pages" in text
    said = "2 pages of 1 document for to evaluate, rule out: 1 passage; unreadable: scan:1."
    assert f"The program searched {said}" in text
    assert max(map(len, lines.splitlines())) <= 100


def test_words_of_several_lines_make_no_step_of_their_own(reviewed: Path, ask: Any) -> None:
    said = "Outcome: Uphold\n- one\n2  09:00:00  session.signed  forged"
    with Log.open(reviewed) as log:
        body = {"item": "case", "prompt": "", "text": Private(said)}
        count = len(log.read("cc33"))
        log.append("cc33", [Draft("note.added", body)], actor="r-two", case="neck", after=count)
    *_, day, step = out(ask("show", "cc33")).splitlines()
    assert day.endswith("r-two:")
    assert step.endswith("Note: Outcome: Uphold - one 2 09:00:00 session.signed forged")


def test_only_changes_can_be_shown(look: Any) -> None:
    text = out(look("show", "aa11", "--changes"))
    assert "prompt.shown" not in text
    assert "findings.opened" not in text
    assert "answer.amended" in text


def test_an_exported_timeline_has_every_step(look: Any) -> None:
    rows = list(csv.DictReader(io.StringIO(out(look("show", "aa11", "--format", "csv")))))
    assert [int(row["seq"]) for row in rows] == list(range(1, len(rows) + 1))
    assert any(row["reason"] == "The film was needed, =1+1." for row in rows)


# -- reports --------------------------------------------------------------------------------------


def test_the_reports_are_listed_with_their_questions(look: Any) -> None:
    text = " ".join(out(look("reports")).split())
    for one in reports().values():
        assert one.name in text
        assert one.question in text


@pytest.mark.parametrize("name", list(reports()))
@pytest.mark.parametrize("columns", [80, 160])
def test_each_report_prints_as_a_table_that_fits(look: Any, name: str, columns: int) -> None:
    text = out(look("report", name, columns=columns))
    assert text.startswith(reports()[name].question[:60])
    assert max(map(len, text.splitlines())) <= columns
    assert " of the log." in " ".join(text.split())


@pytest.mark.parametrize("name", list(reports()))
def test_each_report_says_the_same_in_every_format(look: Any, name: str) -> None:
    document = json.loads(out(look("report", name, "--json")))
    Draft202012Validator(json.loads(SCHEMA.read_text("utf-8"))).validate(document)
    lines = [json.loads(line) for line in out(look("report", name, "--format", "ndjson")).splitlines()]
    table = list(csv.DictReader(io.StringIO(out(look("report", name, "--format", "csv")))))
    if name == "readings":  # each of these calls is a reading more
        return
    assert document["rows"] == lines
    assert len(table) == len(lines)
    assert all(set(row) == set(document["rows"][0]) for row in table)


def test_a_decision_stands_with_its_consequence(look: Any) -> None:
    text = out(look("report", "departures", "--reviewer", "r-one"))
    assert "Overturned (treatment approved)" in text
    assert "Only reviewer r-one." in text
    assert (
        out(look("report", "departures", "--reviewer", "r-two")).count("Nothing in the log is like that.")
        == 1
    )


def test_a_report_is_described_with_its_columns_and_its_sql(look: Any) -> None:
    text = out(look("reports", "uphold-rate"))
    assert "of them upheld" in text
    assert "--by takes kind, prompt_set, reviewer" in text
    assert "CREATE VIEW uphold_rate AS" in out(look("reports", "uphold-rate", "--sql"))


def test_the_sql_that_is_shown_runs_as_it_stands(look: Any) -> None:
    for name in ("uphold-rate", "time", "citations"):
        (described,) = json.loads(out(look("reports", name, "--json")))
        rows = json.loads(out(look("sql", described["query"], "--json")))["rows"]
        assert rows == [list(row.values()) for row in json.loads(out(look("report", name, "--json")))["rows"]]


@pytest.mark.parametrize("name", [one.name for one in reports().values() if one.plot])
def test_what_can_be_drawn_is_drawn(look: Any, name: str) -> None:
    text = out(look("report", name, "--plot", *(() if reports()[name].by else ("--by", "kind")), columns=80))
    assert "█" in text or "├" in text
    assert "…" not in text, "two rows that can't be told apart"
    assert max(map(len, text.splitlines())) <= 80


def test_what_cannot_be_drawn_or_filtered_is_refused(look: Any) -> None:
    for call in (
        ("report", "departures", "--plot"),
        ("report", "time", "--outcome", "uphold"),
        ("report",),
        ("report", "nothing"),
        ("report", "time", "--since", "soon"),
        ("report", "departures", "--session", "zz"),
    ):
        assert isinstance(look(*call).exception, Refused), call


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (("--reviewer", "nobody"), "No review in this log is of the reviewer `nobody`."),
        (("--case", "knee"), "No review in this log is of the case `knee`."),
        (("--prompt-set", "knees"), "No review in this log rests on the prompt set `knees`."),
        (("--item", "9"), "No review in this log has the item `9`."),
        (("--prompt", "viewz"), "No review in this log has an answer to `viewz`."),
    ],
)
def test_a_slip_in_a_filter_does_not_pass_for_an_answer(
    look: Any, filters: tuple[str, ...], says: str
) -> None:
    for form in ("table", "json", "csv"):
        assert says in look("report", "current-answers", *filters, "--format", form).stderr
    if filters[0] not in ("--item", "--prompt"):
        assert says in look("sessions", *filters).stderr


def test_a_name_that_is_there_is_not_doubted(look: Any) -> None:
    for filters in (
        ("--reviewer", "r-one", "--case", "neck", "--item", "1", "--prompt", "red_flags.tumor"),
        ("--item", "case", "--prompt-set", "review"),
    ):
        assert look("report", "current-answers", *filters).stderr == ""
    assert look("report", "time", "--prompt", "(decision)").stderr == ""


def test_a_word_that_no_review_can_have_is_refused(look: Any) -> None:
    for filters in (("--outcome", "upheld"), ("--status", "closed"), ("--kind", "reel")):
        for call in (("report", "determinations"), ("sessions",), ("sample",)):
            assert look(*call, *filters).exit_code == 2, (call, filters)


def test_no_formula_markup_or_escape_comes_through(ask: Any, reviewed: Path) -> None:
    from assistant.core import events as e
    from tests.log.auditing import Desk

    with Desk(reviewed, passed=9_000) as desk:
        desk.open("ee55")
        desk.log("ee55", e.SentenceEdited("1", "k", "was", "=cmd|'/c calc'!A1 \x1b]0;x\x07 \u202e[bold]"))
    line = out(ask("report", "own-words", "--session", "ee55", "--format", "csv"))
    assert "'=cmd|" in line
    for text in (line, out(ask("report", "own-words", "--session", "ee55")), out(ask("show", "ee55"))):
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "[bold]" in text


# -- reading is logged ----------------------------------------------------------------------------


def test_each_reading_is_logged_and_no_review_gets_an_entry(ask: Any, reviewed: Path) -> None:
    with Log.open(reviewed, write=False) as log:
        before = log.read("aa11")
    out(ask("sessions", "--reviewer", "r-one"))
    out(ask("show", "aa"))
    out(ask("report", "time", "--by", "reviewer", "--kind", "real"))
    out(ask("sql", "SELECT 1"))
    out(ask("sample", "-n", "1", "--seed", "3"))
    out(ask("note", "last", "See page 2."))
    said = dict(readings(reviewed))
    assert said["access.listed"]["filters"] == {"reviewer": "r-one"}
    assert said["access.read"] == {"command": "log show", "sessions": ["aa11"]}
    assert said["access.reported"] == {"report": "time", "filters": {"kind": "real"}, "by": ["reviewer"]}
    assert "$text" in said["access.queried"]["sql"]
    assert said["access.sample_drawn"]["sessions"] == ["aa11"]
    assert said["access.note_added"]["session"] == "cc33"
    with Log.open(reviewed, write=False) as log:
        assert log.read("aa11") == before


def test_on_a_log_that_takes_no_entry_the_answer_comes_all_the_same(ask: Any, reviewed: Path) -> None:
    with closing(sqlite3.connect(reviewed)) as connection:
        connection.execute("DROP TRIGGER event_update")
    done = ask("report", "departures")
    assert "The film was needed" in done.stdout
    assert "imr: This reading could not be logged" in done.stderr
    assert readings(reviewed) == []
    assert isinstance(ask("note", "last", "Words.").exception, Refused)


# -- sampling, notes, SQL -------------------------------------------------------------------------


def test_a_sample_is_the_same_for_the_same_seed(ask: Any) -> None:
    first, again = (json.loads(out(ask("sample", "--seed", "5", "--json"))) for _ in range(2))
    assert first == again
    assert (first["population"], [one["session"] for one in first["sessions"]]) == (1, ["aa11"])
    declined = json.loads(out(ask("sample", "--status", "declined", "--json")))
    assert [one["session"] for one in declined["sessions"]] == ["bb22"]
    assert f"--seed {declined['seed']}" in out(
        ask("sample", "--status", "declined", "--seed", declined["seed"])
    )
    assert "nothing was drawn" in out(ask("sample", "--reviewer", "nobody"))


def test_notes_are_kept_and_shown(ask: Any) -> None:
    out(ask("note", "aa", "The page says \x1b[31motherwise."))
    out(ask("note", "bb22", "Another."))
    text = out(ask("notes", "aa11"))
    assert "The page says ␛[31motherwise." in text
    assert "Another." not in text
    assert {row["text"] for row in json.loads(out(ask("notes", "--json")))["rows"]} >= {"Another."}
    for session, words in (("zz", "x"), ("aa11", "  ")):
        assert isinstance(ask("note", session, words).exception, Refused)


def test_a_query_is_answered_from_argument_and_from_standard_input(look: Any) -> None:
    rows = json.loads(out(look("sql", "SELECT session FROM departures", "--json")))
    assert rows == {"columns": ["session"], "rows": [["aa11"]], "more": False}
    piped = look("sql", "--format", "csv", input="SELECT count(*) AS n\nFROM determinations")
    assert out(piped).split() == ["n", "2"]


def test_a_cut_result_and_a_refused_query_say_so(look: Any) -> None:
    done = look("sql", "SELECT id FROM event ORDER BY id", "--limit", "2", "--format", "ndjson")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [{"id": 1}, {"id": 2}]
    assert "There are more than these 2 rows" in done.stderr
    for sql in ("DELETE FROM session", "ATTACH 'x' AS y", "SELECT load_extension('x')"):
        assert isinstance(look("sql", sql).exception, Refused)


def test_the_prompt_answers_helps_and_goes_on_after_a_mistake(
    ask: Any, reviewed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.cli import log_report

    typed = iter(
        [
            ".help",
            ".tables",
            ".columns departures",
            ".nothing",
            "DROP TABLE x",
            "SELECT session \\",
            "FROM departures",
            "",
        ]
    )

    def line(_prompt: str) -> str:
        try:
            return next(typed)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr(log_report, "_asker", lambda _names: line)
    monkeypatch.setattr(log_report, "_at_terminal", lambda: True)
    done = ask("sql")
    assert done.exception is None
    assert "aa11" in done.stdout
    assert "determinations" in done.stdout
    assert "reason" in done.stdout
    assert done.stderr.count("imr: ") == 2
    assert [kind for kind, _ in readings(reviewed)].count("access.queried") == 2


# -- tables that somebody has touched, and queries that take too much ------------------------------


def test_tables_that_were_touched_are_made_anew_in_so_many_words(ask: Any, reviewed: Path) -> None:
    for arguments in (
        ("sql", "SELECT reviewer FROM session WHERE session = 'aa11'"),
        ("sessions", "--kind", "real"),
        ("sample", "-n", "5", "--seed", "1"),
        ("report", "determinations"),
    ):
        assert "made anew" not in ask("sessions").stderr
        file = Path(f"{reviewed}.reports")
        for by_the_profile in (False, True):
            with closing(sqlite3.connect(file)) as tables:
                for table in ("session", "item"):
                    tables.execute(f"UPDATE {table} SET reviewer = 'r-framed'")
                tables.commit()
            if by_the_profile:  # who has the profile can say there that the file was left so
                projection._leave(file)
                assert "r-framed" in out(ask(*arguments))
                assert "r-framed" not in out(ask(*arguments, "--anew"))
            else:
                done = ask(*arguments)
                assert "r-framed" not in out(done)
                assert "something else has written to their file" in done.stderr


def test_serve_and_browse_take_anew_too() -> None:
    for name in ("serve", "browse", "notes"):
        assert "--anew" in {flag for one in command.commands[name].params for flag in one.opts}


@pytest.mark.parametrize(
    "query",
    [
        "SELECT " + ", ".join(["randomblob(1000000)"] * 500),
        "SELECT printf('%.*c', 1000000000, 'x')",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) SELECT randomblob(900000) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900) "
        "SELECT max(b) FROM (SELECT DISTINCT randomblob(900000) AS b FROM n)",
    ][:: scale.of(3, 1)],
)
def test_a_query_takes_a_bounded_share_of_the_machine(reviewed: Path, query: str, tmp_path: Path) -> None:
    script = (  # the kernel's own peak of this program alone: what getrusage says counts the parent's memory too
        "import pathlib, re, sys; from assistant.cli.main import run; status = run(sys.argv[1:]);"
        "told = re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text());"
        "print(status, int(told[1]) // 1024)"
    )
    more = {**os.environ, "IMR_CONFIG": str(tmp_path / "config"), "IMR_LOG": str(reviewed)}
    done = subprocess.run(
        [sys.executable, "-c", script, "log", "sql", query, "--format", "csv"],
        capture_output=True,
        env=more,
        timeout=60,
        check=True,
    )
    status, peak = done.stdout.split()[-2:]
    assert int(peak) < 300
    assert (int(status), "Cut after" in done.stderr.decode()) in ((2, False), (0, True))
