"""A logged step in words: the one reading that replay, timeline, browser view and letter share.

Every line is on one line and passed the door for foreign text (`core/text.py`); nothing is cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, assert_never

from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Evidence
from assistant.core.rules.answer_schema import at
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS, RULING_WORDS, WHY_WORDS
from assistant.core.rules.prompt_set import Prompt
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import counted, digest, one_line
from assistant.core.turn import part_question
from assistant.core.value import Value, replace
from assistant.core.wording import answer_words, shown, value_words

if TYPE_CHECKING:
    from assistant.core import access_events as a
    from assistant.core import training_events as t
    from assistant.core import work_events as w

_ORIGINS = {"proposed": " · as proposed", "file": " · from a file", "computed": " · worked out"}
_SEARCHED = {"look_for": "The program searched", "amendment": "The program searched again"}


class Line(Value):
    """A line of a conversation. `kind`: answer, note, problem, warning, news, context; of a logged step also

    `before` (what stood there), `evidence` (a passage that it rests on) and `reason`.
    """

    kind: str
    text: str


def describe(event: e.Event, session: Session | None) -> list[Line]:
    """What an event says; `session` is as it stood before, or as it began, and None where that can't be known.

    Empty where the next question says it all: a prompt that was put in its turn.
    """
    if e.is_step(event):
        return [Line(line.kind, one_line(line.text)) for line in _of_review(event, session)]
    from assistant.core import access_events as a  # a review meets none of these
    from assistant.core import training_events as t
    from assistant.core import work_events as w

    if isinstance(event, a.AccessStep):
        made = [Line("news", _of_sitting(event))]
    elif isinstance(event, t.TrainingStep):
        made = _of_book(event)
    elif isinstance(event, w.WorkStep):
        made = _of_desk(event)
    else:
        made = [Line("note", in_full(event.kind, {}))]
    return [Line(line.kind, one_line(line.text)) for line in made]


def in_full(kind: str, body: Mapping[str, Any]) -> str:
    """A step of a kind that this program doesn't know, or that it can't read: all that it holds."""
    held = "; ".join(f"{name.replace('_', ' ')}: {value_words(value)}" for name, value in body.items())
    return one_line(f"{kind}{': ' + held if held else ''}")


def told_at(session: Session | None, place: AnswerPlace, answer: Answer | None) -> str:
    """An answer to a prompt or a part of one, as it reads on the screen; by its codes where the rules don't have it."""
    prompt = _prompt(session, place)
    shape = at(prompt.schema.shape, tuple(place[1].split(".")[1:])) if prompt is not None else None
    if prompt is not None and shape is not None:
        try:
            return shown(replace(prompt.schema, shape=shape), answer)
        except (AttributeError, LookupError, TypeError, ValueError):  # nothing that this schema lets through
            pass
    return answer_words(answer) if answer is not None else ""


def _label(prompt: Prompt, path: str) -> str:
    """What a part of an answer is called before its value; empty for a whole answer, its path where nothing asks for it."""
    rest = tuple(path.split(".")[1:])
    if not rest or at(prompt.schema.shape, rest) is None:
        return ".".join(rest)
    return part_question(prompt, rest).split(" (", 1)[0].rstrip("?")


def evidence_lines(evidence: Iterable[Evidence], kind: str = "context") -> list[Line]:
    """The passages that an answer rests on, each with its words."""
    return [Line(kind, " ".join(quoted(one).split()) if one.quote else str(one)) for one in evidence]


def quoted(one: Evidence | Dismissed) -> str:
    """A passage with its page: `note:2 “no fever”`."""
    return f"{one.document}:{one.page} “{one.quote}”"


def reason_lines(session: Session, place: AnswerPlace) -> list[Line]:
    """Why a question is asked, and the guideline behind it."""
    prompt = session.prompt(*place)
    lines = [Line("note", prompt.why or "It is asked for the record.")]
    if prompt.cite:
        source = session.rules.sets[place[0]].citations[prompt.cite]
        mark = "" if source.verified else " · not yet verified against the guideline itself"
        lines.append(Line("note", f"{source.source} ({source.edition}), {source.locator}{mark}"))
    return lines


def _prompt(session: Session | None, place: AnswerPlace) -> Prompt | None:
    if session is None or place[0] not in session.rules.sets:
        return None
    return session.rules.sets[place[0]].prompts.get(place[1].split(".", 1)[0])


