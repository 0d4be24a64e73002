"""What is suggested while answers are still missing, and which of them would settle it.

A suggestion is made as soon as no missing answer can turn it; until then there is none, and the reviewer
is told what to look for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, zip_longest
from math import inf

from assistant.core.answer import Answer, Status
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import complete, reserved, select
from assistant.core.rules.clauses import Cell, Feature, Range
from assistant.core.rules.completion import opened_by
from assistant.core.rules.condition import Atom, holds
from assistant.core.rules.criterion import (
    SIDE,
    Finding,
    Ruling,
    Suggestion,
    amount_within,
    findings,
    weigh,
)
from assistant.core.rules.criterion import State as CriterionState
from assistant.core.rules.encoding import Encoded
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.solving import NO_ROW, Forcing, Questions, cells_in_words
from assistant.core.value import Value, replace

Key = tuple[str | None, str]
"""A suggestion as far as it can turn: its decision and why."""


def switched_off(found: Mapping[str, Finding]) -> frozenset[str]:
    """The criteria that a ruling, or the date of their edition, takes out whatever is answered."""
    return frozenset(name for name, one in found.items() if one.reason)


@dataclass(frozen=True, eq=False)
class _Same:
    """A prompt set as a key: equal only to itself."""

    prompt_set: PromptSet

    def __hash__(self) -> int:
        return id(self.prompt_set)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.prompt_set is self.prompt_set


def suggest(reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling]) -> Suggestion:
    """What the guidelines suggest under the answers there are; `on` is the date that governs editions."""
    prompt_set = reading.prompt_set
    found = findings(reading, on, rulings)
    if prompt_set.undated:
        return Suggestion(None, "open")
    put = {one.name: reading.holds(one.when) if one.unread else False for one in prompt_set.questions}
    waiting = [place for one in prompt_set.questions if put[one.name] is True for place in one.unread]
    so_far = weigh(prompt_set, {name: one.state for name, one in found.items()}, rulings, waiting)
    open_ = any(one.state is CriterionState.UNDETERMINED for one in found.values())
    if not open_ and None not in put.values():
        if so_far.why != "gap" or prompt_set.language == 1:
            return so_far
        return _Completions(reading, found, rulings).unclear(so_far)
    completions = _Completions(reading, found, rulings)
    keys = completions.keys()
    if len(keys) != 1:  # none: the answers are a combination that cannot be
        return Suggestion(None, "open", settle=tuple(completions.settling()) if keys else ())
    return _agreed(keys.pop(), so_far, found, prompt_set)


def _agreed(key: Key, so_far: Suggestion, found: Mapping[str, Finding], prompt_set: PromptSet) -> Suggestion:
    """The suggestion in which all completions agree, with the arguments that stand already."""
    decision, why = key
    if (so_far.decision, so_far.why) == key:
        return so_far
    standing = [name for name, one in found.items() if one.stands]
    stand = sorted(standing, key=lambda name: prompt_set.rank(prompt_set.criteria[name]))
    side = SIDE.get(decision or "", "")
    ours = tuple(name for name in stand if not side or prompt_set.criteria[name].argues == side)
    return replace(
        Suggestion(decision, why), because=ours, dissent=tuple(name for name in stand if name not in ours)
    )


# What the answers that are missing could still lead to, asked of a solver.


@lru_cache(maxsize=16)
def _coded(key: _Same) -> Questions:
    given = [
        Atom(name, reserved("given")) for name, one in key.prompt_set.prompts.items() if one.documentable
    ]
    return Questions(Encoded(key.prompt_set, given))


class _Completions:
    """Every way in which the missing answers of a reading can come out, under its rulings and on its day."""

    def __init__(self, reading: Reading, found: Mapping[str, Finding], rulings: Mapping[str, Ruling]) -> None:
        self.reading = reading
        self.set = reading.prompt_set
        self.off = switched_off(found)
        self.declined = frozenset(name for name, one in rulings.items() if one.ruling == "declined")

    @property
    def ask(self) -> Questions:
        return _coded(_Same(self.set))

    def assumed(self, answers: Mapping[str, Answer]) -> list[int]:
        """What is known: the answers there are, the editions in force, the rulings."""
        coded = self.ask.encoded
        unread = {one.name for one in self.set.questions if one.unread}
        return [
            *(one if name in self.off else -one for name, one in coded.off.items()),
            *(one if name in self.declined else -one for name, one in coded.declined.items()),
            *(one if name in unread else -one for name, one in coded.unread.items()),
            *(literal for name, answer in answers.items() for literal in self.held(name, answer)),
        ]

    def held(self, name: str, answer: Answer) -> Iterator[int]:
        """What an answer, complete or not, says of the conditions on its prompt where that is asked."""
        coded = self.ask.encoded
        code, prompt = coded.codes[name], self.set.prompts[name]
        tie = self.set.ties.get(name, "")
        tied = self.reading.tied(tie) if tie else None
        for atom, literal in code.truth.items():
            found, whole = select(prompt.schema.shape, answer, tuple(atom.path.split(".")[1:]))
            truth = holds(atom.condition, found, whole, tied)
            if truth is not None:
                yield coded.clauses.any((-code.asked, literal)) if truth else -literal
        if answer.listing and code.rows is not None:
            for literal in code.rows(answer):
                yield coded.clauses.any((-code.asked, literal))
        elif answer.parts is not None and not complete(prompt.schema.shape, answer):
            for feature in code.features:
                part = answer.parts.get(feature.path.removeprefix(f"{name}."))
                literal_ = feature.literal_of(part) if part is not None and not part.parts else None
                if literal_ is not None:
                    yield coded.clauses.any((-feature.active, literal_))
                elif feature.path == name:
                    yield coded.clauses.any((-feature.active, feature.cells[0].literal))

    def given(self, name: str) -> int:
        """The literal of a prompt's being given."""
        return self.ask.encoded.formula(Atom(name, reserved("given")))

    def keys(self) -> set[Key]:
        """What can be suggested, as far as it can turn; two of them are enough to know that it is open."""
        return self._keys(self.assumed(self.reading.answers))

    def _keys(self, assumed: Sequence[int]) -> set[Key]:
        found: set[Key] = set()
        for key, literal in _outcomes(self.ask.encoded).items():
            if self.ask.can_be([*assumed, literal]):
                found.add(key)
        return found

    def settling(self) -> Iterator[str]:
        """The prompts in which two completions, differing only there and in what it opens, differ in suggestion."""
        assumed = self.assumed(self.reading.answers)
        pair = self.ask.paired(list(_outcomes(self.ask.encoded).values()))
        for name, prompt in self.set.prompts.items():
            answer = self.reading.answers.get(name)
            if answer is not None and complete(prompt.schema.shape, answer):
                continue
            free = {name, prompt.ties, *opened_by(self.set, name)}
            if pair.may_differ(assumed, [one for one in self.set.prompts if one not in free]):
                yield name

    def unclear(self, gap: Suggestion) -> Suggestion:
        """A gap as *unclear*, where clear answers in place of unclear ones could make something stand."""
        unclear = [
            name
            for name, answer in self.reading.answers.items()
            if self.reading.asked(name) is True
            and any(leaf.status is Status.UNCLEAR for _, leaf in answer.leaves())
        ]
        if not unclear:
            return gap
        rest = dict(self.reading.answers)
        for name in unclear:
            kept = _clear_part(rest.pop(name))
            if kept is not None:
                rest[name] = kept
        cells = [
            -cell.literal
            for name in unclear
            for feature in self.ask.encoded.codes[name].features
            for cell in feature.cells
            if not cell.clear
        ]
        if self._keys([*self.assumed(rest), *cells]) <= {(None, "gap")}:
            return gap
        return Suggestion(None, "unclear", settle=tuple(unclear))


