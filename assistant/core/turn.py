"""The next thing to ask. Screen and plain mode show the same turns; which comes next follows from the session alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING

from assistant.core import commands as c
from assistant.core.answer import Answer, Status, group, listing, same_content
from assistant.core.answer_reader import STATUS_LABELS
from assistant.core.dates import parse_date
from assistant.core.events import AnswerRecorded
from assistant.core.proposal import Proposed, propose
from assistant.core.record.absence import (
    contradicted,
    denying,
    entry_denial,
    evidence_at,
    more_follow,
    not_found,
    open_passages,
    own_search,
    pages_in,
    pages_unread,
    speaks_of,
    spoken_against,
)
from assistant.core.record.grounds import exempt
from assistant.core.record.guard import unseen
from assistant.core.record.pages import HOW, parted
from assistant.core.record.passages import PassageGroup, figures, on_first_page
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
    StatementShape,
    at,
    complete,
)
from assistant.core.rules.criterion import DECISION_WORDS, RULED_OUT, State, at_variance, law_notes
from assistant.core.rules.own import usual
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.session import AnswerPlace, Session, apply, unruled, unruled_cautions
from assistant.core.text import Private, counted, one_line, shortened
from assistant.core.value import Value, replace
from assistant.core.wording import capital, told

if TYPE_CHECKING:
    from assistant.core.rationale import Assessment
    from assistant.core.record.checks import Check


# One turn of the conversation, and how a prompt is put: its replies by the shape of its answer.


_LONGEST_LABEL = 120


class Option(Value):
    """A reply with a key of its own. It leads to `command`; where `asks` is set, words are needed first: its reason."""

    label: str
    command: c.Command | None = None
    asks: str = ""
    value: str = ""


KEYS = {Status.NOT_DOCUMENTED.value: "-", Status.UNCLEAR.value: "."}
"""The keys of what can be answered alike at every question; numbers are for all other replies."""


def reply_keys(options: Iterable[Option]) -> tuple[str, ...]:
    """The key of each reply."""
    numbers = count(1)
    return tuple(KEYS.get(option.value) or str(next(numbers)) for option in options)


class FormField(Value):
    """A question of a form, and the answer that the form gives it; None where it has to be written."""

    place: AnswerPlace
    answer: Answer | None
    basis: str = ""


class Turn(Value):
    """One stop of the conversation.

    `kind`: prompt, form, list, passages, by_eye, ruling, first, decision, check, sign or done. `place` is the scope and path asked about.
    """

    kind: str
    place: AnswerPlace
    question: str
    options: tuple[Option, ...] = ()
    words: str = ""
    proposal: Proposed | None = None
    held: Answer | None = None
    check: Check | None = None
    criterion: str = ""
    fields: tuple[FormField, ...] = ()

    @property
    def scope(self) -> str:
        return self.place[0]

    @property
    def path(self) -> str:
        return self.place[1]


def prompt_turn(session: Session, place: AnswerPlace) -> Turn:
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
        stated = shortened(told(prompt.schema, made.answer).replace("\n", "; "), _LONGEST_LABEL)
        again = c.RecordAnswer(scope, path, made.answer, "proposed")
        options.append(Option(f"What was proposed, {made.basis}: {stated}", again, value="proposed"))
    if proposal is not None and isinstance(shape, GroupShape | ListingShape) and not asked_together(shape):
        options.insert(
            0, Option("Yes, as stated", c.RecordAnswer(scope, path, proposal.answer, "proposed"), value="yes")
        )
    words = _words_wanted(shape)
    return Turn("prompt", place, question, tuple(options), words, proposal, held if done else None)


def _proposed(session: Session, scope: str, prompt: Prompt) -> Proposed | None:
    """What the case file, the profile or an earlier item's review proposes for a prompt."""
    item, reading = session.rules.case.items.get(scope), session.reading(scope)
    made = propose(prompt, reading, session.rules.case, item, session.opened.profile)
    return None if session.unaided(scope) else made or _from_another_item(session, scope, prompt)


