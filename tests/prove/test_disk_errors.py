"""Disks that fail, fill up or can't be written to: the log says so, loses nothing, and goes on afterwards."""

from __future__ import annotations

import pytest

from tests.prove import scale
from tests.prove.apart import apart
from tests.prove.scale import Proved

PARTS = 2
MODES = ("wal",)


@pytest.fixture
def _followed() -> None:
    if why := apart("traced.possible"):
        assert not scale.ALL, why
        pytest.skip(why)


@pytest.mark.usefixtures("_followed")
@pytest.mark.parametrize("part", range(scale.of(1, PARTS)))
@pytest.mark.parametrize("mode", MODES)
def test_no_failed_call_loses_what_was_acknowledged(mode: str, part: int, proved: Proved) -> None:
    appends, every = (4, PARTS) if scale.ALL else (2, 47)
    found = apart("disk_error.try_faults", mode=mode, appends=appends, seed=1, every=every, begin=part)
    assert found["bad"] == {}, found["examples"]
    assert found["faults"] > 6
    assert found["refused"] > found["faults"] / 2
    proved(
        f"injected errors of the disk (EIO, ENOSPC), {mode}",
        f"{found['faults']} runs, {found['refused']} refusals, nothing acknowledged lost",
    )


@pytest.mark.parametrize("mode", scale.MODES)
def test_a_full_disk_loses_nothing_and_the_log_goes_on(mode: str, proved: Proved) -> None:
    found = apart("small_disk.fill_up", mode=mode, runs=scale.of(2, 100), seed=1)
    assert found["bad"] == []
    assert found["acknowledged"] > 0
    proved(
        f"full disks, {mode}",
        f"{found['runs']} runs ({found['on']}), {found['acknowledged']} acknowledged, all there",
    )


@pytest.mark.parametrize("mode", scale.MODES)
def test_a_folder_that_can_not_be_written_to_is_told(mode: str, proved: Proved) -> None:
    found = apart("small_disk.read_only", mode=mode)
    assert {name: what for name, what in found.items() if what} == {}
    proved(f"read-only folders, {mode}", f"{len(found)} cases, refused in words or read")
