"""The tables of the reports say what the events say, and are made anew when they belong to another log."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as hypothesis_given
from hypothesis import settings
from hypothesis import strategies as st

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Status, from_json, group
from assistant.core.problem import Refused
from assistant.core.training_events import TRAINING_KINDS as TRAINING
from assistant.core.wording import answer_words
from assistant.log import Log, projection
from assistant.log import projection as projecting
from assistant.log.fold import moments
from assistant.log.projection import Projector, up_to_date
from assistant.log.projection_rows import Editions, review_rows
from assistant.log.report_tables import RULE_TABLES, TABLES
from assistant.log.store import open_reader
from assistant.log.timeline import timeline
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.desk import Desk as desk_of
from assistant.review.review import Review
from tests.log.auditing import Desk, decided, given, opened_review
from tests.prove import scale


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def rows(file: Path, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3")]


def everything(file: Path) -> dict[str, list[dict[str, Any]]]:
    return {table: rows(file, table) for table in (*TABLES, *RULE_TABLES)}


@pytest.fixture
def held(reviewed: Path) -> Path:
    return reviewed


# -- what the tables say --------------------------------------------------------------------------


def test_every_table_of_a_review_has_rows(held: Path) -> None:
    found = everything(up_to_date(held))
    assert [table for table, held_rows in found.items() if not held_rows] == [
        "left_out",
        "ground",  # its suggestions are made up, and rest on no criterion
        "reading",
        "audit_note",
        "finding_step",
        "file_review",
        "desk_step",
        "receipt",
    ]


def test_a_session_is_summed_up(held: Path) -> None:
    signed, declined, practice = rows(up_to_date(held), "session")
    assert (signed["status"], signed["outcome"], signed["kind"], signed["items"]) == (
        "signed",
        "partial",
        "real",
        2,
    )
    assert (declined["status"], declined["ground"], declined["reason"]) == (
        "declined",
        "records",
        "A page is missing.",
    )
    assert (practice["status"], practice["kind"], practice["entries"]) == ("open", "practice", 1)
    assert (signed["unattended"], declined["unattended"]) == (0, 1)


def test_items_hold_the_last_decision_and_what_had_been_suggested(held: Path) -> None:
    first, second, *_ = rows(up_to_date(held), "item")
    assert (first["decision"], first["suggested"], first["departs"]) == ("overturned", "upheld", 1)
    assert first["reason"] == "The film was needed, =1+1."
    assert (second["decision"], second["departs"], second["service"]) == ("upheld", 0, "films again")
    assert (first["prompt_set"], first["edition"], first["month"]) == ("cervical-radiography", 2, "2026-02")


def test_answers_stand_as_they_were_last_changed(held: Path) -> None:
    found = {
        (row["item"], row["prompt"]): row
        for row in rows(up_to_date(held), "answer")
        if row["session"] == "aa11"
    }
    assert found["1", "red_flags"]["value"] == "not documented: fracture, infection, tumor"
    assert (found["1", "views"]["value"], found["1", "views"]["changes"]) == ("flexion", 1)
    assert found["1", "sought"]["set_aside"] == 0
    assert found["2", "views"]["value"] == "extension"


def test_changes_have_old_and_new_values_and_know_the_suggestion(held: Path) -> None:
    found = [row for row in rows(up_to_date(held), "answer_change") if row["session"] == "aa11"]
    said = [(row["prompt"], row["what"], row["old"], row["new"]) for row in found]
    assert ("red_flags.tumor", "amended", "no", "not documented") in said
    assert ("views", "amended", "flexion, extension", "flexion") in said
    assert ("sought", "set aside", "not documented", None) in said
    assert ("sought", "restored", None, "not documented") in said
    late = [(row["prompt"], row["decision"]) for row in rows(up_to_date(held), "late_amendment")]
    assert late == [("views", "overturned")]
    assert next(row["reason"] for row in found if row["what"] == "set aside") == "because of red_flags"


def test_an_answer_that_follows_a_withdrawal_stands_in_its_row(path: Path) -> None:
    flags = {"tumor": Answer(value="no"), "fracture": Answer(value="no")}
    with Desk(path) as desk:
        desk.open("aa11", items={"1": "cervical-radiography"})
        desk.log(
            "aa11", given("1", "views", ["flexion"]), given("1", "sought", "a"), given("1", "suspected", "b")
        )
        desk.log("aa11", e.AnswerRecorded("1", "red_flags", group(flags)))
        desk.log("aa11", e.SuggestionShown("1", "upheld", "carried"))
        for prompt in ("views", "sought", "suspected", "red_flags.tumor", "red_flags.fracture"):
            desk.log("aa11", e.AnswerWithdrawn("1", prompt, "Misread."))
        desk.log("aa11", given("1", "views", ["extension"]), given("1", "red_flags.tumor", "yes"))
        desk.log("aa11", e.AnswerAmended("1", "views", Answer(value=["flexion"]), reason="Again."))
        desk.log("aa11", e.AnswerWithdrawn("1", "sought", "Twice."), given("1", "sought", "c"))
        desk.log("aa11", e.AnswerWithdrawn("1", "sought", "Thrice."))
    file = up_to_date(path)
    late = [(row["prompt"], row["old"], row["new"]) for row in rows(file, "late_amendment")]
    assert late == [
        ("views", "flexion", "extension"),
        ("sought", "a", None),
        ("suspected", "b", None),
        ("red_flags.tumor", "no", "yes"),
        ("red_flags.fracture", "no", None),
        ("views", "extension", "flexion"),
        ("sought", None, "c"),
        ("sought", "c", None),
    ]
    history = [row["new"] for row in rows(file, "answer_change") if row["what"] == "withdrawn"]
    assert history == [None] * 7


def test_an_absence_has_its_trail(held: Path) -> None:
    found = {row["prompt"]: row for row in rows(up_to_date(held), "absence")}
    sought = found["sought"]
    assert (sought["terms"], sought["pages"], sought["documents"]) == (
        "own term, to evaluate, rule out",
        2,
        1,
    )
    assert (sought["hits"], sought["dismissed"], sought["searches"]) == (1, 1, 1)
    assert (sought["unread"], sought["read_by_eye"], sought["attested"]) == (1, 1, 1)
    assert found["red_flags.fracture"]["attested"] == 1
    assert (found["red_flags.tumor"]["attested"], found["red_flags.tumor"]["searches"]) == (0, 0)


def test_only_the_last_ruling_and_wording_stand(held: Path) -> None:
    file = up_to_date(held)
    assert [(row["ruling"], row["standing"]) for row in rows(file, "ruling")] == [
        ("declined", 0),
        ("accepted", 1),
    ]
    assert [(row["sentence"], row["text"], row["standing"]) for row in rows(file, "sentence")] == [
        ("k1", "My words.", 1),
        ("k2", "Others.", 0),
        ("k2", None, 0),
    ]


def test_a_deadline_names_its_rule_and_counts_from_the_later_receipt(held: Path) -> None:
    signed, declined, _ = rows(up_to_date(held), "deadline")
    assert (signed["start"], signed["start_fact"], signed["due"]) == (
        "2026-01-10",
        "documents_received",
        "2026-02-09",
    )
    assert (signed["source"], signed["verified"], signed["signed"]) == (
        "Lab. Code 4610.6(d)(1)",
        1,
        "2026-02-01",
    )
    assert (declined["priority"], declined["due"], declined["verified"]) == ("expedited", "2026-01-13", 0)


def test_a_deadline_counts_from_what_was_entered_at_a_desk_before_or_after_it_was_reckoned(
    path: Path,
) -> None:
    with Desk(path, start="2026-02-05T09:00:00+00:00") as desk:
        desk.open("aa11", case="neck")
        desk.open("bb22", case="other")
    assert [row["due"] for row in rows(up_to_date(path), "deadline")] == ["2026-02-09", "2026-02-09"]
    for request, records, priority, told in (
        ("2026-01-20", "", "", ("2026-01-20", "request, at the desk", "2026-02-19")),
        ("", "2026-01-23", "", ("2026-01-23", "records, at the desk", "2026-02-22")),
        ("", "", "expedited", ("2026-01-23", "records, at the desk", "2026-01-26")),
        ("2026-01-02", "2026-01-03", "standard", ("2026-01-03", "records, at the desk", "2026-02-02")),
    ):
        with Log.open(path) as log:
            desk_of(log, "office").received("neck", request, records, priority)
        for anew in (False, True):
            row, other = rows(up_to_date(path, anew=anew), "deadline")
            assert (row["start"], row["start_fact"], row["due"]) == told
            assert other["due"] == "2026-02-09"


@pytest.mark.parametrize(
    ("signed", "day", "state", "days"),
    [
        ("2026-02-10T02:00:00+00:00", "2026-02-09", "in time", 0),  # six in the evening
        ("2026-02-10T07:59:59+00:00", "2026-02-09", "in time", 0),
        ("2026-02-08T20:00:00+00:00", "2026-02-08", "in time", -1),
        ("2026-02-10T08:00:00+00:00", "2026-02-10", "late", 1),
        ("2026-03-11T06:30:00+00:00", "2026-03-10", "late", 29),
    ],
)
def test_the_day_of_a_signature_is_that_in_california(
    path: Path, signed: str, day: str, state: str, days: int
) -> None:
    with Desk(path, start=signed, passed=-60) as desk:
        desk.open("aa11")
        desk.log("aa11", e.SessionSigned("0" * 64, "uphold", "It is mine."), after=50)
    file = up_to_date(path)
    (row,) = rows(file, "deadline")
    assert (row["due"], row["signed"]) == ("2026-02-09", day)
    (told,) = rows(file, "deadlines")
    assert (told["state"], told["days"]) == (state, days)


@pytest.mark.parametrize(
    ("day", "state", "days"),
    [
        ("2026-01-05", "open", -35),
        ("2026-02-09", "open", 0),
        ("2026-02-10", "late", 1),
        ("2026-03-21", "late", 40),
    ],
)
def test_an_open_review_is_told_by_the_day_in_california_on_which_the_tables_are_asked(
    held: Path, day: str, state: str, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    up_to_date(held)
    monkeypatch.setattr(projection, "today", lambda: day)
    for anew in (False, True):
        told = {row["session"]: row for row in rows(up_to_date(held, anew=anew), "deadlines")}
        assert (told["cc33"]["state"], told["cc33"]["signed"], told["cc33"]["days"]) == (state, None, days)
        assert (told["aa11"]["state"], told["aa11"]["days"]) == ("in time", -8)
        assert (told["bb22"]["state"], told["bb22"]["days"]) == ("declined", None)


def test_time_is_that_of_the_question_with_pauses_apart_and_not_from_a_file(held: Path) -> None:
    found = {(row["item"], row["prompt"]): row for row in rows(up_to_date(held), "prompt_time")}
    assert {row["session"] for row in found.values()} == {"aa11"}
    flags, views = found["1", "red_flags"], found["1", "views"]
    assert (flags["work"], flags["idle"], flags["visits"]) == (50.0, 0.0, 1)
    assert (views["work"], views["idle"]) == (0.0, 400.0)


def test_editions_and_citations_are_read_once(held: Path) -> None:
    file = up_to_date(held)
    assert [(row["prompt_set"], row["edition"]) for row in rows(file, "edition")] == [
        ("cervical-radiography", 2)
    ]
    cited = {row["citation"]: row for row in rows(file, "citation")}
    assert cited["mtus-neck/radiography"]["verified_on"] is None
    known = cited["mtus-neck/radiography"]
    # the case states no day that would say which edition governs
    assert (known["edition"], known["starts"], known["ends"]) == ("2004", None, None)


def test_the_answers_are_those_of_the_fold(path: Path) -> None:
    """What stands by the tables is what stands by the program's own fold of the same events."""
    with Log.open(path) as log:
        review = Review.open(log, library.find_case("cervical-radiographs-after"), Profile("r-one"))
        reference = library.folder("casebank") / "cervical-radiographs-after-fusion" / "reference.yaml"
        answers_file.run_answers(review, answers_file.read_answers_file(reference))
        if review.session.status == "open":
            review.perform(
                c.RecordAnswer("1", "red_flags.tumor", Answer(value="no"), reason="The report names a tumor.")
            )
            review.perform(
                c.RecordAnswer("1", "prior_imaging.3.date", Answer(value="2013"), reason="One more study.")
            )
            review.perform(c.WithdrawAnswer("1", "prior_imaging.3", "Elsewhere."))
            review.perform(c.WithdrawAnswer("1", "views", "Withdrawn once again."))
        session = review.session
        review.close()
    found = {(row["item"], row["prompt"]): row["value"] for row in rows(up_to_date(path), "answer")}
    assert found == {
        (scope, prompt): answer_words(answer)
        for scope, answers in session.answers.items()
        for prompt, answer in answers.items()
    }


