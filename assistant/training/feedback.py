"""What came of a run, question by question: agreement, evidence, absences, planted faults, time and departures.

These are the values; `scoring` works them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.core import events as e
from assistant.core.answer import Answer, Status, same_content
from assistant.core.event_words import told_at
from assistant.core.record.grounds import worked_out
from assistant.core.session import AnswerPlace, Session, apply
from assistant.core.text import one_line
from assistant.core.turn import root_of
from assistant.log.timeline import PromptTime
from assistant.training.comparison import (
    Parted,
    Rater,
    RatingMatrix,
    RatingRow,
    by_question,
    paired,
    panel_partings,
)
from assistant.training.faults import Fault, is_unread
from assistant.training.marking import (
    ALONE,
    KNOWN,
    MISSED,
    SHOWN,
    Calibration,
    Given,
    answer_key,
    as_answered,
    credit,
    named_pages,
    outcome,
    unread_answers,
)
from assistant.training.practice import (
    PAGE_UNREAD,
    Run,
    is_compared,
)
from assistant.training.recording import Recording
from assistant.training.reference import Reference

STATES = {
    "same": "as the reviewer",
    "different": "otherwise than the reviewer",
    "caught": "the planted fault was found alone",
    "known": "the planted fault was found, and its kind was known",
    "shown": "the planted fault was found when it was shown",
    "missed": "the planted fault was missed",
    "touched": "a planted passage bears on it too: either answer counts",
    "open": "not answered, and counted",
    "not_asked": "not asked, by your earlier answers, and counted",
    "no_reference": "not compared: the reference has no answer, or was asked otherwise",
}
"""How the answer to a question came out, and what that means."""


@dataclass(frozen=True)
class PassageShown:
    """A passage that the reviewer rested an answer on. `state`: cited, taken_over, opened or missed by the trainee.

    Taken over is a page that only a proposal names, and that was not opened; `later` tells of one that was cited after
    the first answer.
    """

    page: str
    quote: str
    state: str
    later: bool = False


@dataclass(frozen=True)
class FeedbackRow:
    """One question. `parts` names where the answers part: the part, what the trainee said, what the reviewer.

    `amended` counts the changes after the answer was frozen; `faults` are the kinds of what was planted here, and
    `says` tells their truth. `agrees` is None where the reference has nothing to compare with. `alarm`: something else
    was given, or called unclear, where nothing was planted and the reviewer's answer stands.
    """

    item: str
    prompt: str
    ask: str
    state: str
    yours: str
    theirs: str
    parts: tuple[Parted, ...]
    evidence: tuple[PassageShown, ...]
    wrong_absences: tuple[str, ...]
    seconds: int
    their_seconds: int | None
    amended: int
    faults: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    agrees: bool | None = None
    alarm: bool = False
    quiet: bool = False
    """Whether nothing was planted here, so that an alarm would be a false one."""
    worked_out: bool = False
    """Whether the answer follows from others, so that there was nothing to cite and nothing to be quick at."""
    sure: int | None = None
    credit: float | None = None
    """What the answer is worth by the panel, from 0 to 1, where a panel is the key."""
    page_unread: bool = False
    """Whether something planted was missed for want of its page only."""

    @property
    def told(self) -> str:
        """What was said, and whether it is wrong for want of its page only."""
        unread = self.agrees is False and self.page_unread
        return f"{self.yours} (true, its page not read)" if unread else self.yours

    @property
    def compared(self) -> bool:
        return self.agrees is not None


@dataclass(frozen=True)
class Decision:
    """The decision on an item: the trainee's, the reviewer's, and what was suggested to the trainee."""

    item: str
    yours: str
    theirs: str
    suggested: str
    departs: bool
    reason: str
    undecided: bool = False
    """Whether the reference comes to no decision on the altered case, so that there is nothing to compare."""

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
    rows: tuple[FeedbackRow, ...]
    decisions: tuple[Decision, ...]
    faults: tuple[tuple[Fault, str | None], ...]
    seconds: int
    idle_seconds: int
    earlier: Earlier | None = None
    pages_opened: int = 0
    pages: int = 0
    seen_before: int = 0
    """How many questions' answers had been shown to this trainee before the run, in a run or by reading the log."""
    unread: int = 0
    """How many questions somebody answers as the reviewer did who confirms what is proposed, and finds nothing else."""
    held_back: tuple[str, ...] = ()
    exercise: str = ""
    known: tuple[str, ...] = ()
    """The kinds of planted fault that the trainee knew of."""
    beside: tuple[str, ...] = ()
    """What else may stand behind the answers: a query of the log, another profile on the computer."""
    panel: int = 0
    """How many experts are the key; 0 where one reviewer is."""
    comments: tuple[tuple[str, str, str], ...] = ()
    """What others have noted on the run: who, on which question or step, and the words."""

    @property
    def compared(self) -> int:
        return sum(row.compared for row in self.rows)

    @property
    def agreed(self) -> int:
        return sum(row.agrees is True for row in self.rows)

    @property
    def alone(self) -> int:
        """Planted faults that were found before the program spoke."""
        return sum(how == ALONE for _, how in self.faults)

    @property
    def unknown(self) -> int:
        """Planted faults of kinds that the trainee didn't know of: only these can be found alone."""
        return sum(fault.kind not in self.known for fault, _ in self.faults)

    @property
    def shown(self) -> int:
        """Planted faults that were found when the program had spoken of them."""
        return sum(how == SHOWN for _, how in self.faults)

    @property
    def caught(self) -> int:
        return sum(how not in (None, MISSED) for _, how in self.faults)

    @property
    def alarms(self) -> int:
        """False alarms: answers that part from what stands, where nothing was planted."""
        return sum(row.alarm for row in self.rows)

    @property
    def quiet(self) -> int:
        """The answered questions at which an alarm would be a false one."""
        return sum(row.quiet for row in self.rows)

    @property
    def quick(self) -> int:
        """The answers that were given in less than `QUICK` seconds."""
        return sum(row.seconds < QUICK for row in self.rows if row.yours and not row.worked_out)

    def evidence(self, state: str = "") -> int:
        """How many passages the reviewer rested on; with `state`, how many of them came out so."""
        return sum(state in ("", one.state) for row in self.rows for one in row.evidence)

    @property
    def calibration(self) -> Calibration:
        """How sure the trainee was of the answers that are compared, where that was asked."""
        rows = [(row.sure, row.agrees) for row in self.rows]
        return Calibration(
            tuple((sure, right) for sure, right in rows if sure is not None and right is not None)
        )

    @property
    def credits(self) -> tuple[float, ...]:
        """What each answer is worth by the panel."""
        return tuple(row.credit for row in self.rows if row.credit is not None)

    @property
    def wrong_absences(self) -> int:
        return sum(len(row.wrong_absences) for row in self.rows)


