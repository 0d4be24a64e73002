"""What is shown of a session beside the question, as lines of text; screen and plain mode show the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core import commands as c
from assistant.core.agenda import progress
from assistant.core.decide import decide
from assistant.core.events import RecordSearched
from assistant.core.record.absence import own_search
from assistant.core.record.case import DisputedItem
from assistant.core.record.passages import PLANNED
from assistant.core.rules.answer_schema import ChoiceShape, at
from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS, WHY_WORDS, State
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.session import AnswerPlace, Session, fold, outcome
from assistant.core.text import compiled, counted, one_line, shortened, singular, visible
from assistant.core.turn import FormField, Turn, part_question, root_of
from assistant.core.value import replace
from assistant.core.wording import capital, shown, shown_as
from assistant.review.passages import lettered, speaking_lines
from assistant.review.review import Review

if TYPE_CHECKING:
    from assistant.core.rationale import DraftSentence
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


def dispute_lines(session: Session) -> tuple[str, str]:
    """In two lines what is disputed, and what was refused, when and why."""
    items = list(session.rules.case.items.values())
    services = [_service(one) for one in items]
    refusals = [_refusal(one) for one in items]
    if len(set(refusals)) > 1:
        refusals = [f"item {one.key}: {said}" for one, said in zip(items, refusals, strict=True)]
    disputed, refused = "; ".join(services), "; ".join(dict.fromkeys(refusals))
    if not any(one.is_ur_report for one in session.rules.case.documents.values()):
        refused += ". No utilization review report is among the documents: ask for it, or decline: records"
    return shortened(one_line(f"Disputed: {disputed}"), 240), shortened(one_line(f"Refused: {refused}"), 240)


def _service(item: DisputedItem) -> str:
    """The service with the quantity asked for, where its own words don't say that number."""
    number = f"{item.requested:g}" if item.requested else ""
    told = not number or number in re.findall(r"\d+(?:\.\d+)?", item.service)
    return item.service if told else singular(f"{item.service}, {number} {item.unit}".rstrip(), letter=False)


def _refusal(item: DisputedItem) -> str:
    """What the refusal of an item says: the decision, its day, the guideline, and its words."""
    stated = item.facts.get("ur_decision", {})
    said = str(stated.get("decision", "")) or "refused"
    said += f" on {item.ur_date.prose()}" if item.ur_date is not None else ""
    said += (
        singular(f"; {item.certified:g} {item.unit} certified".rstrip(), letter=False)
        if item.certified
        else ""
    )
    said += f", under {item.ur_guideline}" if item.ur_guideline else ", no guideline given"
    why = stated.get("reason") or (stated.get("quote") if not item.ur_guideline else "")
    return said + (f": {shortened(one_line(str(why)), 120)}" if why else "")


_RECALLED = 3


def recap(review: Review) -> list[tuple[str, str]]:
    """The questions answered last with what was answered, the latest at the end: where a session goes on from."""
    session = review.session
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for scope, path in reversed(session.trail):
        name = path.split(".", 1)[0]
        reading = session.reading(scope)
        if len(found) < _RECALLED and (scope, name) not in found and reading.answered(name):
            prompt = session.prompt(scope, name)
            said = shown(prompt.schema, reading.answer(name)).replace("\n", "; ")
            found[scope, name] = (visible(prompt.ask), one_line(said, 200))
    return list(found.values())[::-1]


def item_here(review: Review) -> str:
    """The item that is being asked about; at the questions about the case the first."""
    scope = review.turn.scope
    return scope if scope in review.session.items else review.session.items[0]


def scope_words(review: Review, scope: str) -> str:
    """`item 1 of 2`, or `the case`."""
    items = review.session.items
    return f"item {items.index(scope) + 1} of {len(items)}" if scope in items else "the case"


def context(review: Review, turn: Turn, wrapped: bool = True) -> list[str]:
    """What stands under the question: the documents or the timeline, the suggestion, the facts, the signature.

    A letter that is to be signed is `wrapped` at its own width, or left to the window.
    """
    if turn.kind == "prompt":
        return [visible(line) for line in _prompt_context(review, turn)]
    if turn.kind == "form":
        return [visible(line) for line in _form_context(review, turn)]
    if turn.kind == "list":
        return [visible(line) for line in _list_context(review, turn)]
    if turn.kind in ("decision", "ruling"):
        return [visible(line) for line in suggestion_lines(review, turn.scope)]
    if turn.kind == "passages":
        return [visible(f"  {line}") for line in speaking_lines(review, turn)]
    if turn.kind == "check" and turn.check is not None:
        told = [_NOT_HELD] if turn.check.check == "later-study" else []
        return [visible(f"  {fact}") for fact in (*turn.check.facts, *told)]
    if turn.kind == "sign":
        from assistant.review.determination import statement  # not before the first question

        unread = unseen_lines(review)
        said = statement(review.session, OUTCOME_WORDS[outcome(review.session)], len(unread))
        if unread:
            unread = ["", "Read these before you sign: an answer rests on what was made of them.", *unread]
        told_too = [*_unverified(review.session)] if review.session.mode != "real" else []
        if not review.session.rules.case.timeline:
            told_too.append(f"The clinical summary of the letter is empty. {_PROPOSED}")
        lines = (*letter_lines(review, wrapped), "", *_under_their_heads(said), *told_too, *unread)
        return [visible(line) for line in lines]
    return []


