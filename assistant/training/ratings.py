"""The reviews of one case that are named for a comparison, and the sheets that they are held against.

A session that can't count (open, declined, of another case) is refused rather than left out: whoever named it
should know.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from assistant import library
from assistant.core import training_events as t
from assistant.core.answer import Answer, with_part
from assistant.core.event_form import decode
from assistant.core.events import Event
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.session import Session
from assistant.core.text import one_line
from assistant.log import Entry, Log
from assistant.log import fold as log_fold
from assistant.log.bundle import is_bundle, read_bundle
from assistant.log.fold import Source
from assistant.log.verify import verify
from assistant.log.verify_entries import Verdict
from assistant.training.comparison import Rater, RatingMatrix, listed_values
from assistant.training.reference import AnswerSheet, Place, read_answer_sheet, session_of_answer_sheet

# What an adjudication in the log came to: the answers and decisions that count, as a sheet.


@dataclass
class Settled:
    """An adjudication as its events leave it; `answers` by scope and path of a prompt or of a part of one."""

    opened: t.AdjudicationOpened
    case: str
    answers: dict[Place, Answer] = field(default_factory=dict)
    decisions: dict[str, tuple[str, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"agreed": 0, "settled": 0, "own": 0})
    closed: bool = False

    def take(self, event: Event) -> None:
        """Takes in one more event."""
        if isinstance(event, t.AnswerAdjudicated):
            self.answers[event.item, event.prompt] = event.answer
            self._count(event.chosen)
        elif isinstance(event, t.DecisionAdjudicated):
            self.decisions[event.item] = (event.decision, event.reason)
            self._count(event.chosen)
        elif isinstance(event, t.AdjudicationClosed):
            self.closed = True

    def sheet(self, name: str) -> AnswerSheet:
        """The answers by prompt, those of parts put together."""
        whole: dict[Place, Answer] = {}
        for (scope, path), answer in self.answers.items():
            root, *rest = path.split(".")
            held = whole.get((scope, root))
            whole[scope, root] = with_part(held, tuple(rest), answer, False) if rest else answer
        return AnswerSheet(name, self.case, whole, dict(self.decisions))

    def _count(self, chosen: str) -> None:
        self.counts[chosen if chosen in ("agreed", "own") else "settled"] += 1


def settled(entries: Sequence[Entry]) -> Settled | None:
    """The adjudication that a session's entries are; None for any other session."""
    if not entries or entries[0].kind != t.AdjudicationOpened.kind:
        return None
    events = [decode(entry.kind, entry.body) for entry in entries]
    opened = events[0]
    assert isinstance(opened, t.AdjudicationOpened)
    found = Settled(opened, entries[0].case)
    for event in events[1:]:
        found.take(event)
    return found


def sheet_of(log: Source, session_id: str) -> AnswerSheet | None:
    """`sheet_in` the entries of a session."""
    return sheet_in(log.read(session_id))


def sheet_in(entries: Sequence[Entry]) -> AnswerSheet | None:
    """The sheet that entries come to; None where they are no adjudication, `Refused` for one that isn't finished."""
    found = settled(entries)
    if found is None:
        return None
    session = entries[0].session
    if not found.closed:
        fix = "Go on with `imr adjudicate` and the same sessions."
        raise refuse("This adjudication isn't finished.", session, fix)
    return found.sheet(session)


REFERENCE = "reference.yaml"

Verified = Callable[[], Mapping[str, Verdict]]
"""Gives the verdicts on a log that isn't the file which is read, but what that is a copy of."""


@dataclass(frozen=True)
class Gathered:
    """The panels to be compared, what has to be said of them, and the sessions of the log that were read."""

    panels: tuple[RatingMatrix, ...]
    warnings: tuple[str, ...]
    read: tuple[str, ...]


def named(
    log_path: Path,
    names: Sequence[str],
    sheets: Sequence[Path] = (),
    reference: bool = False,
    verified: Verified | None = None,
) -> Gathered:
    """The panel of the sessions that `names` mean (of the log, or bundles), all of one case.

    `sheets` are answers files, and `reference` the case's own, to hold the reviews against. Raises `Refused`.
    """
    said = must_verify(log_path, names, verified)
    reviews: list[Session] = []
    settled: list[AnswerSheet] = []
    read: list[str] = []
    problems: list[Problem] = []
    for name, one in load_reviews(log_path, names):
        if isinstance(one, Refused):
            problems += one.problems
            continue
        read += [] if is_bundle(name) else [one.name if isinstance(one, AnswerSheet) else one.id]
        if isinstance(one, AnswerSheet):
            settled.append(one)
        else:
            reviews.append(one)
            problems += unfit(one, name)
    problems += _twice([*(one.id for one in reviews), *(one.name for one in settled)])
    if problems:
        raise Refused(*problems)
    if not reviews:
        raise refuse("Agreement is between reviewers, and no review is named.", "", "Name two sessions.")
    _same_case([*((one.rules.case.id, one.id) for one in reviews), *((s.case, s.name) for s in settled)])
    like = reviews[0]
    against = [Rater("adjudicated", "", session_of_answer_sheet(one, like), standard=True) for one in settled]
    against += _sheets(like, sheets, reference)
    if len(reviews) + len(against) < 2:
        raise refuse(
            "One reviewer alone can't agree or disagree.",
            names[0],
            "Name a second session, or hold it against --reference or --with FILE.",
        )
    raters = [Rater(label(i), one.opened.reviewer, one) for i, one in enumerate(reviews)]
    if len(raters) == 1:
        against = [Rater(one.label, one.reviewer, one.session) for one in against]
    panel = RatingMatrix(like.rules.case.id, [*raters, *against])
    return Gathered((panel,), (*said, *said_of(panel)), tuple(read))


