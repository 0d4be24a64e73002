"""What a determination says in its heading, of several items, after the signature, and in an organization's form."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.problem import Refused
from assistant.letter import json_text, to_markdown, to_text, what_is_lacking
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.determination import added_to, compose_from_log
from assistant.review.rederive import rederive
from assistant.review.review import Review
from assistant.review.views import letter_lines
from tests.letter.reviewing import answer, letter_of, sign

CLAIM = """claim:
  addressees: [The attorney of the applicant, The claims administrator]
  case_number: CM14-0000001
  claim_number: 000-11-2222
  employee: A. Example
  application_received: 2014-05-06
  priority: expedited
"""
SERVICE = (
    "service: radiographs of the cervical spine (anteroposterior, lateral, flexion, and extension views)"
)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The published case with what a heading needs, and a second item of the same facts."""
    made = tmp_path / "case"
    shutil.copytree(library.find_case("cervical-radiographs-after").path, made)
    text = (made / "case.yaml").read_text().replace("claim:\n", CLAIM, 1)
    item = text[text.index('  "1":') :]
    second = item.replace('"1":', '"2":', 1).replace(SERVICE, "service: repeated radiographs of the neck")
    (made / "case.yaml").write_text(f"{text.rstrip()}\n{second.rstrip()}\n")
    return made


@pytest.fixture
def two(folder: Path, log: Log, reference: dict[str, Any]) -> Review:
    review = Review.open(log, library.find_case(str(folder)), Profile("r-test", ""))
    answer(review, {**reference["answers"], "2": reference["answers"]["1"]})
    for item, decision, reason in (("1", "upheld", ""), ("2", "overturned", "The fusion is recent.")):
        review.perform(c.Determine(item, decision, review.assess(item).suggestion.decision, reason))
    sign(review)
    return review


def test_the_heading_says_what_the_case_file_states(two: Review) -> None:
    lines = to_text(letter_of(two), "determination").splitlines()
    assert lines[2:15] == [
        "Independent Medical Review: final determination",
        "===============================================",
        "To: The attorney of the applicant",
        "To: The claims administrator",
        "Case number: CM14-0000001",
        "Claim number: 000-11-2222",
        "Employee: A. Example",
        "Date of injury: October 31, 2012",
        "Utilization review decision: April 20, 2014",
        "Application received: May 6, 2014",
        "Priority: Expedited",
        "Outcome: Partial overturn (treatment approved in part)",
        "",
    ]
    assert what_is_lacking(two.session) == ()
    assert "What the case file does not state" not in to_text(letter_of(two))


def test_what_the_case_file_lacks_is_said_before_the_signature(decided: Review) -> None:
    said = (
        "The case file does not state the following, so the determination leaves it out: addressees, case number, "
        "date on which the application was received, priority."
    )
    assert letter_lines(decided)[0] == said
    assert said in flat(to_text(letter_of(decided), "record"))


def test_a_window_gets_the_letter_in_lines_that_are_not_broken_yet(decided: Review) -> None:
    lines = letter_lines(decided, wrapped=False)
    said = flat(re.sub(r"\n[=-]+\n", "\n", "\n".join(letter_lines(decided))))
    assert flat("\n".join(lines)) == said
    assert max(map(len, lines)) > 400
    assert not any(one.startswith(("==", "--")) for one in lines)


def test_facts_of_an_earlier_item_are_said_once(two: Review) -> None:
    letter = letter_of(two)
    text = flat(to_text(letter, "determination"))
    assert text.count("The records reviewed hold radiographs of July 12, 2014") == 1
    assert text.count("The facts that are stated under item 1 hold here as well.") == 1
    issues = next(one for one in letter.sections if one.title.startswith("Issues"))
    shared = next(one for one in issues.sentences if one.key == "shared:1")
    assert "prior_imaging" in shared.prompts
    assert shared.evidence


def test_what_departs_gives_the_reviewers_reason_first_and_relies_on_nothing_it_departs_from(
    two: Review,
) -> None:
    letter = letter_of(two)
    text = flat(to_text(letter, "determination"))
    assert "Overturned (treatment approved) The fusion is recent. How the determination was made" in text
    second = text.split("2. Repeated radiographs of the neck")[-1]
    assert "No guideline is relied on. Considered, and not relied on: - ACOEM Practice Guidelines" in second
    assert second.index("The fusion is recent.") < second.index(
        "routine radiography of the cervical spine is not"
    )
    assert "[reviewer's own words]" not in text
    assert "the reviewer's own words, on" in to_text(letter, "record")


