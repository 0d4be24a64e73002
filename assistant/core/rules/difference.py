"""Which answers come out otherwise under another edition of a prompt set, and which few of them make the difference.

What either edition tells apart is tried: every combination where there are few, and otherwise those of each
criterion that was changed among others drawn by their number, the same every time. What lies nearest to answers that
are known to occur is tried and told first. A difference is told by the widest answers that make it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product
from math import prod
from typing import TypeVar

from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import check_answer
from assistant.core.dates import PartialDate
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import ChoiceShape, NumberShape, complete
from assistant.core.rules.clauses import Cell, Feature
from assistant.core.rules.completion import conditions_by_place, partitions_of, truths, words
from assistant.core.rules.condition import Atom, Formula, atoms
from assistant.core.rules.criterion import digest_of, findings, weigh
from assistant.core.rules.editions import eras, on_day
from assistant.core.rules.encoding import ranges
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.solving import cells_in_words
from assistant.core.text import digest
from assistant.core.value import Value, replace

Outcome = tuple[str | None, str]
"""What is suggested, and why."""

Drawn = TypeVar("Drawn")

TRIED = 6_000
"""So many combinations are tried of one day, where there are more."""
_MOST_WIDENED = 200


class Difference(Value):
    """Answers, in words by prompt, that came to `old` and come to `new`, in the eras that begin on `since` (ISO)."""

    since: tuple[str, ...]
    answers: Mapping[str, str]
    old: Outcome
    new: Outcome


class Comparison(Value):
    """The differences that were found; `whole` says that every combination was tried, `tried` how many were."""

    found: tuple[Difference, ...]
    tried: int
    whole: bool


def compare(
    old: PromptSet, new: PromptSet, most: int = 20, likely: Iterable[Mapping[str, Answer]] = ()
) -> Comparison:
    """The differences between two editions of a set for one region, at most `most` of them.

    First stand those that are the fewest answers away from `likely` ones, such as the examples of the set.
    """
    pair = _Pair(old, new, likely)
    found: dict[tuple[object, ...], Difference] = {}
    away: dict[tuple[object, ...], int] = {}
    tried = 0
    for day in pair.days:
        sides = (on_day(old, day), on_day(new, day))
        boxes: list[Box] = []
        for given in pair.combinations():
            tried += 1
            if any(all(repr(one) in box[name] for name, one in given.items()) for box in boxes):
                continue
            outcomes = pair.outcomes(sides, given, day)
            if outcomes[0] == outcomes[1] or len(found) >= most:
                continue
            box = pair.widened(sides, given, day, outcomes)
            boxes.append(box)
            told = pair.told(box)
            key = (frozenset(told.items()), outcomes)
            known = found.get(key, Difference((), told, *outcomes))
            found[key] = replace(known, since=(*known.since, str(day)))
            away[key] = min(away.get(key, len(given)), pair.away(given))
    nearest = sorted(found, key=lambda key: away[key])
    return Comparison(tuple(found[key] for key in nearest), tried, pair.size <= TRIED)


Box = Mapping[str, Mapping[str, Answer]]
"""For each prompt some of its answers (by their form), any of which makes the same difference."""


class _Pair:
    def __init__(self, old: PromptSet, new: PromptSet, likely: Iterable[Mapping[str, Answer]]) -> None:
        self.days = sorted(
            {era.since for made in (old, new) for era in eras(made)}, key=lambda day: day.earliest
        )
        read = [name for made in (old, new) for name in made.prompts if name in _read(made)]
        self.names = list(dict.fromkeys(read))
        self.answers = {name: _answers(name, (old, new)) for name in self.names}
        self.sides = (new, old)
        self.size = prod(len(some) for some in self.answers.values())
        self.changed = [_closed(made, name) for made, name in _changed(old, new)]
        self.likely = list(map(self.kinds, likely))

    def kinds(self, given: Mapping[str, Answer]) -> dict[str, Answer]:
        """Of each answer the one of those tried that neither edition tells apart from it."""
        found = {}
        for name, some in self.answers.items():
            one = given.get(name)
            if one is None:
                continue
            prompt = next(made.prompts[name] for made in self.sides if name in made.prompts)
            told = truths(prompt, of_it := _atoms(name, self.sides), one)
            alike = [
                each for each in some if (each.status, truths(prompt, of_it, each)) == (one.status, told)
            ]
            if alike:
                found[name] = one if one in alike else alike[0]
        return found

    def away(self, given: Mapping[str, Answer]) -> int:
        """How many answers lie between these and the nearest likely ones."""
        return min(
            (sum(given[name] != one for name, one in likely.items()) for likely in self.likely), default=0
        )

    def near(self) -> Iterator[Mapping[str, Answer]]:
        """The likely answers, and those one answer away from them, once each."""
        seen = set()
        for likely in self.likely:
            whole = {name: likely.get(name, some[0]) for name, some in self.answers.items()}
            one_away = ({**whole, name: one} for name, some in self.answers.items() for one in some)
            for given in (whole, *one_away):
                if (key := repr(given)) not in seen:
                    seen.add(key)
                    yield given

    def combinations(self) -> Iterator[Mapping[str, Answer]]:
        if self.size <= TRIED:
            every = (dict(zip(self.answers, one, strict=True)) for one in product(*self.answers.values()))
            yield from sorted(every, key=self.away)
            return
        yield from self.near()
        each = TRIED // (len(self.changed) + 1)
        for turn, names in enumerate([*self.changed, frozenset[str]()]):
            mine = [name for name in self.names if name in names]
            ways = list(islice(product(*(self.answers[name] for name in mine)), 50_000))
            for number in range(each):
                given = {name: _drawn(some, turn, number, name) for name, some in self.answers.items()}
                yield given | dict(zip(mine, _drawn(ways, turn, number), strict=True))

    def outcomes(
        self, sides: Sequence[PromptSet], given: Mapping[str, Answer], day: PartialDate
    ) -> tuple[Outcome, Outcome]:
        old, new = (_outcome(side, given, day) for side in sides)
        return old, new

    def widened(
        self,
        sides: Sequence[PromptSet],
        given: Mapping[str, Answer],
        day: PartialDate,
        outcomes: tuple[Outcome, Outcome],
    ) -> Box:
        """The answers and all those beside them that make the same difference, prompt by prompt."""
        box = {name: {repr(one): one} for name, one in given.items()}
        for name, some in self.answers.items():
            beside = [one for each, one in box.items() if each != name]
            if prod(map(len, beside)) > _MOST_WIDENED:
                continue
            names = [each for each in box if each != name]
            others = [
                dict(zip(names, chosen, strict=True)) for chosen in product(*(one.values() for one in beside))
            ]
            for one in some:
                if all(self.outcomes(sides, {**other, name: one}, day) == outcomes for other in others):
                    box[name][repr(one)] = one
        return box

    def told(self, box: Box) -> dict[str, str]:
        """The answers in words, of the prompts where not every answer is among them."""
        return {
            name: _told(name, self.sides, list(some.values()))
            for name, some in box.items()
            if len(some) < len(self.answers[name])
        }


def _drawn(some: Sequence[Drawn], *of: object) -> Drawn:
    return some[int(digest(repr(of))[:12], 16) % len(some)]


def _outcome(made: PromptSet, given: Mapping[str, Answer], day: PartialDate) -> Outcome:
    reading = Reading(made, {name: one for name, one in given.items() if name in made.prompts})
    states = {name: one.state for name, one in findings(reading, day, {}).items()}
    waiting = [p for one in made.questions if reading.holds(one.when) is True for p in one.unread]
    got = weigh(made, states, {}, waiting)
    return got.decision, got.why


def _told(name: str, sides: Sequence[PromptSet], some: Sequence[Answer]) -> str:
    """Some answers in words; of numbers every one that neither edition tells apart from them."""
    prompt = next(made.prompts[name] for made in sides if name in made.prompts)
    shape, raw = prompt.schema.shape, prompt.schema.schema
    said = dict.fromkeys(words(shape, one) for one in some)
    if not isinstance(shape, NumberShape) or not raw.keys() >= {"minimum", "maximum"}:
        return " or ".join(said)
    of_it = _atoms(name, sides)
    kinds = {truths(prompt, of_it, one) for one in some if one.given}
    cells = [
        Cell(0, Answer(value=value), (), span)
        for value, span in ranges(
            shape.whole, raw["minimum"], raw["maximum"], conditions_by_place(shape, of_it)
        )
    ]
    chosen = [cell for cell in cells if truths(prompt, of_it, cell.answer) in kinds]
    others = [Cell(0, one, (words(shape, one),)) for one in some if not one.given]
    return cells_in_words(Feature(name, name, 0, tuple(cells), shape.unit), [*chosen, *others])


def _formulas(made: PromptSet) -> Iterator[Formula]:
    for criterion in made.criteria.values():
        yield from (criterion.applies, criterion.when)
    yield from (one.when for one in made.questions)


def _read(made: PromptSet) -> frozenset[str]:
    names = {prompt for formula in _formulas(made) for atom in atoms(formula) for prompt in atom.prompts}
    return _with_gates(made, names)


def _with_gates(made: PromptSet, names: Iterable[str]) -> frozenset[str]:
    """These prompts, and those that decide whether they are asked."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and name in made.prompts:
            found.add(name)
            waiting += [prompt for atom in atoms(made.prompts[name].when) for prompt in atom.prompts]
    return frozenset(found)


