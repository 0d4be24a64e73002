"""What came of a run, question by question: agreement, evidence, absences, planted faults, time and departures.

These are the values; `scoring` works them out.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.training.fault import Fault
from assistant.training.pairing import Parted

STATES = {
    "same": "as the reviewer",
    "different": "otherwise than the reviewer",
    "caught": "the planted fault was caught",
    "missed": "the planted fault was missed",
    "touched": "not compared: a planted passage bears on it",
    "open": "not answered",
    "not_asked": "not asked, by your earlier answers",
    "no_reference": "not compared: the reference has no answer, or was asked otherwise",
}
"""How the answer to a question came out, and what that means."""


@dataclass(frozen=True)
class Passage:
    """A passage that the reviewer rested an answer on. `state`: cited, opened or missed by the trainee."""

    page: str
    quote: str
    state: str


@dataclass(frozen=True)
class Row:
    """One question. `parts` names where the answers part: the part, what the trainee said, what the reviewer.

    `amended` counts the changes after the answer was frozen; `faults` are the kinds of what was planted here, and
    `says` tells their truth.
    """

    item: str
    prompt: str
    ask: str
    state: str
    yours: str
    theirs: str
    parts: tuple[Parted, ...]
    evidence: tuple[Passage, ...]
    wrong_absences: tuple[str, ...]
    seconds: int
    their_seconds: int | None
    amended: int
    faults: tuple[str, ...] = ()
    says: tuple[str, ...] = ()

    @property
    def compared(self) -> bool:
        return self.state in ("same", "different")


@dataclass(frozen=True)
class Decision:
    """The decision on an item: the trainee's, the reviewer's, and what was suggested to the trainee."""

    item: str
    yours: str
    theirs: str
    suggested: str
    departs: bool
    reason: str

    @property
    def same(self) -> bool:
        return bool(self.theirs) and self.yours == self.theirs


@dataclass(frozen=True)
class Earlier:
    """What the trainee's last run on the same case had come to."""

    session: str
    agreed: int
    compared: int
    caught: int
    planted: int


@dataclass(frozen=True)
class Feedback:
    """The result of a run, or of any session that is held against a reference."""

    session: str
    case: str
    trainee: str
    reference: str
    status: str
    reveal: str
    rows: tuple[Row, ...]
    decisions: tuple[Decision, ...]
    faults: tuple[tuple[Fault, bool | None], ...]
    seconds: int
    idle_seconds: int
    earlier: Earlier | None = None

    @property
    def compared(self) -> int:
        return sum(row.compared for row in self.rows)

    @property
    def agreed(self) -> int:
        return sum(row.state == "same" for row in self.rows)

    @property
    def caught(self) -> int:
        return sum(seen is True for _, seen in self.faults)

    def evidence(self, state: str = "") -> int:
        """How many passages the reviewer rested on; with `state`, how many of them came out so."""
        return sum(state in ("", one.state) for row in self.rows for one in row.evidence)

    @property
    def wrong_absences(self) -> int:
        return sum(len(row.wrong_absences) for row in self.rows)
