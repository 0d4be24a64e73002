"""Closed years leave the log for an archive: both verify, both are read, and what was changed in either is named."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import run
from assistant.core import events as e
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.archive import archive, reading_copy, redact_in, verify_archives
from assistant.log.consistency import backup
from assistant.log.database import TRIGGERS, differences
from assistant.log.holds import hold, holds_of, release
from assistant.log.redaction import redact
from assistant.log.store import open_reader
from assistant.log.verify import verify
from tests.log.auditing import Desk, signed

arrow = pytest.importorskip("pyarrow")
WORDS = "The published determination upheld the refusal."


def reviews(path: Path) -> list[str]:
    """The sessions of the log that are signed, the oldest first."""
    with Log.open(path, write=False) as log:
        return [
            one.id for one in sorted(log.sessions(), key=lambda one: one.opened) if one.status == "signed"
        ]


@pytest.fixture(scope="module")
def _years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("years")
    path = folder / "log.sqlite"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        signed(path, "2023-02-01")
        with Desk(path, "2023-03-01T09:00:00+00:00") as desk:
            desk.open("bb22bb22bb22", "r-two", case="back")
        with Desk(path, "2024-03-01T09:00:00+00:00") as desk:
            desk.log(
                "bb22bb22bb22", e.SessionDeclined("records", "A page is missing."), case="back", actor="r-two"
            )
        signed(path, "2024-06-01", "lumbar-mri-back-pain")
        with Desk(path, "2024-07-01T09:00:00+00:00") as desk:
            desk.open("dd44dd44dd44", "r-two", case="back")
    return folder


@pytest.fixture
def years(_years: Path, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log with a review closed in 2023, two in 2024, and an open one; with its keys."""
    shutil.copytree(_years / "config", tmp_path / "config")
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "cache"))
    path.parent.mkdir(mode=0o700)
    path.write_bytes((_years / "log.sqlite").read_bytes())
    path.chmod(0o600)
    return path


def test_words_go_from_an_archive_which_is_made_anew(years: Path, tmp_path: Path) -> None:
    """The log says that they go, and of which file the archive is from then on; both verify, alone and together."""
    earlier = tmp_path / "earlier.sqlite"
    backup(years, earlier)
    archive(years, 2023, tmp_path / "2023.parquet")
    file = tmp_path / "2023.parquet"
    archive(years, 2024, tmp_path / "2024.parquet")
    other = tmp_path / "elsewhere" / "2023.parquet"
    other.parent.mkdir()
    shutil.copyfile(file, other)
    copy = reading_copy([file], None)
    with Log.open(copy, write=False) as log:
        (session,) = [one.id for one in log.sessions() if one.status == "signed"]
        entry = next(one for one in log.read(session) if one.kind == "determination.recorded")
    assert WORDS in rows(copy, "SELECT group_concat(body) FROM blob")[0][0]
    old = file.read_bytes()
    of = ("--log", years, "--archive", file)
    for wrong, says in ((str(entry.seq + 900), "no such entry"), ("1", "has no text")):
        said = imr("log", "redact", session, wrong, "reason", "--reason", "A court's order.", *of)
        assert said.exit_code == 2
        assert says in said.output
    said = imr(
        "log", "redact", session, str(entry.seq), "reason", "--reason", "A court's order.", *of,
        "--backup", tmp_path / "2024.parquet",
    )  # fmt: skip
    assert said.exit_code == 2
    assert file.read_bytes() == old
    named = ("--backup", earlier, "--backup", other)
    said = imr(
        "log", "redact", session, str(entry.seq), "reason", "--reason", "A court's order.", *of, *named
    )
    assert said.exit_code == 0, said.output
    assert "The session is signed: the signature still verifies" in said.output
    assert other.read_bytes() == file.read_bytes() != old
    assert verify(earlier).ok
    assert not [one for one in tmp_path.rglob("*") if one.is_file() and WORDS.encode() in one.read_bytes()]
    alone, both = verify_archives([file]), verify_archives([file, tmp_path / "2024.parquet"], years)
    for found in (alone, both, verify(years)):
        assert found.ok, found
        assert any(f"1 text redacted, as the log says of session {session}" in one for one in found.notes)
    assert both.verdicts["archived"].ok
    assert WORDS not in rows(reading_copy([file], None), "SELECT group_concat(body) FROM blob")[0][0]
    shown = imr("log", "show", session, *of)
    assert shown.exit_code == 0
    assert "[redacted]" in shown.stdout


