"""A review derived anew: the same where nothing was changed, and the first difference where something was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.access_events import AccessRead
from assistant.core.problem import Refused
from assistant.core.record import checks as every_check
from assistant.core.record import finding_checks
from assistant.core.value import replace
from assistant.letter import to_text
from assistant.log import Log, access
from assistant.log.bundle import bundle, covering_checkpoint
from assistant.log.redaction import redact
from assistant.log.verify import verify
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.determination import compose_from_log, sign
from assistant.review.rederive import Rederivation, deeper, derived_anew, rederivation_words, rederive
from assistant.review.review import Review
from tests.log.forgery import Entry, rewrite, unfenced
from tests.review.signed import real_case, signed_review

CASE = "cervical-radiographs-after-fusion"
REFERENCE = library.folder("casebank") / CASE / "reference.yaml"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the case, and a log with its review: a sentence edited twice, a departure, signed."""
    folder = tmp_path_factory.mktemp("rederiving")
    shutil.copytree(library.find_case(CASE).path, folder / "case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        with Log.open(folder / "log.sqlite") as log:
            review = Review.open(log, library.open_case(folder / "case"), Profile("r-1"))
            file = answers_file.read_answers_file(REFERENCE)
            assert answers_file.run_answers(review, replace(file, sign=False)).status in (0, 1)
            one = review.assess("1").sentences[0]
            for text in ("In my own words.", "In other words of mine."):
                review.perform(c.EditSentence("1", one.key, one.text, text))
            sign(review)
            review.close()
    return folder


@pytest.fixture
def log_path(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    shutil.copyfile(home / "log.sqlite", tmp_path / "log.sqlite")
    return tmp_path / "log.sqlite"


def derived(path: Path) -> Rederivation:
    with Log.open(path, write=False) as log:
        return rederive(log, log.resolve("last"))


def test_what_redacted_words_would_have_given_is_not_compared(log_path: Path) -> None:
    with Log.open(log_path, write=False) as log:
        session = log.resolve("last")
        (ruled,) = [one for one in log.read(session) if one.kind == "criterion.ruled"]
        was = to_text(compose_from_log(log, session))
    redact(log_path, session, ruled.seq, "reason", "An order of the court.")
    made = derived(log_path)
    assert made.ok
    assert any("since words of this session were redacted" in one for one in made.not_compared)
    with Log.open(log_path, write=False) as log:
        text = to_text(compose_from_log(log, session))
    assert text.startswith("NOT THE TEXT THAT WAS SIGNED - words of it were redacted since")
    assert "[redacted]" in text
    assert "[redacted]" not in was


def test_the_letter_that_went_along_is_derived_where_the_documents_are_not(
    home: Path, log_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its checks stand there as they were raised and explained; whoever adds to them is told of."""
    with Log.open(log_path, write=False) as log:
        session = log.resolve("last")
        words, _ = rederivation_words(log, session)
    assert "Checks of plain fact" in words.letter
    file, case = log_path.with_name("session.imr"), home / "case" / "records"
    proven = covering_checkpoint(log_path, session)
    monkeypatch.setenv("IMR_CONFIG", str(home / "config"))
    file.write_bytes(bundle(log_path, session, proven, words))
    added = words.letter.replace("Explained.", "Explained, and approved.")
    more = log_path.with_name("more.imr")
    more.write_bytes(bundle(log_path, session, proven, replace(words, letter=added)))
    away = case.rename(home / "case" / "away")
    try:
        assert [ok for ok, _ in derived_anew(file)] == [True, True]
        assert [ok for ok, _ in derived_anew(more)] == [True, None]
    finally:
        away.rename(case)


def changed(path: Path, kind: str, edit: Callable[[Entry], Any]) -> None:
    """Every entry of a kind with another body."""

    def all_of(entries: list[Entry]) -> list[Entry]:
        return [
            {**one, "body": {**one["body"], **edit(one["body"])}} if one["kind"] == kind else one
            for one in entries
        ]

    rewrite(path, all_of)


def test_it_is_the_same_byte_for_byte(log_path: Path) -> None:
    made = derived(log_path)
    assert made.ok
    assert made.difference is None
    assert made.compared["letters"] == 1
    assert made.compared["sentences"] == 2
    assert min(made.compared[name] for name in ("suggestions", "checks", "outcomes")) >= 1
    assert made.compared["entries"] == made.entries
    with Log.open(log_path, write=False) as log:
        words, why = rederivation_words(log, log.resolve("last"))
    assert (why, words.signed in words.letter) == ("", True)
    assert "In other words of mine." in words.signed


@pytest.mark.parametrize(
    ("kind", "edit", "what"),
    [
        ("suggestion.shown", lambda _: {"decision": None, "why": "conflict"}, "the suggestion on item 1"),
        (
            "determination.recorded",
            lambda _: {"suggested": "overturned"},
            "the suggestion when item 1 was decided",
        ),
        ("session.signed", lambda _: {"letter": "0" * 64}, "the SHA-256 of the text that was signed"),
        ("session.signed", lambda _: {"outcome": "overturn"}, "the outcome"),
        ("check.raised", lambda _: {"key": "elsewhere"}, "the check"),
        ("sentence.edited", lambda body: {"was": body["text"]}, "the sentence"),
    ],
)
def test_the_first_difference_is_named(
    log_path: Path, kind: str, edit: Callable[[Any], Any], what: str
) -> None:
    before = derived(log_path)
    changed(log_path, kind, edit)
    made = derived(log_path)
    assert not made.ok
    assert made.difference is not None
    assert made.difference.what.startswith(what)
    assert made.difference.logged != made.difference.derived
    assert made.compared["entries"] < before.entries


def test_an_answer_that_was_changed_gives_another_letter(log_path: Path) -> None:
    """Whoever rewrites an answer and all hashes must make the program say what was signed."""

    def edit(body: Any) -> Any:
        return {"answer": {**body["answer"], "value": "none"}} if body["prompt"] == "prior_surgery" else {}

    changed(log_path, "answer.recorded", edit)
    assert not derived(log_path).ok


def test_a_pinned_text_that_was_changed_is_refused(log_path: Path) -> None:
    with unfenced(log_path) as file:
        file.execute("UPDATE artifact SET body = zeroblob(9)")
    with pytest.raises(Refused, match="changed copy"):
        derived(log_path)


def test_checks_are_not_compared_where_the_record_is_gone(log_path: Path, home: Path) -> None:
    records = home / "case" / "records"
    hidden = home / "hidden"
    records.rename(hidden)
    try:
        made = derived(log_path)
    finally:
        hidden.rename(records)
    assert made.ok
    assert made.compared.get("checks", 0) == 0
    assert "The checks, since they read the record" in made.not_compared[0]


def test_a_check_that_a_changed_program_left_out_is_named(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log.sqlite"
    with monkeypatch.context() as patch, Log.open(path) as log:
        patch.setenv("IMR_CONFIG", str(tmp_path / "config"))
        patch.setattr(Review, "_checks", lambda *_: ())
        review = Review.open(log, library.open_case(home / "case"), Profile("r-1"))
        file = replace(answers_file.read_answers_file(REFERENCE), acknowledge={})
        assert answers_file.run_answers(review, file).status == 0
        review.close()
    difference = derived(path).difference
    assert difference is not None
    assert difference.logged == "nothing"
    assert "later-study on" in difference.derived


def test_a_source_that_nobody_had_read_is_named_without_the_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, case = tmp_path / "log.sqlite", real_case(tmp_path)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    with monkeypatch.context() as patch, Log.open(path) as log:
        for module in (every_check, finding_checks):
            patch.setattr(module, "unverified_criteria", lambda *_: ())
        signed_review(log, case, "r-1")
    shutil.rmtree(case.path)
    difference = derived(path).difference
    assert difference is not None
    assert difference.what == "that nothing was open at the signature"
    assert "unverified-criterion on" in difference.derived


def test_a_sitting_is_no_review(log_path: Path) -> None:
    assert access.note(log_path, AccessRead("show", ())) == ""
    with Log.open(log_path, write=False) as log:
        (sitting,) = log.sessions(others=True)
        with pytest.raises(Refused, match="not the session of a review"):
            rederive(log, sitting.id)
        assert rederivation_words(log, sitting.id)[0].letter == ""


class Steps:
    """Counts what it is told."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def begin(self, what: str) -> Callable[[int], None]:
        self.said.append(what)
        return lambda _: None


def test_a_deep_verification_looks_at_schemas_and_drafts(log_path: Path) -> None:
    steps = Steps()
    found = deeper(log_path, verify(log_path), steps)
    assert found.ok
    assert (found.verdicts["schemas"].ok, found.verdicts["drafts"].ok) == (True, True)
    assert len(steps.said) == 2


def test_a_deep_verification_finds_what_no_hash_can(log_path: Path) -> None:
    """Rewritten as a whole, without a checkpoint anywhere: hashes say nothing, the program's own rules do."""
    changed(log_path, "suggestion.shown", lambda _: {"why": "nonsense"})
    with unfenced(log_path) as file:
        file.execute("DELETE FROM checkpoint")
    quick = verify(log_path)
    assert quick.ok
    found = deeper(log_path, quick, Steps())
    assert not found.ok
    assert found.verdicts["schemas"].ok is False
    assert "suggestion.shown" in found.verdicts["schemas"].says
    assert found.verdicts["drafts"].ok is False
    assert found.first_break is not None