def _from_another_item(session: Session, scope: str, prompt: Prompt) -> Proposed | None:
    """What an earlier item's review answered to a question of a shared block: it is of the patient, not the item."""
    if not (prompt.block or prompt.once) or scope not in session.items:
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
    inner = shape.element if isinstance(shape, ListingShape) else shape
    named = [name for name in rest if not name.isdigit()]
    entry = (
        f"{shape.noun.capitalize()} {rest[0]}: "
        if isinstance(shape, ListingShape) and rest[0].isdigit()
        else ""
    )
    ask = inner.parts[named[0]].ask if isinstance(inner, GroupShape) and named else prompt.ask
    return f"{entry}{ask}"


def _options(
    session: Session, place: AnswerPlace, prompt: Prompt, shape: Shape, held: Answer | None
) -> list[Option]:
    if isinstance(shape, GroupShape):
        made = (
            _flag_options(session, place, shape, held)
            if shape.uniform
            else _group_options(place, shape, held)
        )
    elif isinstance(shape, ListingShape):
        made = _list_options(place, shape, held)
    elif isinstance(shape, ChoiceShape):
        made = [
            _answer_option(label, place, Answer(value=value), value) for value, label in shape.labels.items()
        ]
    else:
        made = []
    if isinstance(shape, StatementShape) and prompt.schema.may_be(Status.NOT_DOCUMENTED):
        made.append(Option("Stated", None, "In which words?", "stated"))
    root = place[1] == prompt.id
    if root and not session.unaided(place[0]) and not exempt(session, *place):
        made += _by_passage(session, place, shape)
    if not asked_together(shape):
        made += [
            _answer_option(label, place, Answer(status=status), status.value)
            for status, label in STATUS_LABELS.items()
            if prompt.schema.may_be(status) and (held is None or held.parts is None)
        ]
    return made


_MOST_BY_PASSAGE = 3
_SHORT = 70
_QUOTED = 150


def _by_passage(session: Session, place: AnswerPlace, shape: Shape) -> Iterator[Option]:
    """Answers together with the passage that was found for them: what is stated, in its words; yes and no."""
    prompt = session.prompt(*place)
    if isinstance(shape, StatementShape):
        for group in speaks_of(session, place, prompt.look_for)[:_MOST_BY_PASSAGE]:
            said = Private(on_first_page(group.quote)[: shape.limit])
            yield _quoting(place, Answer(value=said, evidence=(evidence_at(group),)), "Stated", group)
    elif isinstance(shape, ChoiceShape) and (denials := prompt.schema.denials()):
        affirming = [value for value in shape.labels if value not in denials]
        sides = [(affirming, speaks_of(session, place, prompt.look_for))]
        sides.append((list(denials), denying(session, place, prompt.look_for)))
        for values, groups in sides:
            for group in groups[:_MOST_BY_PASSAGE] if len(values) == 1 else ():
                made = Answer(value=values[0], evidence=(evidence_at(group),))
                yield _quoting(place, made, shape.labels[values[0]], group)


def _quoting(place: AnswerPlace, answer: Answer, label: str, group: PassageGroup) -> Option:
    said = f"{label}: “{shortened(group.quote, _QUOTED)}” ({group.document}:{group.pages[0]})"
    return Option(
        said, c.RecordAnswer(*place, answer), value=f"passage {group.document}:{group.start} {label}"
    )


def _answer_option(label: str, place: AnswerPlace, answer: Answer, value: str) -> Option:
    return Option(label, c.RecordAnswer(*place, answer), value=value)