def test_a_rollback_that_was_accepted_is_among_the_readings(held: Path) -> None:
    from assistant.core.access_events import AccessOpened, RollbackAccepted

    accepted = RollbackAccepted("imr-log/ab", 90, "0" * 64, 60, "1" * 64, "The disk failed.")
    with Desk(held, passed=9_000) as desk:
        desk.log("dd44", AccessOpened("0.1.0"), accepted, case="", actor="r-audit")
    (row,) = rows(up_to_date(held), "reading")
    assert (row["what"], row["session"], row["reader"]) == ("rollback accepted", None, "r-audit")
    assert row["detail"] == (
        "a checkpoint of 90 entries of imr-log/ab was let go; this log had 60; reason: The disk failed."
    )


def test_a_sitting_and_a_book_are_sessions_but_no_reviews(held: Path) -> None:
    from assistant.core.access_events import AccessOpened, AccessRead, AuditNoteAdded

    with Desk(held, passed=9_000) as desk:
        desk.log(
            "dd44", AccessOpened("0.1.0"), AccessRead("show", ("aa11", "bb22")), case="", actor="r-audit"
        )
        desk.log("dd44", AuditNoteAdded("aa11", "Why?"), case="", actor="r-audit")
    file = up_to_date(held)
    assert {row["session"]: row["kind"] for row in rows(file, "session")}["dd44"] == "access"
    assert [(row["what"], row["session"], row["reader"]) for row in rows(file, "reading")] == [
        ("show", "aa11", "r-audit"),
        ("show", "bb22", "r-audit"),
        ("note", "aa11", "r-audit"),
    ]
    assert [(row["session"], row["text"]) for row in rows(file, "audit_note")] == [("aa11", "Why?")]
    assert all(kind.startswith("training.") for kind in TRAINING)