def _clear_part(answer: Answer) -> Answer | None:
    """What is left of an answer without its unclear parts; None where nothing would be."""
    if answer.parts is None or answer.listing:
        return None
    kept = {name: part for name, part in answer.parts.items() if part.status is not Status.UNCLEAR}
    return replace(answer, parts=kept) if kept else None


def _outcomes(coded: Encoded) -> dict[Key, int]:
    return {
        ("upheld", "carried"): coded.upheld,
        ("overturned", "carried"): coded.overturned,
        (None, "gap"): coded.gap,
        (None, "conflict"): coded.conflict,
        (None, "unread"): coded.waiting,
    }


# What a treating physician could have documented that would turn the suggestion.


MOST_PROMPTS = 3
_MOST_CHANGES = 3
_MOST_NAMED = 3


class Change(Value):
    """Conditions by prompt (`prompt` or `prompt.part`) that lead to `decision`, with their labels."""

    answers: Mapping[str, str]
    labels: Mapping[str, str]
    decision: str
    rests_on: tuple[str, ...] = ()


def would_change(
    reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling], certified: float | None = None
) -> tuple[Change, ...]:
    """The smallest sets of documentable conditions that turn the suggestion to another definite one.

    Beside them a new request for what is within a limit, where that is more than was `certified`, would be approved.
    """
    now = suggest(reading, on, rulings)
    if now.why == "open":
        return ()
    turned = _changes(reading, findings(reading, on, rulings), rulings, now)
    return (*turned, *_asking_less(reading, on, rulings, now, certified))


