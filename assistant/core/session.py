"""A session is the fold of its events: nothing is true of it that no event says.

`apply` is total over the events that `decide` makes; reopening a session is replaying them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, assert_never

import msgspec

from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail, with_part
from assistant.core.dates import PartialDate, parse_date
from assistant.core.events import CaseAmended, PassagesDismissed, RecordSearched, SetChanged
from assistant.core.record.case import Case
from assistant.core.rules.answer_schema import ListingShape, in_order, select
from assistant.core.rules.criterion import CAUTION_RULINGS, Finding, Ruling, Suggestion
from assistant.core.rules.prompt_set import GOVERNING_DAY, OWN, SEARCHED, Prompt, PromptSet, Reading
from assistant.core.rules.rules import Rules
from assistant.core.rules.search_sequence import UNASKED, at_work, unasked
from assistant.core.value import Value, replace

if TYPE_CHECKING:
    from assistant.core.letter_frame import Frame


# The part of a session's fold that concerns the record: searches, passages set aside, a case file that has
# grown.


def searched(session: Session, event: RecordSearched) -> Session:
    """A question's own search takes the place of an earlier one; the reviewer's are kept beside it."""
    place = (event.item, event.prompt)
    held, when = session.searches.get(place, ()), session.searched
    if event.by != "reviewer":
        held = tuple(one for one in held if one.by == "reviewer")
        when = {**when, place: session.amendments}
    return replace(session, searches={**session.searches, place: (*held, event)}, searched=when)


def dismissed(session: Session, event: PassagesDismissed) -> Session:
    place = (event.item, event.prompt)
    held = session.dismissed.get(place, ())
    return replace(session, dismissed={**session.dismissed, place: (*held, *event.dismissed)})


def amended(session: Session, event: CaseAmended) -> Session:
    """The session under the case file's new facts; what was attested of the old file is no longer attested."""
    rules = session.later[event.under]
    answers = {
        scope: {name: _unattested(answer, rules.case) for name, answer in held.items()}
        for scope, held in session.answers.items()
    }
    return replace(
        session,
        rules=rules,
        opened=replace(session.opened, documents=event.documents),
        answers=answers,
        readings={scope: Reading(rules.sets[scope], answers.get(scope, {})) for scope in rules.scopes},
        amendments=session.amendments + 1,
        amended=event,
        by_eye=None,
    )


def carried(before: PromptSet, after: PromptSet) -> frozenset[str]:
    """The questions that two sets ask in the same form: what was answered to one stands under the other."""
    old, new = (before.plain or before).prompts, (after.plain or after).prompts
    return frozenset(
        name
        for name, prompt in new.items()
        if name in old and prompt.schema.schema == old[name].schema.schema
    )


def set_changed(session: Session, event: SetChanged) -> Session:
    """The session with an item under another set: what both ask stays, and the rest comes back with its set.

    What hangs on criteria and sentences of the set that was goes: rulings, edits, what was acknowledged of the item.
    """
    item, rules = event.item, session.later[event.under]
    kept = carried(session.rules.sets[item], rules.sets[item])
    held = session.answers.get(item, {})
    left = {name: answer for name, answer in held.items() if name not in kept}
    back = session.left.get((item, event.prompt_set), {})
    stays = {name: answer for name, answer in held.items() if name in kept}
    answers = {**session.answers, item: {**back, **stays}}

    def here(place: AnswerPlace) -> bool:
        return place[0] != item or place[1].split(".", 1)[0] in kept

    def others(of: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in of.items() if name != item}

    def of_others(key: str) -> bool:
        return key != item and not key.startswith(f"{item}/")

    return replace(
        session,
        rules=rules,
        answers=answers,
        readings={scope: Reading(rules.sets[scope], answers.get(scope, {})) for scope in rules.scopes},
        left={**session.left, (item, event.was): left},
        amended=event,
        skipped=tuple(place for place in session.skipped if here(place)),
        trail=tuple(place for place in session.trail if here(place)),
        focus=session.focus if session.focus is None or here(session.focus) else None,
        searches={place: value for place, value in session.searches.items() if here(place)},
        searched={place: value for place, value in session.searched.items() if here(place)},
        dismissed={place: value for place, value in session.dismissed.items() if here(place)},
        findings_opened=session.findings_opened - {item},
        suggestions_shown=others(session.suggestions_shown),
        rulings=others(session.rulings),
        cautions=others(session.cautions),
        edits=others(session.edits),
        raised=frozenset(one for one in session.raised if of_others(one[1])),
        acknowledged={one: reason for one, reason in session.acknowledged.items() if of_others(one[1])},
        sourced=session.sourced - {item},
    )


