"""A claim with its limit and what was measured, and the folder in which it is measured."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = Path(__file__).resolve().parent / "apps"
CASE = "cervical-radiographs-after-fusion"
QUALIFICATIONS = {"certification": "Occupational Medicine", "licence": "California", "years": 8, "hours": 24}
_LEFT_OUT = ("TEXTUAL", "IMR_", "COLUMNS", "LINES", "PYTHON")
PROGRAM = (sys.executable, "-c", "from assistant.cli.main import main; main()")


@dataclass(frozen=True)
class Result:
    """One line of the table; without a `limit` it is only told."""

    what: str
    measured: float
    limit: float | None = None
    unit: str = "x"
    detail: str = ""

    @property
    def kept(self) -> bool:
        return self.limit is None or self.measured <= self.limit


@dataclass(frozen=True)
class Place:
    """A folder of its own with a reviewer's profile and a decision log, and the environment that names them."""

    folder: Path
    environment: Mapping[str, str] = field(repr=False)

    @property
    def log(self) -> Path:
        return self.folder / "data" / "log.sqlite"

    def review(self, log: Path | None = None) -> list[str]:
        """The command that reviews the case."""
        return [*PROGRAM, "review", CASE, "--log", str(log or self.log)]


@contextmanager
def workplace() -> Iterator[Place]:
    """A temporary folder with a kept profile and a log that has been used before."""
    with tempfile.TemporaryDirectory(prefix="imr-benchmark-") as name:
        folder = Path(name)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_LEFT_OUT)}
        environment = {
            **kept,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "IMR_CONFIG": str(folder / "config"),
            "IMR_CACHE": str(folder / "cache"),
        }
        place = Place(folder, environment)
        options = [f"--{name}={value}" for name, value in QUALIFICATIONS.items()]
        subprocess.run(
            [*PROGRAM, "reviewer", *options], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        subprocess.run(
            [*place.review(), "--plain"], env=environment, input=b"", stdout=subprocess.DEVNULL, check=False
        )
        yield place


def percentile(values: Sequence[float], percent: int) -> float:
    """The value below which `percent` of the values lie."""
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def milliseconds(values: Sequence[float]) -> str:
    """Median and 95th percentile of seconds, in words."""
    return f"{statistics.median(values) * 1000:.1f} ms (p95 {percentile(values, 95) * 1000:.1f})"


def table(results: Sequence[Result]) -> str:
    """The results in columns, as text."""
    rows = [("claim", "limit", "measured", "ok", "in figures")]
    for one in results:
        limit = "" if one.limit is None else f"{one.limit:g}{one.unit}"
        held = "" if one.limit is None else "yes" if one.kept else "NO"
        rows.append((one.what, limit, f"{one.measured:.3g}{one.unit}", held, one.detail))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]])
        for row in rows
    )