def _flag_options(
    session: Session, place: AnswerPlace, shape: GroupShape, held: Answer | None
) -> list[Option]:
    """Entries of a checklist are answered in one turn: all that no passage speaks of, or one of them."""
    parts = dict(held.parts or {}) if held is not None else {}
    remaining = [part for name, part in shape.parts.items() if name not in parts]
    kept = parts if remaining else {}
    remaining = remaining or list(shape.parts.values())
    first = remaining[0].shape
    labels = first.labels if isinstance(first, ChoiceShape) else {}
    leading, *others = labels.items()
    prompt = session.prompt(*place)
    spoken = {p.name for p in remaining if speaks_of(session, place, prompt.words(p.name))}
    silent = [part for part in remaining if part.name not in spoken]
    who = "All" if len(silent) == len(shape.parts) else f"The other {len(silent)}"
    denied = {p.name: cited for p in silent if (cited := entry_denial(session, place, p.name))}
    made = []

    def alike(answers: Mapping[str, Answer]) -> c.RecordAnswer:
        return c.RecordAnswer(*place, group({**answers, **kept}))

    nothing = {part.name: Answer(status=Status.NOT_DOCUMENTED) for part in silent}
    if denied and others:
        value, label = others[0]
        pages = ", ".join(dict.fromkeys(str(one) for cited in denied.values() for one in cited))
        rest = len(silent) - len(denied)
        said = f"{who} {label}: the record denies {len(denied)} ({one_line(pages, 80)})"
        said += f", of {rest} nothing was found" if rest else ""
        parted = {**nothing, **{n: Answer(value=value, evidence=cited) for n, cited in denied.items()}}
        made.append(Option(said, alike(parted), value=value))
    if silent:
        said = f"{who} not documented: looked for, none found"
        made.append(Option(said, alike(nothing), value="not_documented"))
    for part in remaining:
        yes = Answer(value=leading[0])
        label = f"{leading[1].capitalize()}: {part.ask}"
        command = c.RecordAnswer(place[0], f"{place[1]}.{part.name}", yes)
        made.append(Option(label, command, value=part.name))
    for part in remaining if len(remaining) < len(shape.parts) or not silent else ():
        if part.name in spoken:
            absent = Answer(status=Status.NOT_DOCUMENTED)
            command = c.RecordAnswer(place[0], f"{place[1]}.{part.name}", absent)
            value = absent.status.value if len(remaining) == 1 else f"not {part.name}"
            made.append(Option(f"Not documented: {part.ask}", command, value=value))
    return made


def _group_options(place: AnswerPlace, shape: GroupShape, held: Answer | None) -> list[Option]:
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
        if part.belongs(held.parts)
    ]


def _list_options(place: AnswerPlace, shape: ListingShape, held: Answer | None) -> list[Option]:
    scope, path = place
    count = len(held.parts or {}) if held is not None else 0
    first = "" if path in (SEARCHED, OWN) else f".{next(iter(shape.element.parts))}"
    one = f"an {shape.noun}" if shape.noun[:1] in tuple("aeiou") else f"a {shape.noun}"
    add = Option(f"Add {one}", c.ShowPrompt(scope, f"{path}.{count + 1}{first}"), value="add")
    if not count or held is None:
        return [add] if path == SEARCHED else [_answer_option("None", place, listing([]), "none"), add]
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
    if isinstance(shape, SeveralShape):
        listed = ", ".join(shape.labels.values())
        return f"Name them, with commas: {listed}."
    if isinstance(shape, StatementShape):
        return "Write it in words."
    if isinstance(shape, GroupShape | ListingShape | ChoiceShape):
        return ""
    if isinstance(shape, NumberShape):
        return f"Write a number{f' of {shape.unit}' if shape.unit else ''}."
    return "Write a date, as 12 July 2014, 2014-07 or 2014."


def root_of(path: str) -> str:
    """The prompt of a path."""
    return path.split(".", 1)[0]


def asked_together(shape: Shape) -> bool:
    """Whether all parts of a group are asked in one turn: a list of flags."""
    return isinstance(shape, GroupShape) and shape.uniform


def figured(shape: Shape) -> bool:
    """Whether what is typed at a question can begin with a figure: a date, a number, a level, words of one's own."""
    if isinstance(shape, ChoiceShape):
        said = [*shape.labels.values(), *(one for more in shape.also.values() for one in more)]
        return any(one[:1].isdecimal() for one in said)
    if isinstance(shape, ListingShape):
        return figured(shape.element)
    if isinstance(shape, GroupShape):
        return any(figured(part.shape) for part in shape.parts.values())
    return True


# What is asked when the record speaks of something that was answered as not documented, and of pages no
# search reads.