def _unattested(answer: Answer, case: Case) -> Answer:
    if answer.parts is not None:
        parts: Mapping[str, Answer] = {name: _unattested(part, case) for name, part in answer.parts.items()}
        return replace(answer, parts=parts)
    if answer.search is None:
        return answer
    reach = replace(answer.search, attested=False, documents=case.named_documents, pages=case.page_count)
    return replace(answer, search=reach)


GUARD = 10
"""Which checks hold a session's findings against the record: 1 those of what was not documented, 2 those of every
finding, 3 also what is unclear, what the refusal alone says, and what was edited; its reasons stand in the letter;
4 also what decides a real review and was not held against its source, 5 also what is not found or denied of the
request, 6 also numbers of another thing, quotes that name another entry or choice, and why an answer changed, 7 also choices
by words that name none, and a differing value whose own passage is cited is no longer asked about, 8 also numbers cut from their noun; what was set aside
stands beside its sentence, 9 also what a list leaves out, and reasons that the page belies, 10 also what no page says of the
reviewer's own words. Whoever adds or sharpens a check raises it, so that what was signed before is derived as on its day.
"""

AnswerPlace = tuple[str, str]
"""A scope and a prompt in it."""


class Determination(Value):
    """The reviewer's decision on an item, what was suggested then, and the reason given."""

    decision: str
    suggested: str | None
    reason: str

    @property
    def departs(self) -> bool:
        """Whether it is another than was suggested, for a reason that stands in the letter."""
        return bool(self.reason) and self.decision != self.suggested


class Changed(Value):
    """An answer that was amended or taken back with a reason: what it was and what it became, None where there was none."""

    item: str
    prompt: str
    was: Answer | None
    now: Answer | None
    reason: str


class Edit(Value):
    """A sentence in the reviewer's own words, and what the draft said."""

    was: str
    text: str


def _no_frame() -> Frame:
    raise LookupError("This session began without the words of its letter.")


