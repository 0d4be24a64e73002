"""What `decide` refuses is named where it stands in a log all the same, and what it makes is not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.answer_reader import read_answer
from assistant.core.decide import decide
from assistant.core.problem import Refused
from assistant.core.rules.rules import Rules
from assistant.core.session import Session, begin
from assistant.core.succession import Succession
from assistant.core.value import replace
from tests.core.test_decide import EVERYTHING, OPENED

RULES: Rules = library.rules_for(library.find_case("cervical-radiographs-after"))
ITEMS = {key: item.prompt_set for key, item in RULES.case.items.items()}
WHY = "The operative report speaks for it, though the guideline doesn't name it."
DOCUMENT = next(iter(RULES.case.documents))
CRITERIA = list(RULES.sets["1"].criteria)


@pytest.fixture
def course() -> Succession:
    return Succession(begin("s1", RULES, replace(OPENED, items=ITEMS)))


def answered(course: Succession) -> Succession:
    for scope, given in EVERYTHING.items():
        for name, raw in given.items():
            made = read_answer(course.session.prompt(scope, name).schema, raw, name)
            take(course, c.RecordAnswer(scope, name, made, "file"))
    return course


def take(course: Succession, command: c.Command) -> None:
    for event in decide(course.session, command):
        course.follow(event)


def named(course: Succession, event: e.Event) -> str:
    with pytest.raises(Refused) as caught:
        course.follow(event)
    return str(caught.value)


# -- at random: commands that may be carried out or not ----------------------------------------------


def _one(chance: random.Random, *of: Any) -> Any:
    return chance.choice(of)


def _answer(chance: random.Random, session: Session, item: str, path: str) -> Answer:
    values = [
        "yes",
        "no",
        "none",
        "fusion",
        "maybe",
        3,
        -1,
        999_999,
        "2014-02",
        "2014-13",
        "A pseudarthrosis.",
        ["flexion"],
        None,
    ]
    given = EVERYTHING.get(item, {})
    if path in given and chance.random() < 0.5:
        return read_answer(session.prompt(item, path).schema, given[path], path)
    return (
        Answer(status=_one(chance, *Status), value=None)
        if chance.random() < 0.2
        else Answer(value=_one(chance, *values))
    )


def commands(chance: random.Random, session: Session) -> Iterator[tuple[c.Command, e.Event]]:
    """Commands without end, each with the event that somebody would write who asks nobody."""
    names = [
        *RULES.sets["1"].prompts,
        *RULES.sets["case"].prompts,
        "nowhere",
        "prior_surgery.date",
        "prior_imaging.7.date",
    ]
    while True:
        item, path = _one(chance, "1", "1", "1", "case", "9"), _one(chance, *names)
        why, decision = _one(chance, WHY, WHY, ""), _one(chance, "upheld", "overturned", "maybe")
        document, page = _one(chance, DOCUMENT, DOCUMENT, "nowhere"), _one(chance, 1, 2, 0, 999)
        passage = Evidence(document, page, "words", 0)
        suggested = _one(chance, "upheld", "overturned", None)
        criterion, ruling = (
            _one(chance, *CRITERIA, "nowhere"),
            _one(chance, "governs", "does_not_govern", "perhaps"),
        )
        ground = _one(chance, "conflict", "other", "weather")
        made = (
            _answer(chance, session, item, path)
            if path.partition(".")[0] in RULES.sets.get(item, RULES.sets["1"]).prompts and item != "9"
            else Answer(value="no")
        )
        held = (
            item in RULES.sets and session.answer(item, path) is not None
            if path.partition(".")[0] in session.answers.get(item, {})
            else False
        )
        recorded = (
            e.AnswerAmended(item, path, made, "typed", why) if held else e.AnswerRecorded(item, path, made)
        )
        yield _one(
            chance,
            (c.RecordAnswer(item, path, made, reason=why), recorded),
            (c.RecordAnswer(item, path, made, reason=why), recorded),
            (c.WithdrawAnswer(item, path, why), e.AnswerWithdrawn(item, path, why)),
            (c.ShowPrompt(item, path), e.PromptShown(item, path, True)),
            (c.SkipPrompt(item, path), e.PromptSkipped(item, path)),
            (c.LeavePrompt(item, path), e.PromptLeft(item, path)),
            (c.OpenWhy(item, path), e.WhyOpened(item, path)),
            (c.AddNote(item, path, why), e.NoteAdded(item, path, why)),
            (c.CiteEvidence(item, path, passage), e.EvidenceCited(item, path, passage)),
            (c.CorrectFact(document, page, "dates", "2014", why), e.FactCorrected(document, page, "dates", "2014", why)),
            (c.OpenFindings(item), e.FindingsOpened(item, True)),
            (c.ShowSuggestion(item, suggested, "carried"), e.SuggestionShown(item, suggested, "carried")),
            (c.RuleOn(item, criterion, ruling, why), e.CriterionRuled(item, criterion, ruling, why)),
            (c.DecideFirst(item, decision), e.FirstDecisionTaken(item, decision)),
            (c.Determine(item, decision, suggested, why), e.DeterminationRecorded(item, decision, suggested, decision != suggested, why)),
            (c.Decline(ground, why), e.SessionDeclined(ground, why)),
            (c.Sign("0" * 64, "overturn", "mine"), e.SessionSigned("0" * 64, "overturn", "mine")),
            (c.AddAddendum(why, to=item), e.AddendumAdded(why, "", item)),
            (c.Park(), e.SessionParked()),
        )  # fmt: skip


BY_LATER_RULES = ("say why it is overturned", "The record holds passages", "is not decided on, as things are answered", "hangs on a guideline", "rests on a rebuttal", "search sequence", "has at least one step", "level of evidence", "names no date")  # fmt: skip
"""What `decide` refuses by what was derived, or by rules that not every version has had."""


@pytest.mark.parametrize("ready", [False, True])
def test_what_is_refused_is_named_and_what_is_made_is_not(course: Succession, ready: bool) -> None:
    chance = random.Random(7)
    start = answered(course).session if ready else course.session
    seen: Counter[tuple[str, bool]] = Counter()
    for _ in range(60):
        course.session = start
        for number, (command, event) in enumerate(commands(chance, course.session)):
            if number == 12 or course.session.status != "open":
                break
            try:
                made = decide(course.session, command)
            except Refused as refused:
                if not any(one in str(refused) for one in BY_LATER_RULES):
                    with pytest.raises((Refused, LookupError)):
                        Succession.follow(_at(course), event)
                    seen[event.kind, False] += 1
            except KeyError:
                continue
            else:
                for one in made:
                    course.follow(one)
                seen[event.kind, True] += bool(made)
    assert len([kind for kind, fits in seen if not fits]) > 10, seen
    assert len([kind for kind, fits in seen if fits]) > 10, seen


def _at(course: Succession) -> Succession:
    """Another course at the same place."""
    other = Succession(begin("s1", RULES, replace(OPENED, items=ITEMS)))
    other.session = course.session
    return other


# -- one after the other -----------------------------------------------------------------------------


def test_an_answer_is_set_aside_by_another_only(course: Succession) -> None:
    answered(course)
    there = course.session
    assert "sets views aside" in named(course, e.AnswerSetAside("1", "views", "duration"))
    none = Answer(value="none")
    made = decide(there, c.RecordAnswer("1", "prior_surgery", none))
    assert [one.kind for one in made][:2] == ["answer.amended", "answer.set_aside"]
    for one in made:
        course.follow(one)
    assert "brings it back" in named(course, e.AnswerRestored("1", "views", "prior_surgery"))
    for event in made[1:]:
        assert isinstance(event, e.AnswerSetAside)
        assert "brings it back" in named(course, e.AnswerRestored("1", event.prompt, "prior_surgery"))


Wrong = Callable[[Session], e.Event]
AFTER: dict[str, tuple[e.Event, str]] = {
    "another beginning": (replace(OPENED, items=ITEMS), "begins a second time"),
    "an addendum that says nothing": (e.AddendumAdded(" "), "not signed"),
    "a page that there isn't": (e.PageOpened(DOCUMENT, 99), "no page"),
    "a page opened by somebody": (e.PageOpened(DOCUMENT, 1, "nobody"), "nobody opens"),
    "a mark taken away": (e.PageMarked(Evidence(DOCUMENT, 1, "x", 0), True), "not there"),
    "a search by nobody": (e.RecordSearched("1", "views", "nobody", ()), "searches the record"),
    "a search of another document": (e.RecordSearched("1", "views", "reviewer", (), ("nowhere",)), "no document"),
    "nothing set aside": (e.PassagesDismissed("1", "views", ()), "no passage"),
    "an absence of another question": (e.AbsencesAttested((), 1, ("1/nowhere",)), "no such question"),
    "an absence of another item": (e.AbsencesAttested((), 1, ("9/views",)), "no item"),
    "a page read that there isn't": (e.PagesReadByEye(("nowhere:1",)), "no page"),
    "nothing read": (e.DenialsRead(()), "nothing is said"),
    "a sentence without a name": (e.SentenceEdited("1", "", "was", "is"), "no sentence"),
    "a check passed without a reason": (e.CheckAcknowledged("later-study", "1", ""), "without a reason"),
    "answers that come from elsewhere": (e.AnswerRecorded("1", "duration", Answer(value=3), "elsewhere"), "comes from there"),
    "a signature on nothing": (e.SessionSigned("0" * 64, "uphold", "mine"), "still open"),
}  # fmt: skip


@pytest.mark.parametrize("what", AFTER)
def test_what_the_program_would_not_write_is_named(course: Succession, what: str) -> None:
    event, says = AFTER[what]
    assert says in named(course, event)


def test_a_check_is_raised_once(course: Succession) -> None:
    raised = e.CheckRaised("later-study", "1", "There is a later one.", ())
    course.follow(raised)
    assert "raised here before" in named(course, raised)


def test_a_signature_says_what_was_decided(course: Succession) -> None:
    answered(course)
    assert "not every item" in named(course, e.SessionSigned("0" * 64, "uphold", "mine"))
    course.follow(e.DeterminationRecorded("1", "upheld", "upheld", False))
    assert "outcome" in named(course, e.SessionSigned("0" * 64, "overturn", "mine"))
    assert "what was signed" in named(course, e.SessionSigned("none", "uphold", "mine"))
    course.follow(e.SessionSigned("0" * 64, "uphold", "mine"))
    assert "nothing in it can change" in named(
        course, e.DeterminationRecorded("1", "overturned", None, True, WHY)
    )
    assert "says nothing" in named(course, e.AddendumAdded(""))
    assert "no item" in named(course, e.AddendumAdded("More.", to="9"))
    assert "quotes a sentence" in named(course, e.AddendumAdded("More.", quoted="A sentence."))
    course.follow(e.AddendumAdded("More.", to="1"))


@pytest.mark.parametrize(
    "change", [{"items": {"1": "general"}}, {"items": {}}, {"mode": "play"}, {"reviewer": ""}]
)
def test_a_session_begins_as_its_case_file_says(change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        Succession(begin("s1", RULES, replace(OPENED, **{"items": ITEMS, **change})))


def test_an_answer_that_is_told_as_worked_out_is_what_the_others_come_to(course: Succession) -> None:
    for one in ("red_flags", "prior_surgery", "prior_imaging"):
        made = read_answer(course.session.prompt("1", one).schema, EVERYTHING["1"][one], one)
        take(course, c.RecordAnswer("1", one, made))
    assert "don't come to this" in named(
        course, e.AnswerRecorded("1", "duration", Answer(value=5), "computed")
    )
    weeks = EVERYTHING["1"]["duration"]
    course.follow(e.AnswerRecorded("1", "duration", Answer(value=weeks), "computed"))
