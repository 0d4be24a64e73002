"""A case under a set of the second language: from its answers to a signed practice letter, and back from the log."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant import library
from assistant.cli.main import cli
from assistant.core import commands as c
from assistant.core.answer import Answer, Evidence
from assistant.core.events import AnswerRecorded
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.fold import event_of
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review

CASE = """
id: relaxant
title: A muscle relaxant for years
practice: yes
provenance: Made up.
claim: {complaint: low back pain, region: low back}
documents:
  - {id: ur-report, type: Utilization review report, author: reviewer, date: DECIDED, sent_by: claims administrator, ur_report: yes}
  - {id: note, type: Progress note, author: attending provider, date: 2014-03-10, sent_by: attending provider}
timeline: []
items:
  "1":
    service: tizanidine
    region: low back
    prompt_set: muscle-relaxants
    drug: tizanidine
    ur_decision: {date: DECIDED, decision: denied}
    page: "ur-report:1"
    quote: Tizanidine is not certified.
"""
ANSWERS = """
reviewer: reference
answers:
  case:
    qualifications: {certification: Occupational Medicine, licence: California, years: 6, hours: 24}
    conflict: none
    documents: complete
    timeline: confirmed
  "1":
    relaxant: {value: tizanidine, evidence: [{document: note, page: 1, quote: Tizanidine}]}
    weeks_taken: {value: 76.5, evidence: [{document: note, page: 1, quote: for 76 weeks and some days}]}
    supply: not_documented
    flare: not_documented
    tried: not_documented
    spasticity: not_documented
determinations: {"1": {decision: upheld, reason: The guideline decides it.}}
sign: yes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records = tmp_path / "relaxant" / "records"
    records.mkdir(parents=True)
    (records / "ur-report.txt").write_text("Tizanidine is not certified.\n", "utf-8")
    (records / "note.txt").write_text("Tizanidine, for 76 weeks and some days, one at night.\n", "utf-8")
    return records.parent


def imr(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli, [*args, "--log", str(folder.parent / "log.sqlite")], catch_exceptions=False
    )


def reviewed(folder: Path, decided: str) -> Result:
    (folder / "case.yaml").write_text(CASE.replace("DECIDED", decided), "utf-8")
    answers = folder.parent / "answers.yaml"
    answers.write_text(ANSWERS, "utf-8")
    return imr(folder, "review", str(folder), "--answers", str(answers), "--json")


def test_it_is_signed_and_comes_back_from_the_log_as_it_was(folder: Path) -> None:
    result = reviewed(folder, "2014-04-20")
    data = json.loads(result.stdout)
    (item,) = data["items"]
    assert item["suggestion"]["decision"] == "upheld"
    assert item["suggestion"]["because"] == ["short-course-otherwise"]
    assert data["status"] == "signed", result.output
    letter = imr(folder, "letter", "last").stdout
    assert "the MTUS chronic pain guideline of 2009 (muscle relaxants, p. 63-66)" in " ".join(
        letter.split()
    ).replace("The MTUS", "the MTUS")
    assert imr(folder, "log", "rederive", "last").exit_code == 0
    assert imr(folder, "log", "verify").exit_code == 0


def test_the_edition_of_the_governing_day_governs(folder: Path) -> None:
    data = json.loads(reviewed(folder, "2018-04-20").stdout)
    (item,) = data["items"]
    found = {one["criterion"]: one for one in item["findings"]}
    assert found["short-course-otherwise"]["stands"]
    assert found["long-use"]["state"] == "met"
    assert "the MTUS-adopted ACOEM guideline of 2017" in str(data["sections"]).replace("The MTUS", "the MTUS")
    data = json.loads(reviewed(folder, "2008-04-20").stdout)
    (item,) = data["items"]
    assert {one["state"] for one in item["findings"]} == {"not_applicable"}
    assert item["suggestion"] == {**item["suggestion"], "decision": None, "why": "unread"}


OWN_GUIDELINES = """
guidelines:
  made-up:
    tier: mtus
    editions: {2010: {source: Made up, from: 2010-01-01, name: the made-up guideline}}
    places: {visits: {2010: {rules: p. 1}}}
"""
OWN_SET = """
language: 2
id: own-visits
title: Visits
edition: 1
for: {service: therapy}
governed_by: ur_decision
request: The request is for {{ item }}.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
answers:
  visits: {number: whole, unit: visits, from: 0, to: 90}
prompts:
  - {id: had, ask: How many had?, answer: visits, documentable: yes, look_for: [had]}
  - {id: asked, ask: How many asked?, answer: visits, about: request, look_for: [asked], propose: {fact: item.quantity.requested}}
  - {id: in_all, ask: How many in all?, answer: visits, computed: {add: [had, asked]}}
criteria:
  - id: course
    cite: made-up/visits
    limit: {of: in_all, up_to: 10, asked: asked}
    argues: for
    says: "{{ citation }} has up to 10 visits; here there would be {{ in_all }}."
    over: {says: "{{ citation }} has up to 10 visits; here there would be {{ in_all }}."}
silent:
  - {gap: [{had: not_documented}, {asked: not_documented}], says: It is not known how many there were.}
examples:
  - {is: within, on: 2014-06-01, given: {had: 2, asked: 8}, suggests: overturned, because: [course], computed: {in_all: 10}}
  - {is: over, on: 2014-06-01, given: {had: 4, asked: 8}, suggests: upheld, because: [course-over], within: 6}
"""


