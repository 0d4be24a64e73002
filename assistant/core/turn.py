"""One turn of the conversation, the same on the screen and in plain lines: a question, and its replies by the shape of
its answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count, product
from typing import TYPE_CHECKING

from assistant.core import commands as c
from assistant.core.answer import Answer, Evidence, Status, group, listing, same_content
from assistant.core.answer_reader import DONE, STATUS_LABELS
from assistant.core.proposal import Proposed, propose
from assistant.core.record.absence import (
    affirming,
    denying,
    entry_denial,
    evidence_at,
    more_follow,
    newer_against,
    not_found,
    open_passages,
    pages_in,
    pages_unread,
    speaking_for,
    speaks_of,
    spoken_against,
    worded_once,
)
from assistant.core.record.grounds import cites
from assistant.core.record.pages import HOW, parted
from assistant.core.record.passages import PassageGroup, figures, on_first_page
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    GroupShape,
    ListingShape,
    NumberShape,
    Part,
    SeveralShape,
    Shape,
    StatementShape,
    at,
    complete,
)
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import Private, compiled, counted, one_line, shortened, singular, with_article
from assistant.core.value import Value, replace
from assistant.core.wording import shown

if TYPE_CHECKING:
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

    `kind`: prompt, form, list, passages, by_eye, ruling, first, decision, check, sign or done. `place` is the scope and
    path asked about.
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
    made = proposal_for(session, scope, prompt) if not rest and (held is None or done) else None
    proposal = made if held is None else None
    options = list(_options(session, place, prompt, shape, held))
    if path == SEARCHED and held is not None and held.parts and (without := _no_source(session, scope)):
        whole = c.RecordAnswer(scope, path, replace(held, closed=True))
        said = f"That is all: {counted(len(held.parts), 'step')}, and no source of my own"
        options.insert(1, Option(said, c.RecordAnswers(scope, (whole, without)), value="all"))
    if made is not None and held is not None and not same_content(held, made.answer):
        stated = shortened(shown(prompt.schema, made.answer).replace("\n", "; "), _LONGEST_LABEL)
        again = c.RecordAnswer(scope, path, made.answer, "proposed")
        options.append(Option(f"What was proposed, {made.basis}: {stated}", again, value="proposed"))
    if proposal is not None and isinstance(shape, GroupShape | ListingShape) and not asked_together(shape):
        options.insert(
            0, Option("Yes, as stated", c.RecordAnswer(scope, path, proposal.answer, "proposed"), value="yes")
        )
    words = _words_wanted(shape)
    if row := row_parts(session, place):
        words = _line_words(row, isinstance(shape, ListingShape))
    if asked_together(shape) and entries_of(Turn("prompt", place, "", tuple(options))):
        words = "A key for each entry in one line, then Enter; for another passage, the name of the entry."
    return Turn("prompt", place, question, tuple(options), words, proposal, held if done else None)


def row_parts(session: Session, place: AnswerPlace) -> Mapping[str, Part]:
    """What makes a whole answer in parts, or the next entry of a list, by path, where it may be written in one line."""
    scope, path = place
    shape, held = session.prompt(scope, path).schema.shape, session.answer(scope, path)
    if "." in path or path in (SEARCHED, OWN) or asked_together(shape):
        return {}
    if isinstance(shape, ListingShape):
        number = len(held.parts or {}) + 1 if held is not None else 1
        row = {f"{path}.{number}.{name}": part for name, part in shape.element.parts.items()}
    elif isinstance(shape, GroupShape):
        row = {f"{path}.{name}": part for name, part in shape.parts.items()}
    else:
        row = {}
    return row if sum(part.belongs({}) for part in row.values()) > 1 else {}


def _line_words(row: Mapping[str, Part], listing: bool) -> str:
    """What a line holds that is an answer in parts, or an entry of a list."""
    labels = {part.name: part.shape.labels for part in row.values() if isinstance(part.shape, ChoiceShape)}
    asks = []
    for part in row.values():
        only = part.schema.get("only", {}).items()
        of = [labels[name][one].lower() for name, values in only for one in values if one in labels[name]]
        asks.append(part.ask.rstrip("?") + f" (of {' or '.join(of)} alone)" * bool(of))
    closes = f", and `{DONE}` where it is the last" * listing
    return f"In one line: {'; '.join(asks)}; words of the page in quotation marks{closes}."


def _no_source(session: Session, scope: str) -> c.RecordAnswer | None:
    """The answer that the reviewer relies on no source of their own; None where that isn't asked, or is answered."""
    if session.reading(scope).asked(OWN) is not True or session.answer(scope, OWN) is not None:
        return None
    return c.RecordAnswer(scope, OWN, listing([]))