def _changes(
    reading: Reading, found: Mapping[str, Finding], rulings: Mapping[str, Ruling], now: Suggestion
) -> Iterator[Change]:
    """The same: for the fewest prompts, the widest answers that turn it.

    All other answers stay, so that what a changed one opens is told only where it has no answer yet. What rules
    make of answers follows them, and is told by those. The first of each group of prompts come before the second
    ones of any, and what was not documented before what a note would have to say otherwise than the record does.
    """
    completions = _Completions(reading, found, rulings)
    ask, prompt_set = completions.ask, reading.prompt_set
    able = [
        name
        for name, one in prompt_set.prompts.items()
        if one.documentable
        and reading.asked(name) is True
        and not ((one.computed or one.about == "request") and _told(reading, name))
    ]
    groups: list[tuple[tuple[int, int], list[Change]]] = []
    for decision in (one for one in SIDE if one != now.decision):
        goal = ask.encoded.upheld if decision == "upheld" else ask.encoded.overturned
        turned: list[set[str]] = []
        for size in range(1, MOST_PROMPTS + 1):
            for names in combinations(able, size):
                if any(fewer <= set(names) for fewer in turned):
                    continue
                sums = _sums(reading, names)
                held = {n: one for n, one in reading.answers.items() if n not in {*names, *sums}}
                assumed = [*completions.assumed(held), *map(completions.given, names)]
                assumed += [_reckoned(ask, *one) for one in sums.items()]
                if not ask.can_be([*assumed, goal]):
                    continue
                group = []
                for one in ask.forcing((goal,), assumed, _MOST_CHANGES, settled=True)[0]:
                    left = _left(ask.encoded, one, sums)
                    if not all(left.values()) or not all(
                        _otherwise(reading, one, name, left) for name in names
                    ):
                        continue
                    words = _words(ask.encoded, one, sums, left)
                    stay = {path for path in _staying(reading, one) if path not in left}
                    words = {path: said for path, said in words.items() if path not in stay} or words
                    told = {path.partition(".")[0].partition(" ")[0] for path in words}
                    words |= {name: "any answer" for name in names if name not in told}
                    resting = _resting(prompt_set, one, rulings, decision)
                    group.append(Change(words, _labels(prompt_set, words), decision, resting))
                if group:
                    turned.append(set(names))
                    groups.append(
                        ((sum(_told(reading, name) for name in names), len(group[0].answers)), group)
                    )
    groups.sort(key=lambda one: one[0])
    for row in zip_longest(*(group for _, group in groups)):
        yield from (one for one in row if one is not None)


