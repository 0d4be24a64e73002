"""What is shown of a session beside the question, as lines of text; screen and plain mode show the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Evidence
from assistant.core.decide import decide
from assistant.core.rationale import assess
from assistant.core.rules.answer_schema import at
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS, WHY_WORDS, State
from assistant.core.rules.suggestion import would_change
from assistant.core.session import AnswerPlace, Session, effective_date, fold, outcome
from assistant.core.text import one_line, visible
from assistant.core.turn import Turn, part_question, progress, root_of, statement
from assistant.core.wording import told
from assistant.letter import signing_text
from assistant.review.conversation import Line, told_lines
from assistant.review.passages import speaking_lines
from assistant.review.review import Review

if TYPE_CHECKING:
    from assistant.core.rules.suggestion import Change


STATE_WORDS = {
    State.NOT_APPLICABLE: "does not apply",
    State.MET: "met",
    State.NOT_MET: "not met",
    State.UNDETERMINED: "still open",
}


def mode_words(review: Review) -> str:
    """`practice` and `training` are always said: they can't be taken for a determination."""
    mode = review.session.mode
    return "real case" if mode == "real" else f"{mode.upper()} - not a determination"


def progress_words(review: Review) -> str:
    count = progress(review.session)
    return f"{count['answered']} of {count['total']}"


def recap(review: Review, most: int = 3) -> list[tuple[str, str]]:
    """The questions answered last with what was answered, the latest at the end: where a session goes on from."""
    session = review.session
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for scope, path in reversed(session.trail):
        name = path.split(".", 1)[0]
        reading = session.reading(scope)
        if len(found) < most and (scope, name) not in found and reading.answered(name):
            prompt = session.prompt(scope, name)
            said = told(prompt.schema, reading.answer(name)).replace("\n", "; ")
            found[scope, name] = (visible(prompt.ask), one_line(said, 200))
    return list(found.values())[::-1]


def scope_words(review: Review, scope: str) -> str:
    """`item 1 of 2`, or `the case`."""
    items = review.session.items
    return f"item {items.index(scope) + 1} of {len(items)}" if scope in items else "the case"


def context(review: Review, turn: Turn) -> list[str]:
    """What stands under the question: the documents or the timeline, the suggestion, the facts, the signature."""
    if turn.kind == "prompt":
        return [visible(line) for line in _prompt_context(review, turn)]
    if turn.kind in ("decision", "ruling"):
        return [visible(line) for line in suggestion_lines(review, turn.scope)]
    if turn.kind == "passages":
        return [visible(f"  {line}") for line in speaking_lines(review, turn)]
    if turn.kind == "check" and turn.check is not None:
        return [visible(f"  {fact}") for fact in turn.check.facts]
    if turn.kind == "sign":
        said = statement(review.session, OUTCOME_WORDS[outcome(review.session)])
        return [*letter_lines(review), "", *(visible(line) for line in said.splitlines())]
    return []


def page_lines(text: str, document: str) -> list[str]:
    """A page of the record; one that holds no words names the file to look at in their place."""
    return (
        text.splitlines() if text.strip() else [f"No program could read this page. See :original {document}."]
    )


def letter_lines(review: Review) -> list[str]:
    """The letter as it would be signed: with the absences attested, as a signature does first."""

    attested = fold(review.session, decide(review.session, c.AttestAbsences()))
    return signing_text(attested, lambda item: assess(attested, item)).splitlines()


def _prompt_context(review: Review, turn: Turn) -> Iterator[str]:
    session = review.session
    prompt = session.prompt(turn.scope, turn.path)
    if prompt.shows == "documents" and turn.path == prompt.id:
        for document in session.rules.case.documents.values():
            dated = document.date.prose() if document.date is not None else "undated"
            said = ", ".join(one for one in (document.title, document.author, dated) if one)
            yield f"  {said} ({document.pages} page{'s' * (document.pages > 1)})"
    if prompt.shows == "timeline" and turn.path == prompt.id:
        for entry in session.rules.case.timeline:
            yield f"  {entry.date!s:<10}  {one_line(entry.says)}"
    if turn.proposal is not None:
        pages = ", ".join(dict.fromkeys(str(one) for one in turn.proposal.answer.all_evidence()))
        first, *more = told(prompt.schema, turn.proposal.answer).split("\n")
        yield f"  Proposed: {first}"
        yield from (f"            {line}" for line in more)
        yield f"  {turn.proposal.basis}{': ' + pages if pages else ''} · Enter confirms"
    if turn.held is not None:
        yield f"  Answered: {_told_at(review, turn)} · Enter leaves it"


