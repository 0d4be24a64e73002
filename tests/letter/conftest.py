"""The published case, reviewed in a log of its own, as far as a test wants it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.letter import Letter
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.review import Review
from tests.letter.reviewing import NAME, answer, determine, published, sign


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kept" / "log.sqlite"


@pytest.fixture
def begin(log: Log) -> Iterator[Callable[..., Review]]:
    """Opens reviews of the published case; the reviewer has a name, which must never come out."""
    made: list[Review] = []

    def opened(**more: Any) -> Review:
        profile = Profile("r-test", NAME, decide_first=more.pop("decide_first", False))
        made.append(Review.open(log, library.find_case("cervical-radiographs-after"), profile, **more))
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
    data: dict[str, Any] = dict(yaml.parse_yaml(library.read_text(file), file.name).data)
    return data


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


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A signed review in a log of its own, one for all tests of a file that only read it."""
    case = library.find_case("cervical-radiographs-after")
    text = library.read_text(case.path / "reference.yaml")
    with Log.open(tmp_path_factory.mktemp("finished") / "log.sqlite") as log:
        review = Review.open(log, case, Profile("r-test", NAME))
        answer(review, yaml.parse_yaml(text, "reference.yaml").data["answers"])
        determine(review)
        sign(review)
        yield review
        review.close()


@pytest.fixture
def kept(finished: Review) -> Path:
    """Where the log of that one lies."""
    return finished.log.path


@pytest.fixture
def letter(tmp_path_factory: pytest.TempPathFactory) -> Letter:
    """The letter of the published case, for tests that only read it."""
    session, compose = published(tmp_path_factory.mktemp("published"))
    return compose(session)