QUICK = 3
"""Seconds within which nobody reads a page and answers."""


# Works out the feedback on a run: its first answers against the reference, its evidence, time and planted
# faults.


def feedback(recording: Recording, reference: Reference, run: Run | None = None) -> Feedback:
    """The feedback on a run, or on a session that was reviewed without knowing of a comparison (`run` None)."""
    final = recording.final
    time = _time(recording)
    faults = run.faults if run is not None else ()
    scoring = _Scoring(recording, reference, run)
    return Feedback(
        recording.id,
        final.rules.case.id,
        final.opened.reviewer,
        reference.name,
        final.status,
        run.reveal if run is not None else "",
        tuple(scoring.rows(time)),
        tuple(scoring.decisions()),
        tuple((fault, scoring.outcome(fault)) for fault in faults),
        round(sum(one.work for one in time.spent.values())),
        round(sum(one.idle for one in time.spent.values())),
        pages_opened=len(final.pages_opened),
        pages=final.rules.case.page_count,
        held_back=final.opened.held_back,
        exercise=run.exercise if run is not None else "",
        known=run.known if run is not None else (),
        panel=len(reference.panel),
        unread=scoring.unread(),
    )


def had_without_reading(run: Session, key: Session) -> set[AnswerPlace]:
    """The questions of a case that somebody answers as its key does who reads nothing."""
    return {
        place
        for place, lines in paired(unread_answers(run), key).items()
        if is_compared(place)
        and place[1] in run.rules.sets[place[0]].prompts
        and key.reading(place[0]).answer(place[1]) is not None
        and as_answered(lines) is True
    }