CITE = "cite"
"""The value of the reply that cites the passage and asks the question anew."""

_MOST_FIGURES = 6
_HEADING = re.compile(r"^[a-z][a-z /]{2,30}: ")


def passages_turn(session: Session, place: AnswerPlace) -> Turn:
    """Asks about the first passage that speaks against an absence; one reason may set aside several.

    The several are those of its wording in any document, those of its document, or all. Where figures differ in a
    wording, the reply names them, and there is one for the same figures.
    """
    from assistant.core.record.checks import absence_check  # not before the first question

    scope, name = place
    found = open_passages(session, place)
    first = found[0]
    beside = tuple(n for n, group in enumerate(found) if group.document == first.document)
    alike = tuple(n for n, group in enumerate(found) if _wording(group) == _wording(first))
    same = tuple(n for n in alike if _figures(found[n]) == _figures(first))
    everything = tuple(range(len(found)))
    answer = session.reading(scope).answer(name)
    against = spoken_against(session, place, first)
    absent = not_found(answer) and (bool(against) or answer is None or answer.parts is None)
    anew = (
        "It speaks of this: cite it and answer anew" if absent else "It does: answer anew, with this passage"
    )
    options = [
        Option(anew, c.ShowPrompt(scope, name), value=CITE),
        _dismissing("It does not count here", place, (0,), "dismiss"),
    ]
    if 1 < len(same) < len(alike):
        label = f"None of the {len(same)} in these words and figures counts, whatever their document"
        options.append(_dismissing(label, place, same, "same"))
    if 1 < len(alike) < len(found):
        label = f"None of the {len(alike)} in these words counts, "
        label += _differing([found[n] for n in alike]) or "whatever their document"
        options.append(_dismissing(label, place, alike, "wording"))
    if 1 < len(beside) < len(found) and beside != alike:
        label = f"None of the {len(beside)} in {first.document} counts"
        options.append(_dismissing(label, place, beside, "document"))
    if len(found) > 1:
        more = " (more come after them)" if more_follow(session, place) else ""
        label = f"None of the {len(found)} passages counts{more}"
        if len(alike) == len(found) and (differing := _differing(found)):
            label += f", {differing}"
        options.append(_dismissing(label, place, everything, "all"))
    options.append(Option("Come back to it before signing", c.SkipPrompt(scope, name), value="later"))
    at_page = f"{first.document}:{first.pages[0]}"
    prompt = session.prompt(scope, name)
    if absent:
        asks = (part_question(prompt, tuple(one.split("."))) for one in against)
        entries = [ask.split(" (", 1)[0].rstrip("?") for ask in asks]
        of = f" ({'; '.join(entries)})" if entries else ""
        question = f"Answered as not documented{of}, but the record speaks of it at {at_page}. Does this passage answer"
    else:
        said = one_line(told(prompt.schema, answer), 120)
        question = f"Answered: {said}. Does the passage at {at_page} speak against that, asked"
    question += f" “{prompt.ask}”"
    return Turn("passages", place, question, tuple(options), check=absence_check(session, place))


def _dismissing(label: str, place: AnswerPlace, passages: tuple[int, ...], value: str) -> Option:
    asks = "Why does it not count?" if len(passages) == 1 else f"Why do these {len(passages)} not count?"
    return Option(label, c.DismissPassages(*place, passages), asks, value)


def _wording(group: PassageGroup) -> str:
    """What a passage says but for figures and the heading before it: notes are carried forward with both changed."""
    return re.sub(r"\d+", "0", _bare(group))


def _figures(group: PassageGroup) -> tuple[str, ...]:
    return figures(_bare(group))


def _bare(group: PassageGroup) -> str:
    """The words of a passage without the heading before them."""
    return _HEADING.sub("", " ".join(group.quote.casefold().split()))


def _differing(groups: Sequence[PassageGroup]) -> str:
    """That the figures of passages differ, and what they are; empty where they don't."""
    each = list(dict.fromkeys(one_line(", ".join(_figures(group)) or "none", 40) for group in groups))
    if len(each) == 1:
        return ""
    more = f" · and {len(each) - _MOST_FIGURES} more; / lists them" if len(each) > _MOST_FIGURES else ""
    return f"though their figures differ: {' · '.join(each[:_MOST_FIGURES])}{more}"