def _told_at(review: Review, turn: Turn) -> str:
    from dataclasses import replace

    prompt = review.session.prompt(turn.scope, turn.path)
    shape = at(prompt.schema.shape, tuple(turn.path.split(".")[1:]))
    return told(replace(prompt.schema, shape=shape), turn.held) if shape is not None else ""


def suggestion_lines(review: Review, item: str) -> list[str]:
    """The suggestion of an item, what carries it, what dissents, and what would change it."""
    assessment = review.assess(item)
    suggestion = assessment.suggestion
    lines = [f"Suggestion: {DECISION_WORDS[suggestion.decision]} - {WHY_WORDS[suggestion.why]}"]
    for name in suggestion.because:
        finding = assessment.findings[name]
        lines.append(f"  {_argument(review, item, name)}")
        if finding.caution:
            lines.append(f"    Caution: {finding.caution}")
    lines += [f"  Dissent: {_argument(review, item, name)}" for name in suggestion.dissent]
    lines += [f"  Rests on the rebuttal by {name}, which is yours to rule on" for name in suggestion.rests_on]
    lines += [f"  Would settle it: {review.session.prompt(item, name).ask}" for name in suggestion.settle]
    changes = changes_of(review, item)
    if changes:
        lines.append("What would change it, were it documented:")
        lines += [f"  {change_words(review, item, change)}" for change in changes[:3]]
    return lines


def changes_of(review: Review, item: str) -> tuple[Change, ...]:
    session = review.session
    return would_change(session.reading(item), effective_date(session, item), session.rulings.get(item, {}))


def change_words(review: Review, item: str, change: Change) -> str:
    said = " and ".join(change.labels.get(path, name) for path, name in change.answers.items())
    rests = f", resting on {', '.join(change.rests_on)}" if change.rests_on else ""
    return f"{said}: {DECISION_WORDS[change.decision]}{rests}"


def _argument(review: Review, item: str, name: str) -> str:
    prompt_set = review.session.rules.sets[item]
    criterion = prompt_set.criteria[name]
    source = prompt_set.citations[criterion.cite]
    mark = "" if source.verified else " [not yet verified]"
    side = "argues for the treatment" if criterion.argues == "for" else "argues against the treatment"
    return f"{name} ({source.tier}, {source.locator}) {side}{mark}"


def finding_lines(review: Review, item: str) -> list[str]:
    """Every finding of an item with its state and why."""
    assessment = review.assess(item)
    lines = suggestion_lines(review, item)
    lines.append("")
    for name, finding in assessment.findings.items():
        stands = (
            "stands"
            if finding.stands
            else f"rebutted by {', '.join(finding.rebutted_by)}"
            if finding.rebutted_by
            else ""
        )
        told_state = STATE_WORDS[finding.state] + (f", {stands}" if stands else "")
        lines.append(f"{_argument(review, item, name)}")
        lines.append(f"    {told_state}{': ' + finding.reason if finding.reason else ''}")
    return [visible(line) for line in lines]


def how_lines(review: Review, item: str, name: str) -> list[str]:
    """What led to a finding: each answer that its conditions read."""
    prompt_set = review.session.rules.sets[item]
    if name not in prompt_set.criteria:
        return [f"There is no finding “{one_line(name, 60)}”. There are {', '.join(prompt_set.criteria)}."]
    finding = review.assess(item).findings[name]
    reading = review.session.reading(item)
    lines = [f"{_argument(review, item, name)}: {STATE_WORDS[finding.state]}"]
    for atom in prompt_set.criteria[name].atoms():
        value = {True: "yes", False: "no", None: "open"}[reading.truth(atom)]
        prompt = prompt_set.prompts[atom.prompt]
        lines.append(f"  {prompt.ask}")
        lines.append(f"    answered: {told(prompt.schema, reading.answer(prompt.id))}")
        lines.append(f"    {atom.condition.says}? {value}")
    return [visible(line) for line in lines]


def draft_lines(review: Review, item: str) -> list[str]:
    """The draft of an item, numbered, with where each sentence comes from."""
    lines = []
    for number, sentence in enumerate(review.assess(item).sentences, 1):
        own = " [your own words]" if sentence.origin == "reviewer" else ""
        lines.append(f"{number:>2}. {sentence.text}{own}")
        sources = [*sentence.prompts, *sentence.criteria, *(str(one) for one in sentence.evidence)]
        lines.append(f"      from {', '.join(sources) or ', '.join(sentence.facts)}")
    return [visible(line) for line in lines] or ["There is no draft yet."]