def test_an_addendum_makes_a_reissued_copy_that_says_so(signed: Review) -> None:
    before = letter_of(signed)
    signed.perform(c.AddAddendum("A page arrived later."))
    letter = letter_of(signed)
    for write in (to_text, to_markdown):
        text = flat(write(letter, "determination"))
        assert "REISSUED COPY - what was signed, with 1 addendum added since" in text
        assert "A page arrived later." in text
    assert letter.body == before.body
    assert "REISSUED" not in to_text(before)


def test_an_addendum_quotes_the_sentence_that_it_adds_to(signed: Review) -> None:
    sentences = [one.text for one in signed.assess("1").sentences]
    for typed in ("1.4: A page arrived later.", "A second page arrived."):
        to, quoted, said = added_to(signed.session, typed)
        signed.perform(c.AddAddendum(said, "", to, quoted))
    text = flat(to_text(letter_of(signed), "determination"))
    assert (
        f"Addendum 1: On this sentence of item 1: “{sentences[3]}” A page arrived later. [the reviewer's own words; no page cited]"
        in text
    )
    assert (
        f"Addendum 2: On this sentence of item 1: “{sentences[-1]}” A second page arrived. [the reviewer's own words; no page cited]"
        in text
    )
    with pytest.raises(Refused, match="has no such sentence"):
        signed.perform(c.AddAddendum("More.", "", "1", "The patient is well."))


@pytest.mark.parametrize(
    ("typed", "said"), [("1.99: More.", "has 8 sentences"), ("3.1: More.", "is not said")]
)
def test_an_addendum_to_no_sentence_is_refused(decided: Review, typed: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        added_to(decided.session, typed)


def test_words_that_begin_with_a_number_are_words(decided: Review) -> None:
    assert added_to(decided.session, "1.5 mg was meant.")[2] == "1.5 mg was meant."


def test_what_was_not_found_is_a_list_in_the_letter_and_one_sentence_in_its_data(decided: Review) -> None:
    letter = letter_of(decided)
    text = to_text(letter, "determination")
    assert "No statement was found in the records reviewed of:\n- how the attending provider had" in text
    assert "\n- whether the result would change the treatment\n\nThe American College" in text
    assert "of:\n\n- how the attending provider had" in to_markdown(letter, "determination")
    assert "No statement was found in the records reviewed of how the attending" in json_text(letter)


# -- an organization's template -------------------------------------------------------------------

TEMPLATE = """
letterhead: [The Review Organization, 1 Main Street]
order: [decisions, issues, made, documents, summary, effect]
paragraphs:
  - {after: effect, title: Questions, text: Write to the address above.}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "prompts" / "letter" / "template.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(TEMPLATE)
    monkeypatch.setenv("IMR_PROMPTS", str(tmp_path / "prompts"))
    return file


def test_a_template_gives_letterhead_order_and_paragraphs(own: Path, decided: Review) -> None:
    sign(decided)
    letter = letter_of(decided)
    text = to_text(letter, "determination")
    head = "The Review Organization\n1 Main Street\n\nIndependent Medical Review: final determination\n"
    assert head in text
    titles = [section.title for section in letter.sections if section.part == "determination"]
    assert titles[:2] == ["The decision and its main reason", "Issues, decisions and rationales"]
    assert titles[-1] == "Questions"
    assert "Questions\n---------\n\nWrite to the address above.\n" in text
    assert "# The Review Organization" not in to_markdown(letter)
    assert "1 Main Street" in json_text(letter)


def test_a_session_keeps_the_template_that_it_began_with(own: Path, decided: Review, path: Path) -> None:
    sign(decided)
    before = to_text(letter_of(decided))
    own.write_text(TEMPLATE.replace("1 Main Street", "2 Main Street"))
    with Log.open(path, write=False) as reader:
        assert to_text(compose_from_log(reader, "last")) == before
        assert rederive(reader, decided.session.id).ok
    own.unlink()
    with Log.open(path, write=False) as reader:
        assert to_text(compose_from_log(reader, "last")) == before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("decisions, issues", "issues, issues", "line 3"),
        ("decisions, ", "", "line 3"),
        ("after: effect", "after: footer", "line 5"),
        ("letterhead", "lettterhead", "line 2"),
        ("Questions", '"Q\\u202e"', "invisible or control character"),
    ],
)
def test_no_session_begins_with_a_template_that_no_letter_can_be_made_of(
    own: Path, begin: Callable[..., Review], log: Log, old: str, new: str, said: str
) -> None:
    own.write_text(TEMPLATE.replace(old, new))
    with pytest.raises(Refused, match=said):
        begin()
    assert log.sessions() == []
