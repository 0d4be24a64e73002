"""A session keeps the letter's words that it began with: who rewords them later changes no letter that was signed."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assistant import library
from assistant import library as letter_words
from assistant.cli.main import cli
from assistant.clock import california_day
from assistant.core import commands as c
from assistant.core import letter_frame, yaml
from assistant.core.problem import Refused
from assistant.letter import Letter, json_text, to_markdown, to_text
from assistant.log import Log
from assistant.log.fold import load_session
from assistant.log.verify import verify
from assistant.review.determination import compose_from_log
from assistant.review.rederive import deeper, rederivation_words, rederive
from assistant.review.review import Review
from tests.letter.reviewing import answer, determine, letter_of, sign
from tests.log.forgery import Entry, rewrite

FORMS: list[Callable[[Letter], str]] = [to_text, to_markdown, json_text]
OWN = library.letter_texts()[library.FRAME]
STATED = "The reviewer states no affiliation with"
NEW = "No affiliation is stated by the reviewer with"


class Quiet:
    """Is told how far a verification is."""

    def begin(self, what: str) -> Callable[[int], None]:
        return lambda _: None


@pytest.fixture
def reworded(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Rewords the program's file of the letter's words, and forgets what was read, as a program started anew."""

    def reword(old: str, new: str) -> None:
        assert old in OWN
        monkeypatch.setattr(library, "letter_texts", lambda: {library.FRAME: OWN.replace(old, new)})
        letter_words._kept.cache_clear()
        letter_words.first_words.cache_clear()

    return reword