def answer_lines(review: Review) -> list[str]:
    """Every question that applies with its answer, and what is set aside."""
    lines = []
    for scope in review.session.rules.scopes:
        reading = review.session.reading(scope)
        lines.append(scope_words(review, scope))
        for name, prompt in review.session.rules.sets[scope].prompts.items():
            if reading.asked(name) is True:
                lines.append(f"  {name:<22} {one_line(told(prompt.schema, reading.answer(name)), 90)}")
            elif name in reading.answers:
                lines.append(f"  {name:<22} (set aside: its question doesn't apply now)")
    return [visible(line) for line in lines]


# A logged step in the words of the conversation: what the reviewer did, said and was told.


_ORIGINS = {"proposed": " · as proposed", "file": " · from a file"}
_LONGEST = 400


def event_lines(session: Session, event: e.Event) -> list[Line]:
    """The lines of one event; `session` is as the event left it. Empty where the next question says it all."""
    words = _WORDS.get(type(event))
    return words(session, event) if words is not None else [_in_full(event)]


def reason_lines(session: Session, place: AnswerPlace) -> list[Line]:
    """Why a question is asked, and the guideline behind it."""
    prompt = session.prompt(*place)
    lines = [Line("note", prompt.why or "It is asked for the record.")]
    if prompt.cite:
        source = session.rules.sets[place[0]].citations[prompt.cite]
        mark = "" if source.verified else " · not yet verified against the guideline itself"
        lines.append(Line("note", f"{source.source} ({source.edition}), {source.locator}{mark}"))
    return lines


def told_at(session: Session, place: AnswerPlace, answer: Answer | None) -> str:
    """An answer to a prompt or a part of one, as it reads on the screen."""
    prompt = session.prompt(*place)
    shape = at(prompt.schema.shape, tuple(place[1].split(".")[1:]))
    return told(replace(prompt.schema, shape=shape), answer) if shape is not None else ""


def evidence_lines(evidence: Iterable[Evidence]) -> list[Line]:
    """The passages that an answer rests on, each with its words."""
    return [
        Line("context", f"{one} “{one_line(one.quote, 200)}”" if one.quote else str(one)) for one in evidence
    ]


def _answered(session: Session, event: e.AnswerRecorded | e.AnswerAmended) -> list[Line]:
    place = event.item, event.prompt
    said = told_at(session, place, event.answer)
    rest = event.prompt.split(".")[1:]
    if rest:
        root = session.prompt(*place)
        label = part_question(root, tuple(rest)).split(" (", 1)[0].rstrip("?")
        said = f"{label}: {said}"
    lines = told_lines(said)
    lines[-1] = Line("answer", lines[-1].text + _ORIGINS.get(event.origin, ""))
    lines += evidence_lines(event.answer.all_evidence())
    lines += [Line("context", f"Note: {one_line(event.answer.note, _LONGEST)}")] if event.answer.note else []
    if isinstance(event, e.AnswerAmended):
        lines.insert(0, Line("news", f"Amended: {_ask(session, place)}"))
        lines += _because(event.reason)
    return lines


def _ask(session: Session, place: AnswerPlace) -> str:
    return one_line(session.prompt(place[0], root_of(place[1])).ask, 160)


def _because(reason: str) -> list[Line]:
    return [Line("context", f"Reason: {one_line(reason, _LONGEST)}")] if reason else []


def _opened(session: Session, event: e.SessionOpened) -> list[Line]:
    return [
        Line("news", f"{session.rules.case.title} · {event.mode} · {event.reviewer} · version {event.tool}")
    ]


def _shown(session: Session, event: e.PromptShown) -> list[Line]:
    return [Line("note", f"Went to: {_ask(session, (event.item, event.prompt))}")] if event.chosen else []


def _rejected(session: Session, event: e.AnswerRejected) -> list[Line]:
    typed = one_line(event.input, 200) or f"{event.length} characters"
    return [Line("answer", f"“{typed}”"), Line("problem", one_line(event.says, _LONGEST))]