def by_eye_turn(session: Session) -> Turn | None:
    """Asks once whether the pages behind an absence that no search can read were read by eye."""
    pages = pages_unread(session)
    said = session.by_eye
    if not pages or (said is not None and not parted(pages, (*said.read, *said.unread))[1]):
        return None
    options = [Option("Yes, I have read them by eye", c.ReadByEye(True), value="yes")]
    if pages_in(pages) > 1:
        options.append(
            Option("Some of them, the others not", c.ReadByEye(True), f"Which have you read? {HOW}", "some")
        )
    options.append(Option("No, they have not been read", c.ReadByEye(False), value="no"))
    question = (
        f"Search can't read these pages: {', '.join(pages)}. Have you read them for what was not found?"
    )
    return Turn("by_eye", ("", ""), question, tuple(options))


# Several questions at one stop: what is confirmed together, and what nothing was found for.


def form_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """Everything in the scope of the next question that the case, the profile or other answers propose, to be confirmed
    at once; None where that is not several.
    """
    scope = place[0]
    fields = tuple(_fields(session, scope))
    filled = [one for one in fields if one.answer is not None]
    if len(filled) < 2:
        return None
    answers = tuple(
        c.RecordAnswer(scope, one.place[1], one.answer, "proposed")
        for one in filled
        if one.answer is not None
    )
    label = (
        "All of it is so" if len(filled) == len(fields) else "All else is so; the missing one is asked next"
    )
    options = [Option(label, c.RecordAnswers(scope, answers), value="yes")]
    for one in fields:
        prompt = session.prompt(*one.place)
        options.append(
            Option(
                f"Otherwise: {shortened(prompt.ask, _SHORT)}", c.ShowPrompt(*one.place), value=one.place[1]
            )
        )
    question = (
        "Is this so of you, the documents and the timeline?"
        if scope not in session.items
        else "The case file states or gives all this. Is it so?"
    )
    words = next((_parts_wanted(session.prompt(*one.place)) for one in fields if one.answer is None), "")
    return Turn("form", fields[0].place, question, tuple(options), words, fields=fields)


def _parts_wanted(prompt: Prompt) -> str:
    shape = prompt.schema.shape
    named = (
        "; ".join(part.ask.rstrip("?.") for part in shape.parts.values())
        if isinstance(shape, GroupShape)
        else ""
    )
    return f"Write these, with semicolons, which confirms the rest: {named}." if named else ""


def _fields(session: Session, scope: str) -> Iterator[FormField]:
    """The questions that can stand in a form, each proposed as the ones before it would be answered."""
    for name, prompt in session.rules.sets[scope].prompts.items():
        place = (scope, name)
        if session.reading(scope).asked(name) is not True or place in session.skipped:
            continue
        if session.answers.get(scope, {}).get(name) is not None:
            continue
        made = _proposed(session, scope, prompt)
        if made is None and prompt.confirms:
            made = Proposed(Answer(value=prompt.confirms), "to be confirmed")
        if made is not None:
            yield FormField(place, made.answer, made.basis)
            session = apply(session, AnswerRecorded(scope, name, made.answer, "proposed"))
        elif any(one.fact.startswith("reviewer.") for one in prompt.propose):
            yield FormField(place, None, "to be written")


_LONG = 1_000
"""Words of so many characters are written by themselves: a quote may hold a semicolon."""