# -- keeping up -----------------------------------------------------------------------------------


def test_what_is_added_gives_the_same_rows_as_making_it_anew(held: Path) -> None:
    file = up_to_date(held)
    with Desk(held, passed=9_000) as desk:
        desk.open("ee55")
        desk.log("ee55", given("1", "views", ["flexion"]), given("1", "duration", 12))
        desk.log("ee55", *decided("1", "upheld", "upheld"))
        up_to_date(held)
        desk.log("ee55", e.AnswerWithdrawn("1", "views", "Again."))
    assert up_to_date(held) == file
    kept = everything(file)
    assert everything(up_to_date(held, anew=True)) == kept
    assert [row["prompt"] for row in kept["answer"] if row["session"] == "ee55"] == ["duration"]


def test_nothing_is_written_when_nothing_is_new(held: Path) -> None:
    file = up_to_date(held)
    before = file.read_bytes(), file.stat().st_mtime_ns
    assert up_to_date(held) == file
    assert (file.read_bytes(), file.stat().st_mtime_ns) == before


def test_the_file_is_closed_to_others_and_lies_beside_the_log(held: Path) -> None:
    file = up_to_date(held)
    assert file == Path(f"{held}.reports")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE projection SET value = 'another' WHERE key = 'log'",
        "UPDATE projection SET value = 'another' WHERE key = 'leaf'",
        "UPDATE projection SET value = '0.0.1/1/x' WHERE key = 'version'",
        "UPDATE projection SET value = '999' WHERE key = 'last'",
        "DROP TABLE projection",
    ],
)
def test_a_file_of_another_log_or_version_is_made_anew(held: Path, change: str) -> None:
    file = up_to_date(held)
    expected = everything(file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM answer")
        connection.execute(change)
        connection.commit()
    projection._leave(file)
    assert everything(up_to_date(held)) == expected


def test_a_damaged_file_is_made_anew(held: Path) -> None:
    file = up_to_date(held)
    expected = everything(file)
    file.write_bytes(b"this is no database" * 100)
    projection._leave(file)
    assert everything(up_to_date(held)) == expected


def test_a_file_that_is_not_as_this_profile_left_it_is_made_anew(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = up_to_date(held)
    expected, older = everything(file), file.read_bytes()
    journal = Path(f"{file}-journal")
    told: list[str] = []

    def turned() -> None:
        """An answer is turned, and its journal kept."""
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA journal_mode = PERSIST")
            connection.execute("UPDATE item SET decision = 'overturned'")
            connection.commit()

    def without_a_trace() -> None:
        """Bytes are turned in their place, and the times set back."""
        held_times = file.stat()
        data = file.read_bytes()
        assert b"upheld" in data
        with file.open("r+b") as opened:
            opened.write(data.replace(b"upheld", b"UPHELD"))
        os.utime(file, ns=(held_times.st_atime_ns, held_times.st_mtime_ns))

    def swapped() -> None:
        other = tmp_path / "other"
        other.write_bytes(older)
        with closing(sqlite3.connect(other)) as connection:
            connection.execute("DELETE FROM item")
            connection.commit()
        os.replace(other, file)

    def left_a_journal() -> None:
        """One from which SQLite would put other pages back, beside a file that nobody has touched."""
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN")
            connection.execute("UPDATE item SET decision = 'overturned'")
            connection.execute("UPDATE answer SET value = 'x'")
            kept = journal.read_bytes()
        projection._leave(file)
        journal.write_bytes(kept)

    for touch in (turned, without_a_trace, swapped, left_a_journal):
        touch()
        assert everything(up_to_date(held, tell=told.append)) == expected, touch
        assert len(told) == 1, touch
        told.clear()
        assert not journal.exists()
        up_to_date(held, tell=told.append)
        assert not told
    turned()
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "another"))
    assert everything(up_to_date(held, tell=told.append)) == expected
    assert not told  # who has never seen the file can't say that it was changed


