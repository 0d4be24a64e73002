"""What is asked next: which turn a session waits for follows from the session alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from assistant.core import commands as c
from assistant.core.answer_reader import STATUS_LABELS
from assistant.core.dates import parse_date
from assistant.core.forms import form_turn, list_turn, parts_turn, row_turn
from assistant.core.record.absence import contradicted
from assistant.core.rules.answer_schema import DateShape, GroupShape, at
from assistant.core.rules.criterion import DECISION_WORDS, RULED_OUT, State, at_variance, law_notes
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.session import AnswerPlace, Session, unruled, unruled_cautions
from assistant.core.text import counted, shortened
from assistant.core.turn import (
    CITE,
    SHORT,
    Option,
    Turn,
    asked_together,
    by_eye_turn,
    passages_turn,
    prompt_turn,
    root_of,
)
from assistant.core.wording import capital

if TYPE_CHECKING:
    from assistant.core.rationale import Assessment
    from assistant.core.record.checks import Check


_MOST_DOUBTED = 9
"""So many passages have a key of their own before the signature; of more, the number is asked for."""


def _sign_turn(session: Session) -> Turn:
    """Asks for the signature, which says that what the reviewer has not seen yet and an answer rests on was read, too.

    What isn't plainly a denial can be taken for what it speaks of, and its question asked anew.
    """
    from assistant.core.record.second_look import unseen  # not before the first question

    left = unseen(session)
    options = []
    asked = [(number, one) for number, one in enumerate(left, 1) if one.prompt]
    for number, one in asked if len(asked) <= _MOST_DOUBTED else ():
        what = f"Passage ({number}) {'is no denial' if one.kind == 'denied' else 'does not fit'}"
        what = f"Reason ({number}) does not hold" if one.kind == "aside" else what
        again = c.ShowPrompt(one.scope, one.prompt)
        options.append(Option(f"{what}: ask its question anew", again, value=f"anew {number}"))
    if len(asked) > _MOST_DOUBTED:
        first = c.ShowPrompt(asked[0][1].scope, asked[0][1].prompt)
        said = "A passage is no denial, or does not fit: ask its question anew"
        options.append(Option(said, first, f"Which of the {len(left)}? Type its number.", "anew"))
    words = "Type `sign` and Enter to sign it as it stands above."
    if left:
        words = f"Type `sign` and Enter: you have read the {counted(len(left), 'passage')}, and sign it as it stands above."
    return Turn("sign", ("", ""), "Sign this determination?", tuple(options), words)


Assess = Callable[[str], "Assessment"]


def next_turn(session: Session, assess: Assess, checks: Callable[[], tuple[Check, ...]]) -> Turn:
    """What the session waits for."""
    if session.status != "open":
        words = (
            "An addendum can still be added to it."
            if session.status == "signed"
            else "Nothing more is asked."
        )
        return Turn("done", ("", ""), f"This session is {session.status}.", words=words)
    barred = _barred(session)
    if barred is not None and session.focus is None:
        return barred
    if session.focus is None and not session.measured:
        whole = (one for one in contradicted(session) if session.reading(one[0]).answered(one[1]))
        speaking = next((one for one in whole if one not in session.skipped), None)
        if speaking is not None:
            return passages_turn(session, speaking)
    place = next_place(session)
    if place is not None:
        together = (
            None if session.focus is not None else form_turn(session, place) or list_turn(session, place)
        )
        together = together or row_turn(session, place) or parts_turn(session, place)
        return together or prompt_turn(session, place)
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
            return _check_turn(session, check)
    return _sign_turn(session)


def _barred(session: Session) -> Turn | None:
    """An answer that ends the review, such as a tie to a party: declining, or amending it, comes before all else."""
    for scope in session.rules.scopes:
        for exclusion in session.rules.sets[scope].never:
            if exclusion.blocks and session.reading(scope).holds(exclusion.when) is True:
                from assistant.core.record.checks import impossible_combinations  # there is an answer by now

                return _check_turn(
                    session,
                    next(c for c in impossible_combinations(session, scope) if c.severity == "blocking"),
                )
    return None


def next_place(session: Session) -> AnswerPlace | None:
    """The prompt, or part of one, to be asked next; None where all that apply are answered."""
    if session.focus is not None and _may_be_asked(session, session.focus):
        scope, path = session.focus
        prompt = session.prompt(scope, path)
        partly = (
            path == prompt.id
            and (path == SEARCHED or session.answer(scope, path) is not None)
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


def _may_be_asked(session: Session, place: AnswerPlace) -> bool:
    return session.reading(place[0]).asked(root_of(place[1])) is True


def _skipped_at(session: Session, place: AnswerPlace) -> int:
    """What was left for later comes after all else, in the order in which it was left."""
    return session.skipped.index(place) if place in session.skipped else -1


def _first_missing(session: Session, scope: str, prompt: Prompt) -> str:
    held = session.answers.get(scope, {}).get(prompt.id)
    if asked_together(prompt.schema.shape):
        return prompt.id
    if prompt.id in (SEARCHED, OWN) and (held is not None or prompt.id == SEARCHED):
        number, _, part = (session.reading(scope).missing_parts(prompt.id) or ["1.all"])[0].partition(".")
        if held is None or not held.parts:
            return f"{prompt.id}.1" if prompt.id == SEARCHED else prompt.id
        return f"{prompt.id}.{number}" if part else prompt.id
    if held is None:
        return _asked_only_in_parts(session, scope, prompt) or prompt.id
    missing = session.reading(scope).missing_parts(prompt.id)
    return f"{prompt.id}.{missing[0]}" if missing and missing[0] else prompt.id


def _asked_only_in_parts(session: Session, scope: str, prompt: Prompt) -> str:
    """The first part of an answer that can be given in no other way and for which nothing is proposed; else empty."""
    shape, documentable = prompt.schema.shape, any(map(prompt.schema.may_be, STATUS_LABELS))
    if not isinstance(shape, GroupShape) or shape.instead or documentable:
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
    cautioned = unruled_cautions(session, item, assessment.findings)
    if cautioned:
        return _caution_turn(session, item, cautioned[0], assessment.findings[cautioned[0]].caution)
    open_rulings = unruled(session, item, suggestion)
    if open_rulings:
        return _ruling_turn(session, item, open_rulings[0])
    made = session.determinations.get(item)
    if made is not None and made.suggested == suggestion.decision:
        return None
    return decision_turn(session, item, assessment)


def _caution_turn(session: Session, item: str, name: str, caution: str) -> Turn:
    prompt_set = session.rules.sets[item]
    source = prompt_set.citations[prompt_set.criteria[name].cite].name
    options = tuple(
        Option(label, c.RuleOn(item, name, ruling, ""), "For what reason?", ruling)
        for label, ruling in (
            ("It governs all the same", "governs"),
            ("It does not govern here", "does_not_govern"),
        )
    )
    return Turn(
        "ruling", (item, ""), f"{capital(source)}: {caution} Does it govern here?", options, criterion=name
    )


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
    options = [*_decisions(session, item, assessment), *_doubts(session, item, assessment)]
    if session.rules.sets[item].own and session.reading(item).asked(SEARCHED) is not True:
        options.append(Option("Cite a source of your own", c.ShowPrompt(item, SEARCHED), value="own"))
    for name, ruling in session.rulings.get(item, {}).items():
        if ruling.ruling in RULED_OUT:
            again = c.RuleOn(item, name, "accepted", "")
            options.append(Option(f"Apply it after all: {name}", again, "Why does it apply after all?", name))
    return Turn("decision", (item, ""), "What is your determination?", tuple(options))


def _decisions(session: Session, item: str, assessment: Assessment) -> Iterator[Option]:
    """The decisions; one that departs, or that a law speaks to, asks for a reason."""
    suggested = assessment.suggestion.decision
    noted = law_notes(session.reading(item))
    for decision in ("upheld", "overturned"):
        asks, mark = "", " · as suggested"
        if decision != suggested:
            asks = (
                "This departs from the suggestion. Why?"
                if suggested
                else "There is no suggestion to rest on. Why?"
            )
            mark = ""
        elif noted and decision == "overturned":
            asks = f"A law speaks to this ({', '.join(noted)}). Why is it overturned all the same?"
        command = c.Determine(item, decision, suggested)
        yield Option(f"{DECISION_WORDS[decision]}{mark}", command, asks, decision)


def _doubts(session: Session, item: str, assessment: Assessment) -> Iterator[Option]:
    """What can be said of the criteria instead: that one doesn't apply, is misstated, or has the stronger evidence."""
    prompt_set = session.rules.sets[item]
    for name, finding in assessment.findings.items():
        if finding.state is State.MET:
            source = prompt_set.citations[prompt_set.criteria[name].cite]
            inapplicable = c.RuleOn(item, name, "inapplicable", "")
            label = f"Find inapplicable: {name} ({source.locator})"
            yield Option(label, inapplicable, "Why is it inapplicable to this case?", name)
            if prompt_set.own and not prompt_set.criteria[name].own:
                misstated = c.RuleOn(item, name, "misstated", "")
                label = f"Find misstated: {name} ({source.locator})"
                asks = "What does the guideline say, and where?"
                yield Option(label, misstated, asks, f"misstated {name}")
    for name in at_variance(prompt_set, [n for n, one in assessment.findings.items() if one.stands]):
        governs = c.RuleOn(item, name, "governs", "")
        source = prompt_set.citations[prompt_set.criteria[name].cite]
        label = f"Its evidence is stronger: {name} ({source.name})"
        asks = "Why does its evidence govern, and for this worker?"
        yield Option(label, governs, asks, f"governs {name}")