def row_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """A step of the search, or a source of the reviewer's own, as one form: what is usual is proposed, the rest is written.

    What chooses the other fields is asked first, with a key for each; None where the place is no such row, or it is whole.
    """
    scope, path = place
    root, *rest = path.split(".")
    if root not in (SEARCHED, OWN) or len(rest) != 1:
        return None
    shape, held = session.prompt(scope, root).schema.shape, session.answer(scope, path)
    assert isinstance(shape, ListingShape)  # both are tables
    parts: Mapping[str, Answer] = (held.parts or {}) if held is not None else {}
    if held is not None and complete(shape.element, held):
        return None
    for name in ("kind", "argues"):
        if name in shape.element.parts and name not in parts:
            return prompt_turn(session, (scope, f"{path}.{name}"))
    proposed = usual(session.reading(scope), root, rest[0])
    fields = []
    for name, part in shape.element.parts.items():
        answer = parts.get(name) or (Answer(value=proposed[name]) if name in proposed else None)
        basis = "as entered" if name in parts else "usual" if answer is not None else "to be written"
        if part.belongs(parts):
            fields.append(FormField((scope, f"{path}.{name}"), answer, basis))
    written = [one for one in fields if one.answer is None]
    options = (
        [] if written else [Option("All of it is so", c.RecordAnswers(scope, of_form(fields)), value="yes")]
    )
    for one in fields:
        name = one.place[1].rpartition(".")[2]
        label = f"Otherwise: {shape.element.parts[name].ask}"
        if one.answer is not None and one.basis == "usual":
            options.append(Option(label, c.ShowPrompt(*one.place), value=name))
    if len(written_together(session, fields)) > 1:
        options.append(Option("Write the first by itself", c.ShowPrompt(*written[0].place), value="alone"))
    if parts:
        options.append(
            Option(f"Remove {shape.noun} {rest[0]}", c.WithdrawAnswer(scope, path), value="remove")
        )
    elif session.focus == place:
        options.append(Option("Go back without it", c.LeavePrompt(scope, path), value="back"))
    question = f"{shape.noun.capitalize()} {rest[0]}: {session.prompt(scope, root).ask}"
    return Turn("form", place, question, tuple(options), _row_words(session, fields), fields=tuple(fields))


def of_form(fields: Iterable[FormField]) -> tuple[c.RecordAnswer, ...]:
    """The answers of a form that aren't recorded yet."""
    return tuple(
        c.RecordAnswer(*one.place, one.answer, "proposed" if one.basis == "usual" else "typed")
        for one in fields
        if one.answer is not None and one.basis != "as entered"
    )


def written_together(session: Session, fields: Iterable[FormField]) -> tuple[FormField, ...]:
    """Those of a row's fields that are written in the next line: long words by themselves, shorter ones together."""
    found: list[FormField] = []
    for one in fields:
        if one.answer is None:
            shape = at(session.prompt(*one.place).schema.shape, tuple(one.place[1].split(".")[1:]))
            long = isinstance(shape, StatementShape) and shape.limit >= _LONG
            if long and found:
                break
            found.append(one)
            if long:
                break
    return tuple(found)


def _row_words(session: Session, fields: Sequence[FormField]) -> str:
    together = written_together(session, fields)
    asks = [
        part_question(session.prompt(*one.place), tuple(one.place[1].split(".")[2:])).rstrip("?")
        for one in together
    ]
    if not asks:
        return ""
    last = len(together) == sum(one.answer is None for one in fields)
    confirms = ", which confirms the rest" if last else ""
    if len(asks) == 1:
        return f"Write it{confirms}: {asks[0]}."
    return f"Write these, with semicolons{confirms}: {'; '.join(asks)}."


def list_turn(session: Session, place: AnswerPlace) -> Turn | None:
    """The questions of what a treating physician might have written and for which no passage was found, at once."""
    scope, name = place
    silent = [one for one in _silent(session, scope) if one not in session.skipped]
    if len(silent) < 2 or (scope, name) not in silent or session.unaided(scope):
        return None
    absent = Answer(status=Status.NOT_DOCUMENTED)
    answers = tuple(c.RecordAnswer(scope, root, absent) for _, root in silent)
    label = f"Not documented, all {len(silent)}: looked for, and nothing speaks for them"
    options = [Option(label, c.RecordAnswers(scope, answers), value="not_documented")]
    options += [
        Option(f"Answer: {session.prompt(*one).ask}", c.ShowPrompt(*one), value=one[1]) for one in silent
    ]
    question = f"No passage speaks for any of these {len(silent)}. What does the record say?"
    return Turn("list", place, question, tuple(options))