class Session(Value):
    """One reviewer's passage through one case, as its events say."""

    id: str
    rules: Rules
    opened: e.SessionOpened
    status: str = "open"
    answers: Mapping[str, Mapping[str, Answer]] = msgspec.field(default_factory=dict)
    notes: Mapping[AnswerPlace, tuple[str, ...]] = msgspec.field(default_factory=dict)
    skipped: tuple[AnswerPlace, ...] = ()
    focus: AnswerPlace | None = None
    trail: tuple[AnswerPlace, ...] = ()
    pages_opened: frozenset[tuple[str, int]] = frozenset()
    pages_shown: frozenset[tuple[str, int]] = frozenset()
    """Pages that the program put beside a question; the reviewer has opened those of `pages_opened`."""
    marks: tuple[Evidence, ...] = ()
    """Passages that were marked, to be cited later."""
    findings_opened: frozenset[str] = frozenset()
    suggestions_shown: Mapping[str, e.SuggestionShown] = msgspec.field(default_factory=dict)
    searches: Mapping[AnswerPlace, tuple[e.RecordSearched, ...]] = msgspec.field(default_factory=dict)
    searched: Mapping[AnswerPlace, int] = msgspec.field(default_factory=dict)
    dismissed: Mapping[AnswerPlace, tuple[Dismissed, ...]] = msgspec.field(default_factory=dict)
    by_eye: e.PagesReadByEye | None = None
    amendments: int = 0
    amended: e.CaseAmended | e.SetChanged | None = None
    """The last step that pinned texts anew."""
    left: Mapping[tuple[str, str], Mapping[str, Answer]] = msgspec.field(default_factory=dict)
    """By item and prompt set, the answers that a set which was left alone asks for."""
    corrections: tuple[e.FactCorrected, ...] = ()
    first_decisions: Mapping[str, str] = msgspec.field(default_factory=dict)
    rulings: Mapping[str, Mapping[str, Ruling]] = msgspec.field(default_factory=dict)
    cautions: Mapping[str, Mapping[str, Ruling]] = msgspec.field(default_factory=dict)
    determinations: Mapping[str, Determination] = msgspec.field(default_factory=dict)
    changes: tuple[Changed, ...] = ()
    edits: Mapping[str, Mapping[str, Edit]] = msgspec.field(default_factory=dict)
    raised: frozenset[tuple[str, str]] = frozenset()
    acknowledged: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)
    declined: e.SessionDeclined | None = None
    signed: e.SessionSigned | None = None
    addenda: tuple[str, ...] = ()
    added_to: tuple[tuple[str, str, str], ...] = ()
    """Of each addendum the item and the sentence that it adds to, both empty where none is named, and the reason given."""
    denials_read: frozenset[str] = frozenset()
    """Digests of what was read before the signature: passages that the record denies, quotes of the reviewer's own."""
    guard: int = GUARD
    readings: Mapping[str, Reading] = msgspec.field(default_factory=dict)
    later: Mapping[str, Rules] = msgspec.field(default_factory=dict)
    """The rules that later steps lead to, by what those call them (`under`)."""
    sourced: frozenset[str] = frozenset()
    """The items for which the reviewer opened the search sequence of their own accord."""
    frame: Callable[[], Frame] = msgspec.field(default=_no_frame)
    """Gives the words of its letter, which are read when they are first needed."""

    def __eq__(self, other: object) -> bool:
        """Whether the events say the same: what is only derived from them, or read later, is left out."""
        return isinstance(other, Session) and all(
            getattr(self, name) == getattr(other, name) for name in _TOLD
        )

    @property
    def mode(self) -> str:
        """`real`, `practice` or `training`."""
        return self.opened.mode

    @property
    def measured(self) -> bool:
        """Whether what the guard has to say waits until the answers are in."""
        return "challenges" in self.opened.held_back

    def unaided(self, scope: str) -> bool:
        """Whether nothing is proposed for an item: neither what the case states nor what a search found."""
        return "proposals" in self.opened.held_back and scope in self.items

    @property
    def case_pin(self) -> str:
        """The hash of the text of the case's facts, as the session has them now."""
        pins = self.amended.pins if self.amended is not None else self.opened.pins
        return pins["case"]["case.yaml"]

    @property
    def items(self) -> tuple[str, ...]:
        return tuple(self.rules.case.items)

    def reading(self, scope: str) -> Reading:
        """The answers of a scope, read under its prompt set."""
        return self.readings[scope]

    def prompt(self, scope: str, path: str) -> Prompt:
        return self.rules.sets[scope].prompts[path.split(".", 1)[0]]

    def answer(self, scope: str, path: str) -> Answer | None:
        """What was last recorded at a prompt or part, whether or not it is read now."""
        root, *rest = path.split(".")
        found = self.answers.get(scope, {}).get(root)
        for name in rest:
            found = (found.parts or {}).get(name) if found is not None else None
        return found

    def ruled(self, item: str) -> Mapping[str, Ruling]:
        """The rulings that findings are worked out with: a criterion whose caution bars it is among
        them, and a source of the reviewer's own that governs."""
        criteria = self.rules.sets[item].criteria
        barred = {
            n: r
            for n, r in self.cautions.get(item, {}).items()
            if r.ruling == "does_not_govern" or (n in criteria and criteria[n].own)
        }
        return {**self.rulings.get(item, {}), **barred}

    def upheld(self, item: str) -> bool | None:
        """Whether an item was upheld; None while it is not decided on."""
        made = self.determinations.get(item)
        return None if made is None else made.decision == "upheld"

    def item_answered(self, item: str) -> bool:
        """Whether nothing is left to answer for an item."""
        return next(iter(self.reading(item).open_prompts()), None) is None

    def closed(self, item: str) -> bool:
        """Whether findings and draft of an item stay closed to its reviewer, who has questions or a first decision left."""
        return item not in self.findings_opened and self.early(item)

    def early(self, item: str) -> bool:
        """Whether a look at the findings of an item comes before its answers, or before the first decision on it."""
        if item in self.determinations:
            return False
        first = self.opened.decide_first and item not in self.first_decisions
        return not self.item_answered(item) or (first and item not in self.suggestions_shown)


_TOLD = tuple(name for name in Session.__struct_fields__ if name not in ("readings", "later", "frame"))


