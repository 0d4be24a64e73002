"""The published case, reviewed in a log of its own, as far as a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import command as c
from assistant.core import plain_yaml
from assistant.core.answer_reader import read_answer
from assistant.core.assessment import OUTCOME_WORDS, outcome
from assistant.core.turn import statement
from assistant.letter import body_hash
from assistant.log import Log
from assistant.review import Review
from assistant.reviewer import Profile

Answers = dict[str, dict[str, Any]]
NAME = "Amalia Quessenberry"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "log.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    with Log.open(path) as made:
        yield made


@pytest.fixture
def begin(log: Log) -> Iterator[Callable[..., Review]]:
    """Opens reviews of the published case; the reviewer has a name, which must never come out."""
    made: list[Review] = []

    def opened(**more: Any) -> Review:
        profile = Profile("r-test", NAME, decide_first=more.pop("decide_first", False))
        made.append(Review.open(log, library.find_case("cervical"), profile, **more))
        return made[-1]

    yield opened
    for review in made:
        review.close()


@pytest.fixture
def review(begin: Callable[..., Review]) -> Review:
    return begin()


@pytest.fixture
def reference() -> dict[str, Any]:
    file = library.folder("casebank") / "cervical-radiographs-after-fusion" / "reference.yaml"
    data: dict[str, Any] = dict(plain_yaml.parse(library.read_text(file), file.name).data)
    return data


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
    """Explains every check that is raised, attests and signs."""
    for check in review.checks():
        review.perform(c.Acknowledge(check.check, check.key, reason))
    review.perform(c.AttestAbsences())
    case_outcome = outcome(review.session)
    assert case_outcome is not None
    said = statement(review.session, OUTCOME_WORDS[case_outcome])
    review.perform(c.Sign(body_hash(review.session, review.assess, review.checks()), case_outcome, said))


@pytest.fixture
def answered(review: Review, reference: dict[str, Any]) -> Review:
    answer(review, reference["answers"])
    return review


@pytest.fixture
def decided(answered: Review) -> Review:
    determine(answered)
    return answered


@pytest.fixture
def signed(decided: Review) -> Review:
    sign(decided)
    return decided