def _silent(session: Session, scope: str) -> Iterator[AnswerPlace]:
    for prompt in session.reading(scope).open_prompts():
        place = (scope, prompt.id)
        if (
            not prompt.documentable
            or session.answer(*place) is not None
            or asked_together(prompt.schema.shape)
        ):
            continue
        if not prompt.schema.may_be(Status.NOT_DOCUMENTED) or exempt(session, *place):
            continue
        searched = own_search(session, place) is not None or not prompt.look_for
        if (
            searched
            and not speaks_of(session, place, prompt.look_for)
            and not _proposed(session, scope, prompt)
        ):
            yield place


_MOST_DOUBTED = 6


def _sign_turn(session: Session) -> Turn:
    """Asks for the signature, which says that what the reviewer has not seen yet and an answer rests on was read, too.

    What isn't plainly a denial can be taken for what it speaks of, and its question asked anew.
    """
    left = unseen(session)
    options = []
    for number, one in enumerate(left[:_MOST_DOUBTED], 1):
        what = "is no denial" if one.kind == "denied" else "does not fit"
        again = c.ShowPrompt(one.scope, one.prompt)
        options.append(Option(f"({number}) {what}: ask its question anew", again, value=f"anew {number}"))
    words = "Type `sign` and Enter to sign it as it stands above."
    if left:
        words = f"Type `sign` and Enter: you have read the {counted(len(left), 'passage')}, and sign it as it stands above."
    return Turn("sign", ("", ""), "Sign this determination?", tuple(options), words)


Assess = Callable[[str], "Assessment"]


def next_turn(session: Session, assess: Assess, checks: Callable[[], tuple[Check, ...]]) -> Turn:
    """What the session waits for."""
    if session.status != "open":
        return Turn("done", ("", ""), f"This session is {session.status}.")
    barred = _barred(session)
    if barred is not None and session.focus is None:
        return barred
    speaking = next((one for one in contradicted(session) if one not in session.skipped), None)
    if speaking is not None and session.focus is None and not session.measured:
        return passages_turn(session, speaking)
    place = next_place(session)
    if place is not None:
        together = (
            None if session.focus is not None else form_turn(session, place) or list_turn(session, place)
        )
        return together or row_turn(session, place) or prompt_turn(session, place)
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
    prompt_set = session.rules.sets[item]
    suggestion = assessment.suggestion
    noted = law_notes(session.reading(item))
    options = []
    for decision in ("upheld", "overturned"):
        departs = decision != suggestion.decision
        asks = (
            ""
            if not departs and not (noted and decision == "overturned")
            else f"A law speaks to this ({', '.join(noted)}). Why is it overturned all the same?"
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
            if prompt_set.own and not prompt_set.criteria[name].own:
                options.append(
                    Option(
                        f"Find misstated: {name} ({source.locator})",
                        c.RuleOn(item, name, "misstated", ""),
                        "What does the guideline say, and where?",
                        f"misstated {name}",
                    )
                )
    for name in at_variance(prompt_set, [n for n, one in assessment.findings.items() if one.stands]):
        governs = c.RuleOn(item, name, "governs", "")
        source = prompt_set.citations[prompt_set.criteria[name].cite]
        label = f"Its evidence is stronger: {name} ({source.name})"
        options.append(
            Option(label, governs, "Why does its evidence govern, and for this worker?", f"governs {name}")
        )
    if prompt_set.own and session.reading(item).asked(SEARCHED) is not True:
        options.append(Option("Cite a source of your own", c.ShowPrompt(item, SEARCHED), value="own"))
    for name, ruling in session.rulings.get(item, {}).items():
        if ruling.ruling in RULED_OUT:
            again = c.RuleOn(item, name, "accepted", "")
            options.append(Option(f"Apply it after all: {name}", again, "Why does it apply after all?", name))
    return Turn("decision", (item, ""), "What is your determination?", tuple(options))


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
            label = f"Correct a date: {shortened(session.prompt(*dated).ask, _SHORT)}"
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