def _under_their_heads(said: str) -> Iterator[str]:
    """What a signature says, with what a line lists set in below it."""
    listing = False
    for line in said.splitlines():
        listing = listing and not line.startswith(
            ("Of these, ", "For these, ", "I have read ", "The findings and ")
        )
        yield f"  {line}" if listing else line
        listing = listing or line.endswith(":")


_NOT_HELD = "With the reason “not held against the provider” it carries no finding in the letter."


def _unverified(session: Session) -> Iterator[str]:
    """What a real review would ask for before this signature, and practice only says."""
    from assistant.core.record.finding_checks import unverified_criteria  # there is a decision by now

    for item in session.items:
        for one in unverified_criteria(session, item):
            yield (
                f"Not held against its source: {one.criterion.id}, edition {one.edition}. A real review asks for "
                "the page and what stands there before it is signed."
            )


def farewell(session: Session) -> str:
    """How to go on with a session that was left."""
    if session.status == "open":
        return f"Parked. Go on with `imr resume {session.id}`."
    return f"Read the letter with `imr letter {session.id}`."


def unseen_lines(review: Review) -> list[str]:
    """What is to be read before the signature, each with its words and its pages; what isn't plain says so."""
    from assistant.core.record.second_look import unseen  # not before the signature

    lines = []
    for number, one in enumerate(unseen(review.session), 1):
        where = ", ".join(one.places)
        if one.kind == "number":
            said = f"the answer: {one.answer}"
        elif one.kind == "aside":
            said = f"the reason for which passages were set aside; {one.answer}: "
            said += review.session.prompt(one.scope, one.prompt).ask
        elif one.kind == "own":
            said = f"you took it to say {f'“{one.answer}”' if one.answer else 'so'}: "
            said += review.session.prompt(one.scope, one.prompt).ask
        elif one.kind == "words":
            said = "your own words; no page of the record is cited for them"
        elif one.plain:
            said = "denied" if one.cue != PLANNED else "planned, so that it says nothing of what there was"
        else:
            said = f"taken as denied by “{one.cue}”, which is not plain" if one.cue else "not plainly denied"
        if one.kind == "denied":
            said += f": {review.session.prompt(one.scope, one.prompt).ask}"
        places = [place.rpartition(":") for place in one.places]
        whose = next(filter(None, (review.search.whose(name, [int(page)]) for name, _, page in places)), "")
        said += f"; its page gives {whose}" if whose else ""
        where = f" ({where})" if where else ""
        lines.append(f"  ({number}) “{one_line(one.quote, 400)}”{where} · {said}")
    return lines


def page_lines(text: str, document: str) -> list[str]:
    """A page of the record; one that holds no words names the file to look at in their place."""
    return (
        text.splitlines() if text.strip() else [f"No program could read this page. See :original {document}."]
    )


def letter_lines(review: Review, wrapped: bool = True) -> list[str]:
    """The letter as it would be signed, with the absences attested, after what the case file lacks for its heading."""
    from assistant.core.rationale import assess  # not before the first question

    attested = fold(review.session, decide(review.session, c.AttestAbsences()))
    from assistant.letter import signing_lines, signing_text, what_is_lacking  # at the signature

    lacks = [visible(line) for line in what_is_lacking(attested)]
    written = signing_text if wrapped else signing_lines
    text = written(attested, lambda item: assess(attested, item))
    lines = text.splitlines() if isinstance(text, str) else text
    return [*lacks, *([""] if lacks else []), *lines]


def _prompt_context(review: Review, turn: Turn) -> Iterator[str]:
    session = review.session
    prompt = session.prompt(turn.scope, turn.path)
    if turn.path == prompt.id:
        yield from _shown_under(review, prompt)
    yield from _waiting(review, turn)
    if turn.proposal is not None:
        pages = ", ".join(dict.fromkeys(str(one) for one in turn.proposal.answer.all_evidence()))
        first, *more = shown(prompt.schema, turn.proposal.answer).split("\n")
        yield f"  Proposed: {first}"
        yield from (f"            {line}" for line in more)
        yield f"  {turn.proposal.basis}{': ' + pages if pages else ''} · Enter confirms"
    if passages := lettered(review, turn):
        yield from (f"  {line}" for line in passages)
        yield "  A letter behind the answer cites that passage."
    if turn.held is not None:
        yield f"  Answered: {_told_at(review, turn)} · Enter leaves it"