def label(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    letter = chr(ord("A") + number % 26)
    return letter if number < 26 else label(number // 26 - 1) + letter


def must_verify(log_path: Path, names: Sequence[str], verified: Verified | None = None) -> list[str]:
    """What is to be said of a log whose signing key is not known here; raises `Refused` where it doesn't verify else.

    Bundles are checked as they are read: where only they are named, the log is not looked at.
    """
    if names and all(is_bundle(name) for name in names):
        return []
    verdicts = verified() if verified else verify(log_path).verdicts
    failed = {name: verdict.says for name, verdict in verdicts.items() if verdict.ok is False}
    stranger = failed.pop("signatures", "")
    if failed:
        raise refuse(
            "The decision log doesn't verify; what it says of any review can't be relied on.",
            one_line(str(log_path)),
            "See `imr log verify`, and go back to a backup.",
        )
    return [f"The log's signatures were not verified: {one_line(stranger)}."] if stranger else []


def load_reviews(
    log_path: Path, names: Iterable[str]
) -> Iterator[tuple[str, Session | AnswerSheet | Refused]]:
    """What each name means: a review, the sheet that an adjudication came to, or why it can't be read."""
    with ExitStack() as held:
        log: Log | None = None
        for name in names:
            try:
                if is_bundle(name):
                    source, session = read_bundle(Path(name))
                    with source:
                        yield name, _read(source, session)
                else:
                    log = log or held.enter_context(Log.open(log_path, write=False))
                    yield name, _read(log, log.resolve(name))
            except Refused as refused:
                yield name, refused


def _read(log: Log, session_id: str) -> Session | AnswerSheet:
    entries = log.read(session_id)
    found = sheet_in(entries)
    if found is not None:
        return found
    begun, events = log_fold.begun(log, session_id, entries)
    return log_fold.folded(begun, events)


def unfit(session: Session, name: str) -> list[Problem]:
    if session.status == "open":
        what = "This session is still open: its answers may yet change."
        return [Problem(what, name, f"Finish it with `imr resume {session.id}`, or leave it out.")]
    if session.status == "declined":
        return [
            Problem("This review was declined; there is no determination to compare.", name, "Leave it out.")
        ]
    return []


def _twice(ids: Sequence[str]) -> list[Problem]:
    again = dict.fromkeys(one for one in ids if ids.count(one) > 1)
    return [Problem("This session is named twice.", one, "Name each session once.") for one in again]


def _same_case(named: Sequence[tuple[str, str]]) -> None:
    cases: dict[str, list[str]] = {}
    for case, session in named:
        cases.setdefault(case, []).append(session)
    if len(cases) > 1:
        said = "; ".join(f"{one_line(case)} ({listed_values(ids)})" for case, ids in cases.items())
        raise refuse(
            f"These sessions are of different cases: {said}.",
            "",
            "Name sessions of one case, or compare many cases with `imr agree --cases`.",
        )


def _sheets(like: Session, sheets: Sequence[Path], reference: bool) -> list[Rater]:
    """Answers files as standards; read under the rules of a review, whose case they are of."""
    made = [_standard(one_line(path.stem, 20), path, like) for path in sheets]
    if reference:
        case = like.rules.case.id
        path = reference_of(case, like.opened.folder)
        if path is None:
            raise refuse(
                "This case has no reference to hold the reviews against.",
                one_line(case),
                "Leave --reference out, or name an answers file with --with FILE.",
            )
        made.insert(0, _standard("reference", path, like))
    return made


def _standard(name: str, path: Path, like: Session) -> Rater:
    return Rater(name, "", session_of_answer_sheet(read_answer_sheet(path, like), like), standard=True)


def reference_of(case: str, folder: str = "") -> Path | None:
    """The reference answers of a case: in the folder that it was reviewed from, or where its id is found."""
    folders = [Path(folder)] if folder else []
    folders += [path for name, path in library.all_cases() if name == case]
    return next((path for one in folders if (path := one / REFERENCE).is_file()), None)


def said_of(panel: RatingMatrix) -> Iterator[str]:
    """What makes the reviews of a panel less than alike, beside the prompts."""
    reviews = [rater for rater in panel.raters if not rater.standard]
    by_reviewer: dict[str, list[str]] = {}
    facts: dict[str, list[str]] = {}
    for rater in reviews:
        by_reviewer.setdefault(rater.reviewer, []).append(rater.label)
        facts.setdefault(rater.session.opened.pins["case"]["case.yaml"], []).append(rater.label)
    for reviewer, labels in by_reviewer.items():
        if len(labels) > 1 and reviewer:
            yield f"{listed_values(labels)} are by one reviewer ({reviewer}): that is agreement with oneself."
    if len(facts) > 1:
        groups = "; ".join(listed_values(labels) for labels in facts.values())
        yield f"{panel.case}: the case file was not the same for all ({groups})."
    trainees = [rater.label for rater in reviews if rater.session.mode == "training"]
    if trainees:
        yield f"{panel.case}: {listed_values(trainees)} in training; answers changed after a reveal count as changed."


# The reviews of a study: what a log (and any bundles) hold of many cases, and what was left out and why.


def study(
    log_path: Path,
    names: Sequence[str],
    trainees: bool = False,
    reference: bool = False,
    verified: Verified | None = None,
) -> Gathered:
    """The panels of the cases in `names` (all cases of the log without any); a bundle counts for its own case.

    Each reviewer counts once for a case, with the session last worked on. Cases with a single reviewer are left
    out. Raises `Refused` where nothing is left.
    """
    bundles = [name for name in names if is_bundle(name)]
    wanted = [name for name in names if not is_bundle(name)]
    reviews = list(_bundled(log_path, bundles))
    read: list[str] = []
    said: list[str] = []
    if wanted or not bundles:
        said += must_verify(log_path, (), verified)
        with Log.open(log_path, write=False) as log:
            read, left = _chosen(log, wanted, trainees)
            said += left
            reviews += [log_fold.load_session(log, session)[0] for session in read]
    panels = list(_panels(reviews, said))
    if reference:
        panels = [_with_reference(panel, said) for panel in panels]
    if not panels:
        raise refuse(
            "No case was reviewed by two reviewers: there is nothing to compare.",
            "",
            " ".join(said) or "See the sessions with `imr log sessions`.",
        )
    said += [text for panel in panels for text in said_of(panel)]
    return Gathered(tuple(panels), tuple(said), tuple(read))


def _bundled(log_path: Path, names: Sequence[str]) -> Iterator[Session]:
    for name, one in load_reviews(log_path, names):
        if isinstance(one, Refused):
            raise one
        if isinstance(one, AnswerSheet):
            raise refuse("This is an adjudication, not a review.", name, "Leave it out.")
        if problems := unfit(one, name):
            raise Refused(*problems)
        yield one


def _chosen(log: Log, wanted: Sequence[str], trainees: bool) -> tuple[list[str], list[str]]:
    """The sessions of a log that count, and what is said of those that don't."""
    rows = log.sessions()
    cases = _cases(wanted, list(dict.fromkeys(row.case for row in rows)))
    rows = [row for row in rows if row.case in cases]
    chosen: dict[tuple[str, str], str] = {}
    left: Counter[str] = Counter()
    for row in rows:  # the one last worked on comes first
        key = (row.case, row.reviewer)
        if row.status != "signed":
            left[row.status] += 1
        elif row.kind == "training" and not trainees:
            left["of trainees (--trainees counts them)"] += 1
        elif key in chosen:
            left["earlier, of a reviewer who did the case again"] += 1
        else:
            chosen[key] = row.id
    said = [f"Left out: {', '.join(f'{count} {why}' for why, count in left.items())}."] if left else []
    return list(reversed(chosen.values())), said


def _cases(wanted: Sequence[str], known: Sequence[str]) -> set[str]:
    """The cases that are meant, each by its id or a unique beginning; all without any."""
    found: set[str] = set()
    for name in wanted:
        hits = [case for case in known if case == name] or [case for case in known if case.startswith(name)]
        if len(hits) != 1:
            shown = ", ".join(one_line(case) for case in hits or known[:10]) or "none"
            what = "could be several cases" if hits else "is no case that the log has sessions of"
            raise refuse(f"“{one_line(name, 80)}” {what}.", "", f"There are: {shown}.")
        found.add(hits[0])
    return found or set(known)


def _panels(reviews: Sequence[Session], said: list[str]) -> Iterator[RatingMatrix]:
    by_case: dict[str, dict[str, Session]] = {}
    for session in reviews:
        by_case.setdefault(session.rules.case.id, {})[session.opened.reviewer] = session
    alone = [case for case, held in by_case.items() if len(held) < 2]
    if alone:
        said.append(f"Left out, with a single reviewer: {listed_values(alone)}.")
    for case in sorted(by_case):
        if len(by_case[case]) > 1:
            yield RatingMatrix(
                case, [Rater(reviewer, reviewer, one) for reviewer, one in by_case[case].items()]
            )


def _with_reference(panel: RatingMatrix, said: list[str]) -> RatingMatrix:
    like = panel.raters[0].session
    path = reference_of(panel.case, like.opened.folder)
    if path is None:
        said.append(f"{panel.case} has no reference to hold its reviews against.")
        return panel
    standard = session_of_answer_sheet(read_answer_sheet(path, like), like)
    return RatingMatrix(panel.case, [*panel.raters, Rater("reference", "", standard, standard=True)])