def begin(
    session_id: str,
    rules: Rules,
    opened: e.SessionOpened,
    later: Mapping[str, Rules] | None = None,
    *,
    frame: Callable[[], Frame] = _no_frame,
) -> Session:
    """The session as its first event leaves it; `later` has the rules of every case file it takes over.

    `frame` gives the words of its letter, without which neither letter nor rationale can be written.
    """
    readings = {scope: Reading(rules.sets[scope], {}) for scope in rules.scopes}
    session = Session(session_id, rules, opened, readings=readings, later=later or {}, frame=frame)
    return with_own(session, *session.items)


def fold(session: Session, events: Iterable[e.Event]) -> Session:
    """The session after all of the events."""
    for event in events:
        session = apply(session, event)
    return session


def apply(session: Session, event: e.Event) -> Session:
    """The session after one more event; a step of another family leaves it as it is."""
    if not e.is_step(event):
        return session
    after = _after(session, event)
    if isinstance(event, _TURNING_ALL):
        return with_own(after, *after.items)
    if isinstance(event, e.PromptShown) and after.sourced is session.sourced:
        return after
    return with_own(after, event.item) if isinstance(event, _TURNING) else after


_TURNING = (e.PromptShown, e.AnswerRecorded, e.AnswerAmended, e.AnswerWithdrawn, e.CriterionRuled)
"""The steps after which the search sequence may be open, or say something else."""

_TURNING_ALL = (e.CaseAmended, e.SetChanged, e.DeterminationRecorded)
"""The same, of every item."""


def depends_on(session: Session, item: str) -> str:
    """The item that an item depends on; empty where it stands by itself."""
    disputed = session.rules.case.items.get(item)
    return disputed.depends_on if disputed is not None else ""


def with_own(session: Session, *items: str) -> Session:
    """The session with the search sequence asked where it must be, and with what was entered in it."""
    for item in items:
        held = session.rules.sets.get(item)
        if held is None or not (held.own or depends_on(session, item)):
            continue
        plain, answers = held.plain or held, session.answers.get(item, {})
        on = effective_date(session, item)
        parent = depends_on(session, item)
        if parent and session.upheld(parent) is not False:
            made = unasked(plain)
        else:
            read = session.readings[item] if held.stage != UNASKED else None
            made = at_work(plain, answers, on, session.ruled(item), item in session.sourced, read)
        if made.stage != held.stage:
            rules = replace(session.rules, sets={**session.rules.sets, item: made})
            readings = {**session.readings, item: Reading(made, answers)}
            session = replace(session, rules=rules, readings=readings)
    return session


def _after(session: Session, event: e.Step) -> Session:
    match event:
        case e.PromptShown():
            return _shown(session, event)
        case e.AnswerRecorded() | e.AnswerAmended():
            return _answered(session, event)
        case e.PromptLeft():
            return replace(session, focus=None)
        case e.NoteAdded():
            return _noted(session, event)
        case e.RecordSearched():
            return searched(session, event)
        case e.PageOpened(document, page, by) if by:
            return replace(session, pages_shown=session.pages_shown | {(document, page)})
        case e.PageMarked(evidence, gone):
            others = tuple(one for one in session.marks if one != evidence)
            return replace(session, marks=others if gone else (*others, evidence))
        case e.PageOpened(document, page):
            return replace(session, pages_opened=session.pages_opened | {(document, page)})
        case e.PassagesDismissed():
            return dismissed(session, event)
        case e.EvidenceCited():
            return _cited(session, event)
        case e.AnswerWithdrawn():
            return _withdrawn(session, event)
        case e.PromptSkipped():
            return _skipped(session, event)
        case e.AbsencesAttested():
            return _attested(session, event)
        case e.PagesReadByEye():
            return replace(session, by_eye=event)
        case e.DenialsRead(passages):
            return replace(session, denials_read=session.denials_read | set(passages))
        case e.CaseAmended():
            return amended(session, event)
        case e.SetChanged():
            return set_changed(session, event)
        case e.FactCorrected():
            return replace(session, corrections=(*session.corrections, event))
        case e.FindingsOpened(item):
            return replace(session, findings_opened=session.findings_opened | {item})
        case e.SuggestionShown(item):
            return replace(session, suggestions_shown={**session.suggestions_shown, item: event})
        case e.FirstDecisionTaken(item, decision):
            return replace(session, first_decisions={**session.first_decisions, item: decision})
        case e.CriterionRuled():
            return _ruled(session, event)
        case e.DeterminationRecorded():
            return _determined(session, event)
        case e.SentenceEdited():
            return _edited(session, event)
        case e.CheckRaised(check, key):
            return replace(session, raised=session.raised | {(check, key)})
        case e.CheckAcknowledged():
            return _acknowledged(session, event)
        case e.SessionDeclined():
            return replace(session, declined=event, status="declined")
        case e.SessionSigned():
            return replace(session, signed=event, status="signed", guard=event.guard)
        case e.AddendumAdded(text):
            to = (event.to, event.quoted, event.reason)
            return replace(session, addenda=(*session.addenda, text), added_to=(*session.added_to, to))
        case e.SessionOpened() | e.SessionParked() | e.SessionResumed() | e.WhyOpened():
            return session
        case e.AnswerRejected() | e.AnswerSetAside() | e.AnswerRestored():
            return session
        case _:
            assert_never(event)


