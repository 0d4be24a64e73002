"""The reviews of one case side by side: every answer, finding and decision of each, place by place.

Raters who were asked another question under the same name (another edition of the prompt set) are not held
against each other there: the largest group that was asked alike is compared, and it is said who was not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.core.answer import Answer
from assistant.core.comparison import OF_THE_REVIEWER, Piece, Place, aligned, pieces, question
from assistant.core.criterion import findings
from assistant.core.decision import DECISION_WORDS
from assistant.core.governing import governing_date
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session

DETERMINATION = "determination"
"""The name under which the reviewer's decision on an item stands among the places."""


@dataclass(frozen=True)
class Rater:
    """One review of a case: `label` is how it is called here, `reviewer` the pseudonymous id.

    `standard` marks a sheet that the reviews are held against (a reference, an adjudication).
    """

    label: str
    reviewer: str
    session: Session = field(repr=False)
    standard: bool = False


@dataclass(frozen=True)
class Line:
    """One place with what each rater of the panel said there, None for who was not asked (or asked otherwise)."""

    place: Place
    ask: str
    prompt_set: str
    pieces: tuple[Piece | None, ...]
    edition: str = field(default="", repr=False)

    def parts(self, among: Iterable[int]) -> bool:
        """Whether two of the raters named by number said different things."""
        return len({piece.category for i in among if (piece := self.pieces[i]) is not None}) > 1


@dataclass(frozen=True)
class StateLine:
    """One finding with its state in each review."""

    scope: str
    prompt_set: str
    criterion: str
    states: tuple[str | None, ...]


class Panel:
    """The raters of one case. `apart` says where their questions or criteria were not the same."""

    def __init__(self, case: str, raters: Sequence[Rater]) -> None:
        self.case = case
        self.raters = tuple(raters)
        self.apart: list[str] = []

    @cached_property
    def lines(self) -> list[Line]:
        """Every place that is answered, in the order of the questions; after an item's, the decision on it."""
        held = aligned(pieces(rater.session) for rater in self.raters)
        made: list[Line] = []
        for scope in self._scopes():
            for name in self._names(scope, "prompts"):
                made += self._prompt_lines(scope, name, held)
            if scope != CASE_SCOPE:
                made += self._decision_line(scope)
        return made

    @cached_property
    def states(self) -> list[StateLine]:
        """The state of every criterion of every item."""
        found = [{item: _states(r.session, item) for item in r.session.items} for r in self.raters]
        made = []
        for scope in self._scopes():
            for name in self._names(scope, "criteria") if scope != CASE_SCOPE else ():
                alike = self._alike(scope, name, "criteria")
                states = tuple(
                    one.get(scope, {}).get(name) if index in alike else None
                    for index, one in enumerate(found)
                )
                made.append(StateLine(scope, self._set(scope, min(alike)), name, states))
        return made

    def first_parting(self, among: Sequence[int] | None = None) -> Line | None:
        """The first place where raters part; `among` names them by number, all without it."""
        chosen = range(len(self.raters)) if among is None else among
        return next((line for line in self.lines if line.parts(chosen)), None)

    def alike(self, first: int, second: int) -> tuple[int, int]:
        """How many places two raters answered alike, of how many that both answered."""
        both = [(a, b) for line in self.lines if (a := line.pieces[first]) and (b := line.pieces[second])]
        return sum(a.category == b.category for a, b in both), len(both)

    def _scopes(self) -> list[str]:
        return list(dict.fromkeys(s for rater in self.raters for s in rater.session.rules.scopes))

    def _names(self, scope: str, what: str) -> list[str]:
        sets = [r.session.rules.sets[scope] for r in self.raters if scope in r.session.rules.sets]
        names = dict.fromkeys(name for one in sets for name in getattr(one, what))
        skipped = OF_THE_REVIEWER if scope == CASE_SCOPE else ()
        return [name for name in names if name not in skipped]

    def _set(self, scope: str, rater: int) -> str:
        return self.raters[rater].session.rules.sets[scope].id

    def _prompt_lines(self, scope: str, name: str, held: Sequence[Mapping[Place, Piece]]) -> Iterator[Line]:
        alike = self._alike(scope, name, "prompts")
        asked = self.raters[min(alike)].session.rules.sets[scope].prompts[name]
        edition = question(asked)
        places = dict.fromkeys(
            place
            for index in sorted(alike)
            for place in held[index]
            if place.scope == scope and place.prompt == name
        )
        for place in places:
            said = tuple(one.get(place) if i in alike else None for i, one in enumerate(held))
            yield Line(place, asked.ask, self._set(scope, min(alike)), said, edition)

    def _decision_line(self, scope: str) -> Iterator[Line]:
        made: list[Piece | None] = []
        for rater in self.raters:
            decided = rater.session.determinations.get(scope)
            words = "" if decided is None else DECISION_WORDS[decided.decision]
            made.append(
                None
                if decided is None
                else Piece(f"={decided.decision}", words, DETERMINATION, Answer(note=decided.reason))
            )
        if any(made):
            first = next(i for i, r in enumerate(self.raters) if scope in r.session.rules.sets)
            ask = "Is the refusal upheld or overturned?"
            yield Line(Place(scope, DETERMINATION), ask, self._set(scope, first), tuple(made))

    def _alike(self, scope: str, name: str, what: str) -> frozenset[int]:
        """The raters who were asked the same question (or whose criterion is the same): the largest such group."""
        groups: dict[str, list[int]] = {}
        for members in self._under_same_rules:
            rules = self.raters[members[0]].session.rules.sets.get(scope)
            one = None if rules is None else getattr(rules, what).get(name)
            if rules is not None and one is not None:
                key = question(one) if what == "prompts" else f"{one!r} {rules.citations[one.cite]!r}"
                groups.setdefault(key, []).extend(members)
        largest = max(groups.values(), key=len)
        others = [self.raters[i].label for group in groups.values() if group is not largest for i in group]
        if others:
            self._say_apart(scope, name, what, others, [self.raters[i].label for i in largest])
        return frozenset(largest)

    @cached_property
    def _under_same_rules(self) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for index, rater in enumerate(self.raters):
            groups.setdefault(id(rater.session.rules), []).append(index)
        return list(groups.values())

    def _say_apart(self, scope: str, name: str, what: str, others: list[str], kept: list[str]) -> None:
        where = "" if scope == CASE_SCOPE else f"item {scope}, "
        noun = "question" if what == "prompts" else "criterion"
        done = f"compared among {listed(kept)}" if len(kept) > 1 else "not compared"
        said = f"{self.case}, {where}{name}: the {noun} was not the same for {listed(others)}; {done}."
        if said not in self.apart:
            self.apart.append(said)


def listed(labels: Sequence[str]) -> str:
    """Labels in a sentence; of many, the first ones and how many more."""
    shown = list(labels[:8])
    if len(labels) > 8:
        return f"{', '.join(shown)} and {len(labels) - 8} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _states(session: Session, item: str) -> dict[str, str]:
    found = findings(session.reading(item), governing_date(session, item), session.rulings.get(item, {}))
    return {name: finding.state.value for name, finding in found.items()}