def proposal_for(session: Session, scope: str, prompt: Prompt) -> Proposed | None:
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
    if root and not session.unaided(place[0]) and cites(session, *place):
        made += _by_passage(session, place, shape)
    if not asked_together(shape):
        made += [
            _answer_option(label, place, Answer(status=status), status.value)
            for status, label in STATUS_LABELS.items()
            if prompt.schema.may_be(status) and (held is None or held.parts is None)
        ]
    return made


_POINT = re.compile(r"^\s*(?:\d{1,2}[.)]|[•·*-])\s+(?=\S)")
"""The number or sign before a point of a plan: the page's, and none of the words that are stated."""
_MOST_BY_PASSAGE = 3
SHORT = 70
_QUOTED, _BEFORE = 150, 30
"""How much of a passage stands in a reply, and where it is longer how much of that before what was found."""


def _by_passage(session: Session, place: AnswerPlace, shape: Shape) -> Iterator[Option]:
    """Answers together with the passage that was found for them: what is stated, in its words; yes and no."""
    prompt = session.prompt(*place)
    if isinstance(shape, StatementShape):
        for group in _bearing(speaks_of(session, place, prompt.look_for)):
            said = Private(_POINT.sub("", on_first_page(group.quote))[: shape.limit])
            yield _quoting(place, Answer(value=said, evidence=(evidence_at(group),)), "Stated", group)
    elif isinstance(shape, ChoiceShape) and (denials := prompt.schema.denials()):
        said_so = [value for value in shape.labels if value not in denials]
        sides = [(said_so, affirming(session, place, prompt.look_for))]
        sides.append((list(denials), denying(session, place, prompt.look_for)))
        for values, groups in sides:
            for group in _bearing(groups) if len(values) == 1 else ():
                made = Answer(value=values[0], evidence=(evidence_at(group),))
                later = (
                    _but_later(session, place, group, prompt.look_for) if group.standing == "negated" else ""
                )
                yield _quoting(place, made, shape.labels[values[0]], group, later)


def _bearing(groups: Iterable[PassageGroup]) -> tuple[PassageGroup, ...]:
    return worded_once([one for one in groups if one.bears])[:_MOST_BY_PASSAGE]


def _quoting(place: AnswerPlace, answer: Answer, label: str, group: PassageGroup, later: str = "") -> Option:
    said = f"{label}: “{shortened(group.quote, _QUOTED)}” ({group.document}:{group.pages[0]}){later}"
    return _answer_option(said, place, answer, f"passage {group.document}:{group.start} {label}")


def _but_later(session: Session, place: AnswerPlace, denial: PassageGroup, words: Iterable[str]) -> str:
    """What a newer document says against a denial, to stand behind it; empty where none does."""
    newer = newer_against(session, place, denial, words)[:1]
    return "".join(f", but later {_quote(evidence_at(one), one.terms)}" for one in newer)


def _quote(one: Evidence, terms: Iterable[str] = ()) -> str:
    """A passage: the whole of it, of a long one the words from a little before the first that is looked for."""
    if len(one_line(one.quote)) <= _QUOTED:
        return f"“{one_line(one.quote)}” ({one.document}:{one.page})"
    stems = {word[:5] for term in terms for word in term.casefold().split() if len(word) > 3}
    found = [at for stem in stems if (at := one.quote.casefold().find(stem)) >= 0]
    begin = max(0, min(found, default=0) - _BEFORE)
    begin = one.quote.find(" ", begin) + 1 if begin else 0
    said = shortened(f"{'…' * bool(begin)}{one.quote[begin:]}", _QUOTED)
    return f"“{said}” ({one.document}:{one.page})"


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
    left = (
        "one that no passage affirms is" if len(silent) == 1 else f"{len(silent)} that no passage affirms are"
    )
    who = "All" if len(silent) == len(shape.parts) else f"The {left}"
    denied = {
        p.name: tuple(map(evidence_at, cited))
        for p in silent
        if (cited := entry_denial(session, place, p.name))
    }
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
    aided = not session.unaided(place[0]) and not session.measured and cites(session, *place)
    for part in (*(p for p in remaining if p.name in spoken), *silent):
        at_part = place[0], f"{place[1]}.{part.name}"
        found = [one for one in speaking_for(session, place, part.name)[:1] if aided and one.bears]
        yes = Answer(value=leading[0], evidence=tuple(evidence_at(one) for one in found))
        label = f"{leading[1].capitalize()}: {_briefly(part.ask) if found else part.ask}"
        label += "".join(f": {_quote(evidence_at(one), one.terms)}" for one in found)
        made.append(_answer_option(label, at_part, yes, part.name))
        if part.name not in spoken:
            continue
        if others and aided and (cited := entry_denial(session, place, part.name)):
            value, label = others[0]
            quotes = (
                f"{_quote(evidence_at(one))}{_but_later(session, place, one, prompt.words(part.name))}"
                for one in cited
            )
            said = f"{label.capitalize()}: {_briefly(part.ask)}: {'; '.join(quotes)}"
            no = Answer(value=value, evidence=tuple(map(evidence_at, cited)))
            made.append(_answer_option(said, at_part, no, f"{value} {part.name}"))
        absent = Answer(status=Status.NOT_DOCUMENTED)
        value = absent.status.value if len(remaining) == 1 else f"not {part.name}"
        made.append(_answer_option(f"Not documented: {_briefly(part.ask)}", at_part, absent, value))
    return made