def test_tables_that_another_account_made_are_left_alone(
    held: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = up_to_date(held)
    before = file.read_bytes()
    monkeypatch.setattr(projection, "is_mine", lambda place: place != file)
    other = up_to_date(held)
    assert cache in other.parents
    assert everything(other) == everything(file)
    assert file.read_bytes() == before


def test_an_older_copy_of_the_log_gets_its_own_rows(held: Path, path: Path) -> None:
    older = path.read_bytes()
    with Desk(held, passed=9_000) as desk:
        desk.open("ee55")
    up_to_date(held)
    for part in ("-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    path.write_bytes(older)
    assert "ee55" not in {row["session"] for row in rows(up_to_date(held), "session")}


def test_what_is_refused_or_looked_up_where_no_question_stands_is_reported_too(held: Path) -> None:
    with Desk(held, passed=9_000) as desk:
        desk.open("ee55")
        desk.log("ee55", e.AnswerRejected("case", "", 4, says="That is no answer.", input="sign"))
        desk.log("ee55", e.RecordSearched("1", "", "reviewer", ("fever",), ("note",), 2, (), 0, (), 0))
    file = up_to_date(held)
    (refused,) = [row for row in rows(file, "rejection") if row["session"] == "ee55"]
    assert (refused["input"], refused["prompt"]) == ("sign", None)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do everything")
def test_beside_a_folder_that_cannot_be_written_the_cache_serves(held: Path, cache: Path) -> None:
    held.parent.chmod(0o500)
    try:
        file = up_to_date(held)
    finally:
        held.parent.chmod(0o700)
    assert cache in file.parents


def test_where_one_place_refuses_the_next_one_serves(
    held: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = projection.make_file

    def make_file(place: Path) -> bool:
        if place.parent == held.parent:
            raise OSError(30, "Read-only file system")
        return real(place)

    monkeypatch.setattr(projection, "make_file", make_file)
    file = up_to_date(held)
    assert cache in file.parents
    assert len(rows(file, "session")) == 3
    monkeypatch.setenv("IMR_CACHE", str(held / "no folder"))
    assert len(rows(up_to_date(held), "session")) == 3


def test_several_processes_make_the_same_rows_as_one(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = everything(up_to_date(held))
    monkeypatch.setattr(projecting, "ALONE", 1)
    monkeypatch.setattr(projecting, "CHUNK", 1)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert everything(up_to_date(held, anew=True)) == alone


def test_progress_is_told_and_ends_at_the_whole(held: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(projecting, "CHUNK", 1)
    told: list[tuple[int, int]] = []
    up_to_date(held, progress=lambda done, whole: told.append((done, whole)))
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 0


def test_an_empty_log_gives_empty_tables(log: Log, path: Path) -> None:
    assert rows(up_to_date(path), "session") == []


def test_a_missing_log_is_refused(path: Path) -> None:
    with pytest.raises(Refused, match="no decision log"):
        up_to_date(path)
    assert not path.parent.exists()


def test_a_session_with_an_entry_that_cannot_be_read_is_left_out_whole(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(held)) as connection:
        connection.execute("DROP TRIGGER event_update")
        connection.execute("UPDATE event SET entry = CAST('{}' AS BLOB) WHERE id = 3")
        connection.commit()
    for processes in (1, 2):
        monkeypatch.setattr(projecting, "ALONE", 1)
        monkeypatch.setattr(projecting, "CHUNK", 1)
        monkeypatch.setattr("os.cpu_count", lambda count=processes: count)
        found = everything(up_to_date(held, anew=True))
        (left,) = found["left_out"]
        assert "Entry 3 of the decision log can't be read" in left["reason"]
        named = {
            row["session"]
            for table in TABLES
            if table != "left_out"
            for row in found[table]
            if "session" in row
        }
        assert named
        assert left["session"] not in named


def test_a_session_that_only_an_index_has_is_left_out(held: Path) -> None:
    with closing(open_reader(held)) as source:
        rows, count = Projector(source, held, 99).rows(["nowhere"])
    (left,) = rows["left_out"]
    assert (count, left["session"], left["reason"]) == (
        0,
        "nowhere",
        "None of its entries is where the file's index has them.",
    )


# -- any session ----------------------------------------------------------------------------------

PROMPTS = ["views", "red_flags.tumor", "red_flags.fracture", "prior_imaging.1.date", "prior_imaging.2.date"]
VALUES = st.sampled_from([Answer(value="a"), Answer(value="b"), Answer(status=Status.NOT_DOCUMENTED)])
STEPS = st.one_of(
    st.builds(lambda p, v: e.AnswerRecorded("1", p, v), st.sampled_from(PROMPTS), VALUES),
    st.builds(lambda p, v: e.AnswerAmended("1", p, v), st.sampled_from(PROMPTS), VALUES),
    st.builds(lambda p: e.AnswerWithdrawn("1", p), st.sampled_from(PROMPTS)),
    st.builds(lambda p: e.AnswerSetAside("1", p, "x"), st.sampled_from(["views", "red_flags"])),
    st.builds(lambda p: e.AnswerRestored("1", p, "x"), st.sampled_from(["views", "red_flags"])),
    st.just(e.SuggestionShown("1", "upheld", "carried")),
    st.just(e.AbsencesAttested(("note",), 1, ("1/red_flags.tumor", "1/views"))),
)


@hypothesis_given(st.lists(STEPS, max_size=12))
@settings(max_examples=scale.of(15, 60))
def test_each_old_value_is_the_new_value_before(steps: list[e.Event]) -> None:
    """In any order of steps: what a change replaces is what the timeline says stood there."""
    held, entries = opened_review(steps)
    made = review_rows(moments(held, entries), Editions())
    shown = {one.entry.seq: one for one in timeline(held, entries)}
    for row in made.get("answer_change", ()):
        for mine, theirs in ((row["old"], shown[row["seq"]].old), (row["new"], shown[row["seq"]].new)):
            assert mine == (None if theirs is None else answer_words(from_json(theirs)))
    last = list(moments(held, entries))[-1].after
    assert last is not None
    assert {row["prompt"]: row["value"] for row in made["answer"]} == {
        prompt: answer_words(answer) for prompt, answer in last.answers.get("1", {}).items()
    }