def _check_turn(session: Session, check: Check) -> Turn:
    place = (check.item, "")
    if check.severity == "blocking":
        return Turn("check", place, check.message, decline_options(), "", check=check)
    acknowledge = c.Acknowledge(check.check, check.key, "")
    option = Option("It is right as it stands", acknowledge, "For what reason?", "acknowledge")
    options = [option]
    if check.check == "unverified-criterion":
        from assistant.core.record.finding_checks import HOW_TO_ENTER  # there is a decision by now

        options = [Option("It stands so in the source", acknowledge, HOW_TO_ENTER, "acknowledge")]
        if session.rules.sets[check.item].own:
            own = c.ShowPrompt(check.item, SEARCHED)
            options.append(Option("Cite a source of your own", own, value="own"))
    scope, _, name = check.place.partition("/")
    if name and " " not in name:  # an edited sentence is no question
        if check.check == "unsupported-finding":
            options.insert(1, Option("Cite the words that say so", c.ShowPrompt(scope, name), value=CITE))
        options.append(Option("Answer anew", c.ShowPrompt(scope, name), value="anew"))
    if check.check == "later-study":
        for dated in _dated_later(session, check.item):
            label = f"Correct a date: {shortened(session.prompt(*dated).ask, SHORT)}"
            options.append(Option(label, c.ShowPrompt(*dated), value=f"correct {dated[1]}"))
    if check.misread is not None:
        read = check.misread
        correct = c.CorrectFact(read.document, read.page, read.kind, read.was)
        options.append(Option("The program misreads the page", correct, "What does the page say?", "misread"))
    return Turn("check", place, check.message, tuple(options), "", check=check)


def _dated_later(session: Session, item: str) -> Iterator[AnswerPlace]:
    """The questions of an item that are answered with a date after its request or the refusal of it."""
    disputed = session.rules.case.items[item]
    limits = [date for date in (disputed.request_date, disputed.ur_date) if date is not None]
    for name, prompt in session.rules.sets[item].prompts.items():
        answer = session.reading(item).answer(name)
        for path, leaf in answer.leaves() if answer is not None and answer.parts else ():
            is_date = isinstance(at(prompt.schema.shape, tuple(path.split("."))), DateShape)
            date = parse_date(str(leaf.value)) if is_date and leaf.given else None
            if date is not None and any(date.after(limit) for limit in limits):
                yield item, name
                break


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


def last_place(session: Session) -> AnswerPlace | None:
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