def _answered(session: Session, event: e.AnswerRecorded | e.AnswerAmended) -> Session:
    root, *rest = event.prompt.split(".")
    if isinstance(event, e.AnswerAmended) and event.origin != "computed":
        session = _explained(session, event, event.answer)
    held = session.answers.get(event.item, {}).get(root)
    answer = event.answer
    if rest:
        is_list = isinstance(session.prompt(event.item, root).schema.shape, ListingShape)
        answer = with_part(held, tuple(rest), answer, is_list)
    return _with_answer(session, event.item, root, answer, left=(event.item, root))


def _explained(session: Session, event: e.AnswerAmended | e.AnswerWithdrawn, now: Answer | None) -> Session:
    if not event.reason:
        return session
    made = Changed(event.item, event.prompt, session.answer(event.item, event.prompt), now, event.reason)
    return replace(session, changes=(*session.changes, made))


def _withdrawn(session: Session, event: e.AnswerWithdrawn) -> Session:
    root, *rest = event.prompt.split(".")
    session = _explained(session, event, None)
    held = session.answers.get(event.item, {}).get(root)
    answer = None
    if rest and held is not None:
        is_list = isinstance(session.prompt(event.item, root).schema.shape, ListingShape)
        answer = with_part(held, tuple(rest), None, is_list)
    return _with_answer(session, event.item, root, answer, left=(event.item, root))


def _with_answer(
    session: Session, scope: str, name: str, answer: Answer | None, left: AnswerPlace | None = None
) -> Session:
    scoped = dict(session.answers.get(scope, {}))
    scoped.pop(name, None)
    if answer is not None:
        scoped[name] = in_order(session.prompt(scope, name).schema.shape, answer)
    reading = Reading(session.rules.sets[scope], scoped, session.readings.get(scope))
    focus = session.focus if left is None else _focus_after(session, reading, scope, name)
    return replace(
        session,
        answers={**session.answers, scope: scoped},
        readings={**session.readings, scope: reading},
        focus=focus,
        skipped=tuple(place for place in session.skipped if place != left),
    )


def _focus_after(session: Session, reading: Reading, scope: str, name: str) -> AnswerPlace | None:
    """Where a reviewer who went somewhere on purpose stays: until all of that question's answer is there."""
    focus = session.focus
    if focus is None or focus[0] != scope or focus[1].split(".", 1)[0] != name:
        return None
    shape, path = session.prompt(scope, name).schema.shape, tuple(focus[1].split(".")[1:])
    part, whole = select(shape, reading.answers.get(name), path)
    if part is None or not whole:
        return focus
    return None if reading.answered(name) else (scope, name)


def _shown(session: Session, event: e.PromptShown) -> Session:
    place = (event.item, event.prompt)
    trail = session.trail if session.trail[-1:] == (place,) else (*session.trail, place)
    if event.chosen and event.prompt.split(".", 1)[0] in (SEARCHED, OWN):
        session = replace(session, sourced=session.sourced | {event.item})
    return replace(session, focus=place if event.chosen else session.focus, trail=trail)


def _skipped(session: Session, event: e.PromptSkipped) -> Session:
    place = (event.item, event.prompt)
    rest = tuple(one for one in session.skipped if one != place)
    return replace(session, skipped=(*rest, place), focus=None)


def _cited(session: Session, event: e.EvidenceCited) -> Session:
    root, *rest = event.prompt.split(".")
    held = session.answers.get(event.item, {}).get(root)
    if held is None:
        return session
    return _with_answer(
        session,
        event.item,
        root,
        _at(held, rest, lambda a: replace(a, evidence=(*a.evidence, event.evidence))),
    )