def _searched(session: Session, event: e.RecordSearched) -> list[Line]:
    who = {"look_for": "The program searched", "amendment": "The program searched again"}.get(
        event.by, "Searched"
    )
    terms = ", ".join(one_line(term, 60) for term in event.terms)
    return [
        Line("note", f"{who} {event.pages} pages of {len(event.documents)} documents for {terms}: {event.hits} passages.")
    ]  # fmt: skip


def _dismissed(session: Session, event: e.PassagesDismissed) -> list[Line]:
    return [
        Line(
            "answer",
            f"Set aside {one.document}:{one.page} “{one_line(one.quote, 160)}”: {one_line(one.reason, _LONGEST)}",
        )
        for one in event.dismissed
    ]


def _amended_case(session: Session, event: e.CaseAmended) -> list[Line]:
    changes = [
        f"{what}: {', '.join(names)}"
        for what, names in (("added", event.added), ("changed", event.changed), ("removed", event.removed))
        if names
    ]
    changes += ["its facts were corrected"] if event.facts else []
    return [Line("news", f"The case file was taken over anew: {'; '.join(changes) or 'no change'}.")]


def _determined(session: Session, event: e.DeterminationRecorded) -> list[Line]:
    lines = [Line("answer", DECISION_WORDS[event.decision])]
    if event.departs:
        suggested = DECISION_WORDS.get(event.suggested or "", "no suggestion")
        lines.append(Line("warning", f"A departure from the suggestion: {suggested}"))
    return lines + _because(event.reason)


def _edited(session: Session, event: e.SentenceEdited) -> list[Line]:
    if not event.text:
        return [
            Line(
                "note", f"The draft's own sentence is back: {one_line(event.was or event.sentence, _LONGEST)}"
            )
        ]
    return [
        Line("news", "A sentence in the reviewer's own words:"),
        Line("answer", one_line(event.text, 600)),
        Line("context", f"Instead of: {one_line(event.was, 600)}"),
    ]


def _raised(session: Session, event: e.CheckRaised) -> list[Line]:
    facts = [Line("context", one_line(fact, _LONGEST)) for fact in event.facts]
    return [Line("warning", f"Check {event.check}: {one_line(event.message, 600)}"), *facts]


def _signed(session: Session, event: e.SessionSigned) -> list[Line]:
    said = [Line("context", one_line(line, _LONGEST)) for line in event.statement.split("\n")]
    return [*said, Line("news", f"Signed: {OUTCOME_WORDS[event.outcome]}.")]


def _in_full(event: e.Event) -> Line:
    """A kind without words of its own: all that it holds."""
    held = ", ".join(f"{one.name}: {one_line(str(getattr(event, one.name)), 80)}" for one in fields(event))
    return Line("note", f"{event.kind}{': ' + held if held else ''}")


_WORDS: dict[type[e.Event], Callable[[Session, Any], list[Line]]] = {
    e.SessionOpened: _opened,
    e.SessionParked: lambda s, v: [Line("news", "Parked.")],
    e.SessionResumed: lambda s, v: [Line("news", "Gone on with.")],
    e.PromptShown: _shown,
    e.PromptSkipped: lambda s, v: [Line("note", f"Left for later: {_ask(s, (v.item, v.prompt))}")],
    e.PromptLeft: lambda s, v: [Line("note", "Left as it was.")],
    e.WhyOpened: lambda s, v: reason_lines(s, (v.item, v.prompt)),
    e.PageOpened: lambda s, v: [Line("note", f"Opened {v.document}, page {v.page}.")],
    e.FindingsOpened: lambda s, v: [
        Line("note", "Opened the findings" + (" before the questions were answered." if v.early else "."))
    ],
    e.SuggestionShown: lambda s, v: [],
    e.AnswerRecorded: _answered,
    e.AnswerAmended: _answered,
    e.AnswerWithdrawn: lambda s, v: [
        Line("news", f"Taken back: {_ask(s, (v.item, v.prompt))}"),
        *_because(v.reason),
    ],
    e.AnswerRejected: _rejected,
    e.AnswerSetAside: lambda s, v: [Line("warning", f"Set aside: {_ask(s, (v.item, v.prompt))}")],
    e.AnswerRestored: lambda s, v: [Line("note", f"Applies again: {_ask(s, (v.item, v.prompt))}")],
    e.EvidenceCited: lambda s, v: [
        Line("answer", f"Cited for “{_ask(s, (v.item, v.prompt))}”"),
        *evidence_lines([v.evidence]),
    ],
    e.NoteAdded: lambda s, v: [Line("answer", f"Note: {one_line(v.text, 600)}")],
    e.AbsencesAttested: lambda s, v: [
        Line("note", f"Attested as looked for and not found: {', '.join(v.prompts)}.")
    ],
    e.RecordSearched: _searched,
    e.PassagesDismissed: _dismissed,
    e.PagesReadByEye: lambda s, v: [
        Line(
            "answer", f"Read by eye: {', '.join(v.read) or 'none'}; not read: {', '.join(v.unread) or 'none'}"
        )
    ],
    e.CaseAmended: _amended_case,
    e.FactCorrected: lambda s, v: [
        Line("answer", f"{v.document}:{v.page} says {one_line(v.says, 200)}, not {one_line(v.was, 200)}"),
        *_because(v.reason),
    ],
    e.CriterionRuled: lambda s, v: [Line("answer", f"{v.criterion}: {v.ruling}"), *_because(v.reason)],
    e.FirstDecisionTaken: lambda s, v: [Line("answer", f"At first: {DECISION_WORDS[v.decision]}")],
    e.DeterminationRecorded: _determined,
    e.SentenceEdited: _edited,
    e.CheckRaised: _raised,
    e.CheckAcknowledged: lambda s, v: [
        Line("answer", f"Acknowledged: {v.check}"),
        *_because(v.reason),
    ],
    e.SessionDeclined: lambda s, v: [Line("news", f"Declined: {v.ground}"), *_because(v.reason)],
    e.SessionSigned: _signed,
    e.AddendumAdded: lambda s, v: [Line("news", f"Addendum: {one_line(v.text, 600)}")],
}


