"""Works out the feedback on a run: its first answers against the reference, its evidence, time and planted faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assistant.core import event as e
from assistant.core.answer import Answer
from assistant.core.session import Place, Session, apply
from assistant.core.text import one_line
from assistant.log.prompt_time import PromptTime
from assistant.training.event_words import told_at
from assistant.training.fault import Fault, caught
from assistant.training.feedback import Decision, Feedback, Passage, Row
from assistant.training.pairing import agree, paired, partings
from assistant.training.panel import Line
from assistant.training.recording import Recording
from assistant.training.reference import Reference
from assistant.training.reveal import is_compared
from assistant.training.run import Run


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
        tuple((fault, caught(fault, scoring.frozen.get(fault.place))) for fault in faults),
        round(sum(one.work for one in time.spent.values())),
        round(sum(one.idle for one in time.spent.values())),
    )


class _Scoring:
    """One session held against one reference."""

    def __init__(self, recording: Recording, reference: Reference, run: Run | None) -> None:
        self.recording = recording
        self.reference = reference
        self.run = run
        self.final = recording.final
        self.faults = run.faults if run is not None else ()
        self.frozen = self._frozen()
        self.theirs = reference.under(self.final)
        self.paired = self._paired()

    def _frozen(self) -> dict[Place, Answer]:
        """The first answers of a run: as they stood when they were frozen, or else as they stand."""
        final = self.final
        found = {
            (scope, name): final.answers[scope][name]
            for scope in final.rules.scopes
            for name in final.rules.sets[scope].prompts
            if final.reading(scope).answered(name)
        }
        entries = self.recording.entries
        for place, (seq, leaf) in (self.run.frozen if self.run is not None else {}).items():
            if place[1] and seq <= len(entries) and entries[seq - 1].leaf == leaf:
                answer = self.recording.state(seq).answer(*place)
                if answer is not None:
                    found[place] = answer
        return found

    def _paired(self) -> dict[Place, list[Line]]:
        """The pieces of every answer held against the reference's, by question.

        An answer that was changed after it was frozen is put back for its own comparison only.
        """
        made = paired(self.final, self.theirs)
        for place, answer in self.frozen.items():
            if self.final.answer(*place) != answer:
                as_frozen = apply(self.final, e.AnswerRecorded(*place, answer))
                made[place] = paired(as_frozen, self.theirs).get(place, [])
        return made

    def rows(self, time: PromptTime) -> Iterable[Row]:
        """A row for every question that one of the two answered."""
        final, amended = self.final, self._amended()
        for scope in final.rules.scopes:
            for name in final.rules.sets[scope].prompts:
                place = (scope, name)
                answer, other = self.frozen.get(place), self.theirs.reading(scope).answer(name)
                if not is_compared(place) or (answer is None and other is None):
                    continue
                here = [fault for fault in self.faults if fault.place == place]
                lines = self.paired.get(place, [])
                state = self._state(place, answer, other, here)
                yield Row(
                    *place,
                    final.prompt(*place).ask,
                    state,
                    one_line(told_at(final, place, answer), 400) if answer is not None else "",
                    one_line(told_at(self.theirs, place, other), 400) if other is not None else "",
                    partings(lines) if state == "different" else (),
                    self._evidence(answer, other) if not here else (),
                    tuple(_wrong_absences(lines, answer, here)),
                    round(time.spent[place].work) if place in time.spent else 0,
                    self.reference.seconds.get(place),
                    amended.get(place, 0),
                    tuple(fault.kind for fault in here),
                    tuple(fault.says for fault in here),
                )

    def _state(self, place: Place, answer: Answer | None, other: Answer | None, here: Sequence[Fault]) -> str:
        if answer is None:
            asked = self.final.reading(place[0]).asked(place[1]) is True
            return "open" if asked else "not_asked"
        if here:
            return "caught" if all(caught(fault, answer) for fault in here) else "missed"
        if self._is_touched(place):
            return "touched"
        same = agree(self.paired.get(place, ())) if other is not None else None
        return {None: "no_reference", True: "same", False: "different"}[same]

    def _is_touched(self, place: Place) -> bool:
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

    def _evidence(self, answer: Answer | None, other: Answer | None) -> tuple[Passage, ...]:
        """The passages that the reviewer rested on, and whether the trainee cited or at least opened them."""
        cited = {(one.document, one.page) for one in answer.all_evidence()} if answer is not None else set()
        found: dict[str, Passage] = {}
        for one in other.all_evidence() if other is not None else ():
            page = (one.document, one.page)
            state = "cited" if page in cited else "opened" if page in self.final.pages_opened else "missed"
            found.setdefault(str(one), Passage(str(one), one_line(one.quote, 200), state))
        return tuple(found.values())

    def _amended(self) -> dict[Place, int]:
        """How often each answer was changed or taken back after it was frozen, or at all outside a run."""
        found: dict[Place, int] = {}
        frozen = self.run.frozen if self.run is not None else {}
        for seq in range(1, len(self.recording.entries) + 1):
            event = self.recording.event(seq)
            if isinstance(event, e.AnswerAmended | e.AnswerWithdrawn):
                place = event.item, event.prompt.split(".", 1)[0]
                if seq > frozen.get(place, (0, ""))[0]:
                    found[place] = found.get(place, 0) + 1
        return found

    def decisions(self) -> Iterable[Decision]:
        """The decision on each item: as it was frozen in a run."""
        for item in self.final.items:
            frozen = self.run.frozen.get((item, "")) if self.run is not None else None
            state: Session = self.recording.state(frozen[0]) if frozen is not None else self.final
            made, other = state.determinations.get(item), self.theirs.determinations.get(item)
            if made is not None or other is not None:
                suggested = made.suggested if made is not None else None
                yield Decision(
                    item,
                    made.decision if made is not None else "",
                    other.decision if other is not None else "",
                    suggested or "",
                    made is not None and made.decision != suggested,
                    made.reason if made is not None else "",
                )


def _wrong_absences(lines: Iterable[Line], answer: Answer | None, here: Sequence[Fault]) -> Iterable[str]:
    """The absences that the record contradicts: where the reviewer found it, or where it was planted."""
    for fault in here:
        if fault.kind == "contradiction" and caught(fault, answer) is False:
            yield fault.says
    for line in lines if not here else ():
        mine, other = line.pieces
        if mine is None or other is None or mine.category != "not_documented":
            continue
        if other.category not in ("not_documented", "unclear", "=none", "not listed"):
            pages = ", ".join(dict.fromkeys(str(one) for one in other.answer.all_evidence()))
            yield f"{other.words}{f' ({pages})' if pages else ''}"


def _time(recording: Recording) -> PromptTime:
    time = PromptTime()
    for entry in recording.entries:
        time.follow(entry)
    return time