def _told(reading: Reading, name: str) -> bool:
    """Whether the record says something at a prompt, or in a part of it."""
    answer = reading.answer(name)
    return answer is not None and any(leaf.given for _, leaf in answer.leaves())


def _sums(reading: Reading, names: Sequence[str]) -> dict[str, tuple[str, float]]:
    """The sums that follow from what is changed or opened: by prompt, the one part that is free, and the rest."""
    found: dict[str, tuple[str, float]] = {}
    for name, prompt in reading.prompt_set.prompts.items():
        if prompt.computed is None or prompt.computed.rule != "add":
            continue
        parts = [one for one in prompt.computed.of if isinstance(one, str)]
        free = [one for one in parts if one in names or one not in reading.answers]
        rest = [reading.answers[one].value for one in parts if one not in free]
        if (
            len(free) == 1
            and len(parts) == len(prompt.computed.of)
            and all(isinstance(n, (int, float)) for n in rest)
        ):
            found[name] = (free[0], sum(rest))
    return found


def _reckoned(ask: Questions, name: str, part: tuple[str, float]) -> int:
    """A literal under which a sum is what its free part and the rest come to."""
    key = (name, *part)
    if key not in ask.reckoned:
        clauses, codes = ask.encoded.clauses, ask.encoded.codes
        ask.reckoned[key] = clauses.new()
        (free,), (total,) = codes[part[0]].features, codes[name].features
        for cell in free.cells:
            able = [
                other.literal
                for other in total.cells
                if (cell.range is None) is (other.range is None)
                and (
                    cell.range is None or other.range is None or cell.range.moved(part[1]).shared(other.range)
                )
            ]
            clauses.add(-ask.reckoned[key], -free.active, -total.active, -cell.literal, *able)
    return ask.reckoned[key]


def _left(coded: Encoded, one: Forcing, sums: Mapping[str, tuple[str, float]]) -> dict[str, list[Cell]]:
    """By the free part of each sum that a change tells of: the numbers that are left for it."""
    found: dict[str, list[Cell]] = {}
    for name, (free, rest) in sums.items():
        (part,), (total,) = coded.codes[free].features, coded.codes[name].features
        if total not in one.places:
            continue
        ends = [cell.range for cell in total.cells if cell.range]
        chosen = one.places.get(part, frozenset(range(len(part.cells))))
        found[free] = [
            replace(cell, range=both)
            for n, cell in enumerate(part.cells)
            for m, other in enumerate(total.cells)
            if n in chosen and m in one.places[total] and cell.range and other.range
            if (both := cell.range.shared(_open_ended(other.range, ends).moved(-rest)))
        ]
    return found


def _words(
    coded: Encoded, one: Forcing, sums: Mapping[str, tuple[str, float]], left: Mapping[str, list[Cell]]
) -> dict[str, str]:
    """A change in words, a sum told by its free part."""
    words = one.words(coded.features, given=True)
    for feature, chosen in one.places.items():
        given = [feature.cells[n] for n in sorted(chosen) if feature.cells[n].answer.given]
        labels = [label for cell in given for label in cell.labels]
        if len(labels) > _MOST_NAMED and feature.path in words and not feature.row:
            words[feature.path] = f"{', '.join(labels[:_MOST_NAMED])} or another of {len(labels)}"
    words = {path: said for path, said in words.items() if path not in sums}
    words |= {free: cells_in_words(coded.codes[free].features[0], cells) for free, cells in left.items()}
    return {
        path: said for path, said in words.items() if said != "any" or not any(f"{path}." in n for n in words)
    }


def _open_ended(span: Range, ends: Sequence[Range]) -> Range:
    """A span without the ends that only a number of its kind has."""
    low = -inf if span.low == min(one.low for one in ends) else span.low
    high = inf if span.high == max(one.high for one in ends) else span.high
    return Range(low, high, span.with_low, span.with_high)


