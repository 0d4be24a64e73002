"""The next thing to ask. Screen and plain mode show the same turns; which comes next follows from the session alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from assistant.core import command as c
from assistant.core.absence import contradicted
from assistant.core.answering import unattested
from assistant.core.check import Check
from assistant.core.criterion import State
from assistant.core.decision import DECISION_WORDS
from assistant.core.outcome import unruled
from assistant.core.passage_turn import by_eye_turn, passages_turn
from assistant.core.prompt_set import Prompt
from assistant.core.prompt_turn import Option, Turn, asked_together, prompt_turn, root_of
from assistant.core.reply import STATUS_LABELS
from assistant.core.session import Place, Session
from assistant.core.shape import Group

if TYPE_CHECKING:
    from assistant.core.assessment import Assessment

Assess = Callable[[str], "Assessment"]


def next_turn(session: Session, assess: Assess, checks: Callable[[], tuple[Check, ...]]) -> Turn:
    """What the session waits for."""
    if session.status != "open":
        return Turn("done", ("", ""), f"This session is {session.status}.")
    barred = _barred(session)
    if barred is not None and session.focus is None:
        return barred
    speaking = next((one for one in contradicted(session) if one not in session.skipped), None)
    if speaking is not None and session.focus is None:
        return passages_turn(session, speaking)
    place = next_place(session)
    if place is not None:
        return prompt_turn(session, place)
    for item in session.items:
        turn = _item_turn(session, item, assess)
        if turn is not None:
            return turn
    left = next(contradicted(session), None)
    if left is not None:
        return passages_turn(session, left)
    by_eye = by_eye_turn(session)
    if by_eye is not None:
        return by_eye
    for check in checks():
        if check.severity == "blocking" or (check.check, check.key) not in session.acknowledged:
            return _check_turn(check)
    return Turn(
        "sign",
        ("", ""),
        "Sign this determination?",
        (),
        "Type `sign` and Enter to sign it as it stands above.",
    )


def _barred(session: Session) -> Turn | None:
    """An answer that ends the review, such as a tie to a party: declining, or amending it, comes before all else."""
    for scope in session.rules.scopes:
        for exclusion in session.rules.sets[scope].never:
            if exclusion.blocks and session.reading(scope).holds(exclusion.when) is True:
                from assistant.core.plain_fact import impossible_combinations

                return _check_turn(
                    next(c for c in impossible_combinations(session, scope) if c.severity == "blocking")
                )
    return None


def next_place(session: Session) -> Place | None:
    """The prompt, or part of one, to be asked next; None where all that apply are answered."""
    if session.focus is not None and _may_be_asked(session, session.focus):
        scope, path = session.focus
        prompt = session.prompt(scope, path)
        partly = (
            path == prompt.id
            and session.answer(scope, path) is not None
            and not session.reading(scope).answered(path)
        )
        return (scope, _first_missing(session, scope, prompt)) if partly else session.focus
    for scope in session.rules.scopes:
        opened = list(session.reading(scope).open_prompts())
        opened.sort(key=lambda prompt: _skipped_at(session, (scope, prompt.id)))
        for prompt in opened:
            return scope, _first_missing(session, scope, prompt)
        if scope in session.items and not _decided(session, scope):
            return None
    return None


def _may_be_asked(session: Session, place: Place) -> bool:
    return session.reading(place[0]).asked(root_of(place[1])) is True


def _skipped_at(session: Session, place: Place) -> int:
    """What was left for later comes after all else, in the order in which it was left."""
    return session.skipped.index(place) if place in session.skipped else -1


def _first_missing(session: Session, scope: str, prompt: Prompt) -> str:
    held = session.answers.get(scope, {}).get(prompt.id)
    if asked_together(prompt.schema.shape):
        return prompt.id
    if held is None:
        return _asked_only_in_parts(session, scope, prompt) or prompt.id
    missing = session.reading(scope).missing_parts(prompt.id)
    return f"{prompt.id}.{missing[0]}" if missing and missing[0] else prompt.id


def _asked_only_in_parts(session: Session, scope: str, prompt: Prompt) -> str:
    """The first part of an answer that can be given in no other way and for which nothing is proposed; else empty."""
    shape, documentable = prompt.schema.shape, any(map(prompt.schema.may_be, STATUS_LABELS))
    if not isinstance(shape, Group) or shape.instead or documentable:
        return ""
    whole = prompt_turn(session, (scope, prompt.id))
    command = whole.options[0].command if whole.proposal is None and len(whole.options) == 1 else None
    return command.prompt if isinstance(command, c.ShowPrompt) else ""


def _decided(session: Session, item: str) -> bool:
    return item in session.determinations


# -- the item's decision --------------------------------------------------------------------------


def _item_turn(session: Session, item: str, assess: Assess) -> Turn | None:
    if (
        session.opened.decide_first
        and item not in session.first_decisions
        and item not in session.suggestions_shown
    ):
        options = tuple(
            Option(DECISION_WORDS[d], c.DecideFirst(item, d), value=d) for d in ("upheld", "overturned")
        )
        return Turn("first", (item, ""), "Before the suggestion is shown: how would you decide?", options)
    assessment = assess(item)
    suggestion = assessment.suggestion
    open_rulings = unruled(session, item, suggestion)
    if open_rulings:
        return _ruling_turn(session, item, open_rulings[0])
    made = session.determinations.get(item)
    if made is not None and made.suggested == suggestion.decision:
        return None
    return decision_turn(session, item, assessment)


def _ruling_turn(session: Session, item: str, name: str) -> Turn:
    prompt_set = session.rules.sets[item]
    criterion = prompt_set.criteria[name]
    source = prompt_set.citations[criterion.cite].name
    higher = [
        prompt_set.citations[prompt_set.criteria[other].cite].name
        for other in criterion.rebuts
        if prompt_set.rank(prompt_set.criteria[other]) < prompt_set.rank(criterion)
    ]
    options = tuple(
        Option(label, c.RuleOn(item, name, ruling, ""), "For what reason?", ruling)
        for label, ruling in (
            ("Accept the rebuttal", "accepted"),
            ("Decline it", "declined"),
            ("The criterion is inapplicable here", "inapplicable"),
        )
    )
    question = f"The suggestion rests on {source} rebutting {higher[0] if higher else 'a higher tier'}, which stands above it. Do you accept that?"
    return Turn("ruling", (item, ""), question, options, criterion=name)


def decision_turn(session: Session, item: str, assessment: Assessment) -> Turn:
    """The turn that asks for the determination; each met finding can be found inapplicable instead."""
    prompt_set = session.rules.sets[item]
    suggestion = assessment.suggestion
    options = []
    for decision in ("upheld", "overturned"):
        departs = decision != suggestion.decision
        asks = (
            ""
            if not departs
            else "This departs from the suggestion. Why?"
            if suggestion.decision
            else "There is no suggestion to rest on. Why?"
        )
        mark = " · as suggested" if not departs else ""
        options.append(
            Option(
                f"{DECISION_WORDS[decision]}{mark}",
                c.Determine(item, decision, suggestion.decision),
                asks,
                decision,
            )
        )
    for name, finding in assessment.findings.items():
        if finding.state is State.MET:
            source = prompt_set.citations[prompt_set.criteria[name].cite]
            options.append(
                Option(
                    f"Find inapplicable: {name} ({source.locator})",
                    c.RuleOn(item, name, "inapplicable", ""),
                    "Why is it inapplicable to this case?",
                    name,
                )
            )
    for name, ruling in session.rulings.get(item, {}).items():
        if ruling.ruling == "inapplicable":
            again = c.RuleOn(item, name, "accepted", "")
            options.append(Option(f"Apply it after all: {name}", again, "Why does it apply after all?", name))
    return Turn("decision", (item, ""), "What is your determination?", tuple(options))


def _check_turn(check: Check) -> Turn:
    place = (check.item, "")
    if check.severity == "blocking":
        return Turn("check", place, check.message, decline_options(), "", check=check)
    acknowledge = c.Acknowledge(check.check, check.key, "")
    option = Option("It is right as it stands", acknowledge, "For what reason?", "acknowledge")
    options = [option]
    if check.misread is not None:
        read = check.misread
        correct = c.CorrectFact(read.document, read.page, read.kind, read.was)
        options.append(Option("The program misreads the page", correct, "What does the page say?", "misread"))
    return Turn("check", place, check.message, tuple(options), "", check=check)


def decline_options() -> tuple[Option, ...]:
    """The grounds on which a case is declined; each asks for its reason."""
    grounds = {
        "conflict": "Decline: a conflict of interest",
        "specialty": "Decline: not my specialty",
        "records": "Decline: records are missing",
        "other": "Decline: another ground",
    }
    return tuple(
        Option(label, c.Decline(ground, ""), "For what reason?", ground) for ground, label in grounds.items()
    )


def statement(session: Session, outcome_words: str) -> str:
    """What a signature says: the decisions with their consequence, and what is attested with it."""
    lines = [f"Outcome: {outcome_words}"]
    for key, item in session.rules.case.items.items():
        lines.append(f"Item {key}: {item.service}: {DECISION_WORDS[session.determinations[key].decision]}")
    absences = list(unattested(session))
    case = session.rules.case
    if absences:
        lines.append(
            f"I have looked in the {len(case.documents)} documents received ({case.page_count} pages) for what answers "
            "these, and did not find it:"
        )
        opened = {document for document, _ in session.pages_opened}
        unopened = [
            one.title + (f" of {one.date.prose()}" if one.date else "")
            for name, one in case.documents.items()
            if name not in opened
        ]
        asked = dict.fromkeys((scope, root_of(path)) for scope, path in absences)
        lines += [f"- {session.prompt(scope, name).ask}" for scope, name in asked]
        if unopened:
            lines.append(f"Read elsewhere, and not opened in this program: {', '.join(unopened)}.")
    lines.append("The findings and the decision are mine.")
    return "\n".join(lines)


def last_place(session: Session) -> Place | None:
    """The answered prompt that stands before the present one, for going back."""
    current = next_place(session)
    before = None
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name in session.rules.sets[scope].prompts:
            if current is not None and (scope, name) == (current[0], root_of(current[1])):
                return before
            if reading.asked(name) is True and reading.answers.get(name) is not None:
                before = scope, name
    return before


def progress(session: Session) -> Mapping[str, int]:
    """How many of the prompts that apply are answered."""
    answered = total = 0
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name in session.rules.sets[scope].prompts:
            if reading.asked(name) is True:
                total += 1
                answered += reading.answered(name)
    return {"answered": answered, "total": total}
