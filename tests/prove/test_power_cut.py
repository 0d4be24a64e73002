"""Power failures, worked out from recorded system calls: nothing acknowledged is lost, and the check would see it."""

from __future__ import annotations

import pytest

from tests.prove import scale
from tests.prove.apart import apart
from tests.prove.scale import Proved

PARTS = 4
MODES = {"wal": "WAL with FULL"}


@pytest.fixture(scope="module", autouse=True)
def _followed() -> None:
    if why := apart("traced.possible"):
        assert not scale.ALL, why
        pytest.skip(why)


@pytest.mark.parametrize("part", range(scale.of(1, PARTS)))
@pytest.mark.parametrize("mode", MODES)
def test_no_power_failure_loses_what_was_acknowledged(mode: str, part: int, proved: Proved) -> None:
    appends, torn, every = (20, 6, PARTS) if scale.ALL else (2, 1, 11)
    found = apart(
        "power_cut.try_states",
        mode=mode,
        life="short_life",
        appends=appends,
        torn=torn,
        seed=1,
        every=every,
        begin=part,
    )
    assert found["bad"] == {}, found["examples"]
    assert found["states"] > 20
    assert found["acknowledged"] == 2 + 5 * appends + 2
    proved(
        f"power failures, {MODES[mode]}, states of which none lost an acknowledged entry",
        str(found["states"]),
    )


@pytest.mark.skipif(not scale.ALL, reason="takes half a minute: make prove")
def test_no_power_failure_while_the_wal_is_brought_home_loses_anything(proved: Proved) -> None:
    found = apart("power_cut.try_states", mode="wal", life="long_life", appends=50, torn=2, seed=1, every=10)
    assert found["bad"] == {}, found["examples"]
    proved(
        "power failures around a checkpoint of the WAL, states of which none lost anything",
        str(found["states"]),
    )


@pytest.mark.skipif(not scale.ALL, reason="the check itself is tried by make prove")
@pytest.mark.parametrize("mode", ["wal-normal", "delete-full"])
def test_the_check_sees_the_loss_under_weaker_settings(mode: str, proved: Proved) -> None:
    found = apart(
        "power_cut.try_states",
        mode=mode,
        life="short_life",
        appends=10,
        torn=2,
        seed=1,
        every=1,
        begin=0,
    )
    assert found["bad"].get("lost", 0) > 0
    proved(
        f"positive control, {mode}: states in which an acknowledged entry was lost",
        f"{found['bad']['lost']} of {found['states']}",
    )