def _changed(old: PromptSet, new: PromptSet) -> Iterator[tuple[PromptSet, str]]:
    """The criteria that one edition has and the other hasn't, or has otherwise."""
    for made, other in ((old, new), (new, old)):
        for name, criterion in made.criteria.items():
            beside = other.criteria.get(name)
            if beside is None or digest_of(criterion, "") != digest_of(beside, ""):
                yield made, name


def _closed(made: PromptSet, criterion: str) -> frozenset[str]:
    return _with_gates(made, made.criteria[criterion].reads())


def _answers(name: str, sides: Sequence[PromptSet]) -> list[Answer]:
    """An answer of each kind that the editions tell apart together, as far as all that ask for it take it."""
    asking = [made for made in sides if name in made.prompts]
    some = []
    for made in asking:
        prompt = made.prompts[name]
        alike = [one for one in asking if one.prompts[name].schema.shape == prompt.schema.shape]
        of_it = _atoms(name, alike)
        some += [
            Answer(status=one) for one in Status if one is not Status.GIVEN and prompt.schema.may_be(one)
        ]
        some += [cell.answer for cell in partitions_of(prompt, of_it)]
        if isinstance(prompt.schema.shape, ChoiceShape):
            some += [Answer(value=value) for value in prompt.schema.shape.labels]
    each = {repr(one): one for one in some}.values()
    return [one for one in each if all(_takes(made, name, one) for made in asking)] or list(each)


def _atoms(name: str, sides: Sequence[PromptSet]) -> list[Atom]:
    """What the editions ask of the answers to a prompt, once each."""
    formulas = (formula for made in sides for formula in (*_formulas(made), *_gates(made)))
    return list(dict.fromkeys(atom for formula in formulas for atom in atoms(formula) if atom.prompt == name))


def _gates(made: PromptSet) -> Iterator[Formula]:
    return (prompt.when for prompt in made.prompts.values())


def _takes(made: PromptSet, name: str, answer: Answer) -> bool:
    schema = made.prompts[name].schema
    if not complete(schema.shape, answer):
        return False
    try:
        check_answer(schema, answer, name)
    except Refused:
        return False
    return True
