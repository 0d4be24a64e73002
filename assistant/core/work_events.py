"""Steps at the desk, beside the reviews: who was assigned a case, what was asked for, when what came, and what was sent.

Only what no case file and no review says stands here; each kind's last step on a case is the one that holds.
"""

from __future__ import annotations

from typing import ClassVar, get_args

from assistant.core.events import Apart, Event


class DeskOpened(Event):
    """The first event of a desk: the version of the program that began it."""

    kind: ClassVar[str] = "work.opened"
    tool: str


class ReviewerAssigned(Event):
    """A case for a reviewer, with what was held against it: specialty, and until when certification and licence run."""

    kind: ClassVar[str] = "work.assigned"
    case: str
    reviewer: str
    specialty: str
    certified_until: str
    licensed_until: str


class ConflictAttested(Event):
    """A reviewer has a tie to a party of the case (Lab. Code 139.5), and is not to review it."""

    kind: ClassVar[str] = "work.conflict_attested"
    case: str
    reviewer: str
    party: Apart[str]


class RecordsAsked(Event):
    """Records were asked for: what, of whom, and to whom the request was copied (Lab. Code 4610.6(b))."""

    kind: ClassVar[str] = "work.records_asked"
    case: str
    day: str
    what: Apart[str]
    of: Apart[tuple[str, ...]]
    copied: Apart[tuple[str, ...]]


class ReceiptStated(Event):
    """The days on which the request and the records came, an empty one as before; `priority` where it is another now."""

    kind: ClassVar[str] = "work.received"
    case: str
    request: str
    records: str
    priority: str


class QualityRead(Event):
    """Somebody has read a signed determination for its quality, before it is sent."""

    kind: ClassVar[str] = "work.quality_read"
    case: str
    session: str
    note: Apart[str]


class DeterminationSent(Event):
    """A signed determination was mailed on this day."""

    kind: ClassVar[str] = "work.sent"
    case: str
    session: str
    day: str


class CaseWithdrawn(Event):
    """The application was withdrawn."""

    kind: ClassVar[str] = "work.withdrawn"
    case: str
    day: str
    reason: Apart[str]


class CaseReinstated(Event):
    """A case that was withdrawn is one to be reviewed again."""

    kind: ClassVar[str] = "work.reinstated"
    case: str
    reason: Apart[str]


class CaseRemanded(Event):
    """A determination was reversed and the case sent back, to another reviewer (Lab. Code 4610.6(i))."""

    kind: ClassVar[str] = "work.remanded"
    case: str
    day: str
    reason: Apart[str]


WorkStep = (
    DeskOpened | ReviewerAssigned | ConflictAttested | RecordsAsked | ReceiptStated | QualityRead
    | DeterminationSent | CaseWithdrawn | CaseReinstated | CaseRemanded
)  # fmt: skip
"""A step at a desk."""

WORK_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(WorkStep)}