class _Scoring:
    """One session held against one reference."""

    def __init__(self, recording: Recording, reference: Reference, run: Run | None) -> None:
        self.recording = recording
        self.reference = reference
        self.run = run
        self.final = recording.final
        self.faults = run.faults if run is not None else ()
        self.frozen = self._answers(run.frozen if run is not None else {})
        self.key = answer_key(reference, self.faults, self.final)
        self.plain = reference.under(self.final)
        self.paired = self._paired()
        until = {place: seq for place, (seq, _) in (run.frozen if run is not None else {}).items()}
        self.named = named_pages(recording, until)
        self.computed = _computed(recording, until)
        self._credits: dict[AnswerPlace, float | None] | None = None

    def _answers(self, entries: Mapping[AnswerPlace, tuple[int, str]]) -> dict[AnswerPlace, Answer]:
        """The answers as they stood at some entries of a run, or else as they stand."""
        final = self.final
        found = {
            (scope, name): final.answers[scope][name]
            for scope in final.rules.scopes
            for name in final.rules.sets[scope].prompts
            if final.reading(scope).answered(name)
        }
        for place in entries:
            answer = self._given(entries, place)[0] if place[1] else None
            if answer is not None:
                found[place] = answer
        return found

    def _given(self, entries: Mapping[AnswerPlace, tuple[int, str]], place: AnswerPlace) -> Given:
        """The answer at a place as it stood at its entry, and the pages that were open by then; else as it stands."""
        seq, leaf = entries.get(place, (0, ""))
        logged = self.recording.entries
        kept = 0 < seq <= len(logged) and logged[seq - 1].leaf == leaf
        state = self.recording.state(seq) if kept else self.final
        return state.answer(*place) if kept else self.final.answer(*place), state.pages_opened

    def outcome(self, fault: Fault) -> str | None:
        """How a fault came out."""
        if self.run is None:
            return None
        entries = self.run.frozen, self.run.settled or self.run.frozen
        first, settled = (self._given(one, fault.place) for one in entries)
        return outcome(fault, first, settled, self.run.known)

    def _paired(self) -> dict[AnswerPlace, list[RatingRow]]:
        """The pieces of every answer held against the reference's, by question.

        An answer that was changed after it was frozen is put back for its own comparison only.
        """
        made = paired(self.final, self.key.session)
        for place, answer in self.frozen.items():
            if self.final.answer(*place) != answer:
                as_frozen = apply(self.final, e.AnswerRecorded(*place, answer))
                made[place] = paired(as_frozen, self.key.session).get(place, [])
        return made

    def rows(self, time: PromptTime) -> Iterable[FeedbackRow]:
        """A row for every question that one of the two answered."""
        final, amended = self.final, self._amended()
        for scope in final.rules.scopes:
            for name in final.rules.sets[scope].prompts:
                place = (scope, name)
                answer, other = self.frozen.get(place), self.key.answer(place)
                needed = other is not None or self.plain.reading(scope).answer(name) is not None
                if not is_compared(place) or (answer is None and not needed):
                    continue
                here = [fault for fault in self.faults if fault.place == place]
                lines = self.paired.get(place, [])
                touched = not here and (self._is_touched(place) or self._rests_on_planted(lines))
                agrees = self._agrees(place, answer, other, touched) if needed else None
                if other is None and here:
                    agrees = all(self.outcome(fault) in (ALONE, KNOWN) for fault in here)
                state = self._state(place, answer, other, here, agrees, touched)
                quiet = not here and not touched and agrees is not None and answer is not None
                follows = (
                    worked_out(final, *place)
                    if answer is not None and (place in self.computed or place not in time.spent)
                    else None
                )
                computed = follows is not None and same_content(follows.answer, self.frozen[place])
                unread = [one for one in here if self.outcome(one) == MISSED and is_unread(one, answer)]
                yield FeedbackRow(
                    *place,
                    final.prompt(*place).ask,
                    state,
                    one_line(told_at(final, place, answer), 400) if answer is not None else "",
                    one_line(told_at(self.key.session, place, other), 400) if other is not None else "",
                    panel_partings(lines) if agrees is False else (),
                    self._evidence(place, answer, other) if not here and not computed else (),
                    tuple(_wrong_absences(lines, answer, here)),
                    round(time.spent[place].work) if place in time.spent else 0,
                    self.reference.seconds.get(place),
                    amended.get(place, 0),
                    tuple(fault.kind for fault in here),
                    tuple(f"{PAGE_UNREAD}: {one.says}" if one in unread else one.says for one in here),
                    agrees,
                    quiet and agrees is False and is_alarm(lines),
                    quiet,
                    computed,
                    self.run.sure.get(place) if self.run is not None else None,
                    self._credit(place) if agrees is not None and answer is not None and not here else None,
                    bool(unread),
                )

    def _credit(self, place: AnswerPlace) -> float | None:
        """What the first answer is worth by the panel of experts."""
        if not self.reference.panel:
            return None
        answer, session = self.frozen[place], self.final
        if session.answer(*place) != answer:
            session = apply(session, e.AnswerRecorded(*place, answer))
        elif self._credits is not None:
            return self._credits.get(place)
        sessions = [
            session,
            *(answer_key(one, self.faults, self.final).session for one in self.reference.panel),
        ]
        raters = [Rater(str(number), str(number), one) for number, one in enumerate(sessions)]
        found = {
            at: credit(lines)
            for at, lines in by_question(RatingMatrix(self.final.rules.case.id, raters)).items()
        }
        if session is self.final:
            self._credits = found
        return found.get(place)

    def _agrees(
        self, place: AnswerPlace, answer: Answer | None, other: Answer | None, touched: bool
    ) -> bool | None:
        """Whether the first answer is the reviewer's; a question that was never reached is answered otherwise."""
        if other is None:
            return answer is None or None
        if answer is None:
            return place in self.reference.asked_otherwise(self.final) and None
        same = as_answered(self.paired.get(place, ()))
        if same is False and touched and answer.given:
            if self._rests_on_planted(self.paired.get(place, ())):
                return True
            planted = {page for fault in self.faults if fault.passage for page in fault.pages}
            return bool(planted & {(one.document, one.page) for one in answer.all_evidence()})
        return same

    def _state(
        self,
        place: AnswerPlace,
        answer: Answer | None,
        other: Answer | None,
        here: Sequence[Fault],
        agrees: bool | None,
        touched: bool,
    ) -> str:
        outcomes = {self.outcome(fault) for fault in here} - {None}
        if outcomes:
            found = (("missed", MISSED), ("shown", SHOWN), ("known", KNOWN), ("caught", ALONE))
            return next(state for state, how in found if how in outcomes)
        if answer is None:
            asked = self.final.reading(place[0]).asked(place[1]) is True
            return "same" if agrees else "open" if asked else "not_asked"
        if touched:
            return "touched"
        return {None: "no_reference", True: "same", False: "different"}[agrees]

    def _is_touched(self, place: AnswerPlace) -> bool:
        """Whether the question's own words find a passage that was planted for another question."""
        planted = [fault for fault in self.faults if fault.passage]
        look_for = self.final.prompt(*place).look_for
        if not planted or not look_for:
            return False
        found = self.recording.at(None).search.passages(look_for)
        return any(
            group.document == fault.document
            and fault.page in group.pages
            and " ".join(group.quote.split()) in " ".join(fault.passage.split())
            for group in found
            for fault in planted
        )

    def _rests_on_planted(self, lines: Sequence[RatingRow]) -> bool:
        """Whether all that was said beyond the reviewer's answer is cited from what was planted: that stands in this record."""
        planted = [" ".join(fault.passage.split()) for fault in self.faults if fault.passage]
        pairs = [line.pieces for line in lines]
        apart = [
            (one, other)
            for one, other in pairs
            if one is not None and other is not None and one.category != other.category
        ]
        return bool(apart) and all(
            other.category in _NOTHING and any(a in b or b in a for a in _quotes(one.answer) for b in planted)
            for one, other in apart
        )

    def _evidence(
        self, place: AnswerPlace, answer: Answer | None, other: Answer | None
    ) -> tuple[PassageShown, ...]:
        """The passages that the reviewer rested on, and whether the trainee cited or at least opened them."""
        cited = {(one.document, one.page) for one in answer.all_evidence()} if answer is not None else set()
        opened = self._given(self.run.frozen if self.run is not None else {}, place)[1]
        read = opened | self.named.get(place, frozenset())
        settled = self.final.answer(*place)
        after = {(one.document, one.page) for one in settled.all_evidence()} if settled is not None else set()
        found: dict[str, PassageShown] = {}
        for one in other.all_evidence() if other is not None else ():
            page = (one.document, one.page)
            if page in cited:
                state = "cited" if page in read else "taken_over"
            else:
                state = "opened" if page in self.final.pages_opened else "missed"
            shown = PassageShown(
                str(one), one_line(one.quote, 200), state, state != "cited" and page in after
            )
            found.setdefault(str(one), shown)
        return tuple(found.values())

    def _amended(self) -> dict[AnswerPlace, int]:
        """How often each answer was changed or taken back after it was frozen, or at all outside a run."""
        found: dict[AnswerPlace, int] = {}
        frozen = self.run.frozen if self.run is not None else {}
        for seq in range(1, len(self.recording.entries) + 1):
            event = self.recording.event(seq)
            if isinstance(event, e.AnswerAmended | e.AnswerWithdrawn):
                place = event.item, event.prompt.split(".", 1)[0]
                if seq > frozen.get(place, (0, ""))[0]:
                    found[place] = found.get(place, 0) + 1
        return found

    def unread(self) -> int:
        """How many questions somebody answers as the reviewer did who reads nothing."""
        planted = {fault.place for fault in self.faults}
        return len(had_without_reading(self.final, self.key.session) - planted)

    def decisions(self) -> Iterable[Decision]:
        """The decision on each item: as it was frozen in a run."""
        for item in self.final.items:
            frozen = self.run.frozen.get((item, "")) if self.run is not None else None
            state: Session = self.recording.state(frozen[0]) if frozen is not None else self.final
            made, other = state.determinations.get(item), self.key.session.determinations.get(item)
            if made is not None or other is not None or item in self.key.undecided:
                suggested = made.suggested if made is not None else None
                yield Decision(
                    item,
                    made.decision if made is not None else "",
                    other.decision if other is not None else "",
                    suggested or "",
                    made is not None and made.decision != suggested,
                    made.reason if made is not None else "",
                    item in self.key.undecided,
                )