@pytest.fixture
def own_set(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's own prompts, with their guidelines."""
    own = folder.parent / "prompts"
    own.mkdir()
    (own / "guidelines.yaml").write_text(OWN_GUIDELINES, "utf-8")
    (own / "own-visits.yaml").write_text(OWN_SET, "utf-8")
    monkeypatch.setenv("IMR_PROMPTS", str(own))


@pytest.mark.usefixtures("own_set")
def test_a_set_of_ones_own_is_checked_and_a_sum_that_differs_is_not_signed(folder: Path) -> None:
    checked = CliRunner().invoke(cli, ["prompts", "check", "own-visits"], catch_exceptions=False)
    assert checked.exit_code == 0, checked.output
    case = CASE.replace("DECIDED", "2014-04-20").replace(
        "prompt_set: muscle-relaxants", "prompt_set: own-visits"
    )
    (folder / "case.yaml").write_text(case, "utf-8")
    (folder / "records" / "note.txt").write_text("She had 4 visits; 8 more are asked for.\n", "utf-8")
    answers = folder.parent / "answers.yaml"
    for in_all, status, said in ((20, "open", "computed-differs"), (12, "signed", "")):
        head = ANSWERS[: ANSWERS.index('  "1":')]
        tail = ANSWERS[ANSWERS.index("determinations:") :]
        answers.write_text(
            f'{head}  "1":\n'
            "    had: {value: 4, evidence: [{document: note, page: 1, quote: 4 visits}]}\n"
            "    asked: {value: 8, evidence: [{document: note, page: 1, quote: 8 more}]}\n"
            f"    in_all: {in_all}\n{tail}",
            "utf-8",
        )
        result = imr(folder, "review", str(folder), "--answers", str(answers))
        assert f"(practice), {status}." in result.output, result.output
        assert said in result.output


def test_a_set_that_does_not_read_is_refused_with_its_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = folder.parent / "prompts"
    own.mkdir()
    (own / "guidelines.yaml").write_text(OWN_GUIDELINES, "utf-8")
    monkeypatch.setenv("IMR_PROMPTS", str(own))
    for old, new, line in (
        ("made-up/visits", "made-up/visit", 18),
        ("language: 2", "language: 3", 2),
        ("{add: [had, asked]}", "{add: [had, askd]}", 15),
        ("up_to: 10", "up_to: ten", 19),
    ):
        assert old in OWN_SET
        (own / "own-visits.yaml").write_text(OWN_SET.replace(old, new), "utf-8")
        refused = CliRunner().invoke(cli, ["prompts", "check", "own-visits"]).exception
        assert isinstance(refused, Refused)
        assert f"prompts/own-visits.yaml, line {line}:" in str(refused)


@pytest.mark.usefixtures("own_set")
def test_what_the_answers_come_to_is_no_question_of_its_own_and_one_key_answers_it_otherwise(
    folder: Path,
) -> None:
    case = CASE.replace("DECIDED", "2014-04-20").replace(
        "prompt_set: muscle-relaxants", "prompt_set: own-visits"
    )
    (folder / "case.yaml").write_text(case, "utf-8")
    (folder / "records" / "note.txt").write_text("She had 4 visits; 8 more are asked for.\n", "utf-8")
    with (
        Log.open(folder.parent / "log.sqlite") as log,
        closing(Review.open(log, library.find_case(str(folder)), Profile("r-test"))) as review,
    ):

        def answer(name: str, value: int, quote: str = "", reason: str = "") -> None:
            evidence = (Evidence("note", 1, quote),) if quote else ()
            review.perform(c.RecordAnswer("1", name, Answer(value=value, evidence=evidence), "typed", reason))

        def in_all() -> object:
            held = review.session.answer("1", "in_all")
            return held.value if held is not None else None

        talk = Conversation(review)
        answer("had", 4, "4 visits")
        assert in_all() is None
        talk.go("1", "asked")
        said = [line.text for line in (*talk.reply("8"), *talk.press("1"))]
        assert "How many in all? 12 visits · worked out; < answers it otherwise" in said
        assert [one.origin for one in recorded(log, review) if one.prompt == "in_all"] == ["computed"]
        answer("had", 2, "4 visits")
        assert in_all() == 10  # it changes with what it follows from
        talk.back()
        assert talk.turn.place == ("1", "in_all")
        talk.reply("20")
        talk.reply("1")
        assert in_all() == 20
        answer("had", 4, "4 visits")
        assert (
            in_all() == 20
        )  # what the reviewer said otherwise stays, and is asked about before the signature
        assert [one.check for one in review.checks() if one.place == "1/in_all"] == ["computed-differs"]


def recorded(log: Log, review: Review) -> list[AnswerRecorded]:
    made = [event_of(entry) for entry in log.read(review.session.id)]
    return [one for one in made if isinstance(one, AnswerRecorded)]
