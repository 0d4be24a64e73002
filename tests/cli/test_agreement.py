"""`imr agree` and `imr adjudicate` on a real log: what they print, what they refuse, and what they log."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli import main
from assistant.core import yaml as plain_yaml
from assistant.log.bundle import LetterTexts, bundle, covering_checkpoint

CASE = "cervical-radiographs-after-fusion"
SCHEMA = json.loads(library.read_text(library.folder("schemas") / "output" / "agree.schema.json"))


@dataclass(frozen=True)
class Said:
    """How a call of the program ended."""

    status: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A folder with a log and a profile, at which the program is called."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def log(self) -> Path:
        return self.folder / "log.sqlite"

    def imr(self, *arguments: str) -> Said:
        self.capsys.readouterr()
        status = main.run(list(arguments))
        done = self.capsys.readouterr()
        return Said(status, done.out, done.err)

    def type(self, lines: str, *arguments: str) -> Said:
        """A call that reads `lines`."""
        done = CliRunner().invoke(main.cli, list(arguments), input=lines, standalone_mode=False)
        return Said(
            done.return_value if done.exception is None else 2,
            done.stdout,
            done.stderr + str(done.exception or ""),
        )

    def review(
        self,
        reviewer: str,
        changes: Mapping[str, Any] | None = None,
        decision: str = "",
        case: str = CASE,
        sheet: str = "",
    ) -> str:
        """A review with the reference's answers but for some; an empty decision is the reference's. Its id."""
        data = dict(
            plain_yaml.parse_yaml(library.read_text(library.find_case(CASE).path / "reference.yaml"), "").data
        )
        data.pop("published")
        data["reviewer"] = reviewer
        data["answers"] = {**data["answers"], "1": {**data["answers"]["1"], **(changes or {})}}
        if "duration" in (changes or {}):
            data["acknowledge"] = {**data["acknowledge"], "computed-differs": "Counted from the first visit."}
        if decision:
            data["determinations"] = {"1": {"decision": decision, "reason": "It departs."}}
        if decision == "none":
            data["determinations"] = {}
        file = self.folder / f"{sheet or reviewer}.yaml"
        file.write_text(json.dumps(data), encoding="utf-8")
        made = json.loads(self.imr("review", case, "--answers", str(file), "--json").out)
        return str(made["session"])

    def agree(self, *arguments: str) -> Any:
        """The JSON of `imr agree`, held to its schema."""
        said = self.imr("agree", *arguments, "--json")
        assert (said.status, said.err) == (0, "")
        data = json.loads(said.out)
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)] == []
        return data

    def entries(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.log)) as connection:
            return list(connection.execute(sql))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    return desk_in(tmp_path, monkeypatch, capsys)


def desk_in(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.setenv("IMR_LOG", str(folder / "log.sqlite"))
    monkeypatch.setenv("IMR_CONFIG", str(folder / "config"))
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    return Desk(folder, monkeypatch, capsys)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reviewed")


@pytest.fixture(scope="module")
def ids() -> dict[str, str]:
    return {}


@pytest.fixture
def reviewed(
    folder: Path,
    ids: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> tuple[Desk, dict[str, str]]:
    """A desk with the reviews of a study, and the ids of these: one desk for all tests, which change no review."""
    desk = desk_in(folder, monkeypatch, capsys)
    if not ids:
        ids["one"], ids["other"] = desk.review("r-one"), desk.review("r-two", {"duration": 70})
        another = other_case(desk, "another-case")
        ids["elsewhere"] = desk.review("r-one", case=another)
        desk.review("r-two", {"duration": 70}, case=another)
        ids["again"] = desk.review("r-two", sheet="again")
        ids["unfinished"] = desk.review("r-three", decision="none")
        desk.review("r-one", case=other_case(desk, "lonely-case"))
    return desk, ids


def other_case(desk: Desk, name: str) -> str:
    """A copy of the case with an id of its own; its folder."""
    source = library.find_case(CASE).path
    folder = desk.folder / name
    (folder / "records").mkdir(parents=True)
    for file in (source / "records").iterdir():
        (folder / "records" / file.name).write_bytes(file.read_bytes())
    text = (source / "case.yaml").read_text(encoding="utf-8").replace(f"id: {CASE}", f"id: {name}")
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def test_two_reviews_of_a_case(reviewed: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    data = desk.agree(one, other)
    assert (data["case"], data["method"]["kappa"], data["method"]["samples"]) == (CASE, "cohen", 2000)
    assert [(rater["rater"], rater["reviewer"]) for rater in data["raters"]] == [
        ("A", "r-one"),
        ("B", "r-two"),
    ]
    assert data["first_divergence"]["prompt"] == "duration"
    assert data["outcome"]["agreement"] == {"too_few": 1, "of": "answers", "needed": 10}
    assert data["answers"]["agreement"]["value"] == pytest.approx(1 - 1 / data["answers"]["n"], abs=1e-6)
    assert desk.agree(one[:6], other) == data
    said = desk.imr("agree", one, other)
    assert said.status == 0
    assert "They part first at duration" in said.out
    assert max(map(len, said.out.splitlines())) < 80


def test_that_the_sessions_were_read_is_logged_beside_them(reviewed: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    before = desk.entries("SELECT session, count(*) FROM event GROUP BY session")
    desk.agree(one, other)
    after = dict(desk.entries("SELECT session, count(*) FROM event GROUP BY session"))
    assert all(after[session] == count for session, count in before if session in ids.values())
    bodies = [
        json.loads(row[0])["body"]
        for row in desk.entries("SELECT entry FROM event WHERE kind = 'access.read'")
    ]
    assert {"command": "agree", "sessions": [one, other]} in bodies


def test_what_cannot_be_compared_is_refused_with_what_to_do(reviewed: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    unfinished, elsewhere = ids["unfinished"], ids["elsewhere"]
    calls = {
        (): "No session is named",
        (one,): "One reviewer alone",
        (one, one): "named twice",
        (one, unfinished): "still open",
        (one, elsewhere): "different cases: cervical-radiographs-after-fusion",
        (one, "no-such"): "No session is named 'no-such'",
        (elsewhere, "--reference"): "no reference",
        (one, "--with", str(desk.folder / "none.yaml")): "no such file",
        ("--cases", "nowhere"): "no case that the log has sessions of",
        ("--cases", "--with", "x.yaml"): "--with FILE is for",
    }
    for arguments, words in calls.items():
        said = desk.imr("agree", *arguments)
        assert (said.status, said.out) == (2, ""), arguments
        assert words in said.err, (arguments, said.err)
    assert desk.imr("agree", one, other).status == 0
    assert "different cases" in desk.type("", "adjudicate", one, elsewhere).err
    assert "still open" in desk.type("", "adjudicate", one, unfinished).err


def test_a_log_that_does_not_verify_is_not_measured(
    reviewed: tuple[Desk, dict[str, str]], desk: Desk
) -> None:
    reviews, ids = reviewed
    one, other = ids["one"], ids["other"]
    shutil.copy(reviews.log, desk.log)
    assert desk.imr("agree", one, other).status == 0
    with closing(sqlite3.connect(desk.log)) as connection, connection:
        (trigger,) = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE UPDATE%ON event%'"
        ).fetchone()
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [trigger]).fetchone()
        connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(
            "UPDATE event SET entry = CAST(replace(CAST(entry AS TEXT), 'r-two', 'r-six') AS BLOB) "
            "WHERE session = ? AND seq = 7",
            [other],
        )
        connection.execute(sql)
    for arguments in ((one, other), ("--cases",)):
        said = desk.imr("agree", *arguments)
        assert said.status == 2
        assert "doesn't verify" in said.err


def test_the_same_reviewer_twice_is_told_to_agree_with_himself(reviewed: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = reviewed
    data = desk.agree(ids["other"], ids["again"])
    assert any("A and B are by one reviewer (r-two)" in said for said in data["warnings"])


def test_reviews_are_held_against_the_reference_and_a_sheet(reviewed: tuple[Desk, dict[str, str]]) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    data = desk.agree(one, other, "--reference", "--with", str(desk.folder / "r-two.yaml"))
    parted = {tuple(pair["raters"]): pair["of"] - pair["alike"] for pair in data["standards"]}
    assert parted == {("A", "reference"): 0, ("B", "reference"): 1, ("A", "r-two"): 1, ("B", "r-two"): 0}
    alone = desk.agree(other, "--reference")
    assert [(rater["rater"], rater["kind"]) for rater in alone["raters"]] == [
        ("A", "practice"),
        ("reference", "standard"),
    ]
    assert alone["first_divergence"]["prompt"] == "duration"


def test_bundles_are_compared_like_sessions_also_where_there_is_no_log(
    reviewed: tuple[Desk, dict[str, str]],
) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    files = []
    for session in (one, other):
        files.append(str(desk.folder / f"{session}.imr"))
        Path(files[-1]).write_bytes(
            bundle(desk.log, session, covering_checkpoint(desk.log, session), LetterTexts())
        )
    figures = desk.agree(one, other)
    assert desk.agree(*files) == figures
    assert desk.agree(one, files[1]) == figures
    assert len(desk.agree("--cases", *files)["cases"]) == 1
    assert desk.agree(*files, "--log", str(desk.folder / "none.sqlite")) == figures
    assert "named twice" in desk.imr("agree", one, files[0]).err
    Path(files[1]).write_bytes(Path(files[1]).read_bytes()[:4_000])
    said = desk.imr("agree", *files)
    assert (said.status, said.out) == (2, "")
    assert "damaged" in said.err


def test_a_study_takes_each_reviewer_once_and_says_what_it_left_out(
    reviewed: tuple[Desk, dict[str, str]],
) -> None:
    desk, _ = reviewed
    data = desk.agree("--cases")
    assert (data["case"], data["method"]["study"]) == (None, True)
    assert {
        one["case"]: one["first_divergence"] and one["first_divergence"]["prompt"] for one in data["cases"]
    } == {
        CASE: None,
        "another-case": "duration",
    }
    said = " ".join(data["warnings"])
    assert "1 open" in said
    assert "1 earlier, of a reviewer who did the case again" in said
    assert "with a single reviewer: lonely-case" in said
    assert data["outcome"]["agreement"] == {"too_few": 2, "of": "cases", "needed": 10}
    assert [one["case"] for one in desk.agree("--cases", "another")["cases"]] == ["another-case"]
    assert len(desk.agree(f"--cases={CASE},another-case")["cases"]) == 2
    nothing = desk.imr("agree", "--cases", "lonely")
    assert (nothing.status, nothing.out) == (2, "")
    assert "nothing to compare" in nothing.err
    with_reference = desk.agree("--cases", "--reference")
    assert any("another-case has no reference" in one for one in with_reference["warnings"])
    assert len(with_reference["standards"]) == 2


def test_an_adjudication_from_the_terminal_is_compared_by_its_session_and_by_its_sheet(
    reviewed: tuple[Desk, dict[str, str]],
) -> None:
    desk, ids = reviewed
    one, other = ids["one"], ids["other"]
    sheet = desk.folder / "sheet.yaml"
    stopped = desk.type("own 73\n", "adjudicate", one, other)
    assert stopped.status == 1
    assert "Stopped" in stopped.out
    done = desk.type("Z\nA\n\nIt is on the page.\n", "adjudicate", one, other, "-o", str(sheet))
    assert (done.status, done.err) == (0, "")
    assert "Going on with" in done.out
    assert "“Z” is none of A, B" in done.out
    assert "A reason is needed" in done.out
    assert "r-one" not in done.out
    assert "r-two" not in done.out
    ((session,),) = desk.entries("SELECT session FROM event WHERE kind = 'training.adjudication_opened'")
    by_session = desk.agree(one, other, session)["standards"]
    by_sheet = desk.agree(one, other, "--with", str(sheet))["standards"]
    assert [(pair["alike"], pair["of"]) for pair in by_session] == [
        (pair["alike"], pair["of"]) for pair in by_sheet
    ]
    assert sorted(pair["of"] - pair["alike"] for pair in by_session) == [0, 1]
    assert json.loads(desk.imr("log", "verify", "--json").out)["ok"] is True

    wrong = Draft202012Validator(
        json.loads(library.read_text(library.folder("schemas") / "event.schema.json"))
    )
    stored = desk.entries(f"SELECT entry FROM event WHERE session = '{session}'")
    steps = [json.loads(row[0]) for row in stored]
    assert [
        one.message for step in steps for one in wrong.iter_errors({n: step[n] for n in ("kind", "body")})
    ] == []
    assert {step["kind"] for step in steps} == {
        "training.adjudication_opened",
        "training.answer_adjudicated",
        "training.decision_adjudicated",
        "training.adjudication_closed",
    }

    taken = desk.type("", "adjudicate", one, other, "-o", str(sheet))
    assert taken.status == 2
    assert "already there" in taken.err
    again = desk.type("", "adjudicate", session, "-o", str(sheet), "--force")
    assert again.status == 0
    for arguments, words in {
        (session,): "Write its sheet with -o FILE",
        (one,): "leaves nothing to settle",
        (one, one): "named twice",
        (one, session): "not the session of a review",
    }.items():
        said = desk.type("", "adjudicate", *arguments)
        assert said.status == 2
        assert words in said.err