_PROPOSED = "What its pages propose for one is confirmed under Chronology (Ctrl+P, or :chronology)."


_CONFIRM_LINE = ":line confirms the first of these, once you have looked at its page, and what it states is proposed here."
_OF_LINES = (
    "case.studies",
    "case.procedures",
    "case.claim.drugs_tried",
    "case.claim.opioids",
    "case.claim.drug_tests",
)


def waiting_here(review: Review, turn: Turn) -> list[dict[str, Any]]:
    """The lines of the course that aren't confirmed and would state what the question asks, three at most."""
    places = (
        [one.place for one in turn.fields] if turn.kind == "form" else [turn.place] * (turn.kind == "prompt")
    )
    prompts = [(path, review.session.prompt(scope, path)) for scope, path in places]
    wanted = [
        one
        for path, prompt in prompts
        if path == prompt.id
        for one in prompt.propose
        if one.fact.startswith(_OF_LINES)
    ]
    if not wanted:
        return []
    from assistant.records.course import waiting_lines  # reads how records are told, for a question of these

    rows = waiting_lines(Path(review.session.opened.folder))
    return [
        row
        for row in rows
        if any(
            one.fact in row["facts"] and one.where.get("region", row["region"]) == row["region"]
            for one in wanted
        )
    ][:_MOST_WAITING]


_MOST_WAITING = 3


def _waiting(review: Review, turn: Turn) -> Iterator[str]:
    rows = waiting_here(review, turn)
    yield from (f"  Not confirmed yet: {one['says']} ({one['place']})" for one in rows)
    if rows:
        yield f"  {_CONFIRM_LINE}"


def _shown_under(review: Review, prompt: Prompt) -> Iterator[str]:
    """What of the case stands under a question: its documents, or its timeline."""
    if prompt.shows == "documents":
        for document in review.session.rules.case.documents.values():
            dated = document.date.prose() if document.date is not None else "undated"
            said = ", ".join(one for one in (document.title, document.author, dated) if one)
            odd = "".join(f"; confirmed as this patient's: {one}" for one in document.confirmed)
            yield f"  {said} ({counted(document.pages, 'page')}{odd})"
    if prompt.shows == "timeline":
        for entry in review.session.rules.case.timeline:
            yield f"  {entry.date!s:<10}  {one_line(entry.says)}"
        if not review.session.rules.case.timeline:
            yield "  The case file holds no timeline, so there is no date to confirm, and the clinical summary stays empty."
            yield f"  {_PROPOSED}"


def _form_context(review: Review, turn: Turn) -> Iterator[str]:
    """The questions of a form, each with what it is answered with and where that stands."""
    told_of = ""
    for one in turn.fields:
        prompt = review.session.prompt(*one.place)
        if "." in one.place[1]:
            number = one.place[1].rpartition(".")[0]
            if number != told_of:
                yield from _row_so_far(review, (one.place[0], number))
            told_of = number
            yield _row_field(prompt, one)
            continue
        yield f"  {prompt.ask}"
        yield from (f"  {line}" for line in _shown_under(review, prompt))
        if one.answer is None:
            yield "    Yours to write, below."
            continue
        pages = ", ".join(dict.fromkeys(str(at) for at in one.answer.all_evidence()))
        first, *more = shown(prompt.schema, one.answer).split("\n")
        yield f"    Proposed: {first} · {one.basis}{': ' + pages if pages else ''}"
        yield from (f"      {line}" for line in more)
    yield from _waiting(review, turn)
    if all(one.answer is not None for one in turn.fields):
        yield "  Enter confirms all of it."


def _row_so_far(review: Review, place: AnswerPlace) -> Iterator[str]:
    """What an entry of a list holds that is asked to be completed, with its pages."""
    row, prompt = review.session.answer(*place), review.session.prompt(*place)
    shape = at(prompt.schema.shape, tuple(place[1].split(".")[1:]))
    if row is not None and shape is not None and root_of(place[1]) not in (SEARCHED, OWN):
        pages = ", ".join(dict.fromkeys(str(one) for one in row.all_evidence()))
        yield f"  {place[1].rpartition('.')[2]}) {shown_as(shape, row)}{f' ({pages})' if pages else ''}"


