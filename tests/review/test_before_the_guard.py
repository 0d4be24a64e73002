"""A log of before every finding was guarded: what was signed then is derived with the checks and words of its day.

The log holds a signed and an open practice review of the bundled case. In the signed one every red flag is absent and
two questions are denied, none of it with a passage; today that could not be signed.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant import library
from assistant.core.answer import Answer
from assistant.core.commands import RecordAnswer
from assistant.core.session import GUARD
from assistant.letter import to_text
from assistant.log import Log
from assistant.review import determination, loading, rederive
from assistant.review.determination import compose_from_log
from assistant.review.review import Review

HERE = Path(__file__).parent
SIGNED, OPEN = "9b9aab099ace", "68b997deeeb0"


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log, and the records that its sessions began with."""
    pages = library.find_case("cervical-radiographs-after-fusion").pages

    def of(_: object) -> Mapping[str, tuple[str, ...]]:
        return pages

    for module in (determination, loading, rederive):
        monkeypatch.setattr(module, "pages_of", of)
    monkeypatch.setattr("assistant.review.review.pages_of", of)
    log = tmp_path / "before.sqlite"
    log.write_bytes(gzip.decompress((HERE / "before_the_guard.sqlite.gz").read_bytes()))
    return log


def test_it_comes_out_as_it_was_signed(path: Path) -> None:
    with Log.open(path, write=False) as log:
        made = rederive.rederive(log, SIGNED)
    assert made.difference is None
    assert made.compared["letters"] == 1
    assert made.compared["checks"] == 1
    assert made.not_compared == []


def test_its_letter_has_the_words_and_the_checks_of_its_day(path: Path) -> None:
    with Log.open(path, write=False) as log:
        letter = compose_from_log(log, SIGNED)
    assert to_text(letter) == (HERE / "before_the_guard.letter.txt").read_text()
    assert [check.check for check in letter.checks] == ["later-study"]


def test_what_was_open_then_is_held_against_the_record_now(path: Path) -> None:
    with Log.open(path) as log:
        review = Review.resume(log, OPEN)
        assert review.session.guard == GUARD
        assert {check.check for check in review.checks()} >= {"contradicted-case", "unsupported-finding"}
        lacking = {check.place for check in review.checks() if check.check == "unsupported-finding"}
        assert lacking == {"1/red_flags", "1/acute_trauma"}
        review.perform(RecordAnswer("1", "views", Answer(value=["lateral"])))
        assert review.turn.kind == "passages", "no surgery is answered, and the record tells of one"
        review.close()
