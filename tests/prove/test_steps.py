"""Whatever the program writes of the cases that come with it could follow where it stands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from assistant import library
from assistant.log import Log
from assistant.log.store import open_reader
from assistant.log.verify_steps import Steps
from assistant.profile import Profile
from assistant.review.answers_file import read_answers_file, run_answers
from assistant.review.review import Review
from tests.prove import scale
from tests.prove.scale import Proved


def test_no_step_that_the_program_writes_is_named(tmp_path: Path, proved: Proved) -> None:
    path = tmp_path / "log.sqlite"
    cases = [library.find_case(name) for name in library.case_names()]
    known = [case for case in cases if (case.path / "reference.yaml").is_file()]
    with Log.open(path) as log:
        for case in known[:: scale.of(20, 1)]:
            review = Review.open(log, case, Profile("r-prove"), "practice")
            run_answers(review, read_answers_file(case.path / "reference.yaml"))
            review.close()
    with closing(open_reader(path)) as connection:
        steps = Steps(connection, path)
        assert list(steps.faults(0, lambda count: None)) == []
    assert steps.sessions == scale.of(3, len(known))
    proved(
        "steps of the references that come with it",
        f"{steps.entries} of {steps.sessions} reviews, none named",
    )