# Everything that can be done beside answering, in one list: keys, palette, help and plain mode read it.


@dataclass(frozen=True)
class Action:
    """One thing to do: its name (`:name` in plain mode), its key on the screen, and what it does."""

    name: str
    title: str
    help: str
    key: str = ""
    plain: str = ""


ACTIONS = (
    Action("help", "Help", "What can be done here.", "f1", ":help"),
    Action("why", "Why this is asked", "The reason and the guideline behind the question.", "f2", "?"),
    Action("find", "Find in the record", "Look words up in the pages of the case file.", "f3", "/ WORDS"),
    Action("panel", "Side panel", "Show or hide the panel; again for the next view.", "f4", ""),
    Action("draft", "Draft", "The draft of the letter, sentence by sentence.", "f5", ":draft"),
    Action("note", "Note", "Write a note at this question.", "f6", ":note WORDS"),
    Action(
        "findings",
        "Findings",
        "What the guidelines argue; logged when opened before the questions are answered.",
        "f7",
        ":findings",
    ),
    Action(
        "answers", "All questions", "Every question with its answer; go to any of them.", "f8", ":answers"
    ),
    Action("back", "Back", "Give up half a reply, or go back to the last question.", "", "<"),
    Action("go", "Go to a question", "Go to a question by its name, to answer or amend it.", "", ":go NAME"),
    Action(
        "skip", "Leave for later", "Leave this question; it comes again before the decision.", "f9", ":skip"
    ),
    Action("page", "Open a page", "Show a page of the case file.", "", ":page DOCUMENT NUMBER"),
    Action(
        "cite",
        "Cite a passage",
        "Make words of a page the evidence of the last answer.",
        "",
        ":cite DOCUMENT NUMBER WORDS",
    ),
    Action(
        "original", "Open the original", "Open the document in the system's viewer.", "", ":original DOCUMENT"
    ),
    Action(
        "edit",
        "Edit a sentence",
        "Put a sentence of the draft into your own words.",
        "",
        ":edit NUMBER WORDS",
    ),
    Action("decide", "Decide again", "Decide anew, or rule on a finding.", "", ":decide"),
    Action("how", "How a finding came about", "The answers that led to a finding.", "", ":how CRITERION"),
    Action("letter", "Letter", "The letter as it stands.", "", ":letter"),
    Action("copy", "Copy the letter", "The letter's text to the clipboard.", "", ""),
    Action(
        "decline",
        "Decline this case",
        "End without deciding: conflict, specialty, records or other.",
        "",
        ":decline GROUND REASON",
    ),
    Action("addendum", "Addendum", "Add to a signed determination.", "", ":addendum WORDS"),
    Action("park", "Park", "Leave the session; it goes on where it stopped.", "ctrl+q", ":park"),
)

BY_NAME = {action.name: action for action in ACTIONS}
