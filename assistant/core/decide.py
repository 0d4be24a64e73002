"""Which events follow from a command: the rules of a session, in one place and pure.

Raises `Refused`, with the reason in words, where a command may not be carried out; then nothing is logged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import assert_never, cast

from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Status, Trail, same_content
from assistant.core.answer_reader import check_answer
from assistant.core.problem import LARGEST_WORDS, Refused, in_words, reason, refuse
from assistant.core.proposal import follows_from
from assistant.core.record.absence import contradicted, not_found, open_passages, pages_unread
from assistant.core.record.grounds import about_file, exempt, worked_out
from assistant.core.record.pages import read_and_left
from assistant.core.rules import search_sequence
from assistant.core.rules.answer_schema import ListingShape, Shape, at
from assistant.core.rules.criterion import DECISION_WORDS, RULINGS, law_notes
from assistant.core.rules.prompt_set import OWN, SEARCHED
from assistant.core.session import Session, apply, fold, outcome, unruled
from assistant.core.text import one_line
from assistant.core.value import replace

_ANSWERS = (e.AnswerRecorded, e.AnswerAmended)

# Which events follow from answering, amending and taking back: trails noted, answers set aside and restored.


def needs_reason(session: Session, scope: str, path: str) -> bool:
    """Whether a change here must say why: it changes an answer, and a suggestion has been shown since.

    What completes an answer, as closing a list does, changes none; and what the reviewer's profile says bears on no
    suggestion.
    """
    root, _, rest = path.partition(".")
    if any(one.fact.startswith("reviewer.") for one in session.prompt(scope, root).propose):
        return False
    answered = session.reading(scope).answered(root)
    changes = answered or (bool(rest) and session.answer(scope, path) is not None)
    return bool(session.suggestions_shown) and changes


def unattested(session: Session) -> Iterator[tuple[str, str]]:
    """The scope and path of each absence that is read now and not yet attested."""
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name, prompt in session.rules.sets[scope].prompts.items():
            answer = reading.answer(name)
            found = [] if answer is None else list(answer.leaves(name))
            if answer is not None and answer.listing and not answer.parts:
                found.append((name, answer))
            for path, leaf in found:
                none = about_file(at(prompt.schema.shape, tuple(path.split(".")[1:])), leaf)
                stands = leaf.status is Status.NOT_DOCUMENTED or (none and leaf.search is not None)
                if stands and not (leaf.search and leaf.search.attested):
                    yield scope, path


def record(session: Session, command: c.RecordAnswer) -> list[e.Event]:
    """The events of an answer: recorded or amended, and what it sets aside or brings back."""
    scope, path = command.item, command.prompt
    must_apply(session, scope, path)
    schema = session.prompt(scope, path).schema
    rest = tuple(path.split(".")[1:])
    if at(schema.shape, rest) is None:
        raise refuse("There is no such part of this answer.", path)
    check_answer(schema, command.answer, path, rest, command.today)
    root = path.split(".", 1)[0]
    if path == SEARCHED and command.answer.closed and not command.answer.parts:
        raise refuse(
            "The search sequence has at least one step, nothing found included (8 CCR 9792.21.1).",
            f"{scope}/{path}",
            "Enter the step that was taken first, the MTUS.",
        )
    finding = not exempt(session, scope, root) and worked_out(session, scope, root) is None
    answer = _with_trails(session, command.answer, at(schema.shape, rest) if finding else None)
    held = session.answer(scope, path)
    if not session.reading(scope).answered(path.split(".", 1)[0]) and (held is None or not rest):
        event: e.Event = e.AnswerRecorded(scope, path, answer, command.origin)
    elif held == answer:
        return []
    elif needs_reason(session, scope, path) and not command.reason.strip():
        raise refuse("The suggestion has been shown: say why the answer changes.", path, "Give a reason.")
    else:
        why = command.reason.strip() and reason(command.reason, "The reason for a change")
        event = e.AnswerAmended(scope, path, answer, command.origin, why)
    return _for_every_item(session, path, _with_consequences(session, scope, event))


def _worked_out(session: Session, made: list[e.Event], why: str) -> list[e.Event]:
    """What the answers just given make of other questions: it is recorded with them, and changes with them.

    An answer in which the reviewer departed from it stays; whoever is to answer unaided works it out alone.
    """
    given = {(one.item, one.prompt.split(".", 1)[0]) for one in made if isinstance(one, _ANSWERS)}
    after, found = fold(session, made), list[e.Event]()
    for scope in dict.fromkeys(scope for scope, _ in given if not session.unaided(scope)):
        for name, prompt in session.rules.sets[scope].prompts.items():
            reading = after.reading(scope)
            if (scope, name) in given or not follows_from(prompt, reading) or reading.asked(name) is not True:
                continue
            now, held = worked_out(after, scope, name), after.answers.get(scope, {}).get(name)
            was = worked_out(session, scope, name) if held is not None else None
            kept = held is not None and (was is None or not same_content(held, was.answer))
            if now is None or kept or (held is not None and same_content(held, now.answer)):
                continue
            events = record(after, c.RecordAnswer(scope, name, now.answer, "computed", why))
            after, found = fold(after, events), [*found, *events]
    return found


def _for_every_item(session: Session, path: str, made: list[e.Event]) -> list[e.Event]:
    """The events of an answer to a question that is asked once, and the same for the items that read it.

    Given for the first item that asks it, an answer is for all; given for a later one, it is of that item alone,
    which from then on keeps its own.
    """
    event = made[0]
    if not isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn):
        return made
    root = path.split(".", 1)[0]
    for other in sharing(session, event.item, root):
        if session.answers.get(other, {}).get(root) == session.answers.get(event.item, {}).get(root):
            made = [*made, *_with_consequences(session, other, replace(event, item=other))]
    return made


def sharing(session: Session, item: str, name: str) -> list[str]:
    """The later items that read an answer of this one, since the question is asked once for the case."""
    asked = session.rules.sets[item].prompts.get(name)
    if asked is None or not asked.once or item not in session.items:
        return []
    alike = [
        other
        for other in session.items
        if session.rules.sets[other].prompts.get(name) == asked and session.reading(other).asked(name) is True
    ]
    return alike[1:] if alike and alike[0] == item else []


def record_all(session: Session, command: c.RecordAnswers) -> list[e.Event]:
    """The events of several answers, each decided on as the ones before it leave the session."""
    events: list[e.Event] = []
    for one in command.answers:
        must_have(session, one.item, one.prompt)
        made = record(session, one)
        events += made
        session = fold(session, made)
    return events


def withdraw(session: Session, command: c.WithdrawAnswer) -> list[e.Event]:
    """The events of an answer that is taken back."""
    scope, path = command.item, command.prompt
    if session.answer(scope, path) is None:
        raise refuse("There is no answer to take back.", path)
    if needs_reason(session, scope, path) and not command.reason.strip():
        raise refuse(
            "The suggestion has been shown: say why the answer is taken back.", path, "Give a reason."
        )
    why = command.reason.strip() and reason(command.reason, "The reason for taking an answer back")
    withdrawn = _with_consequences(session, scope, e.AnswerWithdrawn(scope, path, why))
    return _for_every_item(session, path, withdrawn)


def _with_consequences(session: Session, scope: str, event: e.Event) -> list[e.Event]:
    """The event, and what it sets aside or brings back."""
    before = set(session.reading(scope).set_aside())
    after = apply(session, event)
    now = after.reading(scope).set_aside()
    because = getattr(event, "prompt", "")
    events = [event]
    events += [e.AnswerSetAside(scope, name, because) for name in now if name not in before]
    events += [
        e.AnswerRestored(scope, name, because)
        for name in session.rules.sets[scope].prompts
        if name in before and name not in now and name in after.answers[scope]
    ]
    return events


def _with_trails(session: Session, answer: Answer, shape: Shape | None) -> Answer:
    """The answer with the reach of its search noted wherever something was not found or the file holds none."""
    none = shape is not None and about_file(shape, answer)
    if answer.parts and not none:
        inner = {name: at(shape, (name,)) if shape is not None else None for name in answer.parts}
        return replace(
            answer,
            parts={name: _with_trails(session, part, inner[name]) for name, part in answer.parts.items()},
        )
    if answer.status is not Status.NOT_DOCUMENTED and not none:
        return answer
    case, held = session.rules.case, answer.search or Trail()
    documents = held.documents or case.named_documents
    unknown = [name for name in documents if name not in case.documents]
    if unknown:
        raise refuse(
            f"The search names a document that isn't in the case: {unknown[0]}.",
            "",
            f"There are {', '.join(case.documents)}.",
        )
    pages = held.pages or sum(case.documents[name].pages for name in documents or case.documents)
    return replace(answer, search=replace(held, documents=documents, pages=pages))


def must_have(session: Session, scope: str, path: str) -> None:
    """The path is a prompt of the scope, or a part of one; an entry of a list is one that is there, or the next."""
    root, *rest = path.split(".")
    prompt = session.rules.sets[scope].prompts.get(root)
    if prompt is None:
        raise refuse("There is no such question in this review.", f"{scope}/{one_line(path, 60)}")
    if at(prompt.schema.shape, tuple(rest)) is None:
        raise refuse("There is no such part of this answer.", f"{scope}/{one_line(path, 60)}")
    if isinstance(prompt.schema.shape, ListingShape) and rest:
        held = session.answer(scope, root)
        count = len(held.parts or {}) if held is not None else 0
        if not re.fullmatch(r"[1-9][0-9]{0,5}", rest[0]) or int(rest[0]) > count + 1:
            raise refuse(
                f"There is no entry “{one_line(rest[0], 20)}” here.",
                f"{scope}/{root}",
                f"There are {count}; the next is {count + 1}.",
            )


def must_apply(session: Session, scope: str, path: str) -> None:
    """Raises `Refused` unless the question applies, as things are answered."""
    if session.reading(scope).asked(path.split(".", 1)[0]) is not True:
        raise refuse(
            "This question doesn't apply, as things are answered.",
            f"{scope}/{path}",
            "Amend what it hangs on first.",
        )


DECISIONS = ("upheld", "overturned")
CONCLUSION = "conclusion"
"""The key of the sentence with which a rationale ends."""
GROUNDS = ("conflict", "specialty", "records", "other")
LARGEST_REJECTED = 4_096


def decide(session: Session, command: c.Command) -> list[e.Event]:
    """The events that `command` leads to from `session`; raises `Refused` where it may not be."""
    if session.status != "open" and not isinstance(command, c.AddAddendum):
        raise refuse(
            f"This session is {session.status}; nothing in it can change.",
            "",
            "Only an addendum is possible.",
        )
    if session.status != "signed" and isinstance(command, c.AddAddendum):
        raise refuse("An addendum follows a signature.", "", "This session is not signed: change it itself.")
    _must_be_there(session, command)
    return _events(session, cast("c.AnyCommand", command))


def _must_be_there(session: Session, command: c.Command) -> None:
    """The item that a command names is one of the case; the case itself has questions, but no decision."""
    scope = getattr(command, "item", None)
    if scope is None or (isinstance(command, c.AddNote | c.RejectInput) and not command.prompt):
        return
    about_questions = hasattr(command, "prompt") or isinstance(command, c.RecordAnswers)
    if scope not in (session.rules.sets if about_questions else session.items):
        raise refuse(
            f"There is no item “{one_line(scope, 20)}” in this case.",
            "",
            f"There are {', '.join(session.items)}.",
        )
    if about_questions and not isinstance(command, c.RecordAnswers):
        must_have(session, scope, getattr(command, "prompt", ""))


def _show(session: Session, command: c.ShowPrompt) -> list[e.Event]:
    own_source = command.prompt.split(".", 1)[0] in (SEARCHED, OWN)
    if not (own_source and session.rules.sets[command.item].own):
        must_apply(session, command.item, command.prompt)
    return [e.PromptShown(command.item, command.prompt, True)]


def _skip(session: Session, command: c.SkipPrompt) -> list[e.Event]:
    must_apply(session, command.item, command.prompt)
    return [e.PromptSkipped(command.item, command.prompt.split(".", 1)[0])]


def _reject(session: Session, command: c.RejectInput) -> list[e.Event]:
    data = command.input.encode("utf-8", "surrogatepass")
    kept = command.input if len(data) <= LARGEST_REJECTED else command.input[:200]
    digest = hashlib.sha256(data).hexdigest() if len(data) > LARGEST_REJECTED else ""
    kept = kept.encode("utf-8", "replace").decode("utf-8")
    return [e.AnswerRejected(command.item, command.prompt, len(data), digest, command.says, kept)]


def _cite(session: Session, command: c.CiteEvidence) -> list[e.Event]:
    answer = session.answer(command.item, command.prompt)
    if answer is None:
        raise refuse(
            "There is no answer yet that this passage could support.", command.prompt, "Answer first."
        )
    document = session.rules.case.documents.get(command.evidence.document)
    if document is None or not 1 <= command.evidence.page <= document.pages:
        raise refuse("There is no such page in the case.", str(command.evidence))
    if command.evidence in answer.evidence:
        return []
    root = command.prompt.split(".", 1)[0]
    held = session.answers[command.item][root]
    alike = [
        one for one in sharing(session, command.item, root) if session.answers.get(one, {}).get(root) == held
    ]
    return [e.EvidenceCited(one, command.prompt, command.evidence) for one in (command.item, *alike)]


def _note(session: Session, command: c.AddNote) -> list[e.Event]:
    return [e.NoteAdded(command.item, command.prompt, in_words(command.text, "The note"))]


def _open_findings(session: Session, command: c.OpenFindings) -> list[e.Event]:
    early = session.early(command.item)
    if command.item in session.findings_opened and not early:
        return []
    return [e.FindingsOpened(command.item, early)]


def _attest(session: Session, command: c.AttestAbsences) -> list[e.Event]:
    places = tuple(f"{scope}/{path}" for scope, path in unattested(session))
    case = session.rules.case
    return [e.AbsencesAttested(case.named_documents, case.page_count, places)] if places else []


def _note_search(session: Session, command: c.NoteSearch) -> list[e.Event]:
    made = e.RecordSearched(
        command.item,
        command.prompt,
        command.by,
        command.terms,
        command.documents,
        command.pages,
        command.unread,
        command.hits,
        command.groups,
        command.more,
        command.stated,
    )
    return [] if made in session.searches.get((command.item, command.prompt), ()) else [made]


def _dismiss(session: Session, command: c.DismissPassages) -> list[e.Event]:
    found = open_passages(session, (command.item, command.prompt))
    if not command.passages or not all(0 <= number < len(found) for number in command.passages):
        raise refuse("There is no such passage to dismiss.", command.prompt, f"There are {len(found)}.")
    why = reason(command.reason, "The reason for setting a passage aside")
    return [
        e.PassagesDismissed(
            command.item,
            command.prompt,
            tuple(
                Dismissed(found[number].document, found[number].pages[0], found[number].quote, why)
                for number in dict.fromkeys(command.passages)
            ),
        )
    ]


def _read_by_eye(session: Session, command: c.ReadByEye) -> list[e.Event]:
    pages = pages_unread(session)
    if not pages:
        raise refuse("Every page of the record could be searched.")
    if command.read and command.reason.strip():
        return [e.PagesReadByEye(*read_and_left(command.reason, pages))]
    return [e.PagesReadByEye(pages, ()) if command.read else e.PagesReadByEye((), pages)]


def _read_denials(session: Session, command: c.ReadDenials) -> list[e.Event]:
    from assistant.core.record.second_look import second_look  # not before the first question

    known = {one.digest for one in second_look(session)} - session.denials_read
    read = tuple(one for one in dict.fromkeys(command.passages) if one in known)
    return [e.DenialsRead(read)] if read else []


def _change_set(session: Session, command: c.ChangeSet) -> list[e.Event]:
    if command.item in session.determinations:
        raise refuse(
            f"Item {command.item} is decided, so its prompt set stays.",
            "",
            "Only before the decision can it be changed.",
        )
    return [command.event]


def _correct(session: Session, command: c.CorrectFact) -> list[e.Event]:
    document = session.rules.case.documents.get(command.document)
    if document is None or not 1 <= command.page <= document.pages:
        raise refuse("There is no such page in the case.", f"{command.document}:{command.page}")
    from assistant.core.record.mentions import extract_kind

    says = in_words(command.reason, "What the page says")
    if not list(extract_kind(says, command.fact)):
        fact = command.fact.removesuffix("s").replace("_", " ")
        fix = f"Write the {fact} as the page has it; where it has none, say why the other stands as it is."
        raise refuse(f"“{one_line(says, 60)}” names no {fact}.", f"{command.document}:{command.page}", fix)
    return [e.FactCorrected(command.document, command.page, command.fact, command.was, says)]


def _rule(session: Session, command: c.RuleOn) -> list[e.Event]:
    if command.criterion not in session.rules.sets[command.item].criteria:
        raise refuse(f"There is no criterion `{command.criterion}`.", command.item)
    if command.ruling not in RULINGS:
        raise refuse(
            f"`{command.ruling}` is no ruling.", command.criterion, f"Use one of {', '.join(RULINGS)}."
        )
    varying = session.rules.sets[command.item].criteria[command.criterion].own
    if varying and command.ruling == "governs":
        unrated = search_sequence.unrated(session.reading(command.item))
        if unrated:
            raise refuse(
                f"The level of evidence of {' and '.join(unrated)} is not rated.",
                command.item,
                "Enter the level of each source first (8 CCR 9792.25.1).",
            )
    return [
        e.CriterionRuled(
            command.item, command.criterion, command.ruling, reason(command.reason, "A ruling's reason")
        )
    ]


def _decide_first(session: Session, command: c.DecideFirst) -> list[e.Event]:
    if command.item in session.suggestions_shown:
        raise refuse("The suggestion has already been shown.", command.item)
    return [e.FirstDecisionTaken(command.item, _decision(command.decision))]


def _must_be_searched(session: Session, item: str) -> None:
    lacks = search_sequence.lacking(session.reading(item), session.ruled(item))
    if lacks:
        raise refuse(lacks, f"item {item}", "Amend `searched` or `own` (8 CCR 9792.21.1).")


def _determine(session: Session, command: c.Determine) -> list[e.Event]:
    if not session.item_answered(command.item):
        raise refuse("Questions are still open for this item.", f"item {command.item}", "Answer them first.")
    _must_be_searched(session, command.item)
    departs = _decision(command.decision) != command.suggested
    noted = law_notes(session.reading(command.item)) if command.decision == "overturned" else []
    if noted and not command.reason.strip():
        raise refuse(
            f"A law speaks to this ({', '.join(noted)}): say why it is overturned all the same.",
            f"item {command.item}",
            "Give a reason.",
        )
    why = command.reason.strip()
    if departs and not why:
        what = "departs from the suggestion" if command.suggested else "has no suggestion to rest on"
        raise refuse(f"The decision {what}: say why.", f"item {command.item}", "Give a reason.")
    if departs:
        why = reason(why, "The reason of a determination")
    return [
        e.DeterminationRecorded(
            command.item, command.decision, command.suggested, departs, why[:LARGEST_WORDS]
        )
    ]


def _denies(sentence: str) -> bool:
    """Whether a sentence has a word that turns it into its opposite."""
    return bool({"not", "no", "never", "neither", "nor"} & set(re.findall(r"[a-z]+", sentence.lower())))


def _edit(session: Session, command: c.EditSentence) -> list[e.Event]:
    text = command.text.strip()
    if len(text) > LARGEST_WORDS:
        raise refuse(f"The sentence is longer than {LARGEST_WORDS:,} characters.", command.sentence)
    if command.sentence == CONCLUSION and text and _denies(text) != _denies(command.was):
        raise refuse(
            "The conclusion says the decision: in your own words, too, it can't say another.",
            f"item {command.item}",
            "Decide anew where it should be another.",
        )
    return [
        e.SentenceEdited(command.item, command.sentence, command.was, "" if text == command.was else text)
    ]


def _raise_check(session: Session, command: c.RaiseCheck) -> list[e.Event]:
    if (command.check, command.key) in session.raised:
        return []
    return [e.CheckRaised(command.check, command.key, command.message, command.facts)]


def _acknowledge(session: Session, command: c.Acknowledge) -> list[e.Event]:
    from assistant.core.record.finding_checks import (  # not before the first question
        UNVERIFIED,
        source_entered,
        unverified_criteria,
    )

    if command.check == UNVERIFIED:
        found = [one for item in session.items for one in unverified_criteria(session, item)]
        edition = next((one.edition for one in found if one.check.key == command.key), "")
        return [e.CheckAcknowledged(command.check, command.key, source_entered(command.reason, edition))]
    return [
        e.CheckAcknowledged(command.check, command.key, reason(command.reason, "An acknowledgement's reason"))
    ]


def _decline(session: Session, command: c.Decline) -> list[e.Event]:
    if command.ground not in GROUNDS:
        raise refuse(
            f"`{command.ground}` is no ground for declining.", "", f"Use one of {', '.join(GROUNDS)}."
        )
    return [e.SessionDeclined(command.ground, reason(command.reason, "A reason for declining"))]


def _sign(session: Session, command: c.Sign) -> list[e.Event]:
    """A signature covers decisions on every item, each measured against the suggestion as it stands."""
    from assistant.core.rationale import assess, deciding_cautions  # not before the first question
    from assistant.core.record.finding_checks import HOW_TO_ENTER, unverified_criteria

    for scope in session.rules.scopes:
        if next(session.reading(scope).open_prompts(), None) is not None:
            raise refuse("Questions are still open.", f"{scope}", "Answer them first.")
    for scope, name in contradicted(session):
        raise refuse(
            "The record holds passages that speak against an answer."
            if not not_found(session.reading(scope).answer(name))
            else "The record holds passages on something that is answered as not documented.",
            f"{scope}/{name}",
            "Cite them, dismiss them with a reason, or amend the answer.",
        )
    for item in session.items:
        _must_be_searched(session, item)
        made = session.determinations.get(item)
        suggestion = assess(session, item).suggestion
        if made is None or made.suggested != suggestion.decision:
            raise refuse(
                "The item is not decided on, as things are answered now.",
                f"item {item}",
                "Decide on it first.",
            )
        if deciding_cautions(session, item):
            raise refuse(
                "The suggestion hangs on a guideline under a caution that is not ruled on.",
                f"item {item}",
                "Rule on whether it governs.",
            )
        for one in unverified_criteria(session, item) if session.mode == "real" else ():
            if (one.check.check, one.check.key) not in session.acknowledged:
                raise refuse(one.check.message, f"item {item}, {one.criterion.id}", HOW_TO_ENTER)
        if unruled(session, item, suggestion):
            raise refuse(
                "The suggestion rests on a rebuttal that is not ruled on.",
                f"item {item}",
                "Rule on it first.",
            )
    if command.outcome != outcome(session):
        raise refuse(
            "The outcome is not that of the decisions.", "", "It follows from the items' determinations."
        )
    if session.mode == "real" and not (command.key and command.signature):
        raise refuse(
            "A real determination is signed with the reviewer's own key.",
            "",
            "Sign it where you can be asked for it.",
        )
    return [
        e.SessionSigned(
            command.letter, command.outcome, command.statement, session.guard, command.key, command.signature
        )
    ]


def _decision(decision: str) -> str:
    if decision not in DECISIONS:
        raise Refused(*refuse(f"`{decision}` is no decision.", "", "Use upheld or overturned.").problems)
    return decision


def _add(session: Session, command: c.AddAddendum) -> list[e.Event]:
    from assistant.core.rationale import assess  # not before the first question

    why = command.reason.strip() and reason(command.reason, "Where it stands")
    to, quoted = command.to, command.quoted
    if quoted and not any(one.text == quoted for one in assess(session, to).sentences):
        raise refuse(f"The determination of item {to} has no such sentence.", quoted, "Name another.")
    return [e.AddendumAdded(in_words(command.text, "The addendum"), why, to, quoted)]


def _open_page(session: Session, command: c.OpenPage) -> list[e.Event]:
    place = command.document, command.page
    known = session.pages_opened | session.pages_shown if command.by else session.pages_opened
    return [] if place in known else [e.PageOpened(*place, command.by)]


def _mark(session: Session, command: c.MarkPage) -> list[e.Event]:
    """A mark that is there is not made again, nor one taken away that isn't."""
    same = (command.evidence in session.marks) != command.gone
    return [] if same else [e.PageMarked(command.evidence, command.gone)]