def test_a_session_that_is_not_in_the_archive_is_said_not_to_be(years: Path, tmp_path: Path) -> None:
    archive(years, 2023, tmp_path / "2023.parquet")
    with pytest.raises(Refused, match="not in this archive"):
        redact_in(years, tmp_path / "2023.parquet", "dd44dd44dd44", 1, "note", "An order.")


def test_what_is_to_be_kept_stays_whole_in_an_archive_too(years: Path, tmp_path: Path) -> None:
    (first, *_), file = reviews(years), tmp_path / "2023.parquet"
    hold(years, [first], "", "2099-12-31", "The contract asks for it.")
    archive(years, 2023, file)
    before = file.read_bytes()
    with pytest.raises(Refused, match="2099-12-31"):
        redact_in(years, file, first, 1, "note", "An order.")
    assert file.read_bytes() == before


def test_a_copy_that_is_read_here_and_was_changed_is_named(years: Path, tmp_path: Path) -> None:
    """Commands read an archive from a copy in the cache, which the owner of the computer can change with its hashes."""
    file = tmp_path / "2023.parquet"
    archive(years, 2023, file)
    for log, of in ((("--log", file), None), (("--log", years, "--archive", file), years)):
        copy = reading_copy([file], of)
        assert imr("log", "verify", *log).exit_code == 0
        with Log.open(copy, write=False) as held:
            compared = (
                "agree",
                next(one.id for one in held.sessions() if one.status == "signed"),
                "--reference",
            )
        assert imr(*compared, *log).exit_code == 0
        with closing(sqlite3.connect(copy, isolation_level=None)) as changed:
            for name in TRIGGERS:
                changed.execute(f"DROP TRIGGER {name}")
            changed.execute("UPDATE event SET kind = 'prompt.shown' WHERE kind = 'determination.recorded'")
            for sql in TRIGGERS.values():
                changed.execute(sql)
        said = imr("log", "verify", *log)
        assert said.exit_code == 1
        assert "is another one in the copy that is read here" in " ".join(said.output.split())
        assert imr(*compared, *log).exit_code == 2


