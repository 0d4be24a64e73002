"""A logged step in the words of the conversation: what the reviewer did, said and was told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from assistant.core import event as e
from assistant.core.answer import Answer, Evidence
from assistant.core.decision import DECISION_WORDS, OUTCOME_WORDS
from assistant.core.phrase import told
from assistant.core.prompt_turn import part_question, root_of
from assistant.core.session import Place, Session
from assistant.core.shape import at
from assistant.core.text import one_line
from assistant.talk import Line, told_lines

_ORIGINS = {"proposed": " · as proposed", "file": " · from a file"}
_LONGEST = 400


def event_lines(session: Session, event: e.Event) -> list[Line]:
    """The lines of one event; `session` is as the event left it. Empty where the next question says it all."""
    words = _WORDS.get(type(event))
    return words(session, event) if words is not None else [_in_full(event)]


def reason_lines(session: Session, place: Place) -> list[Line]:
    """Why a question is asked, and the guideline behind it."""
    prompt = session.prompt(*place)
    lines = [Line("note", prompt.why or "It is asked for the record.")]
    if prompt.cite:
        source = session.rules.sets[place[0]].citations[prompt.cite]
        mark = "" if source.verified else " · not yet verified against the guideline itself"
        lines.append(Line("note", f"{source.source} ({source.edition}), {source.locator}{mark}"))
    return lines


def told_at(session: Session, place: Place, answer: Answer | None) -> str:
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


def _ask(session: Session, place: Place) -> str:
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