def _briefly(ask: str) -> str:
    """A question without what stands in brackets behind it."""
    return ask.split(" (", 1)[0].rstrip("?")


def entries_of(turn: Turn) -> tuple[AnswerPlace, ...]:
    """The entries of a checklist of which each may have a key of its own in one reply; none of another turn."""
    named = [one.command for one in turn.options if isinstance(one.command, c.RecordAnswer)]
    root = turn.path.split(".", 1)[0]
    found = dict.fromkeys((one.item, one.prompt) for one in named if one.prompt.startswith(f"{root}."))
    return tuple(found) if turn.kind == "prompt" and turn.path == root and len(found) > 1 else ()


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
    add = Option(f"Add {with_article(shape.noun)}", c.ShowPrompt(scope, f"{path}.{count + 1}"), value="add")
    if path == OWN and not count:
        return [_answer_option("None", place, listing([]), "none"), *_sources(place, shape)]
    if not count or held is None:
        return [add] if path == SEARCHED else [_answer_option("None", place, listing([]), "none"), add]
    whole = c.RecordAnswer(scope, path, replace(held, closed=True))
    close = Option(f"That is all: {counted(count, shape.noun)}", whole, value="done")
    last = Option(f"Remove {shape.noun} {count}", c.WithdrawAnswer(scope, f"{path}.{count}"), value="remove")
    change = [
        Option(
            f"Change {shape.noun} {number}", c.ShowPrompt(scope, f"{path}.{number}"), value=f"change {number}"
        )
        for number in range(1, count + 1)
    ]
    return [close, add, last, *change]


def _sources(place: AnswerPlace, shape: ListingShape) -> Iterator[Option]:
    """The first source of the reviewer's own, by its kind and by what it argues for, which choose what is asked of it."""
    scope, path = place
    kinds, sides = (shape.element.parts[name].shape for name in ("kind", "argues"))
    assert isinstance(kinds, ChoiceShape)
    assert isinstance(sides, ChoiceShape)  # both are choices of the table of sources
    for (kind, called), (side, said) in product(kinds.labels.items(), sides.labels.items()):
        chosen = {"kind": Answer(value=kind), "argues": Answer(value=side)}
        made = tuple(c.RecordAnswer(scope, f"{path}.1.{name}", one) for name, one in chosen.items())
        yield Option(
            f"{called}, {said[:1].lower()}{said[1:]}", c.RecordAnswers(scope, made), value=f"{kind} {side}"
        )


def _words_wanted(shape: Shape) -> str:
    if isinstance(shape, SeveralShape):
        listed = ", ".join(shape.labels.values())
        return f"Name them, with commas: {listed}."
    if isinstance(shape, StatementShape):
        return "Write it in words."
    if isinstance(shape, GroupShape | ListingShape | ChoiceShape):
        return ""
    if isinstance(shape, NumberShape):
        return f"Write a number{f' of {singular(shape.unit)}' if shape.unit else ''}."
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
_HEADING = r"^[a-z][a-z /]{2,30}: "


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
    lost = [path for path, leaf in answer.leaves() if leaf.status is Status.NOT_DOCUMENTED] if answer else []
    lost = [path for path in against if path in lost]
    absent = bool(lost) or (not against and not_found(answer) and (answer is None or answer.parts is None))
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
        asks = (part_question(prompt, tuple(one.split("."))) for one in lost)
        entries = [ask.split(" (", 1)[0].rstrip("?") for ask in asks]
        of = f" ({'; '.join(entries)})" if entries else ""
        held = dict(answer.leaves()) if answer is not None else {}
        denied = bool(against) and all(held[one].given for one in against)
        state = "absent" if denied else "not documented"
        question = (
            f"Answered as {state}{of}, but the record speaks of it at {at_page}. "
            f"Does this passage answer “{prompt.ask}”"
        )
    else:
        said = one_line(shown(prompt.schema, answer), 120)
        question = f"Answered: {said}, to “{prompt.ask}” Does the passage at {at_page} speak against that?"
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
    return compiled(_HEADING).sub("", " ".join(group.quote.casefold().split()))


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