def _otherwise(reading: Reading, one: Forcing, name: str, left: Mapping[str, list[Cell]]) -> bool:
    """Whether a change has another answer at a prompt than the record has; one that has none changes in any case."""
    if not _told(reading, name):
        return True
    answer = reading.answers[name]
    if name in left:
        return not any(cell.range.holds(answer.value) for cell in left[name] if cell.range)
    places = {feature: chosen for feature, chosen in one.places.items() if feature.prompt == name}
    if any(feature.row for feature in places):  # a row that the record has stays
        return not any(feature.row and chosen == {NO_ROW} for feature, chosen in places.items())
    return any(not _stays(answer, feature, chosen) for feature, chosen in places.items())


def _part(answer: Answer, feature: Feature) -> Answer | None:
    path = feature.path.removeprefix(f"{feature.prompt}.")
    return answer if feature.path == feature.prompt else (answer.parts or {}).get(path)


def _stays(answer: Answer, feature: Feature, chosen: Collection[int]) -> bool:
    """Whether a place of an answer is by now what a change wants of it."""
    part = _part(answer, feature)
    now = None if part is None or part.parts else feature.literal_of(part)
    return now in [feature.cells[n].literal for n in chosen]


def _staying(reading: Reading, one: Forcing) -> Iterator[str]:
    """The places whose answers stay as they were given, of which no change is to be told."""
    for feature, chosen in one.places.items():
        answer = reading.answer(feature.prompt)
        part = None if answer is None or feature.row else _part(answer, feature)
        if answer is None or part is None or not _stays(answer, feature, chosen):
            continue
        if part.given or part is not answer:  # a whole answer that isn't given is to be given by the change
            yield feature.path


def _labels(prompt_set: PromptSet, words: Mapping[str, str]) -> dict[str, str]:
    """The answers in words, each with what it is an answer to: in the words of its absence, or the question."""
    found = {}
    for path, said in words.items():
        name, _, part = path.partition(" ")[0].partition(".")
        prompt = prompt_set.prompts[name]
        entry = prompt.spec.values.get(part) if prompt.spec is not None else None
        told = prompt.absence or prompt.ask
        if told.partition(" ")[0] in ("whether", "why"):
            told = prompt.ask  # which a yes or a no answers as it stands
        if part:
            asked = prompt.spec.asks.get(part, "") if prompt.spec is not None else ""
            told = (
                entry.label.partition(" (")[0]
                if entry is not None
                else asked or f"{told} ({part.replace('_', ' ')})"
            )
        found[path] = f"{told} {said}" if told.endswith("?") else f"{told}: {said[:1].lower()}{said[1:]}"
    return found


def _asking_less(
    reading: Reading,
    on: PartialDate | None,
    rulings: Mapping[str, Ruling],
    now: Suggestion,
    certified: float | None,
) -> Iterator[Change]:
    """A new request for as much as is within the limit that was overstepped, beyond what was certified."""
    for name in now.because:
        criterion = reading.prompt_set.criteria[name]
        within = amount_within(reading, criterion)
        if criterion.limit is None or within is None or certified is None or within <= certified:
            continue
        asked, of = criterion.limit.asked, criterion.limit.of
        less = reading.answers[asked].value - within
        lower = {
            one: replace(reading.answers[one], value=reading.answers[one].value - less) for one in {asked, of}
        }
        other = suggest(Reading(reading.prompt_set, {**reading.answers, **lower}), on, rulings)
        if less > 0 and other.decision == "overturned":
            beyond = f" beyond the {certified:g} certified" if certified else ""
            said = f"a new request for at most {within - certified:g}{beyond}"
            yield Change({asked: f"up to {within:g}"}, {asked: said}, "overturned", other.rests_on)


def _resting(
    prompt_set: PromptSet, one: Forcing, rulings: Mapping[str, Ruling], decision: str
) -> tuple[str, ...]:
    states = {
        name: CriterionState.MET if name in one.met else CriterionState.NOT_MET
        for name in prompt_set.criteria
        if name in one.met or name not in one.standing
    }
    made = weigh(prompt_set, states, rulings)
    return made.rests_on if made.decision == decision else ()