def _ask(session: Session | None, event: Any) -> str:
    """The question that an event is about, or its place where the rules don't have it."""
    prompt = _prompt(session, (event.item, event.prompt))
    return prompt.ask if prompt is not None else f"{event.item}/{event.prompt}"


def _because(reason: str) -> list[Line]:
    return [Line("reason", reason)] if reason else []


def _before(session: Session | None, event: Any) -> list[Line]:
    """The answer that stood at an event's place."""
    held = session.answer(event.item, event.prompt) if session is not None else None
    return [] if held is None else [Line("before", told_at(session, (event.item, event.prompt), held))]


# -- the steps of a review ------------------------------------------------------------------------


def _of_review(event: e.Step, session: Session | None) -> list[Line]:
    match event:
        case e.SessionOpened():
            return _opened(event, session)
        case e.SessionParked():
            return [Line("news", "Parked.")]
        case e.SessionResumed():
            return [Line("news", "Gone on with.")]
        case e.PromptShown():
            return [Line("note", f"Went to: {_ask(session, event)}")] if event.chosen else []
        case e.PromptSkipped():
            return [Line("note", f"Left for later: {_ask(session, event)}")]
        case e.PromptLeft():
            return [Line("note", f"Left as it was: {_ask(session, event)}")]
        case e.WhyOpened(item, prompt):
            asked = _prompt(session, (item, prompt))
            why = reason_lines(session, (item, prompt)) if session is not None and asked is not None else []
            return why or [Line("note", f"Opened why this is asked: {_ask(session, event)}")]
        case e.PageOpened(document, number):
            if event.by:
                return [Line("note", f"Page {number} of {document} was put beside the question.")]
            return [Line("note", f"Opened {document}, page {number}.")]
        case e.PageMarked(evidence, gone):
            marked = "No longer marked" if gone else "Marked, to be cited later"
            return [Line("note", f"{marked}: {evidence}"), *evidence_lines((evidence,), "evidence")]
        case e.FindingsOpened(item, early):
            when = " before the questions were answered" if early else ""
            return [Line("note", f"Opened the findings of item {item}{when}.")]
        case e.SuggestionShown():
            return _suggested(event, session)
        case e.AnswerRecorded() | e.AnswerAmended():
            return _answered(event, session)
        case e.AnswerWithdrawn():
            return [
                Line("news", f"Taken back: {_ask(session, event)}"),
                *_before(session, event),
                *_because(event.reason),
            ]
        case e.AnswerRejected():
            return _rejected(event)
        case e.AnswerSetAside():
            said = [Line("warning", f"Set aside: {_ask(session, event)}"), *_before(session, event)]
            return said + _hanging(event.because)
        case e.AnswerRestored():
            return [Line("note", f"Applies again: {_ask(session, event)}"), *_hanging(event.because)]
        case e.EvidenceCited():
            cited = evidence_lines([event.evidence], "evidence")
            return [Line("answer", f"Cited for “{_ask(session, event)}”"), *cited]
        case e.NoteAdded(text=text):
            return [Line("answer", f"Note: {text}")]
        case e.AbsencesAttested():
            where = _reach(event.documents, event.pages)
            return [
                Line("note", f"Attested as looked for in {where} and not found: {', '.join(event.prompts)}.")
            ]
        case e.RecordSearched():
            return _searched(event)
        case e.PassagesDismissed():
            return [Line("answer", f"Set aside {quoted(one)}: {one.reason}") for one in event.dismissed]
        case e.DenialsRead(passages):
            return [Line("answer", f"Read before the signature: {counted(len(passages), 'passage')}")]
        case e.PagesReadByEye(read, unread):
            left = ", ".join(unread) or "none"
            return [Line("answer", f"Read by eye: {', '.join(read) or 'none'}; not read: {left}")]
        case e.CaseAmended():
            return [Line("news", f"The case file was taken over anew: {_changes(event)}.")]
        case e.SetChanged():
            return [Line("news", f"Item {event.item} goes on under the prompt set {_set_changed(event)}.")]
        case e.FactCorrected():
            page = f"{event.document}:{event.page}"
            return [Line("answer", f"{page} says {event.says}, not {event.was} ({event.fact})")]
        case e.CriterionRuled():
            return _ruled(event, session)
        case e.FirstDecisionTaken(item, decision):
            return [Line("answer", f"At first: {_decision(decision)} (item {item})")]
        case e.DeterminationRecorded():
            return _determined(event, session)
        case e.SentenceEdited():
            return _edited(event)
        case e.CheckRaised():
            facts = [Line("context", fact) for fact in event.facts]
            return [Line("warning", f"Check ({_check_words(event.check)}): {event.message}"), *facts]
        case e.CheckAcknowledged(check):
            return [Line("answer", f"Acknowledged: {_check_words(check)}"), *_because(event.reason)]
        case e.SessionDeclined():
            return [Line("news", f"Declined: {event.ground}"), *_because(event.reason)]
        case e.SessionSigned():
            said = [Line("context", line) for line in event.statement.split("\n") if line.strip()]
            outcome = OUTCOME_WORDS.get(event.outcome, event.outcome)
            own = f". The reviewer's own signature {digest(event.signature)}" if event.signature else ""
            return [*said, Line("news", f"Signed: {outcome}. Letter {event.letter[:12]}{own}")]
        case e.AddendumAdded(text, reason):
            on = [Line("note", f"To item {event.to}: “{event.quoted}”")] if event.quoted else []
            return [Line("news", f"Addendum: {text}"), *on, *_because(reason)]
        case _:
            assert_never(event)