def _events(session: Session, command: c.AnyCommand) -> list[e.Event]:
    match command:
        case c.ShowPrompt():
            return _show(session, command)
        case c.SkipPrompt():
            return _skip(session, command)
        case c.LeavePrompt():
            return [e.PromptLeft(command.item, command.prompt)]
        case c.RecordAnswer():
            made = record(session, command)
            return [*made, *_worked_out(session, made, command.reason)]
        case c.RecordAnswers():
            made = record_all(session, command)
            return [*made, *_worked_out(session, made, command.answers[0].reason)]
        case c.WithdrawAnswer():
            return withdraw(session, command)
        case c.RejectInput():
            return _reject(session, command)
        case c.CiteEvidence():
            return _cite(session, command)
        case c.AddNote():
            return _note(session, command)
        case c.OpenPage():
            return _open_page(session, command)
        case c.MarkPage():
            return _mark(session, command)
        case c.OpenWhy():
            return [e.WhyOpened(command.item, command.prompt)]
        case c.OpenFindings():
            return _open_findings(session, command)
        case c.ShowSuggestion():
            return [e.SuggestionShown(command.item, command.decision, command.why)]
        case c.AttestAbsences():
            return _attest(session, command)
        case c.NoteSearch():
            return _note_search(session, command)
        case c.DismissPassages():
            return _dismiss(session, command)
        case c.ReadByEye():
            return _read_by_eye(session, command)
        case c.ReadDenials():
            return _read_denials(session, command)
        case c.AmendCase():
            return [command.event]
        case c.ChangeSet():
            return _change_set(session, command)
        case c.CorrectFact():
            return _correct(session, command)
        case c.RuleOn():
            return _rule(session, command)
        case c.DecideFirst():
            return _decide_first(session, command)
        case c.Determine():
            return _determine(session, command)
        case c.EditSentence():
            return _edit(session, command)
        case c.RaiseCheck():
            return _raise_check(session, command)
        case c.Acknowledge():
            return _acknowledge(session, command)
        case c.Decline():
            return _decline(session, command)
        case c.Sign():
            return _sign(session, command)
        case c.AddAddendum():
            return _add(session, command)
        case c.Park():
            return [e.SessionParked()]
        case c.Resume():
            return [e.SessionResumed()]
        case _:
            assert_never(command)


