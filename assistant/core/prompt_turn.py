"""One turn of the conversation, and how a prompt is put: its replies by the shape of its answer."""

from __future__ import annotations

from assistant.core import command as c
from assistant.core.answer import Answer, Status, group, listing, same_content
from assistant.core.check import Check
from assistant.core.frozen import dataclass, replace
from assistant.core.phrase import told
from assistant.core.prompt_set import Prompt
from assistant.core.proposal import Proposed, propose
from assistant.core.reply import STATUS_LABELS
from assistant.core.session import Place, Session
from assistant.core.shape import Choice, Group, Listing, Number, Several, Shape, Statement, at, complete
from assistant.core.text import one_line

_LONGEST_LABEL = 120


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

    `kind`: prompt, passages, by_eye, ruling, first, decision, check, sign or done. `place` is the scope and path asked about.
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
    made = _proposed(session, scope, prompt) if not rest and (held is None or done) else None
    proposal = made if held is None else None
    options = list(_options(session, place, prompt, shape, held))
    if made is not None and held is not None and not same_content(held, made.answer):
        stated = one_line(told(prompt.schema, made.answer).replace("\n", "; "), _LONGEST_LABEL)
        again = c.RecordAnswer(scope, path, made.answer, "proposed")
        options.append(Option(f"What was proposed, {made.basis}: {stated}", again, value="proposed"))
    if proposal is not None and isinstance(shape, Group | Listing) and not asked_together(shape):
        options.insert(
            0, Option("Yes, as stated", c.RecordAnswer(scope, path, proposal.answer, "proposed"), value="yes")
        )
    words = _words_wanted(shape)
    return Turn("prompt", place, question, tuple(options), words, proposal, held if done else None)


def _proposed(session: Session, scope: str, prompt: Prompt) -> Proposed | None:
    """What the case file, the profile or an earlier item's review proposes for a prompt."""
    item, reading = session.rules.case.items.get(scope), session.reading(scope)
    made = propose(prompt, reading, session.rules.case, item, session.opened.profile)
    return made or _from_another_item(session, scope, prompt)


def _from_another_item(session: Session, scope: str, prompt: Prompt) -> Proposed | None:
    """What an earlier item's review answered to a question of a shared block: it is of the patient, not the item."""
    if not prompt.block or scope not in session.items:
        return None
    for other in session.items[: session.items.index(scope)]:
        asked = session.rules.sets[other].prompts.get(prompt.id)
        if asked == prompt and session.reading(other).answered(prompt.id):
            answer = session.reading(other).answer(prompt.id)
            return Proposed(answer, f"as answered for item {other}") if answer is not None else None
    return None


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
    if not asked_together(shape):
        made += [
            _answer_option(label, place, Answer(status=status), status.value)
            for status, label in STATUS_LABELS.items()
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
    scope, path = place
    made = [
        _answer_option(label, place, Answer(value=value), value) for value, label in shape.instead.items()
    ]
    if held is None or held.parts is None:
        first = next(iter(shape.parts))
        made.append(Option("Answer it part by part", c.ShowPrompt(scope, f"{path}.{first}"), value="parts"))
        return made
    return made + [
        Option(f"Change: {part.ask}", c.ShowPrompt(scope, f"{path}.{name}"), value=name)
        for name, part in shape.parts.items()
    ]


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
    change = [
        Option(
            f"Change {shape.noun} {number}", c.ShowPrompt(scope, f"{path}.{number}"), value=f"change {number}"
        )
        for number in range(1, count + 1)
    ]
    return [close, add, last, *change]


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


def root_of(path: str) -> str:
    """The prompt of a path."""
    return path.split(".", 1)[0]


def asked_together(shape: Shape) -> bool:
    """Whether all parts of a group are asked in one turn: a list of flags."""
    return isinstance(shape, Group) and shape.uniform