def _opened(event: e.SessionOpened, session: Session | None) -> list[Line]:
    title = [session.rules.case.title] if session is not None else []
    said = [*title, event.mode, event.reviewer, f"version {event.tool}"]
    pages = sum(int(one.get("pages", 0)) for one in event.documents.values())
    held = [counted(len(event.documents), "document"), counted(pages, "page")]
    held += [f"item {item}: {name}" for item, name in event.items.items()]
    held += ["decides before the suggestion is shown"] if event.decide_first else []
    held += [f"held back: {', '.join(event.held_back)}"] if event.held_back else []
    return [Line("news", " · ".join(said)), Line("context", "; ".join(held)), *_because(event.again)]


def _answered(event: e.AnswerRecorded | e.AnswerAmended, session: Session | None) -> list[Line]:
    place = event.item, event.prompt
    prompt = _prompt(session, place)
    label = _label(prompt, event.prompt) if prompt is not None else ""
    said = told_at(session, place, event.answer)
    lines = [Line("answer", line) for line in (f"{label}: {said}" if label else said).split("\n")]
    lines[-1] = Line("answer", lines[-1].text + _ORIGINS.get(event.origin, ""))
    lines += evidence_lines(event.answer.all_evidence(), "evidence")
    lines += [Line("context", f"Note: {leaf.note}") for leaf in _noted(event.answer)]
    if isinstance(event, e.AnswerAmended):
        amended = [Line("news", f"Amended: {_ask(session, event)}"), *_before(session, event)]
        lines = [*amended, *lines, *_because(event.reason)]
    return lines


def _noted(answer: Answer) -> list[Answer]:
    parts = [one for part in (answer.parts or {}).values() for one in _noted(part)]
    return [answer, *parts] if answer.note else parts


def _hanging(because: str) -> list[Line]:
    return _because(f"because of {because}" if because else "")


def _rejected(event: e.AnswerRejected) -> list[Line]:
    typed = f"“{event.input}”" if event.input else "nothing was typed"
    if event.digest:  # too long to be kept whole
        typed = f"{event.length} bytes that begin {typed}"
    return [Line("answer", f"Not accepted: {typed}"), Line("problem", event.says)]


def _searched(event: e.RecordSearched) -> list[Line]:
    where = _reach(event.documents, event.pages)
    terms = ", ".join(event.terms) or "nothing"
    unread = f"; unreadable: {', '.join(event.unread)}" if event.unread else ""
    found = counted(event.hits, "passage")
    said = f"{_SEARCHED.get(event.by, 'Searched')} {where} for {terms}: {found}{unread}."
    stated = [(", ".join(map(str, one.pages)), one.quote) for one in event.stated]
    told_of = [f"Entry {entry} of the case file's timeline tells of it: “{quote}”" for entry, quote in stated]
    return [Line("note", said), *(Line("context", line) for line in told_of)]


def _reach(documents: tuple[str, ...], pages: int) -> str:
    named = counted(len(documents), "document") if documents else "all documents"
    return f"{counted(pages, 'page')} of {named}"


