"""`imr replay`, `imr practise` and `imr training`, as they are called."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant import library, profile
from assistant.cli.main import run
from assistant.cli.plain_replay import PlainReplay
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.profile import Profile
from assistant.training.replay import Marker, open_replay
from tests.training.practising import CASE, KEPT, REPLIES, Ticking, answered, begun, reviewed, wavered
from tests.walk import BESIDE, PASSAGES

Imr = Callable[..., tuple[int, str, str]]


@pytest.fixture
def imr(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Imr:
    """Calls the program with the log and a profile of its own; gives the status and what it printed."""
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(path))
    profile.save_profile(Profile("r-trainee", qualifications=KEPT))

    def call(*words: str, say: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(say))
        capsys.readouterr()
        status = run(list(words))
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def fits(name: str, text: str) -> dict[str, Any]:
    schema = json.loads(library.read_text(library.folder("schemas") / "output" / f"{name}.schema.json"))
    data: dict[str, Any] = json.loads(text)
    assert [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(data)
    ] == []
    return data


# -- replay ---------------------------------------------------------------------------------------


def test_the_reference_session_replays_in_plain_all_at_once(imr: Imr, path: Path) -> None:
    session = reviewed(path)
    status, out, err = imr("replay", session[:6], "--plain", "--all")
    assert (status, err) == (0, "")
    assert out.startswith(f"Replay of {session}: {CASE}, practice, by reference, signed.")
    assert "Are these your qualifications, as of today?" in out
    assert out.rstrip().splitlines()[-1].startswith("  * Signed: Uphold (treatment not approved). Letter ")
    assert "[step 1 of " in out


def test_that_a_session_was_replayed_is_logged_beside_it(imr: Imr, path: Path) -> None:
    session = reviewed(path)
    imr("replay", session, "--plain", "--all")
    with Log.open(path, write=False) as log:
        (sitting,) = log.sessions(others=True)
        read = log.read(sitting.id)[-1]
    assert (read.kind, read.body) == ("access.read", {"command": "replay", "sessions": [session]})


def test_a_replay_is_stepped_through_and_jumped_about_in_by_lines(imr: Imr, path: Path) -> None:
    session = wavered(path)
    say = "\n".join([
        "", "<", "sought", ":next amendment", ":before prompt", ":next departure", ":page", ":answers", ":findings",
        ":questions", ":marks", ":bookmark well done", ":comment Why so late?", ":marks", ":unmark 2", ":go end", "",
        ":go start", "<", ":help", ":nonsense", ":go nowhere", ":next weather", ":play fast", ":quit",
    ])  # fmt: skip
    status, out, err = imr("replay", session, "--plain", say=say)
    assert (status, err) == (0, "")
    for words in (
        "* Amended: Was there an acute injury of the neck",
        "~ A departure from the suggestion: Upheld",
        "-- progress-note-2014-07-17, page 2 --",
        "acute_trauma",
        "(Table 8-8, p. 182) argues",
        "amendment",
        "* Bookmarked. It stands in your own book",
        "3. Why so late?",
        "* Taken away.",
        "This is the end.",
        "This is the beginning.",
        "! There is no :nonsense.",
        "! There is no step or question “nowhere”.",
        "! There is no kind “weather”.",
        "! A speed is a number from 0.01 to 1000.",
    ):
        assert words in out, words


def test_a_replay_is_played_in_the_time_that_it_took_and_pauses_are_short(path: Path) -> None:
    session = wavered(path, Ticking(0, 2, 600))
    waited: list[float] = []
    out = io.StringIO()
    plain = PlainReplay(open_replay(path, session), Marker(path, "r-x"), io.StringIO(""), out, waited.append)
    assert plain.run(1, speed=2) == 0
    assert waited[:3] == [1.0, 1.5, 0.5]
    assert len(waited) == len(plain.replay.steps) - 1
    assert "… 10 min 0 s …" in out.getvalue()


def test_a_replay_prints_its_steps_as_json(imr: Imr, path: Path) -> None:
    session = wavered(path, Ticking(0, 2, 600))
    Marker(path, "r-trainer").comment(open_replay(path, session).recording.entries[3], "Look here.")
    status, out, _ = imr("replay", session, "--json")
    assert status == 0
    data = fits("replay", out)
    (one,) = data["sessions"]
    assert (data["case"], one["session"], one["status"]) == (CASE, session, "open")
    assert [step["pause_ms"] for step in one["steps"][:3]] == [0, 2_000, 600_000]
    assert {"amendment", "departure", "comment"} <= {mark["kind"] for mark in one["landmarks"]}


def test_two_sessions_stand_side_by_side_from_where_they_part(imr: Imr, path: Path) -> None:
    one, other = reviewed(path), reviewed(path, {"sought": "To see the hardware."}, reviewer="r-other")
    status, out, _ = imr("replay", one, other, "--plain")
    assert status == 0
    assert (
        "They part first here:\n≠ 1/sought: What did the attending provider say the films should show?" in out
    )
    assert "    A: not documented · step" in out
    assert "    B: To see the hardware. · step" in out
    data = fits("replay", imr("replay", one, other, "--json")[1])
    assert data["parting"]["prompt"] == "sought"
    assert {one["state"] for one in data["questions"]} == {"same", "different"}
    alike = reviewed(path, reviewer="r-third")
    assert "They part nowhere." in imr("replay", one, alike, "--plain")[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("replay", "nonsense", "--plain"), "No session is named 'nonsense'"),
        (("replay", "last", "last", "--plain"), "one session, twice"),
        (("replay", "last", "--plain", "--at", "nowhere"), "There is no step or question “nowhere”"),
        (("replay", "last"), "The screen needs a terminal"),
        (("replay", "last", "--blind", "--json"), "--blind takes one SESSION"),
        (("replay", "last", "--blind", "--plain"), "still open"),
        (("practise", "nonsense", "--plain"), "There is no case “nonsense”"),
        (
            ("practise", "cervical-radiographs-after", "--plain", "--fault", "wrong-year"),
            "There is no fault `wrong-year`",
        ),
        (("practise", "cervical-radiographs-after", "--plain", "--against", "last"), "still open"),
        (("practise", "--fault", "any"), "need a CASE"),
        (("practise", "--resume", "--plain"), "You have no run to go on with"),
        (("practise", "--resume", "nonsense", "--plain"), "No session is named"),
        (("training", "assign", "cervical-radiographs-after", "--to", "Anna Maria"), "pseudonymous id"),
        (
            ("training", "assign", CASE, "--to", "r-trainee", "--due", "31.5.2026"),
            "“31.5.2026” is no day. Write it as 20",
        ),
        (("training", "pack", CASE, "made.case", "--due", "2026-02-30"), "“2026-02-30” is no day"),
        (("training", "withdraw", "nonsense"), "is the beginning of no assignment of yours"),
        (("training", "feedback", "nonsense"), "No session is named"),
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(
    imr: Imr, path: Path, words: tuple[str, ...], says: str
) -> None:
    wavered(path)
    status, _, err = imr(*words)
    assert status == 2
    assert says in err
    assert "Traceback" not in err


def test_sessions_of_two_cases_do_not_stand_side_by_side(imr: Imr, path: Path, tmp_path: Path) -> None:
    one = reviewed(path)
    shutil.copytree(library.folder("casebank") / CASE, tmp_path / "case")
    case = tmp_path / "case" / "case.yaml"
    case.write_text(case.read_text("utf-8").replace(f"id: {CASE}", "id: another-case"), "utf-8")
    imr("review", str(tmp_path / "case"), "--plain")
    status, _, err = imr("replay", one, "last", "--plain")
    assert status == 2
    assert f"different cases: {CASE} and another-case" in err


def test_a_log_of_an_older_format_replays_and_one_of_a_newer_is_refused(path: Path) -> None:
    session = reviewed(path)

    def made_of_format(version: int) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {version}")
            connection.commit()

    made_of_format(1)
    out = io.StringIO()
    assert PlainReplay(open_replay(path, session), Marker(path, "r-x"), out=out).run(1, everything=True) == 0
    assert "Signed: Uphold" in out.getvalue()
    made_of_format(99)
    with pytest.raises(Refused, match="newer version of the program"):
        open_replay(path, session)


def test_a_log_that_does_not_verify_is_refused(imr: Imr, path: Path) -> None:
    session = reviewed(path)
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE blob SET body = 'another text' WHERE length(body) > 60")
        connection.commit()
    status, _, err = imr("replay", session, "--plain", "--all")
    assert status == 1
    assert "is not the one that was logged" in err


# -- practise and training ------------------------------------------------------------------------


PASSAGE = "\n".join(PASSAGES["acute_trauma"])
"""Words of a page on which an answer rests."""


def stops(acute_trauma: str = f"no\n{PASSAGE}") -> list[str]:
    """What is typed at each stop to review the case as its reference does, what stands together answered together."""
    asked = ["", "", REPLIES["red_flags"], acute_trauma, "nd"]
    return [*asked, f"1\n{BESIDE['governs']}", "1", f"1\n{BESIDE['acknowledge']}", "sign"]


def say_all(acute_trauma: str = f"no\n{PASSAGE}") -> str:
    return "\n".join(stops(acute_trauma)) + "\n"


def test_a_whole_run_in_plain_ends_with_its_feedback(imr: Imr, path: Path) -> None:
    status, out, err = imr(
        "practise", "cervical-radiographs-after", "--plain", say=say_all(acute_trauma=f"yes\n{PASSAGE}\n")
    )
    assert (status, err) == (0, "")
    assert "A blind run. Your first answers are kept." in out
    assert "The reviewer answered otherwise: No" in out
    assert out.index("The reviewer answered otherwise: No") < out.index("Signed: Uphold")
    assert "Agreement  14 of 15 questions (93%)" in out
    status, out, _ = imr("training", "feedback")
    assert status == 0
    assert "Agreement  14 of 15 questions (93%)" in out
    data = fits("training-feedback", imr("training", "feedback", "last", "--json")[1])
    assert (data["agreed"], data["compared"], data["reveal"]) == (14, 15, "each")
    table = imr("training", "feedback", "--csv")[1]
    assert table.count("\n") == 16
    assert "different,Yes,No" in table


def test_a_run_that_was_left_is_gone_on_with_by_each_of_its_ways(imr: Imr, path: Path) -> None:
    left = stops()
    status, out, _ = imr("practise", "cervical-radiographs-after", "--plain", say="\n".join(left[:2]) + "\n")
    assert status == 1
    assert "Parked." in out
    with Log.open(path, write=False) as log:
        (row,) = log.sessions()
    left = left[2:]
    for words in (("practise", "--resume"), ("resume", row.id[:5]), ("practise",)):
        status, out, _ = imr(*words, "--plain", say=left.pop(0) + "\n")
        assert status == 1
        assert "A blind run." in out
    status, out, _ = imr("resume", "--plain", say="\n".join(left) + "\n")
    assert status == 0
    assert "Agreement  15 of 15" in out


def test_what_is_answered_together_is_revealed_under_each_question(imr: Imr) -> None:
    _, out, _ = imr("practise", "cervical-radiographs-after", "--plain", say="\n".join(stops()[:5]) + "\n")
    said = [line.strip() for line in out.splitlines()]
    for ask in ("Does the record bear this timeline?", "What did the attending provider say was suspected?"):
        assert [said[n + 1] for n, line in enumerate(said) if line == ask and "* As" in said[n + 1]]


def test_a_session_is_taken_blind(imr: Imr, path: Path) -> None:
    page = {"document": "progress-note-2014-07-17", "page": 1, "quote": "cumulative trauma at work"}
    session = reviewed(path, {"acute_trauma": {"value": "yes", "evidence": [page]}})
    status, out, _ = imr("replay", session, "--blind", "--reveal", "end", "--plain", say=say_all())
    assert status == 0
    assert "The reviewer answered" not in out
    assert f"against session {session} of reference" in out
    assert "Agreement  14 of 15" in out


def test_an_assigned_case_is_found_run_and_scored(imr: Imr, path: Path) -> None:
    profile.save_profile(Profile("r-trainer", qualifications=KEPT))
    imr("training", "group", "spring", "r-trainee")
    status, out, _ = imr("training", "assign", "cervical-radiographs-after", "--to", "spring", "--reveal", "trainer",
                         "--fault", "wrong-level", "--fault", "contradiction=changed_since")  # fmt: skip
    assert status == 0
    assert out.count("Planted ") == 2
    planned = fits("training-list", imr("training", "list", "--json")[1])
    assert planned["assignments"][0]["state"] == "waiting"
    assert planned["assignments"][0]["planted"] == 2
    profile.save_profile(Profile("r-trainee", qualifications=KEPT))
    _, out, _ = imr("practise", "--plain", say=say_all() + ":park\n")
    assert "Your trainer shows you the feedback" in out
    assert "planted" not in out
    with Log.open(path, write=False) as log:
        (row,) = log.sessions()
    assert (row.kind, row.reviewer) == ("training", "r-trainee")
    if row.status == "signed":
        status, _, err = imr("training", "feedback")
        assert status == 2
        assert "Your trainer shows you" in err
    profile.save_profile(Profile("r-trainer", qualifications=KEPT))
    data = fits("training-feedback", imr("training", "feedback", "--json")[1])
    assert len(data["faults"]) == 2
    listed = imr("training", "list")[1]
    assert "to r-trainee:" in listed
    runs, rest = listed.split("Runs by trainee")[1].split("Cases that nobody has begun")
    assert "r-trainee" in runs
    assert CASE not in rest
    assert "knee-mri-locking: with reference" in rest


def test_one_of_several_assignments_is_begun_by_its_id(imr: Imr) -> None:
    names = [
        imr("training", "assign", "cervical-radiographs-after", "--to", "r-trainee", *more)[1]
        .split()[1]
        .rstrip(":")
        for more in ((), ("--no-proposals", "--reveal", "end"))
    ]
    _, listed, _ = imr("practise", "--plain")
    assert all(f"imr practise {name}" in listed for name in names)
    status, out, _ = imr("practise", names[1], "--plain", say=":park\n")
    assert status in (0, 1)
    assert "You see the reviewer's answers when you have signed." in out
    assert names[1] not in imr("practise", "--plain")[1]
    assert imr("practise", names[0], "--faults", "1", "--plain")[0] == 2


def test_an_assignment_is_taken_back_by_its_trainer_only(imr: Imr) -> None:
    profile.save_profile(Profile("r-trainer", qualifications=KEPT))
    status, _, err = imr("training", "assign", "cervical-radiographs-after", "--to", "r-trainee")
    assert status == 2
    assert "nobody called r-trainee" in err
    assert imr("training", "group", "spring", "r-trainee")[1] == "spring: r-trainee\n"
    _, out, _ = imr(
        "training", "assign", "cervical-radiographs-after", "--to", "r-trainee", "--due", "2030-01-31"
    )
    assert ", due 2030-01-31." in out
    for words in (
        ("assign", "cervical-radiographs-after", "--to", "r-trainee"),
        ("pack", "cervical-radiographs-after", "x"),
    ):
        status, _, err = imr("training", *words, "--due", "2020-01-31")
        assert (status, "This day is over already." in err) == (2, True)
    name = out.split()[1].rstrip(":")
    profile.save_profile(Profile("r-trainee", qualifications=KEPT))
    assert imr("training", "withdraw", name)[0] == 2
    profile.save_profile(Profile("r-trainer", qualifications=KEPT))
    status, out, _ = imr("training", "withdraw", name)
    assert status == 0
    assert "is taken back" in out
    assert fits("training-list", imr("training", "list", "--json")[1])["assignments"] == []


def test_a_session_is_written_as_a_recording_and_as_a_page(imr: Imr, path: Path, tmp_path: Path) -> None:
    session = wavered(path)
    cast, page = tmp_path / "session.cast", tmp_path / "session.html"
    status, out, _ = imr("replay", session, "--cast", str(cast), "--html", str(page))
    assert status == 0
    assert out.count("Written: ") == 2
    head, *events = [json.loads(line) for line in cast.read_text().splitlines()]
    assert (head["version"], head["term"]["cols"]) == (3, 100)
    assert {one[1] for one in events} == {"o", "m"}
    assert all(len(one) == 3 and 0 <= one[0] <= 3 for one in events)
    replay = open_replay(path, session)
    asked = [one.name for one in replay.landmarks if one.kind == "prompt"]
    assert {one[2] for one in events if one[1] == "m"} == set(asked)
    said = "".join(one[2] for one in events if one[1] == "o")
    assert "maybe" in said
    assert not {char for char in said if ord(char) < 32} - {"\r", "\n"}
    text = page.read_text()
    assert text.count("<section ") == len(replay.steps)
    assert "<script" not in text
    assert imr("replay", session, "--html", str(page))[0] == 2
    assert imr("replay", session, session, "--cast", str(cast))[0] == 2


def test_the_gradebook_is_printed_as_lines_table_json_and_page(imr: Imr, path: Path, tmp_path: Path) -> None:
    with Log.open(path) as log:
        practice = begun(log, "end", "wrong-level")
        answered(practice)
        practice.review.close()
    profile.save_profile(Profile("r-trainer", qualifications=KEPT))
    status, out, _ = imr("training", "gradebook", "r-trainee")
    assert status == 0
    assert "r-trainee · 1 run" in out
    data = fits("training-gradebook", imr("training", "gradebook", "--json")[1])
    assert [one["trainee"] for one in data["trainees"]] == ["r-trainee"]
    assert imr("training", "gradebook", "--csv")[1].startswith("trainee,")
    page = tmp_path / "class.html"
    assert imr("training", "gradebook", "--html", str(page))[0] == 0
    assert page.read_text().startswith("<!doctype html>")
    assert page.stat().st_mode & 0o077 == 0
    assert imr("training", "gradebook", "--html", str(page))[0] == 2
    status, _, err = imr("training", "gradebook", "r-nobody")
    assert status == 2
    assert "nobody called r-nobody" in err


def test_the_overview_shows_agreement_at_a_glance(imr: Imr, path: Path) -> None:
    reviewed(path)
    page = {"document": "progress-note-2014-07-17", "page": 2, "quote": "x-rays of the cervical spine"}
    reviewed(path, {"sought": {"value": "To see the hardware.", "evidence": [page]}}, reviewer="r-other")
    with Log.open(path) as log:
        answered(begun(log, "end"))
    data = fits("training-list", imr("training", "list", "--json")[1])
    (case,) = [one for one in data["cases"] if one["case"] == CASE]
    assert case["reference"]
    assert (len(case["sessions"]), len(case["runs"])) == (2, 1)
    assert case["agreement"]["sessions"] == 2
    assert case["agreement"]["alike"] == case["agreement"]["both"] - 1
    assert case["agreement"]["first_parting"] == "sought"
    said = imr("training", "list")[1]
    assert "of answers alike, part first at sought" in said


def test_a_case_that_is_assigned_by_its_folder_is_listed_with_its_reference(imr: Imr, tmp_path: Path) -> None:
    folder = tmp_path / "of-ones-own"
    shutil.copytree(library.find_case("knee-mri-locking").path, folder)
    case = folder / "case.yaml"
    case.write_text(case.read_text("utf-8").replace("id: knee-mri-locking", "id: of-ones-own"), "utf-8")
    imr("training", "group", "spring", "r-trainee")
    assert imr("training", "assign", str(folder), "--to", "spring")[0] == 0
    rows = fits("training-list", imr("training", "list", "--json")[1])["cases"]
    assert [one["reference"] for one in rows if one["case"] == "of-ones-own"] == [True]


def test_practise_without_a_case_lists_what_waits(imr: Imr, path: Path) -> None:
    wavered(path)
    status, out, _ = imr("practise", "--plain")
    assert status == 0
    assert f"{CASE}: imr practise {CASE}" in out


def test_what_is_due_again_is_listed(imr: Imr, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = library.case_names()[::8]
    monkeypatch.setattr(library, "case_names", lambda: [CASE, *few])
    with Log.open(path) as log:
        practice = begun(log, "end", "wrong-level")
        answered(practice)
        practice.review.close()
    status, out, _ = imr("training", "due")
    assert status == 0
    assert "wrong-level · Radiography of the cervical spine · met 1 time · due " in out


def test_the_library_is_listed_and_cut_down(imr: Imr, monkeypatch: pytest.MonkeyPatch) -> None:
    few = library.case_names()[::8]
    monkeypatch.setattr(library, "case_names", lambda: [CASE, *few])
    status, out, _ = imr("training", "library", "--service", "cervical spine", "--outcome", "upheld")
    assert status == 0
    assert CASE in out
    assert "Exercises" not in out
    assert fits("training-library", imr("training", "library", "--json")[1])["exercises"]
    status, _, err = imr("training", "library", "--trap", "wrong-year")
    assert status == 2
    assert "There is no fault `wrong-year`" in err