def _row_field(prompt: Prompt, one: FormField) -> str:
    """A field of a row, on one line: what is written for it, or proposed."""
    path = tuple(one.place[1].split(".")[1:])
    shape = at(prompt.schema.shape, path)
    assert shape is not None  # a field of a form is a part of its question
    said = "..." if one.answer is None else shown_as(shape, one.answer)
    if one.answer is None and isinstance(shape, ChoiceShape):
        said = f"... ({' / '.join(f'{key} {label}' for key, label in enumerate(shape.labels.values(), 1))})"
    return f"  {part_question(prompt, path[1:])} {said}{' · proposed' if one.basis == 'usual' else ''}"


def _list_context(review: Review, turn: Turn) -> Iterator[str]:
    """The questions of a list, each with how much of the record denies what it asks about."""
    for option in turn.options:
        if isinstance(option.command, c.ShowPrompt):
            place = (option.command.item, option.command.prompt)
            prompt = review.session.prompt(*place)
            looked = ", ".join(prompt.look_for[:6]) + (", ..." if len(prompt.look_for) > 6 else "")
            own = own_search(review.session, place)
            yield f"  {prompt.ask}"
            yield f"    looked for {looked or 'nothing of its own'}: {count_denied(own)}"


def count_denied(own: RecordSearched | None) -> str:
    """How many passages a search found, none of which speaks for the thing."""
    hits = own.hits if own is not None else 0
    all_of = "all of them " if hits > 1 else ""
    return f"{counted(hits, 'passage')}, {all_of}denied or only imagined there" if hits else "no passage"


def _told_at(review: Review, turn: Turn) -> str:
    prompt = review.session.prompt(turn.scope, turn.path)
    shape = at(prompt.schema.shape, tuple(turn.path.split(".")[1:]))
    return shown(replace(prompt.schema, shape=shape), turn.held) if shape is not None else ""


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
    from assistant.core.rationale import changes_of  # not before the first question

    if changes := changes_of(review.session, item):
        lines.append("What would change it, were it documented:")
        lines += [f"  {change_words(review, item, change)}" for change in changes[:3]]
    return lines


_CHOSEN = r"(?:\? |: |, | or )[A-Z](?=[a-z]|[ ,])"
"""Where a choice begins, also among several; a short form and a level keep their capitals."""


def change_words(review: Review, item: str, change: Change) -> str:
    said = "; ".join(change.labels.get(path, name) for path, name in change.answers.items())
    said = compiled(_CHOSEN).sub(lambda begun: begun[0].lower(), said)
    rests = f", resting on {', '.join(change.rests_on)}" if change.rests_on else ""
    return f"{DECISION_WORDS[change.decision]}{rests}: {said}"


def _argument(review: Review, item: str, name: str) -> str:
    prompt_set = review.session.rules.sets[item]
    criterion = prompt_set.criteria[name]
    source = prompt_set.citations[criterion.cite]
    mark = "" if source.verified else " [not yet verified]"
    side = "argues for the treatment" if criterion.argues == "for" else "argues against the treatment"
    return f"{capital(source.name)} {side}{mark} · {name}"


def sources_of(session: Session, item: str, sentence: DraftSentence) -> list[str]:
    """What a sentence of the draft rests on: the questions answered, the rules, the pages, and what else."""
    prompts = session.rules.sets[item].prompts
    asked = [one_line(prompts[one].ask, 70) for name in sentence.prompts if (one := root_of(name)) in prompts]
    more = [f"and {counted(len(asked) - 3, 'more answer')}"] if len(asked) > 4 else []
    others = [
        f"the decision on item {fact.partition('.')[2]}"
        if fact.startswith("determination.")
        else "the request"
        for fact in sentence.facts
    ]
    told = {
        "answers": [" ".join((*asked[:3], *more) if more else asked)] if asked else [],
        "rule": sentence.criteria,
        "pages": [str(one) for one in sentence.evidence],
        "also": others,
    }
    return [f"{name}: {', '.join(dict.fromkeys(of))}" for name, of in told.items() if of]


CLOSED = "Closed until the questions are answered"


def closed_words(session: Session, item: str) -> str:
    """Why findings and draft of an item are closed, without a stop at the end."""
    if not session.item_answered(item):
        return CLOSED
    return "Closed until you have said how you would decide"


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
    told: dict[str, list[str]] = {}
    for atom in prompt_set.criteria[name].atoms():
        value = {True: "yes", False: "no", None: "open"}[reading.truth(atom)]
        told.setdefault(atom.prompt, []).append(f"    {atom.condition.says}? {value}")
    for asked, conditions in told.items():
        prompt = prompt_set.prompts[asked]
        lines += [f"  {prompt.ask}", f"    answered: {shown(prompt.schema, reading.answer(asked))}"]
        lines += dict.fromkeys(conditions)
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
                lines.append(f"  {name:<22} {one_line(shown(prompt.schema, reading.answer(name)), 90)}")
            elif name in reading.answers:
                lines.append(f"  {name:<22} (set aside: its question doesn't apply now)")
    return [visible(line) for line in lines]