def _changes(event: e.CaseAmended) -> str:
    named = (("added", event.added), ("changed", event.changed), ("removed", event.removed))
    changes = [f"{what}: {', '.join(names)}" for what, names in named if names]
    return "; ".join([*changes, *(["its facts were corrected"] if event.facts else [])]) or "no change"


def _set_changed(event: e.SetChanged) -> str:
    aside = f"; set aside: {', '.join(event.aside)}" if event.aside else ""
    return f"{event.prompt_set} (before: {event.was}){aside}"


def _check_words(check: str) -> str:
    return check.replace("-", " ")


def _decision(decision: str | None) -> str:
    return DECISION_WORDS.get(decision, str(decision))


def _suggested(event: e.SuggestionShown, session: Session | None) -> list[Line]:
    held = session.suggestions_shown.get(event.item) if session is not None else None
    before = (
        []
        if held is None
        else [Line("before", f"{_decision(held.decision)} ({WHY_WORDS.get(held.why, held.why)})")]
    )
    why = WHY_WORDS.get(event.why, event.why)
    return [Line("context", f"Suggested: {_decision(event.decision)} ({why})"), *before]


def _ruled(event: e.CriterionRuled, session: Session | None) -> list[Line]:
    held = session.rulings.get(event.item, {}).get(event.criterion) if session is not None else None
    before = [] if held is None else [Line("before", RULING_WORDS.get(held.ruling, held.ruling))]
    said = RULING_WORDS.get(event.ruling, event.ruling)
    return [Line("answer", f"{event.criterion}: {said}"), *before, *_because(event.reason)]


def _determined(event: e.DeterminationRecorded, session: Session | None) -> list[Line]:
    held = session.determinations.get(event.item) if session is not None else None
    lines = [Line("answer", _decision(event.decision))]
    lines += [Line("before", _decision(held.decision))] if held is not None else []
    if event.departs:
        suggested = _decision(event.suggested) if event.suggested else "no suggestion"
        lines.append(Line("warning", f"A departure from the suggestion: {suggested}"))
    return lines + _because(event.reason)


def _edited(event: e.SentenceEdited) -> list[Line]:
    if not event.text:
        return [Line("note", f"The draft's own sentence is back: {event.was or event.sentence}")]
    return [Line("answer", f"In the reviewer's own words: {event.text}"), Line("before", event.was)]


# -- the steps of a sitting -----------------------------------------------------------------------


def _of_sitting(event: a.AccessStep) -> str:
    from assistant.core import access_events as a  # a review meets none of these

    match event:
        case a.AccessOpened(tool):
            where = event.central if event.central.startswith("archive ") else f"central log {event.central}"
            return f"A sitting at the {where if event.central else 'log'}, version {tool}"
        case a.AccessRead(command, sessions):
            return f"{command}: read {', '.join(sessions)}"
        case a.AccessListed(command):
            return f"{command}: the list of sessions{filters_in_words(event.filters, ' with ')}"
        case a.AccessReported(report):
            by = f" by {', '.join(event.by)}" if event.by else ""
            return f"report {report}{by}{filters_in_words(event.filters, ' with ')}"
        case a.AccessQueried(sql):
            return f"query: {sql}"
        case a.AccessExported(what, form, sessions):
            return f"export {what} as {form}: {', '.join(sessions)}"
        case a.SampleDrawn():
            drawn = f"{event.size} of {event.population}, {event.method}, seed {event.seed}"
            return f"sample of {drawn}{filters_in_words(event.filters, '; ')}: {', '.join(event.sessions)}"
        case a.AuditNoteAdded(session, text):
            owner = f", for {event.owner} to answer" if event.owner else ""
            what = f"finding ({event.severity}{owner})" if event.severity else f"note{owner}"
            return f"{what} on {session}: {text}"
        case a.FindingAnswered(finding, text):
            return f"answer to the finding {finding}: {text}"
        case a.FindingClosed(finding, reason):
            return f"finding {finding} closed: {reason}"
        case a.FileReviewed(drawn_as, session, result):
            return f"file {session} of the draw {drawn_as} reviewed: {result}{f'; {event.text}' if event.text else ''}"
        case a.TextRedacted(session, seq):
            return f"redacted {event.field} of entry {seq} of {session} ({event.commitment}): {event.reason}"
        case a.SessionsHeld(hold, sessions, why):
            what = ", ".join((*sessions, *([f"case {event.case}"] if event.case else ())))
            until = f"to be kept until {event.keep_until}" if event.keep_until else "under a legal hold"
            return f"{what} {until} ({hold}): {why}"
        case a.HoldReleased(hold, why):
            return f"hold {hold} released: {why}"
        case a.StretchArchived(file, digest, year):
            until = f", to be kept until {event.keep_until}" if event.keep_until else ""
            return (
                f"archived {counted(event.reviews, 'review')} up to the end of {year}, {counted(event.entries, 'entry')} of the "
                f"{event.size:,} that there were, in {file} ({digest}){until}; what stays: {event.stays}"
            )
        case a.RollbackAccepted():
            return f"rollback accepted: {rollback_in_words(event)}"
        case a.KeyRegistered() | a.KeyRevoked():
            return key_in_words(event)
        case a.CheckpointTimed(form, size):
            return f"a time from elsewhere ({form}) on the checkpoint over {counted(size, 'entry')}"
        case _:
            assert_never(event)