def _at(answer: Answer, path: list[str], change: Callable[[Answer], Answer]) -> Answer:
    if not path:
        return change(answer)
    parts = dict(answer.parts or {})
    if path[0] in parts:
        parts[path[0]] = _at(parts[path[0]], path[1:], change)
    return replace(answer, parts=parts)


def _noted(session: Session, event: e.NoteAdded) -> Session:
    place = (event.item, event.prompt)
    return replace(session, notes={**session.notes, place: (*session.notes.get(place, ()), event.text)})


def _attested(session: Session, event: e.AbsencesAttested) -> Session:
    answers = {scope: dict(held) for scope, held in session.answers.items()}
    readings = dict(session.readings)
    for place in event.prompts:
        scope, _, path = place.partition("/")
        root, *rest = path.split(".")
        held = answers.get(scope, {}).get(root)
        if held is not None:
            answers[scope][root] = _at(held, rest, lambda a: _attest(a, event))
            readings[scope] = Reading(session.rules.sets[scope], answers[scope])
    return replace(session, answers=answers, readings=readings)


def _attest(answer: Answer, event: e.AbsencesAttested) -> Answer:
    if answer.status is not Status.NOT_DOCUMENTED and answer.search is None:
        return answer
    held = answer.search or Trail()
    trail = replace(
        held, attested=True, documents=held.documents or event.documents, pages=held.pages or event.pages
    )
    return replace(answer, search=trail)


def _ruled(session: Session, event: e.CriterionRuled) -> Session:
    if event.ruling in CAUTION_RULINGS:
        made = {**session.cautions.get(event.item, {}), event.criterion: Ruling(event.ruling, event.reason)}
        return replace(session, cautions={**session.cautions, event.item: made})
    held = {**session.rulings.get(event.item, {}), event.criterion: Ruling(event.ruling, event.reason)}
    return replace(session, rulings={**session.rulings, event.item: held})


def _determined(session: Session, event: e.DeterminationRecorded) -> Session:
    made = Determination(event.decision, event.suggested, event.reason)
    return replace(session, determinations={**session.determinations, event.item: made})


def _edited(session: Session, event: e.SentenceEdited) -> Session:
    held = dict(session.edits.get(event.item, {}))
    held.pop(event.sentence, None)
    if event.text:
        held[event.sentence] = Edit(event.was, event.text)
    return replace(session, edits={**session.edits, event.item: held})


def _acknowledged(session: Session, event: e.CheckAcknowledged) -> Session:
    return replace(session, acknowledged={**session.acknowledged, (event.check, event.key): event.reason})


# What follows from the decisions on the items: the outcome of the case, and what still waits for a ruling.


def outcome(session: Session) -> str | None:
    """The outcome of the case, derived from its items: uphold, overturn, partial; None while one is open."""
    decisions = {
        session.determinations[item].decision for item in session.items if item in session.determinations
    }
    if len(session.determinations) < len(session.items):
        return None
    return "partial" if len(decisions) > 1 else "uphold" if decisions == {"upheld"} else "overturn"


def unruled(session: Session, item: str, suggestion: Suggestion) -> tuple[str, ...]:
    """The rebuttals that the suggestion rests on and that the reviewer has not ruled on."""
    ruled = session.rulings.get(item, {})
    return tuple(name for name in suggestion.rests_on if name not in ruled)


def unruled_cautions(session: Session, item: str, found: Mapping[str, Finding]) -> tuple[str, ...]:
    """The criteria that stand or are rebutted under a caution on which the reviewer has not ruled."""
    ruled = session.cautions.get(item, {})
    return tuple(name for name, one in found.items() if one.caution and name not in ruled)


# Which day says which edition of a guideline counts: the one that the prompt set names.


def effective_date(session: Session, item: str) -> PartialDate | None:
    """The date of a disputed item that its set's `governed_by` names, or that was answered; None where there is none."""
    disputed = session.rules.case.items[item]
    used = session.rules.sets[item]
    said = session.answers.get(item, {}).get(GOVERNING_DAY)
    if said is not None and said.given and GOVERNING_DAY in used.own:
        return parse_date(str(said.value))
    return {"ur_decision": disputed.ur_date, "request": disputed.request_date}.get(used.governed_by)