# What a change would do before it is made: what it sets aside, brings back, opens or turns.


def preview(session: Session, command: c.RecordAnswer | c.WithdrawAnswer | c.RuleOn) -> list[str]:
    """The consequences of a command, each in a sentence; none where it only adds an answer.

    Raises `Refused` where the command may not be carried out at all.
    """
    from assistant.core.rationale import assess  # not before the first question

    asked = command if command.reason else replace(command, reason="(the reason follows)")
    events = decide(session, asked)
    after = fold(session, events)
    scope = command.item
    said = []
    for event in events:
        if isinstance(event, e.AnswerSetAside):
            said.append(
                f"The answer to “{session.prompt(scope, event.prompt).ask}” is set aside; it stays in the log."
            )
        elif isinstance(event, e.AnswerRestored):
            said.append(f"The earlier answer to “{session.prompt(scope, event.prompt).ask}” is used again.")
    if isinstance(command, c.RuleOn) or session.answer(scope, command.prompt) is not None:
        before = {prompt.id for prompt in session.reading(scope).open_prompts()}
        opened = [p for p in after.reading(scope).open_prompts() if p.id not in before]
        said += [f"This question opens: “{prompt.ask}”" for prompt in opened]
    if scope in session.suggestions_shown and scope in session.items:
        was, now = assess(session, scope).suggestion, assess(after, scope).suggestion
        if was.decision != now.decision:
            said.append(
                f"The suggestion turns from {DECISION_WORDS[was.decision]} to {DECISION_WORDS[now.decision]}."
            )
    return said