def filters_in_words(filters: Mapping[str, str], before: str = "") -> str:
    """Filters as `name: value, ...` after some words; empty where there is none."""
    return before + ", ".join(f"{name}: {value}" for name, value in filters.items()) if filters else ""


def rollback_in_words(event: a.RollbackAccepted) -> str:
    """Which checkpoint was let go for which log, and why."""
    held = f"a checkpoint of {event.held_size} entries of {event.held_log} was let go"
    return f"{held}; this log had {event.size}; reason: {event.reason}"


def key_in_words(event: a.KeyRegistered | a.KeyRevoked) -> str:
    """Whose key was registered or revoked, and who vouches for it."""
    from assistant.core import access_events as a  # a review meets none of these

    if isinstance(event, a.KeyRegistered):
        vouched = f"; vouched for by {', '.join(event.vouchers)}" if event.vouchers else ""
        after = counted(event.size, "entry")
        return f"key of {event.reviewer} registered after {after}: {event.key}{vouched}"
    signed = "by the key itself" if event.proof else "without its passphrase"
    return f"key of {event.reviewer} revoked, {signed}: {event.key}; reason: {event.reason}"


# -- the steps of a book --------------------------------------------------------------------------


def _of_book(event: t.TrainingStep) -> list[Line]:
    from assistant.core import training_events as t  # a review meets none of these

    match event:
        case t.BookOpened(tool):
            return [Line("news", f"A book, version {tool}")]
        case t.Bookmarked(session, seq):
            return [Line("note", f"Bookmark at entry {seq} of {session}: {event.title}".removesuffix(": "))]
        case t.Commented(session, seq):
            return [Line("answer", f"Comment at entry {seq} of {session}: {event.text}")]
        case t.MarkRemoved(mark):
            return [Line("note", f"Mark {mark} taken away")]
        case t.CaseAssigned():
            planted = f"; {counted(event.planted, 'fault')} planted" if event.planted else ""
            planted += (
                "; without proposals" * event.unaided
                + "; confidence asked" * event.confidence
                + f"; due {event.due}" * bool(event.due)
            )
            said = f"Assigned {event.case} to {event.trainee} as {event.assignment}"
            return [Line("news", f"{said}: against {event.against}, revealed: {event.reveal}{planted}")]
        case t.CasePacked(plan, case, text):
            what = (
                f"Packed {case} as {plan}; {counted(event.planted, 'fault')} planted; case file {text[:12]}"
            )
            return [Line("news", f"{what}; the word that opens its key: {event.word}")]
        case t.GroupSet(group, members):
            return [Line("news", f"Group {group}: {', '.join(members) or 'nobody'}")]
        case t.AssignmentWithdrawn(assignment):
            return [Line("news", f"Assignment {assignment} withdrawn")]
        case t.FaultPlanted(plan, number, truth):
            return [Line("note", f"Fault {number} of {plan} planted: {truth}")]
        case t.RunOpened(session, case, reveal):
            plan = f", plan {event.plan}" if event.plan else ""
            plan += f", exercise {event.exercise}" if event.exercise else ""
            plan += f", packed by {event.trainer}" if event.trainer else ""
            plan += ", confidence asked" * event.confidence
            plan += f", asked for: {', '.join(event.known)}" if event.known else ""
            return [
                Line("news", f"Run {session} of {case} against {event.against}, revealed: {reveal}{plan}")
            ]
        case t.AnswerFrozen(session, item, prompt, seq):
            what = f"answer {item}/{prompt}" if prompt else f"decision on item {item}"
            return [Line("note", f"First {what} of {session}: entry {seq}")]
        case t.ConfidenceTold(session, item, prompt, percent):
            what = f"answer to {item}/{prompt}" if prompt else f"decision on item {item}"
            return [Line("note", f"{percent}% sure of the {what} in {session}")]
        case t.AnswerRevealed(session, item, prompt):
            what = f"answer to {item}/{prompt}" if prompt else f"decision on item {item}"
            return [Line("note", f"The reviewer's {what} was shown in {session}")]
        case t.RunEnded(session, how):
            return [Line("news", f"Run {session} is over: {how}")]
        case t.KeyUnsealed(session, _, faults):
            said = f"; {counted(len(faults), 'fault')} planted: {'; '.join(faults)}" if faults else ""
            return [Line("news", f"The key of run {session} is opened{said}")]
        case t.FeedbackShown(session):
            agreed = f"{event.agreed} of {event.compared} alike"
            caught = f"{event.caught} of {counted(event.planted, 'fault')} caught"
            return [Line("news", f"Feedback on {session}: {agreed}; {caught}")]
        case t.AdjudicationOpened(tool, sessions):
            own = "; one is the adjudicator's own" if event.own else ""
            return [Line("news", f"Adjudication of {', '.join(sessions)}, version {tool}{own}")]
        case t.AnswerAdjudicated(item, prompt):
            said = f"{item}/{prompt}: {answer_words(event.answer)}"
            cited = evidence_lines(event.answer.all_evidence(), "evidence")
            return [*_adjudicated(said, event.chosen, event.shown, event.reason), *cited]
        case t.DecisionAdjudicated(item):
            said = f"item {item}: {_decision(event.decision)}"
            return _adjudicated(said, event.chosen, event.shown, event.reason)
        case t.AdjudicationClosed(agreed, settled, own):
            return [Line("news", f"Nothing is left to settle: {agreed} agreed, {settled} settled, {own} own")]
        case _:
            assert_never(event)


