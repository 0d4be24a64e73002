"""Steps of a sitting at the log: who read what, drew which sample, noted what; and which keys reviewers sign with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, get_args

from assistant.core.events import Apart, Event, Rare


class AccessOpened(Event):
    """The first event of a sitting: the version of the program that reads, and the central log that it reads, if one."""

    kind: ClassVar[str] = "access.opened"
    tool: str
    central: Rare[str] = ""


class AccessRead(Event):
    """A command was about to show what these sessions hold."""

    kind: ClassVar[str] = "access.read"
    command: str
    sessions: tuple[str, ...]


class AccessListed(Event):
    """The list of sessions was shown, cut down to what the filters let through."""

    kind: ClassVar[str] = "access.listed"
    command: str
    filters: Mapping[str, str]


class AccessReported(Event):
    """A report was about to be run; `by` is what it was grouped by, where it groups."""

    kind: ClassVar[str] = "access.reported"
    report: str
    filters: Mapping[str, str]
    by: tuple[str, ...] = ()


class AccessQueried(Event):
    """A query of the reader's own was about to be run."""

    kind: ClassVar[str] = "access.queried"
    sql: Apart[str]


class AccessExported(Event):
    """Something was written out of the log: `what` says which, `form` in which format."""

    kind: ClassVar[str] = "access.exported"
    what: str
    form: str
    sessions: tuple[str, ...]


class SampleDrawn(Event):
    """`sessions` were drawn from the `population` that the filters let through, in the order of the draw."""

    kind: ClassVar[str] = "access.sample_drawn"
    method: str
    seed: int
    size: int
    filters: Mapping[str, str]
    population: int
    sessions: tuple[str, ...]


SEVERITIES = ("observation", "minor", "major", "critical")
"""How grave a finding of an audit is."""

RESULTS = ("acceptable", "deficient", "not applicable")
"""What reviewing a file comes to."""


class AuditNoteAdded(Event):
    """A reader's note on a session, kept in the sitting and not in the session; with a `severity` it is a finding.

    `owner` is who is to answer it.
    """

    kind: ClassVar[str] = "access.note_added"
    session: str
    text: Apart[str]
    severity: Rare[str] = ""
    owner: Rare[Apart[str]] = ""


class FindingAnswered(Event):
    """Somebody answered a finding, which is named by its sitting and the number of its entry there."""

    kind: ClassVar[str] = "access.finding_answered"
    finding: str
    text: Apart[str]


class FindingClosed(Event):
    """A finding was closed, and why."""

    kind: ClassVar[str] = "access.finding_closed"
    finding: str
    reason: Apart[str]


class FileReviewed(Event):
    """What reviewing a session that was drawn came to; `draw` is the sitting of the draw and its entry there."""

    kind: ClassVar[str] = "access.file_reviewed"
    draw: str
    session: str
    result: str
    text: Rare[Apart[str]] = ""


class TextRedacted(Event):
    """The words of a text, `field` of the entry `seq` of a session, were taken out of the log; `commitment` stays in the entry."""

    kind: ClassVar[str] = "access.redacted"
    session: str
    seq: int
    field: str
    commitment: str
    reason: Apart[str]


class SessionsHeld(Event):
    """Sessions, or all of a case, are to be kept: until a day (`keep_until`), or, by a legal hold, until `hold` is released.

    Nothing of them is taken out meanwhile; under a legal hold they aren't moved to an archive either.
    """

    kind: ClassVar[str] = "access.held"
    hold: str
    sessions: tuple[str, ...]
    reason: Apart[str]
    case: Rare[str] = ""
    keep_until: Rare[str] = ""


class HoldReleased(Event):
    """A hold is over, and why."""

    kind: ClassVar[str] = "access.released"
    hold: str
    reason: Apart[str]


class StretchArchived(Event):
    """The closed reviews up to the end of a `year` went into an archive: a file of this name and SHA-256.

    `size` entries were in the log, of which a checkpoint goes along; `entries` and `reviews` are those that went.
    `stays` (hex) is the SHA-256 over number and hash of every entry that is in some archive from then on, in their
    order.
    """

    kind: ClassVar[str] = "access.archived"
    file: str
    digest: str
    year: int
    size: int
    entries: int
    reviews: int
    stays: str
    keep_until: Rare[str] = ""


class RollbackAccepted(Event):
    """The log was older than a checkpoint held of it, was another log, or did not continue it; somebody accepted that.

    `held_log`, `held_size` and `held_root` (hex) are those of the checkpoint that was let go; `size` and `root`
    those of the log as it was found.
    """

    kind: ClassVar[str] = "access.rollback_accepted"
    held_log: str
    held_size: int
    held_root: str
    size: int
    root: str
    reason: Apart[str]


class KeyRegistered(Event):
    """A reviewer's own key (a verifier key), from here on the one that signs for that reviewer.

    `size` and `root` (hex) are those of the log before it, and `proof` is the key's signature over them: so the key
    stands for all that was logged before it. `vouchers` are the signatures of other keys that this is the
    reviewer's: of the one before it, or of an officer.
    """

    kind: ClassVar[str] = "access.key_registered"
    reviewer: str
    key: str
    size: int
    root: str
    proof: str
    vouchers: Mapping[str, str]


class KeyRevoked(Event):
    """A reviewer's key signs nothing more; `proof` is its own signature on that, empty where the passphrase is lost."""

    kind: ClassVar[str] = "access.key_revoked"
    reviewer: str
    key: str
    proof: str = ""
    reason: Apart[str] = ""


class CheckpointTimed(Event):
    """Somebody elsewhere said when they saw the checkpoint `note` over `size` entries.

    `form` is `rfc3161`, with the answer of a time-stamping authority (base64) in `said`, or `cosignature/v1`, with the
    lines of witnesses.
    """

    kind: ClassVar[str] = "access.checkpoint_timed"
    form: str
    size: int
    note: str
    said: str


AccessStep = (
    AccessOpened | AccessRead | AccessListed | AccessReported | AccessQueried | AccessExported
    | SampleDrawn | AuditNoteAdded | RollbackAccepted | KeyRegistered | KeyRevoked
    | CheckpointTimed | FindingAnswered | FindingClosed | FileReviewed | TextRedacted
    | SessionsHeld | HoldReleased | StretchArchived
)  # fmt: skip
"""A step of a sitting at the log."""

ACCESS_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(AccessStep)}