def fits(name: str, value: Any) -> Any:
    schema = json.loads((library.folder("schemas") / "output" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(value)
    return value


class Result(NamedTuple):
    exit_code: int
    stdout: str
    output: str


def imr(*words: str | Path) -> Result:
    """A command as its user gives it: its status, what it printed, and that with its errors."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = run([str(one) for one in words])
    return Result(status, out.getvalue(), out.getvalue() + err.getvalue())


def rows(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def report(path: Path, *more: str | Path) -> Any:
    found = imr("log", "report", "current-answers", "--json", "--log", path, *more)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)["rows"]


def test_a_closed_year_leaves_and_log_archive_and_both_together_verify(years: Path, tmp_path: Path) -> None:
    before = rows(years, "SELECT id, leaf FROM event ORDER BY id")
    done = archive(years, 2023, tmp_path / "2023.parquet")
    assert (done.reviews, done.kept) == (1, ())
    assert rows(years, "SELECT id, leaf FROM event ORDER BY id")[: len(before)] == before
    assert WORDS.encode() not in b"".join(
        one.read_bytes() for one in years.parent.rglob("*") if one.is_file()
    )
    with closing(sqlite3.connect(years)) as connection:
        assert differences(connection) == ([], [])
    found = verify(years)
    assert found.ok, found.verdicts
    assert found.verdicts["archived"].ok is None
    assert f"2023.parquet (2023, 1 review, {done.entries} entries)" in found.verdicts["archived"].says
    assert found.verdicts["tree"].ok
    assert found.root
    alone = verify_archives([done.path])
    assert alone.ok, alone.verdicts
    assert alone.root == found.root or alone.events < found.events
    both = verify_archives([done.path], years)
    assert both.ok, both.verdicts
    assert both.verdicts["archived"].ok
    assert both.root == found.root
    assert verify(years, since=True).ok


def test_two_archives_one_after_the_other_and_the_log_goes_on(years: Path, tmp_path: Path) -> None:
    first = archive(years, 2023, tmp_path / "2023.parquet").path
    with Desk(years, "2025-02-01T09:00:00+00:00") as desk:
        desk.log("dd44dd44dd44", e.SessionParked(), case="back", actor="r-two")
    second = archive(years, 2024, tmp_path / "2024.parquet").path
    assert verify(years).ok
    assert verify_archives([second]).ok
    for files, read in (([first], None), ([second], None), ([first, second], True)):
        found = verify_archives(files, years)
        assert found.ok, found.verdicts
        assert found.verdicts["archived"].ok is read
    with Log.open(years, write=False) as log:
        assert [one.id for one in log.sessions()] == ["dd44dd44dd44"]


def test_reports_are_those_of_the_log_before(years: Path, tmp_path: Path) -> None:
    def key(row: Any) -> str:
        return json.dumps(row)

    before, first = report(years), reviews(years)[0]
    file = archive(years, 2023, tmp_path / "2023.parquet").path
    live, away, all_of_it = report(years), report(file), report(years, "--archive", file)
    assert live
    assert away
    assert sorted([*live, *away], key=key) == sorted(before, key=key) == sorted(all_of_it, key=key)
    assert report(years) == live
    shown = imr("log", "show", first, "--log", file)
    assert WORDS in " ".join(shown.output.split())
    assert "Uphold" in imr("letter", first, "--log", file).output
    gone = imr("letter", first, "--log", years)
    assert gone.exit_code == 2
    assert "--archive" in gone.output
    assert imr("review", "--log", file).exit_code == 2


def blank(connection: sqlite3.Connection) -> None:
    connection.execute(
        "UPDATE event SET session = 'archived', seq = -id, kind = 'archived', ts = '', entry = x'' WHERE id = (SELECT max(id) FROM event WHERE session = 'bb22bb22bb22')"
    )


ATTACKS: dict[str, Callable[[sqlite3.Connection], Any]] = {
    "another entry blanked": blank,
    "a stub's hash": lambda c: c.execute("UPDATE event SET leaf = randomblob(32) WHERE id = 3"),
    "a stub's place": lambda c: c.execute("UPDATE event SET seq = -99 WHERE id = 3"),
    "a stub's kind": lambda c: c.execute("UPDATE event SET kind = 'session.signed' WHERE id = 3"),
    "a stub's time": lambda c: c.execute("UPDATE event SET ts = '2023-02-01T09:00:00.000Z' WHERE id = 3"),
    "a stub gone": lambda c: c.execute("DELETE FROM event WHERE id = 3"),
    "something in it": lambda c: c.execute("UPDATE event SET entry = x'7b7d' WHERE id = 3"),
    "the statement gone": lambda c: c.execute("DELETE FROM event WHERE kind = 'access.archived'"),
    "words of no entry": lambda c: c.execute("INSERT INTO blob VALUES (hex(randomblob(32)), x'00', 'x')"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whatever_is_changed_in_what_stays_is_named(
    attack: Callable[[sqlite3.Connection], Any], years: Path, tmp_path: Path
) -> None:
    archive(years, 2023, tmp_path / "2023.parquet")
    with closing(sqlite3.connect(years, isolation_level=None)) as connection:
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        attack(connection)
        for sql in TRIGGERS.values():
            connection.execute(sql)
    found = verify(years)
    assert not found.ok
    assert any(one.ok is False for one in found.verdicts.values())


def changed(file: Path, change: Callable[[list[dict[str, Any]]], Any]) -> None:
    table = arrow.parquet.read_table(file)
    made = table.to_pylist()
    change(made)
    arrow.parquet.write_table(arrow.Table.from_pylist(made, schema=table.schema), file)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[3].update(entry=rows[3]["entry"].replace(b"r-one", b"r-two")),
        lambda rows: rows[3].update(leaf=b"0" * 32),
        lambda rows: rows.pop(4),
        lambda rows: next(one for one in rows if one["texts"])["texts"][0].update(body="Others."),
        lambda rows: next(one for one in rows if one["files"])["files"][0].update(body=b"other"),
        lambda rows: next(one for one in rows if one["texts"]).update(texts=[]),
        lambda rows: rows[3].update(session="zz"),
        lambda rows: rows[0]["checkpoints"].pop(),
        lambda rows: rows[3].update(entry=None),
    ],
)  # fmt: skip
def test_whatever_is_changed_in_an_archive_is_named(
    change: Callable[[list[dict[str, Any]]], Any], years: Path, tmp_path: Path
) -> None:
    file = archive(years, 2023, tmp_path / "2023.parquet").path
    changed(file, change)
    for log in (None, years):
        found = imr("log", "verify", *(("--archive", file, "--log", log) if log else ("--log", file)))
        assert found.exit_code in (1, 2), found.output


def test_whoever_is_cut_off_runs_the_same_again(
    years: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "2023.parquet"
    with monkeypatch.context() as patch:
        patch.setattr("assistant.log.archive._take_out", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            archive(years, 2023, file)
    found = verify(years)
    assert found.ok
    assert any("run `imr log archive` again" in note for note in found.notes)
    assert archive(years, 2023, file).again
    assert verify(years).verdicts["archived"].ok is None
    with pytest.raises(Refused, match="already there"):
        archive(years, 2023, file)


def test_what_is_held_is_neither_archived_nor_redacted_until_it_is_released(
    years: Path, tmp_path: Path
) -> None:
    first = reviews(years)[0]
    made = hold(years, [first], "", "", "A court has asked for it.")
    by_case = hold(years, [], "back", "2099-12-31", "The contract asks for ten years.")
    done = archive(years, 2024, tmp_path / "2024.parquet")
    assert [session for session, _ in done.kept] == [first]
    assert (done.reviews, done.keep_until) == (2, "2099-12-31")
    with pytest.raises(Refused, match="under a legal hold"):
        redact(years, first, 12, "reason", "A name of somebody else stands in it.")
    fits("log-holds", json.loads(imr("log", "holds", "--json", "--log", years).stdout))
    with closing(open_reader(years)) as connection:
        assert {one.name for one in holds_of(connection)} == {made.name, by_case.name}
    assert release(years, made.name[:-1], "The court is done with it.") == made.name
    with pytest.raises(Refused, match="no hold"):
        release(years, made.name, "The court is done with it.")
    more = imr("log", "archive", "2024", tmp_path / "more.parquet", "--json", "--log", years)
    assert fits("log-archive", json.loads(more.stdout))["reviews"] == 1
    assert fits("log-verify", verify(years).as_json())["ok"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("archive", "2026", "x.parquet"), "This year is not over"),
        (("archive", "2023", "x.sqlite"), "Let its name end in .parquet"),
        (("archive", "2019", "x.parquet"), "nothing to archive"),
        (("archive", "2023", "x.parquet", "--keep-until", "soon"), "This is no day"),
        (("archive", "2023", "x.parquet", "--keep-until", "2001-01-01"), "This day is over"),
        (("hold", "--reason", "A court has asked for it."), "Nothing is named that is to be kept"),
        (
            ("hold", "--case", "nobody", "--reason", "A court has asked for it."),
            "No review in this log is of the case",
        ),
        (("hold", "bb22bb22bb22", "--reason", " "), "reason"),
        (("release", "0123", "--reason", "A court has asked for it."), "is no hold in force"),
    ],
)
def test_what_can_not_be_done_is_said(words: tuple[str, ...], says: str, years: Path, tmp_path: Path) -> None:
    said = [str(tmp_path / one) if one.startswith("x.") else one for one in words]
    found = imr("log", *said, "--log", years)
    assert found.exit_code == 2
    assert says in found.output
    assert not list(tmp_path.glob("x.*"))


def test_what_is_no_archive_is_refused(years: Path, tmp_path: Path) -> None:
    for data in (b"", b"PAR1", b"not one"):
        file = tmp_path / "x.parquet"
        file.write_bytes(data)
        for words in (
            ("verify", "--log", file),
            ("sessions", "--log", file),
            ("verify", "--archive", file, "--log", years),
        ):
            found = imr("log", *words)
            assert found.exit_code == 2
            assert "no archive of a log" in found.output
    arrow.parquet.write_table(arrow.table({"id": [1]}), file)
    assert "not made by" in imr("log", "verify", "--log", file).output
