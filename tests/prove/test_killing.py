"""Killed writers and many writers: what was acknowledged is there, once, and the chain holds."""

from __future__ import annotations

import pytest

from tests.prove import scale
from tests.prove.apart import apart
from tests.prove.scale import Proved

PARTS = 2


@pytest.mark.parametrize("part", range(scale.of(1, PARTS)))
@pytest.mark.parametrize("mode", scale.MODES)
def test_nothing_acknowledged_is_lost_when_writers_are_killed(mode: str, part: int, proved: Proved) -> None:
    found = apart("killing.at_random", mode=mode, kills=scale.of(8, 250), seed=1 + part)
    assert found["bad"] == {}, found["examples"]
    assert found["acknowledged"] > 0
    proved(
        f"kill -9 at any moment, {mode}",
        f"{found['kills']} kills, {found['acknowledged']} acknowledged, all there",
    )


@pytest.mark.parametrize("mode", scale.MODES)
def test_a_kill_after_any_system_call_loses_nothing(mode: str, proved: Proved) -> None:
    if why := apart("traced.possible"):
        assert not scale.ALL, why
        pytest.skip(why)
    found = apart("killing.after_each_call", mode=mode, appends=3, every=scale.of(53, 1))
    assert found["bad"] == {}, found["examples"]
    assert found["kills"] > 3
    proved(f"kill -9 after each system call, {mode}", f"{found['kills']} kills, nothing acknowledged lost")


@pytest.mark.parametrize("mode", scale.MODES)
def test_eight_writers_at_once_lose_and_spoil_nothing(mode: str, proved: Proved) -> None:
    found = apart("at_once.run", mode=mode, writers=8, appends=scale.of(5, 400))
    assert (found["ended badly"], found["did not verify"], found["twice"], found["wrong"]) == (0, 0, 0, "")
    assert found["acknowledged"] >= 6 * scale.of(5, 400)
    assert found["verified meanwhile"] > 0
    proved(
        f"eight writers at once, {mode}",
        f"{found['acknowledged']} entries, none lost or twice, {found['verified meanwhile']} verifications meanwhile",
    )
