"""The generated log, on which speed is measured, is a log like any other: it verifies, and its letters come out."""

from __future__ import annotations

from pathlib import Path

from assistant.log import Log
from assistant.log.verify import verify
from benchmarks import big_log
from tests.prove import scale


def test_a_generated_log_verifies_and_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    roots = set()
    for number in range(scale.of(1, 2)):
        path = tmp_path / f"{number}.sqlite"
        count = big_log.write(path, 13, seed=7)
        found = verify(path)
        assert (found.ok, found.events, found.sessions) == (True, count, 13), found
        assert found.verdicts["chain"].ok
        assert found.verdicts["artifacts"].ok
        assert found.notes == []
        roots.add(found.root)
        with Log.open(path) as log:
            assert len(log.sessions()) + len(log.sessions(others=True)) == 13
            assert len({row.reviewer for row in log.sessions()}) > 3
    assert len(roots) == 1
