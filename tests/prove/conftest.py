"""What was proved is told at the end, with its figures, when everything was tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.prove import scale
from tests.prove.scale import Proved


@pytest.fixture
def proved(record_property: Callable[[str, object], None]) -> Proved:
    """Takes a claim and the figures that bear it out."""

    def note(claim: str, figures: str) -> None:
        record_property("proved", [claim, figures])

    return note


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One line for each claim; figures of tests that took parts of it stand beside each other."""
    if not scale.ALL:
        return
    claims: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "proved":
                claims.setdefault(value[0], []).append(value[1])
    if claims:
        terminalreporter.section("proved")
    for claim, figures in sorted(claims.items()):
        terminalreporter.write_line(f"{claim}: {'; '.join(figures)}")
