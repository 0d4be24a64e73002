"""The steps of a review, as a test takes them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import commands as c
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.core.session import Session, outcome
from assistant.letter import Letter, body_hash, compose
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.determination import composed_by, head_of, statement
from assistant.review.review import Review
from tests import walk

NAME = "Amalia Quessenberry"
Answers = dict[str, dict[str, Any]]


def letter_of(review: Review) -> Letter:
    """The letter of a review at work, as it stands."""
    entries = review.log.read(review.session.id)
    unread = [name for name in review.session.opened.documents if name not in review.pages]
    return compose(review.session, review.assess, review.checks(), head_of(entries), unread)


def answer(review: Review, answers: Answers) -> None:
    """Answers every prompt that applies, in the order in which they open."""
    for scope, given in answers.items():
        while True:
            due = [one for one in review.session.reading(scope).open_prompts() if one.id in given]
            if not due:
                break
            made = read_answer(due[0].schema, given[due[0].id], due[0].id)
            review.perform(c.RecordAnswer(scope, due[0].id, made, "file"))


def determine(review: Review, decision: str = "upheld", reason: str = "") -> None:
    suggested = review.assess("1").suggestion.decision
    review.perform(c.Determine("1", decision, suggested, reason))


def sign(review: Review, reason: str = "Parties may add records after the decision.") -> None:
    """Explains every check that is raised, attests and signs; what a real review is signed with is of no account here."""
    for check in review.checks():
        review.perform(c.Acknowledge(check.check, check.key, walk.BESIDE.get(check.check, reason)))
    review.perform(c.AttestAbsences())
    case_outcome = outcome(review.session)
    assert case_outcome is not None
    said = statement(review.session, OUTCOME_WORDS[case_outcome])
    letter = body_hash(review.session, review.assess)
    own = ("key", "signature") if review.session.mode == "real" else ()
    review.perform(c.Sign(letter, case_outcome, said, *own))


Signed = tuple[Session, Callable[[Session], Letter]]
_KEPT: list[Signed] = []


def published(folder: Path) -> Signed:
    """The published case, reviewed and signed once for all tests that only read it, and what composes its letters."""
    if not _KEPT:
        case = library.find_case("cervical-radiographs-after-fusion")
        text = library.read_text(case.path / "reference.yaml")
        with Log.open(folder / "published.sqlite") as log:
            review = Review.open(log, case, Profile("r-test", NAME))
            answer(review, yaml.parse_yaml(text, "reference.yaml").data["answers"])
            determine(review)
            sign(review)
            _KEPT.append((review.session, composed_by(log, review.session.id)))
            review.close()
    return _KEPT[0]