_NOTHING = ("not_documented", "=none", "not listed")
"""What is said of what isn't there: these raise no alarm, and beside them what was planted can be told."""


def _quotes(answer: Answer) -> list[str]:
    return [" ".join(one.quote.split()) for one in answer.all_evidence() if one.quote]


def _computed(recording: Recording, until: Mapping[AnswerPlace, int]) -> frozenset[AnswerPlace]:
    """The questions whose answer, up to its entry in `until`, the program recorded by itself, as worked out from others."""
    found: dict[AnswerPlace, str] = {}
    last = len(recording.entries)
    for seq in range(1, last + 1):
        event = recording.event(seq)
        if isinstance(event, e.AnswerRecorded | e.AnswerAmended):
            place = event.item, root_of(event.prompt)
            if seq <= until.get(place, last):
                found[place] = event.origin
    return frozenset(place for place, origin in found.items() if origin == "computed")


def is_alarm(lines: Iterable[RatingRow]) -> bool:
    """Whether something other than an absence was said where the reviewer's answer is another."""
    return any(
        mine is not None and other is not None and mine.category not in (*_NOTHING, other.category)
        for mine, other in (line.pieces for line in lines)
    )


def _wrong_absences(
    lines: Iterable[RatingRow], answer: Answer | None, here: Sequence[Fault]
) -> Iterable[str]:
    """The absences that the record contradicts: where the reviewer found it, or where it was planted."""
    for fault in here:
        absent = answer is not None and any(
            leaf.status is Status.NOT_DOCUMENTED for path, leaf in answer.leaves() if path in ("", fault.part)
        )
        if fault.kind == "contradiction" and absent:
            yield fault.says
    told = {fault.part for fault in here if fault.kind == "contradiction"}
    for line in lines:
        mine, other = line.pieces
        if not told.isdisjoint(("", *line.place.path)):
            continue
        if mine is None or other is None or mine.category != "not_documented":
            continue
        if other.category not in (*_NOTHING, "unclear"):
            pages = ", ".join(dict.fromkeys(str(one) for one in other.answer.all_evidence()))
            part = ", ".join(step.strip("[]").replace("_", " ") for step in line.place.path)
            yield f"{f'{part}: ' if part else ''}{other.words}{f' ({pages})' if pages else ''}"


def _time(recording: Recording) -> PromptTime:
    time = PromptTime()
    for entry in recording.entries:
        time.follow(entry, recording.event(entry.seq))
    return time