def _adjudicated(said: str, chosen: str, shown: tuple[str, ...], reason: str) -> list[Line]:
    listed = [Line("context", f"{chr(65 + n % 26)}: {one}") for n, one in enumerate(shown)]
    return [Line("answer", f"{said} ({chosen})"), *listed, *_because(reason)]


# -- the steps at a desk --------------------------------------------------------------------------


def _of_desk(event: w.WorkStep) -> list[Line]:
    from assistant.core import work_events as w  # a review meets none of these

    match event:
        case w.DeskOpened(tool):
            return [Line("news", f"A desk, version {tool}")]
        case w.ReviewerAssigned(case, reviewer, specialty):
            until = f"certified until {event.certified_until}, licensed until {event.licensed_until}"
            return [Line("news", f"{case} assigned to {reviewer} for {specialty}: {until}")]
        case w.ConflictAttested(case, reviewer, party):
            return [Line("warning", f"{reviewer} has a tie to a party of {case}: {party}")]
        case w.RecordsAsked(case, day, what):
            said = f"Records of {case} asked for on {day}: {what}, of {', '.join(event.of)}"
            return [Line("news", f"{said}; copied to {', '.join(event.copied)}")]
        case w.ReceiptStated(case):
            stated = {"request": event.request, "records": event.records, "priority": event.priority}
            said = ", ".join(f"{name} {value}" for name, value in stated.items() if value)
            return [Line("news", f"Received of {case}: {said}")]
        case w.QualityRead(case, session, note):
            return [Line("news", f"{session} of {case} read for its quality: {note}".removesuffix(": "))]
        case w.DeterminationSent(case, session, day):
            return [Line("news", f"{session} of {case} mailed on {day}")]
        case w.CaseWithdrawn(case, day):
            return [Line("news", f"{case} withdrawn on {day}"), *_because(event.reason)]
        case w.CaseReinstated(case):
            return [Line("news", f"{case} is to be reviewed again"), *_because(event.reason)]
        case w.CaseRemanded(case, day):
            return [Line("news", f"{case} sent back on {day}, to another reviewer"), *_because(event.reason)]
        case _:
            assert_never(event)