@pytest.fixture
def unpinned(
    begin: Callable[..., Review], reference: dict[str, Any], path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The log of a signed session as a version wrote it that did not store the letter's words."""
    with monkeypatch.context() as patch:
        patch.setattr("assistant.review.review.letter_to_pin", lambda log: {})
        review = begin()
    answer(review, reference["answers"])
    determine(review)
    sign(review)
    review.close()

    def without(entries: list[Entry]) -> list[Entry]:
        first = entries[0]["body"]
        first["pins"] = {kind: named for kind, named in first["pins"].items() if kind != "letter"}
        return entries

    rewrite(path, without)
    return path


def forms(path: Path) -> list[str]:
    with Log.open(path, write=False) as log:
        return [form(compose_from_log(log, "last")) for form in FORMS]


def test_the_words_are_stored_with_the_session(review: Review, log: Log) -> None:
    pinned = review.session.opened.pins["letter"]
    texts = library.letter_texts()
    assert pinned == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    assert {name: log.artifact(digest).decode() for name, digest in pinned.items()} == texts


def test_a_signed_letter_reads_as_it_was_signed(
    signed: Review, path: Path, reworded: Callable[[str, str], None]
) -> None:
    before = forms(path)
    reworded(STATED, NEW)
    assert forms(path) == before
    assert all(STATED in " ".join(text.split()) and "NOT THE TEXT" not in text for text in before)
    signed.close()
    with Log.open(path, write=False) as log:
        assert rederive(log, signed.session.id).ok
        words, why = rederivation_words(log, signed.session.id)
        assert (words.letter, why) == (before[0], "")
        assert words.signed in words.letter
    found = deeper(path, verify(path), Quiet())
    assert (found.ok, found.verdicts["drafts"].ok) == (True, True)


def test_what_was_open_is_signed_in_the_words_that_it_began_with(
    decided: Review, path: Path, reworded: Callable[[str, str], None]
) -> None:
    reworded(STATED, NEW)
    sign(decided)
    assert decided.session.signed is not None
    letter = letter_of(decided)
    assert STATED in " ".join(letter.body.split())
    assert decided.session.signed.letter == letter.body_hash


def test_what_is_opened_later_has_the_new_words(
    signed: Review,
    begin: Callable[..., Review],
    reference: dict[str, Any],
    reworded: Callable[[str, str], None],
) -> None:
    reworded(STATED, NEW)
    other = begin()
    answer(other, reference["answers"])
    determine(other)
    sign(other)
    body = letter_of(other).body
    assert NEW in " ".join(body.split())
    assert body != letter_of(signed).body
    assert "NOT THE TEXT" not in to_text(letter_of(other))


def test_a_bundle_holds_the_words(
    signed: Review, path: Path, tmp_path: Path, reworded: Callable[[str, str], None]
) -> None:
    before = forms(path)[0]
    session = signed.session.id
    signed.close()
    bundle = tmp_path / "one.imr"
    runner = CliRunner()
    made = runner.invoke(cli, ["log", "prove", session, "-o", str(bundle), "--log", str(path)])
    assert made.exit_code == 0, made.output
    reworded(STATED, NEW)
    assert runner.invoke(cli, ["letter", str(bundle)]).output == before
    assert runner.invoke(cli, ["log", "verify", str(bundle)]).exit_code == 0


def test_a_session_without_them_has_the_first_wording(
    unpinned: Path, reworded: Callable[[str, str], None]
) -> None:
    with Log.open(unpinned, write=False) as log:
        letter = compose_from_log(log, "last")
        assert "letter" not in letter.session.opened.pins
        assert letter.session.signed is not None
        assert letter.session.signed.letter == letter.body_hash
        assert rederive(log, letter.session.id).ok
    found = deeper(unpinned, verify(unpinned), Quiet())
    assert {name: one.ok for name, one in found.verdicts.items() if name in ("schemas", "drafts")} == {
        "schemas": True,
        "drafts": True,
    }
    before = forms(unpinned)
    reworded(STATED, NEW)
    assert forms(unpinned) == before
    assert STATED in " ".join(before[0].split())
    assert "NOT THE TEXT" not in before[0]
    assert re.search(r"Signed by the reviewer on \S+ at \S+ UTC, with", before[0])


def test_a_new_letter_says_the_day_of_california_and_its_zone(signed: Review) -> None:
    at = signed.log.read(signed.session.id)[-1].ts
    assert california_day(at) in to_text(letter_of(signed))
    assert re.search(
        r"Signed by the reviewer on \S+ at \S+ P[SD]T\s+\(California\)", to_text(letter_of(signed))
    )


def test_the_words_that_join_a_rationale_stay_as_they_were(
    review: Review, reference: dict[str, Any], path: Path, reworded: Callable[[str, str], None]
) -> None:
    """In what was signed, in a sentence as it read before it was edited, and in a draft on the screen."""
    outweigh(review, reference)
    before, drafted = forms(path), review.assess("1").sentences
    reworded("That does not prevail", "That carries less weight")
    assert forms(path) == before
    assert sum("That does not prevail" in " ".join(text.split()) for text in before) == len(FORMS)
    review.close()
    with Log.open(path, write=False) as log:
        made = rederive(log, review.session.id)
        assert (made.ok, made.compared["sentences"], made.compared["letters"]) == (True, 2, 1)
    with Log.open(path) as log:
        again = Review.resume(log, review.session.id)
        assert again.assess("1").sentences == drafted
        again.close()


def test_what_is_opened_later_is_joined_by_the_new_words(
    begin: Callable[..., Review], reference: dict[str, Any], reworded: Callable[[str, str], None]
) -> None:
    reworded("That does not prevail", "That carries less weight")
    review = begin()
    outweigh(review, reference)
    assert "That carries less weight" in "".join(one.text for one in review.assess("1").sentences)
    assert "That carries less weight" in " ".join(to_text(letter_of(review)).split())


def test_what_the_kept_words_lack_has_its_first_wording(
    begin: Callable[..., Review],
    reference: dict[str, Any],
    path: Path,
    reworded: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A session of a version that stored the letter's words, but not those that join a rationale."""
    older = dict(yaml.parse_yaml(OWN.replace(STATED, NEW), library.FRAME).data)
    for part in ("rationale", "determination", "effect", "note", "record"):
        del older[part]
    older["tiers"] = {name: words for name, words in older["tiers"].items() if name != "mtus"}
    with monkeypatch.context() as patch:
        patch.setattr("assistant.review.review.letter_to_pin", lambda log: {library.FRAME: json.dumps(older)})
        review = begin()
    outweigh(review, reference)
    before = forms(path)
    for old, new in (
        ("this does not prevail", "this carries less weight"),
        ("Schedule (MTUS)\n", "Schedule\n"),
    ):
        reworded(old, new)
        assert forms(path) == before
    text = " ".join(before[0].split())
    assert NEW in text
    assert "this does not prevail: the Medical Treatment Utilization Schedule (MTUS) addresses" in text
    assert "NOT THE TEXT" not in text
    assert rederive(review.log, review.session.id).ok


def outweigh(review: Review, reference: dict[str, Any]) -> None:
    """Reviews the case with a red flag, so that a lower tier doesn't prevail; words of one's own on it are taken back."""
    others = ("fracture", "infection", "neurologic_deficit", "cord_compromise", "vascular", "referred")
    flags = {**dict.fromkeys(others, "no"), "tumor": "yes"}
    given = {**reference["answers"]["1"], "red_flags": flags}
    answer(review, {**reference["answers"], "1": given})
    determine(review, "overturned")
    (one,) = [one for one in review.assess("1").sentences if one.key.startswith("dissent:")]
    review.perform(c.EditSentence("1", one.key, one.text, "In my own words."))
    review.perform(c.EditSentence("1", one.key, "In my own words.", ""))
    sign(review)


def test_no_session_begins_with_words_that_no_letter_can_be_made_of(
    begin: Callable[..., Review], log: Log, reworded: Callable[[str, str], None]
) -> None:
    reworded("affiliation with {{ parties }}", "affiliation")
    with pytest.raises(Refused, match=r"frame\.yaml, line \d+.*`\{\{ parties \}\}` is missing"):
        begin()
    assert log.sessions() == []


def test_words_that_the_log_holds_are_not_read_again(
    review: Review, begin: Callable[..., Review], log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session begins, and is loaded, without reading YAML for a letter that it doesn't have yet."""

    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(letter_frame, "read_frame", never)
    load_session(log, begin().session.id)


@pytest.mark.parametrize("stage", ["review", "answered", "decided", "signed", "declined", "departed"])
def test_no_word_of_the_frame_stands_in_the_program(
    stage: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With every text of the frame in capitals, no small letter is left but what comes from case, rules and log."""
    monkeypatch.setattr(library, "letter_texts", lambda: {library.FRAME: shouted()})
    made = {"declined": "answered", "departed": "answered"}.get(stage, stage)
    review: Review = request.getfixturevalue(made)
    if stage == "declined":
        review.perform(c.Decline("conflict", "MY OWN REASON."))
    if stage == "departed":
        determine(review, "overturned", "MY OWN REASON.")
        one = review.assess("1").sentences[0]
        review.perform(c.EditSentence("1", one.key, one.text, "MY OWN REASON."))
        sign(review)
        review.perform(c.AddAddendum("MY OWN REASON."))
    letter = letter_of(review)
    titles = [section.title for section in letter.sections]
    labels = [block.label for section in letter.sections for block in section.blocks]
    said = [*titles, *labels, *letter.banner, letter.outcome_words]
    assert said == [one.upper() for one in said]
    standing = ("hierarchy", "affiliation", "documents", "timeline", "closed", "signature")
    texts = [one.text for one in letter.sentences if one.key in standing]
    assert texts == [one.upper() for one in texts]


def shouted() -> str:
    """The program's frame with all but its names in capitals."""

    def loud(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: loud(inner) for key, inner in value.items()}
        parts = re.split(r"(\{[{%].*?[%}]\})", str(value))
        return "".join(part if part.startswith("{") else part.upper() for part in parts)

    return json.dumps(loud(yaml.parse_yaml(OWN, library.FRAME).data))
