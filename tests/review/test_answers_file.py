"""A review from an answers file: what it answers, where it stops, and what it refuses with file and line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant import library
from assistant.cli.review import review as review_command
from assistant.core import commands as c
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Answer, Status
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.answers_file import AnswersFile, RunOutcome
from assistant.review.review import Review
from tests import walk

SEED = library.find_case("cervical-radiographs-after")
REFERENCE = SEED.path / "reference.yaml"
Given = dict[str, Any]


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with Log.open(tmp_path / "kept" / "log.sqlite") as made:
        yield made


@pytest.fixture
def review(log: Log) -> Iterator[Review]:
    made = Review.open(log, SEED, Profile("r-test"))
    yield made
    made.close()


@pytest.fixture
def given() -> Given:
    """What the reference states, to be changed."""
    return dict(plain_yaml.parse_yaml(library.read_text(REFERENCE), REFERENCE.name).data)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], AnswersFile]:
    """Writes an answers file, as data or as text, and reads it."""

    def write(content: Any, name: str = "answers.yaml") -> AnswersFile:
        file = tmp_path / name
        file.write_text(content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False))
        return answers_file.read_answers_file(file)

    return write


def opened(result: RunOutcome) -> str:
    return "\n".join(str(problem) for problem in result.open)


# -- as it should be ------------------------------------------------------------------------------


def test_the_reference_signs(review: Review) -> None:
    result = answers_file.run_answers(review, answers_file.read_answers_file(REFERENCE))
    assert (result.status, result.open, result.unused) == (0, [], [])
    session = review.session
    assert session.signed is not None
    assert session.signed.outcome == "uphold"
    assert session.determinations["1"].decision == session.determinations["1"].suggested == "upheld"
    assert review.assess("1").suggestion.why == "carried"
    films = session.answer("1", "films_since_surgery")
    assert films is not None
    assert films.evidence[0].start is not None, "its quotes have been found on their pages"
    flag = session.answer("1", "red_flags.tumor")
    assert flag is not None
    assert flag.search is not None
    assert flag.search.attested


def test_json_says_the_same_as_yaml(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    file = written(json.dumps({**given, "sign": True}), "answers.json")
    assert answers_file.run_answers(review, file).status == 0
    assert review.session.status == "signed"


def test_every_step_is_logged_as_from_a_file(review: Review) -> None:
    answers_file.run_answers(review, answers_file.read_answers_file(REFERENCE))
    entries = review.log.read(review.session.id)
    recorded = [entry for entry in entries if entry.kind == "answer.recorded"]
    assert {entry.body["origin"] for entry in recorded} == {"file", "computed"}
    assert len(recorded) == 17


def test_an_item_is_named_by_a_number_or_a_text(review: Review, written: Callable[..., AnswersFile]) -> None:
    file = written("answers: {1: {acute_trauma: no}}")
    answers_file.run_answers(review, file)
    assert review.session.answer("1", "acute_trauma") == Answer(value="no")


def test_without_a_word_to_sign_it_is_decided_and_stays_open(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    for said in ("no", None):
        file = written(
            {
                **{key: value for key, value in given.items() if key != "sign"},
                **({"sign": said} if said else {}),
            }
        )
        assert not file.sign
    assert answers_file.run_answers(review, file).status == 0
    assert (review.session.status, review.turn.kind) == ("open", "sign")


def test_a_sentence_is_put_into_other_words(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    file = written({**given, "edits": {"1": [{"sentence": 1, "text": "In my own words."}]}, "sign": "no"})
    assert answers_file.run_answers(review, file).status == 0
    first, second = review.assess("1").sentences[:2]
    assert (first.text, first.origin, second.origin) == ("In my own words.", "reviewer", "drafted")


def test_an_answer_that_no_question_asks_for_is_named(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    given["answers"]["1"]["prior_surgery"] = "none"
    result = answers_file.run_answers(review, written(given))
    assert result.unused == ["1/films_since_surgery", "1/instability_suspected"]


# -- where it stops -------------------------------------------------------------------------------


def test_missing_answers_are_listed_and_the_session_goes_on(
    log: Log, review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    del given["answers"]["case"]["conflict"]
    del given["answers"]["1"]["sought"]
    del given["answers"]["1"]["prior_surgery"]["value"]["levels"]
    result = answers_file.run_answers(review, written(given))
    assert result.status == 1
    for missing in ("`conflict`", "`sought`", "`prior_surgery.levels`"):
        assert f"{missing} is not answered" in opened(result)
    assert [problem.where for problem in result.open if "conflict" in problem.what] == ["item case"]
    assert "1" not in review.session.determinations
    assert review.session.status == "open"
    review.close()
    again = Review.resume(log, "last")
    assert again.turn.place == ("case", "conflict")
    again.perform(c.RecordAnswer("case", "conflict", Answer(value="none")))
    assert again.turn.place == ("1", "prior_surgery.levels")
    again.perform(c.RecordAnswer("1", "prior_surgery.levels", Answer(status=Status.UNCLEAR)))
    result = answers_file.run_answers(again, answers_file.read_answers_file(REFERENCE))
    assert "contradicted-case" in opened(result), "the case file states the levels"
    levels = Answer(value=["C4-C5", "C5-C6"])
    again.perform(c.RecordAnswer("1", "prior_surgery.levels", levels, reason="The report names a tumor."))
    assert answers_file.run_answers(again, answers_file.read_answers_file(REFERENCE)).status == 0
    assert again.session.status == "signed"
    again.close()


def test_an_empty_file_lists_everything_that_is_asked(
    review: Review, written: Callable[..., AnswersFile]
) -> None:
    result = answers_file.run_answers(review, written("answers: {}"))
    assert result.status == 1
    listed = [problem.what for problem in result.open]
    assert len([what for what in listed if what.endswith("is not answered.")]) == 4 + 10
    assert len([what for what in listed if what.startswith("implied-finding")]) == 2
    assert len(listed) == 4 + 10 + 2


def test_without_a_determination_it_stops(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    result = answers_file.run_answers(review, written({**given, "determinations": {}}))
    assert result.status == 1
    assert "There is no determination" in opened(result)
    assert review.turn.kind == "decision"


@pytest.mark.parametrize("reason", [None, "  "])
def test_a_check_without_a_reason_stops_it(
    review: Review, given: Given, written: Callable[..., AnswersFile], reason: str | None
) -> None:
    given["acknowledge"] = {} if reason is None else {"later-study": reason}
    result = answers_file.run_answers(review, written(given))
    assert result.status == 1
    assert "later-study" in opened(result)
    assert review.session.status == "open"
    assert review.turn.kind == "check"


def test_on_a_real_case_it_stops_at_the_signature(log: Log, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SEED.path, tmp_path / "case"))
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("practice: yes", "practice: no"))
    review = Review.open(log, library.open_case(folder), Profile("r-test"))
    file = answers_file.read_answers_file(REFERENCE)
    result = answers_file.run_answers(review, file)
    assert "unverified-criterion" in opened(result)
    read = {"unverified-criterion": walk.BESIDE["unverified-criterion"]}
    result = answers_file.run_answers(review, replace(file, acknowledge={**file.acknowledge, **read}))
    assert result.status == 1
    assert "signed by a person" in opened(result)
    assert review.session.id in opened(result)
    assert (review.session.mode, review.session.status, review.turn.kind) == ("real", "open", "sign")
    review.close()


# -- the three scenarios of the seed's case -------------------------------------------------------

WITHOUT_FILMS = {"prior_imaging": [], "films_since_surgery": "none"}
AFFIRMED = {
    "value": "affirmed",
    "evidence": [{"document": "progress-note-2014-07-17", "page": 1, "quote": "cumulative trauma at work"}],
}
SUSPECTED = {"instability_suspected": AFFIRMED, "films_since_surgery": "static_clean"}
SUSPECTED_AFTER_DYNAMIC = {"instability_suspected": AFFIRMED, "films_since_surgery": "dynamic_clean"}
INAPPLICABLE = {"routine-radiography": {"ruling": "inapplicable", "reason": "Not the first six weeks."}}
SEARCHED = {
    "searched": [{"step": "mtus", "place": "none", "edition": "the MTUS of 2014", "found": "nothing"}],
    "own": [],
}
ACCEPTED = {"nonunion-or-instability": {"ruling": "accepted", "reason": "It is shown."}}
OVERTURNED = {"decision": "overturned", "reason": "It is shown."}
EXPLAINED = dict.fromkeys(
    (
        "later-study",
        "unborne-fact",
        "wrong-region",
        "edition-out-of-force",
        "ur-report-only",
        "impossible-combination",
        "contradicted-case",
        "computed-differs",
    ),
    "The example is changed on purpose.",
)


def scenario(given: Given, changed: Given, **more: Any) -> Given:
    given["answers"]["1"] |= changed
    return {**given, "acknowledge": EXPLAINED, **more}


def test_without_films_since_the_operation_it_is_still_upheld_over_a_dissent(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    result = answers_file.run_answers(review, written(scenario(given, WITHOUT_FILMS)))
    suggestion = review.assess("1").suggestion
    assert (suggestion.decision, suggestion.why) == ("upheld", "carried")
    assert suggestion.because == ("routine-radiography",)
    assert suggestion.dissent == ("acr-variant-3",)
    assert suggestion.rests_on == ()
    assert (result.status, review.session.status) == (1, "open"), "the record holds two reports of films"
    assert "contradicted-denial" in opened(result)
    assert result.unused == ["1/changed_since"]


def test_where_the_table_is_inapplicable_the_dissent_prevails(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    more = {"rulings": {"1": INAPPLICABLE}, "determinations": {"1": OVERTURNED}}
    result = answers_file.run_answers(review, written(scenario(given, {**WITHOUT_FILMS, **SEARCHED}, **more)))
    suggestion = review.assess("1").suggestion
    assert (suggestion.decision, suggestion.because) == ("overturned", ("acr-variant-3",))
    assert review.assess("1").findings["routine-radiography"].state.value == "not_applicable"
    assert "contradicted-denial" in opened(result)
    assert review.session.determinations["1"].decision == "overturned"


def test_a_documented_suspicion_overturns_resting_on_a_rebuttal_that_must_be_ruled_on(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    result = answers_file.run_answers(
        review, written(scenario(given, SUSPECTED, determinations={"1": OVERTURNED}))
    )
    suggestion = review.assess("1").suggestion
    assert (suggestion.decision, suggestion.because) == ("overturned", ("nonunion-or-instability",))
    assert suggestion.rests_on == ("nonunion-or-instability",)
    assert result.status == 1
    assert "rests on `nonunion-or-instability` rebutting a higher tier" in opened(result)
    assert "1" not in review.session.determinations
    assert (review.session.status, review.turn.kind) == ("open", "ruling")


def test_once_the_rebuttal_is_accepted_it_signs(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    more = {"rulings": {"1": ACCEPTED}, "determinations": {"1": OVERTURNED}}
    result = answers_file.run_answers(review, written(scenario(given, SUSPECTED, **more)))
    assert (result.status, opened(result)) == (0, "")
    assert review.session.signed is not None
    assert review.session.signed.outcome == "overturn"


def test_where_the_rebuttal_is_declined_it_is_upheld(
    review: Review, given: Given, written: Callable[..., AnswersFile]
) -> None:
    declined = {
        "nonunion-or-instability": {"ruling": "declined", "reason": "It is not shown."},
        "routine-radiography": {"ruling": "governs", "reason": "It speaks of any complaint."},
    }
    result = answers_file.run_answers(review, written(scenario(given, SUSPECTED, rulings={"1": declined})))
    assert review.assess("1").suggestion.decision == "upheld"
    assert review.session.determinations["1"].decision == "upheld"
    assert result.status == 0


@pytest.mark.parametrize("rulings", [{}, {"1": INAPPLICABLE}, {"1": ACCEPTED}])
def test_after_clean_flexion_and_extension_films_it_is_never_overturned(
    review: Review, given: Given, written: Callable[..., AnswersFile], rulings: Given
) -> None:
    more = {"rulings": rulings, "determinations": {"1": {"decision": "upheld", "reason": "They were clean."}}}
    changed = {**SUSPECTED_AFTER_DYNAMIC, **(SEARCHED if rulings.get("1") is INAPPLICABLE else {})}
    result = answers_file.run_answers(review, written(scenario(given, changed, **more)))
    suggestion = review.assess("1").suggestion
    assert (suggestion.decision, suggestion.why) in [("upheld", "carried"), (None, "conflict")]
    assert review.assess("1").findings["nonunion-or-instability"].state.value == "not_met"
    assert result.status == 0


# -- what is refused, with file and line ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("sign: yes\nanswer: {}", 2, "`answer` is not known here. Did you mean `answers`?"),
        ("- a\n- b", 1, "not a map of names to values"),
        ("answers: {}\nanswers: {}", 2, "stands twice"),
        ("answers:\n  '1': [}", 2, "isn't valid YAML"),
        ("sign: yes\nanswers: none", 2, "`answers` is text (“none”); a map is wanted"),
        ("sign: yes\nanswers:\n  '1': none", 3, "`1` is text (“none”); a map is wanted"),
        ("rulings:\n  '1': inapplicable", 2, "`1` is text (“inapplicable”); a map is wanted"),
        ("rulings:\n  '1':\n    red-flag: {ruling: ignored, reason: r}", 3, "`ruling` can't be `ignored`"),
        ("rulings:\n  '1':\n    red-flag: declined", 3, "`red-flag` is text (“declined”); a map is wanted"),
        ("rulings:\n  '1':\n    red-flag: {ruling: declined, why: r}", 3, "`reason` is missing"),
        ("determinations:\n  '1': {decision: uphold}", 2, "`decision` can't be `uphold`"),
        ("determinations:\n  '1': {decision: upheld, why: r}", 2, "`why` is not known here"),
        ("determinations:\n  '1': upheld", 2, "`1` is text (“upheld”); a map is wanted"),
        ("edits:\n  '1': {sentence: 1, text: t}", 2, "`1` is a map; a list is wanted"),
        ("edits:\n  '1': [{sentence: 1}]", 2, "`text` is missing"),
        ("edits:\n  '1': [t]", 2, "`1`, entry 1 is text (“t”); a map is wanted"),
        ("sign: yes\nacknowledge: all", 2, "`acknowledge` is text (“all”); a map is wanted"),
        ("edits:\n  '1':\n    - {sentence: one, text: t}", 3, "`sentence` is text (“one”)"),
        (
            "answers:\n  '1':\n    acute_trauma: {value: no, status: unclear}",
            3,
            "Give either `value` or `status`",
        ),
        ("answers: {}\nsign: perhaps", 2, "`sign` can't be `perhaps`"),
    ],
)
def test_a_wrong_form_is_refused_with_its_line(
    written: Callable[..., AnswersFile], text: str, line: int, says: str
) -> None:
    with pytest.raises(Refused) as caught:
        written(text)
    problem = caught.value.problems[0]
    assert says in str(problem)
    assert problem.where.endswith(f"answers.yaml, line {line}")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("answers:\n  '2': {views: none}", 2, "There is no item “2”"),
        ("rulings:\n  '2': {red-flag: {ruling: declined, reason: r}}", 2, "There is no item “2”"),
        ("determinations:\n  '2': {decision: upheld}", 2, "There is no item “2”"),
        ("edits:\n  '2': [{sentence: 1, text: t}]", 2, "There is no item “2”"),
        ("edits:\n  '1':\n    - {sentence: 99, text: t}", 3, "there is no sentence 99"),
        ("answers:\n  '1':\n    colour: red", 3, "There is no prompt `colour`"),
        ("answers:\n  '1':\n    conflict: none", 3, "There is no prompt `conflict`"),
        ("answers:\n  '1':\n    acute_trauma: maybe", 3, "“maybe” is not among the choices"),
        ("answers:\n  '1':\n    duration:\n      value: long", 3, "not a whole number"),
        ("answers:\n  '1':\n    duration:\n      value: '76'", 3, "write 76 without them"),
        ("answers:\n  case:\n    conflict: unclear", 3, "is no answer to this question"),
        ("answers:\n  '1':\n    red_flags: {tumour: no}", 3, "There is no part `tumour`"),
        (
            "answers:\n  '1':\n    acute_trauma: {value: no, evidence: [{document: none, page: 1}]}",
            3,
            "There is no document `none`",
        ),
        (
            "answers:\n  '1':\n    acute_trauma:\n      value: no\n      evidence:\n"
            "        - {document: progress-note-2014-05-10, page: 1, quote: never written}",
            3,
            "These words are not on progress-note-2014-05-10:1",
        ),
        (
            "answers:\n  '1':\n    acute_trauma: {value: no, evidence: [{document: progress-note-2014-05-10, page: 9}]}",
            3,
            "There is no such page",
        ),
        (
            "answers:\n  '1':\n    acute_trauma: {status: not_documented, search: {documents: [none]}}",
            3,
            "a document that isn't in the case: none",
        ),
    ],
)
def test_what_does_not_fit_the_case_is_refused_with_its_line(
    review: Review, written: Callable[..., AnswersFile], text: str, line: int, says: str
) -> None:
    file = written(text)
    with pytest.raises(Refused) as caught:
        answers_file.run_answers(review, file)
    problem = caught.value.problems[0]
    assert says in problem.what
    assert f"answers.yaml, line {line}" in problem.where
    assert review.session.status == "open"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"rulings": {"1": {"green-flag": {"ruling": "declined", "reason": "r"}}}},
            "no criterion `green-flag`",
        ),
        ({"rulings": {"1": {"red-flag": {"ruling": "declined", "reason": " "}}}}, "reason is empty"),
        ({"determinations": {"1": {"decision": "overturned"}}}, "departs from the suggestion"),
    ],
)
def test_what_a_decision_lacks_is_refused_with_its_line(
    review: Review, given: Given, written: Callable[..., AnswersFile], change: Given, says: str
) -> None:
    file = written({**given, **change})
    lines = Path(file.name).read_text().splitlines()
    with pytest.raises(Refused) as caught:
        answers_file.run_answers(review, file)
    (problem,) = caught.value.problems
    assert says in problem.what
    number = int(problem.where.rpartition("line ")[2])
    assert lines[number - 1].strip().rstrip(":") in ("'1'", "green-flag", "red-flag")


@pytest.mark.parametrize(
    "change",
    [
        {"edits": {"1": [{"sentence": 1, "text": "x" * 20_001}]}},
        {"acknowledge": {"later-study": "x" * 20_001}},
    ],
)
def test_words_that_are_too_long_are_refused_with_their_line(
    review: Review, given: Given, written: Callable[..., AnswersFile], change: Given
) -> None:
    with pytest.raises(Refused) as caught:
        answers_file.run_answers(review, written({**given, **change}))
    assert "answers.yaml, line" in caught.value.problems[0].where


def test_a_check_that_is_misspelt_is_refused(written: Callable[..., AnswersFile]) -> None:
    with pytest.raises(Refused):
        written("acknowledge: {later-studies: They came later.}")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"sign": true,\n "answers": }', "line 2"),
        ('{"answers": {}, "answers": {}}', "`answers` stands twice"),
        ("[]", "not a map"),
        ('{"answer": {}}', "`answer` is not known"),
        ("[" * 100_000, "isn't valid JSON"),
    ],
)
def test_json_is_refused_likewise(written: Callable[..., AnswersFile], text: str, says: str) -> None:
    with pytest.raises(Refused) as caught:
        written(text, "answers.json")
    assert says in str(caught.value)
    assert "answers.json" in str(caught.value)


def test_a_file_that_is_not_there_or_is_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="There is no such file"):
        answers_file.read_answers_file(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"sign: yes\n\xff")
    with pytest.raises(Refused, match=r"bytes\.yaml, line 2"):
        answers_file.read_answers_file(tmp_path / "bytes.yaml")


def test_every_wrong_form_is_told_at_once(written: Callable[..., AnswersFile]) -> None:
    with pytest.raises(Refused) as caught:
        written("answer: {}\nsigned: yes\ndeterminations: {'1': {decision: maybe}}")
    assert len(caught.value.problems) == 3


def test_a_file_taken_again_changes_nothing_that_is_answered(review: Review) -> None:
    file = replace(answers_file.read_answers_file(REFERENCE), sign=False)
    answers_file.run_answers(review, file)
    before = review.session.answers
    again = answers_file.run_answers(review, file)
    assert (again.status, review.session.answers) == (0, before)


# -- read before a session is opened --------------------------------------------------------------


def test_a_bad_file_is_refused_whole_in_line_order(written: Callable[..., AnswersFile]) -> None:
    file = written(
        "acknowledge:\n  later-study: reason\nanswers:\n  '1':\n    duration: long\n    acute_trauma: maybe\n"
        "    colour: red\n  '2': {}\nrulings:\n  case: {}\n"
    )
    with pytest.raises(Refused) as caught:
        answers_file.check_answers(file, library.rules_for(SEED))
    lines = [int(problem.where.split("line ")[1]) for problem in caught.value.problems]
    assert lines == [5, 6, 7, 8, 10]


def test_a_bad_file_leaves_no_session_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    answers, kept = tmp_path / "bad.yaml", tmp_path / "log.sqlite"
    answers.write_text("reviewer: r-1\nanswers:\n  '1': {acute_trauma: maybe}\n")
    with pytest.raises(Refused, match="not among the choices"):
        review_command.main(
            ["cervical-radiographs-after", "--answers", str(answers), "--log", str(kept)],
            standalone_mode=False,
        )
    assert not kept.exists()


def test_wrong_forms_are_listed_in_line_order(written: Callable[..., AnswersFile]) -> None:
    with pytest.raises(Refused) as caught:
        written(
            "determinations:\n  '1': {decision: uphold}\nedits:\n  '1': [t]\nsign: perhaps\ncolour: red\n"
        )
    lines = [int(problem.where.split("line ")[1]) for problem in caught.value.problems]
    assert lines == [2, 4, 5, 6]
