"""Three desks that push to a real server and are killed (SIGKILL) at random: in full only, since a sample is among the log's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.log.central_verify import verify_central
from tests.prove import scale
from tests.prove.scale import Proved

SESSIONS = 1_000


def test_desks_that_are_killed_push_all_and_nothing_twice(tmp_path: Path, proved: Proved) -> None:
    if not scale.ALL:
        pytest.skip("it takes minutes; tests/log/test_central.py cuts pushes off in another way")
    pytest.importorskip("psycopg")
    from benchmarks import big_log, central
    from tests.log.central_office import new_office
    from tests.log.postgres import Missing, started

    try:
        with started() as server:
            office = new_office(server, tmp_path)
            for number, desk in enumerate(central.DESKS, 1):
                with office.at(desk) as path:
                    path.parent.mkdir(parents=True)
                    big_log.write(path, SESSIONS, number)
            (pushed,) = central.pushed(office)
            with office.at("auditor"):
                found = verify_central(office.url("auditor"))
    except Missing as missing:
        pytest.skip(str(missing))
    assert found.ok, found.verdicts
    proved("kill -9 of desks that push to a central log", f"{pushed.detail}, all there and verified")
