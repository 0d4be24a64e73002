"""A prompt set: the prompts, criteria, citations and sentences for one kind of service.

These are plain values, made by `prompt_set_reader` from files that a physician can read and correct.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from typing import Any

from assistant.core.answer_schema import AnswerSchema
from assistant.core.condition import ALWAYS, Atom, Formula, atoms
from assistant.core.frozen import dataclass
from assistant.core.partial_date import PartialDate

TIERS = ("mtus", "studies", "national", "expert", "accepted", "likely_benefit")
"""The evidence hierarchy of Lab. Code 4610.5(c)(2), highest first."""

TIER_NAMES = {
    "mtus": "the Medical Treatment Utilization Schedule (MTUS)",
    "studies": "peer-reviewed scientific and medical evidence",
    "national": "nationally recognized professional standards",
    "expert": "expert opinion",
    "accepted": "generally accepted standards of medical practice",
    "likely_benefit": "treatments likely to benefit where others are not efficacious",
}


@dataclass(frozen=True)
class Citation:
    """Where a rule stands. `verified` is who checked it against the guideline itself and when, or None."""

    id: str
    tier: str
    source: str
    edition: str
    locator: str
    name: str
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    verified: tuple[str, str] | None = None

    def in_force(self, on: PartialDate | None) -> bool | None:
        """Whether the edition is in force on a date; None where the date leaves it open or is unknown."""
        if self.starts is None and self.ends is None:
            return True
        if on is None:
            return None
        begun = True if self.starts is None else _not_after(self.starts, on)
        over = False if self.ends is None else on.after(self.ends)
        if begun is False or over is True:
            return False
        return None if begun is None or over is None else True


def _not_after(first: PartialDate, second: PartialDate) -> bool | None:
    later = first.after(second)
    return None if later is None else not later


@dataclass(frozen=True)
class Branch:
    """One way of saying a sentence, for when `when` holds; an empty text is an explicit silence."""

    when: Formula
    says: str


Sentence = tuple[Branch, ...]


@dataclass(frozen=True)
class Proposal:
    """How an answer is proposed: a case fact as it stands, or a rule over answers and facts."""

    fact: str = ""
    rule: str = ""
    of: str = ""
    than: str = ""
    where: Mapping[str, str] = field(default_factory=dict)
    gives: Mapping[str, Any] = field(default_factory=dict)
    weights: str = ""


@dataclass(frozen=True)
class Prompt:
    """One question: when it applies, what may be answered, and how the answer reads in the draft."""

    id: str
    ask: str
    why: str
    schema: AnswerSchema
    when: Formula = ALWAYS
    cite: str = ""
    look_for: tuple[str, ...] = ()
    propose: tuple[Proposal, ...] = ()
    says: Mapping[str, Sentence] = field(default_factory=dict)
    absence: str = ""
    absent_parts: Mapping[str, str] = field(default_factory=dict)
    speaks: bool = False
    documentable: bool = False
    record: bool = False
    block: str = ""
    shows: str = ""


@dataclass(frozen=True)
class Caution:
    """A warning that is shown beside a finding and never argues."""

    when: Formula
    says: str


@dataclass(frozen=True)
class Criterion:
    """A guideline's test: whom it speaks of, what must be shown, what it then argues and rebuts."""

    id: str
    cite: str
    applies: Formula
    when: Formula
    argues: str
    rebuts: tuple[str, ...] = ()
    says: Sentence = ()
    unmet: Sentence = ()
    concedes: Sentence = ()
    caution: Caution | None = None
    parts: tuple[str, ...] = ()

    def reads(self) -> tuple[str, ...]:
        """Every prompt that its conditions read, in order."""
        read = [*atoms(self.applies), *atoms(self.when)]
        return tuple(dict.fromkeys(atom.prompt for atom in read))

    def atoms(self) -> tuple[Atom, ...]:
        return (*atoms(self.applies), *atoms(self.when))


@dataclass(frozen=True)
class Exclusion:
    """A combination of answers that cannot be (`never`), or for which silence is meant (`silent`).

    One that `blocks` can't be explained: nothing is signed while it holds.
    """

    when: Formula
    says: str
    blocks: bool = False


@dataclass(frozen=True)
class PromptSet:
    """The rules for one kind of service; a set `for: case` has prompts only."""

    id: str
    title: str
    edition: int
    region: str
    service: str
    governed_by: str
    prompts: Mapping[str, Prompt]
    criteria: Mapping[str, Criterion]
    citations: Mapping[str, Citation]
    request: Sentence = ()
    conclusion: Mapping[str, Sentence] = field(default_factory=dict)
    together: str = ""
    never: tuple[Exclusion, ...] = ()
    silent: tuple[Exclusion, ...] = ()
    uses: tuple[str, ...] = ()
    lines: Mapping[str, str] = field(default_factory=dict, repr=False)

    @cached_property
    def bearing(self) -> frozenset[str]:
        """The prompts that a criterion reads, and those whose answer is a sentence of the letter."""
        read = {name for criterion in self.criteria.values() for name in criterion.reads()}
        return frozenset(read | {name for name, one in self.prompts.items() if one.speaks or one.says})

    def tier(self, criterion: Criterion) -> str:
        return self.citations[criterion.cite].tier

    def rank(self, criterion: Criterion) -> int:
        """0 for the highest tier of the evidence hierarchy."""
        return TIERS.index(self.tier(criterion))
