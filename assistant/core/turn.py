"""The next thing to ask: one turn of the conversation, with all that may be replied to it.

Screen and plain mode show the same turns; which one comes next follows from the session alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from assistant.core import command as c
from assistant.core.answer import Answer, Status, group, listing
from assistant.core.assessment import Assessment, unruled
from assistant.core.criterion import State
from assistant.core.decide import unattested
from assistant.core.decision import DECISION_WORDS
from assistant.core.plain_fact import Check
from assistant.core.prompt_set import Prompt
from assistant.core.proposal import Proposed, propose
from assistant.core.session import Place, Session
from assistant.core.shape import Choice, Group, Listing, Number, Several, Shape, Statement, at, complete

Assess = Callable[[str], Assessment]


@dataclass(frozen=True)
class Option:
    """A numbered reply. It leads to `command`; where `asks` is set, words are needed first: its reason."""

    label: str
    command: c.Command | None = None
    asks: str = ""
    value: str = ""


@dataclass(frozen=True)
class Turn:
    """One stop of the conversation.

    `kind`: prompt, ruling, first, decision, check, sign or done. `place` is the scope and path asked about.
    """

    kind: str
    place: Place
    question: str
    options: tuple[Option, ...] = ()
    words: str = ""
    proposal: Proposed | None = None
    held: Answer | None = None
    check: Check | None = None
    criterion: str = ""

    @property
    def scope(self) -> str:
        return self.place[0]

    @property
    def path(self) -> str:
        return self.place[1]


def next_turn(session: Session, assess: Assess, checks: Callable[[], tuple[Check, ...]]) -> Turn:
    """What the session waits for."""
    if session.status != "open":
        return Turn("done", ("", ""), f"This session is {session.status}.")
    place = next_place(session)
    if place is not None:
        return prompt_turn(session, place)
    for item in session.items:
        turn = _item_turn(session, item, assess)
        if turn is not None:
            return turn
    for check in checks():
        if (check.check, check.key) not in session.acknowledged:
            return _check_turn(check)
    return Turn(
        "sign",
        ("", ""),
        "Sign this determination?",
        (),
        "Type `sign` and Enter to sign it as it stands above.",
    )


def next_place(session: Session) -> Place | None:
    """The prompt, or part of one, to be asked next; None where all that apply are answered."""
    if session.focus is not None and session.reading(session.focus[0]).asked(_root(session.focus[1])) is True:
        return session.focus
    for scope in session.rules.scopes:
        opened = list(session.reading(scope).open_prompts())
        opened.sort(key=lambda prompt: (scope, prompt.id) in session.skipped)
        for prompt in opened:
            return scope, _first_missing(session, scope, prompt)
        if scope in session.items and not _decided(session, scope):
            return None
    return None


def _root(path: str) -> str:
    return path.split(".", 1)[0]


def _first_missing(session: Session, scope: str, prompt: Prompt) -> str:
    held = session.answers.get(scope, {}).get(prompt.id)
    if held is None or _together(prompt.schema.shape):
        return prompt.id
    missing = session.reading(scope).missing_parts(prompt.id)
    return f"{prompt.id}.{missing[0]}" if missing and missing[0] else prompt.id


def _together(shape: Shape) -> bool:
    return isinstance(shape, Group) and shape.uniform


def _decided(session: Session, item: str) -> bool:
    return item in session.determinations


# -- prompts --------------------------------------------------------------------------------------


def prompt_turn(session: Session, place: Place) -> Turn:
    """The turn that asks a prompt or a part of one."""
    scope, path = place
    prompt = session.prompt(scope, path)
    rest = tuple(path.split(".")[1:])
    shape = at(prompt.schema.shape, rest)
    assert shape is not None  # places come from the schema or were checked against it
    held = session.answer(scope, path)
    done = held is not None and complete(shape, held)
    question = prompt.ask if not rest else part_question(prompt, rest)
    proposal = None
    if held is None and not rest:
        item = session.rules.case.items.get(scope)
        proposal = propose(prompt, session.reading(scope), session.rules.case, item, session.opened.profile)
    options = list(_options(session, place, prompt, shape, held))
    if proposal is not None and isinstance(shape, Group | Listing) and not _together(shape):
        options.insert(
            0, Option("Yes, as stated", c.RecordAnswer(scope, path, proposal.answer, "proposed"), value="yes")
        )
    words = _words_wanted(shape)
    return Turn("prompt", place, question, tuple(options), words, proposal, held if done else None)


def part_question(prompt: Prompt, rest: tuple[str, ...]) -> str:
    """The question of a part, with the number of the entry it belongs to."""
    shape = prompt.schema.shape
    inner = shape.element if isinstance(shape, Listing) else shape
    named = [name for name in rest if not name.isdigit()]
    entry = (
        f"{shape.noun.capitalize()} {rest[0]}: " if isinstance(shape, Listing) and rest[0].isdigit() else ""
    )
    ask = inner.parts[named[0]].ask if isinstance(inner, Group) and named else prompt.ask
    return f"{entry}{ask}"


def _options(
    session: Session, place: Place, prompt: Prompt, shape: Shape, held: Answer | None
) -> list[Option]:
    if isinstance(shape, Group):
        made = _flag_options(place, shape, held) if shape.uniform else _group_options(place, shape, held)
    elif isinstance(shape, Listing):
        made = _list_options(place, shape, held)
    elif isinstance(shape, Choice):
        made = [
            _answer_option(label, place, Answer(value=value), value) for value, label in shape.labels.items()
        ]
    else:
        made = []
    if isinstance(shape, Statement) and prompt.schema.may_be(Status.NOT_DOCUMENTED):
        made.append(Option("Stated", None, "In which words?", "stated"))
    if not _together(shape):
        made += [
            _answer_option(label, place, Answer(status=status), status.value)
            for status, label in ((Status.NOT_DOCUMENTED, "Not documented"), (Status.UNCLEAR, "Unclear"))
            if prompt.schema.may_be(status) and (held is None or held.parts is None)
        ]
    return made


def _answer_option(label: str, place: Place, answer: Answer, value: str) -> Option:
    return Option(label, c.RecordAnswer(*place, answer), value=value)


def _flag_options(place: Place, shape: Group, held: Answer | None) -> list[Option]:
    """Flags are answered in one turn: all that remain alike, or one of them as present."""
    parts = dict(held.parts or {}) if held is not None else {}
    remaining = [part for name, part in shape.parts.items() if name not in parts] or list(
        shape.parts.values()
    )
    first = remaining[0].shape
    labels = first.labels if isinstance(first, Choice) else {}
    leading, *others = labels.items()
    who = "All" if len(remaining) == len(shape.parts) else f"The other {len(remaining)}"

    def alike(answer: Answer) -> c.RecordAnswer:
        kept = {} if who == "All" else parts
        return c.RecordAnswer(*place, group({**{p.name: answer for p in remaining}, **kept}))

    made = [
        Option(f"{who} {label}: the record says so of each", alike(Answer(value=value)), value=value)
        for value, label in others
    ]
    made.append(
        Option(
            f"{who} not documented: looked for, none found",
            alike(Answer(status=Status.NOT_DOCUMENTED)),
            value="not_documented",
        )
    )
    for part in remaining:
        yes = Answer(value=leading[0])
        made.append(
            Option(
                f"{leading[1].capitalize()}: {part.ask}",
                c.RecordAnswer(place[0], f"{place[1]}.{part.name}", yes),
                value=part.name,
            )
        )
    return made


def _group_options(place: Place, shape: Group, held: Answer | None) -> list[Option]:
    made = [
        _answer_option(label, place, Answer(value=value), value) for value, label in shape.instead.items()
    ]
    first = next(iter(shape.parts))
    label = "Answer it part by part" if held is None else "Change it part by part"
    made.append(Option(label, c.ShowPrompt(place[0], f"{place[1]}.{first}"), value="parts"))
    return made


def _list_options(place: Place, shape: Listing, held: Answer | None) -> list[Option]:
    scope, path = place
    count = len(held.parts or {}) if held is not None else 0
    first = next(iter(shape.element.parts))
    add = Option(f"Add a {shape.noun}", c.ShowPrompt(scope, f"{path}.{count + 1}.{first}"), value="add")
    if not count or held is None:
        return [_answer_option("None", place, listing([]), "none"), add]
    close = Option(
        f"That is all: {count}", c.RecordAnswer(scope, path, replace(held, closed=True)), value="done"
    )
    last = Option(f"Remove {shape.noun} {count}", c.WithdrawAnswer(scope, f"{path}.{count}"), value="remove")
    return [close, add, last]


def _words_wanted(shape: Shape) -> str:
    if isinstance(shape, Several):
        listed = ", ".join(shape.labels.values())
        return f"Name them, with commas: {listed}."
    if isinstance(shape, Statement):
        return "Write it in words."
    if isinstance(shape, Group | Listing | Choice):
        return ""
    if isinstance(shape, Number):
        return f"Write a number{f' of {shape.unit}' if shape.unit else ''}."
    return "Write a date, as 12 July 2014, 2014-07 or 2014."


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
    return Turn("decision", (item, ""), "What is your determination?", tuple(options))


def _check_turn(check: Check) -> Turn:
    if check.severity == "blocking":
        return Turn(
            "check", (check.item, ""), check.message, (), "This has to be mended before signing.", check=check
        )
    acknowledge = c.Acknowledge(check.check, check.key, "")
    option = Option("It is right as it stands", acknowledge, "For what reason?", "acknowledge")
    return Turn("check", (check.item, ""), check.message, (option,), "", check=check)


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
        asked = dict.fromkeys((scope, _root(path)) for scope, path in absences)
        lines += [f"- {session.prompt(scope, name).ask}" for scope, name in asked]
    lines.append("The findings and the decision are mine.")
    return "\n".join(lines)


def last_place(session: Session) -> Place | None:
    """The answered prompt that stands before the present one, for going back."""
    current = next_place(session)
    before = None
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name in session.rules.sets[scope].prompts:
            if current is not None and (scope, name) == (current[0], _root(current[1])):
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
