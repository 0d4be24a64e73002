"""The proof of a prompt set: what holds of it under every combination of answers, in every era.

A rule that never speaks, a combination that no rule speaks of, two that contradict each other: none of it
shows on the cases that one happens to try. Each question is one call of a SAT solver over the clauses of
the set, so that the order of its prompts and the number of their answers don't matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from assistant.core import wording
from assistant.core.answer import Status
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
    at,
    inline,
    over,
    reserved,
    says_absent,
    schema_at,
)
from assistant.core.rules.completion import name_of
from assistant.core.rules.condition import AnyOf, Atom, Formula, any_of, atoms, on_value
from assistant.core.rules.editions import FIRST_QUESTION, Era, eras
from assistant.core.rules.encoding import Encoded
from assistant.core.rules.prompt_set import CASE, Prompt, PromptSet, Question, Reading, Sentence
from assistant.core.rules.solving import MOST, Forcing, Questions
from assistant.core.value import Value, replace

Demand = tuple[Formula, bool]
"""A formula and the value that it is to have."""

_MOST_SILENCED = 20
_OUTCOMES = ("upheld", "overturned", "gap", "conflict", "unread")


class Hole(Value):
    """A smallest set of answers, in words by place, that forces a gap or a conflict in some eras.

    `for_` and `against` are the criteria that stand on each side in one case of it; `declared` is what a silence
    of the set says of it, which makes it no fault.
    """

    eras: tuple[str, ...]
    answers: Mapping[str, str]
    for_: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    declared: str | None = None


class Silence(Value):
    """What a declared silence covers: so many smallest sets (at most 20 are counted), and one that it alone covers."""

    covers: str
    says: str
    sets: int
    alone: Mapping[str, str] | None


class Proof(Value):
    """What was found of a set (of one region).

    `cells` counts the combinations of answers that its conditions tell apart, had every question been asked.
    `gaps` and `conflicts` are the smallest sets of answers that force them, era by era, and `more` names the
    eras and kinds of which there are more than are told. `dead` says of prompts, criteria, formulas and
    questions why they are. `not_documented` says to what a prompt's being not documented leads under all
    other answers alike where the guidelines have been read (None: it depends, or to no decision), `empty_record` in
    each era what an empty record comes to. `from_silence` are criteria that *not documented*, none, an empty table and
    0 alone can meet. `unread` are the questions that nobody has read an answer to, and `ungoverned` the eras in which
    no edition of the MTUS that the set cites is in force: neither is a fault. `widest` is the prompt with the most
    kinds of answers, and their number.
    """

    prompt_set: str
    region: str
    cells: int
    gaps: tuple[Hole, ...]
    conflicts: tuple[Hole, ...]
    more: tuple[str, ...]
    silences: tuple[Silence, ...]
    dead: Mapping[str, Mapping[str, str]]
    missing_sentences: tuple[str, ...]
    bare_citations: tuple[str, ...]
    not_documented: Mapping[str, str | None]
    empty_record: Mapping[str, str]
    from_silence: tuple[str, ...]
    unread: tuple[str, ...]
    ungoverned: tuple[str, ...]
    widest: tuple[str, int] = ("", 0)

    @property
    def dead_prompts(self) -> Mapping[str, str]:
        return self.dead["prompts"]

    @property
    def dead_criteria(self) -> Mapping[str, str]:
        return self.dead["criteria"]

    @property
    def sound(self) -> bool:
        """Whether nothing was found that is a fault of the set."""
        idle = [one for one in self.silences if not one.sets]
        conflicts = [one for one in self.conflicts if one.declared is None]
        found = (self.gaps, conflicts, self.missing_sentences, self.bare_citations, idle)
        return not any((*found, *self.dead.values()))

    def to_json(self) -> dict[str, Any]:
        """The proof as `imr prompts check --json` prints it, without what the cases add."""
        return {
            "prompt_set": self.prompt_set,
            "region": self.region or None,
            "cells": self.cells,
            "gaps": [{"eras": list(one.eras), "answers": dict(one.answers)} for one in self.gaps],
            "conflicts": [
                {
                    "eras": list(one.eras),
                    "answers": dict(one.answers),
                    "for": list(one.for_),
                    "against": list(one.against),
                    "declared": one.declared,
                }
                for one in self.conflicts
            ],
            "more": list(self.more),
            "silences": [
                {
                    "covers": one.covers or "both",
                    "says": one.says,
                    "sets": one.sets,
                    "alone": None if one.alone is None else dict(one.alone),
                }
                for one in self.silences
            ],
            "dead_prompts": list(self.dead["prompts"]),
            "dead_criteria": list(self.dead["criteria"]),
            "dead_formulas": list(self.dead["formulas"]),
            "dead_questions": list(self.dead["questions"]),
            "missing_sentences": list(self.missing_sentences),
            "not_documented": dict(self.not_documented),
            "empty_record": dict(self.empty_record),
            "from_silence": list(self.from_silence),
            "unread": list(self.unread),
            "ungoverned": list(self.ungoverned),
        }


def prove(
    prompt_set: PromptSet, most: int = MOST, progress: Callable[[str], None] = lambda step: None
) -> Proof:
    """Everything that is to be proven of a set, in every era from 2013-01-01.

    At most `most` smallest sets of an era and kind are told. `progress` is told each step before it is taken.
    """
    return _Prover(prompt_set, most, progress).proof()


class _Prover:
    def __init__(self, prompt_set: PromptSet, most: int, progress: Callable[[str], None]) -> None:
        self.most = most
        self.progress = progress
        self.item = prompt_set.service != CASE
        progress("coding the conditions")
        self.eras = eras(prompt_set)
        if prompt_set.language == 1:
            # its silence about the MTUS is told by the era alone: no answer puts the question
            prompt_set = replace(prompt_set, questions=(Question(FIRST_QUESTION, True, ()),))
        self.set = prompt_set
        self.holes = list(_holes(prompt_set)) if prompt_set.prompts else []
        absent = {n: Atom(n, reserved("not_documented")) for n, p in prompt_set.prompts.items() if _absent(p)}
        self.absent = absent
        self.silent = {name: any_of(_of_silence(prompt)) for name, prompt in prompt_set.prompts.items()}
        self.encoded = Encoded(
            prompt_set,
            (
                *absent.values(),
                *self.silent.values(),
                *prompt_set.lets.values(),
                *(formula for _, demands, _ in self.holes for formula, _ in demands),
            ),
        )
        self.ask = Questions(self.encoded)
        self.unclear = (
            [-cell.literal for one in self.encoded.features for cell in one.cells if not cell.clear]
            if prompt_set.language > 1
            else []
        )
        self.more: list[str] = []

    def proof(self) -> Proof:
        gaps = tuple(self.forced("gap")) if self.item else ()
        conflicts = (*self.forced("conflict"), *self.declared())
        silences = tuple(self.silences()) if self.item else ()
        dead = self.dead()
        self.progress("sentences")
        sentences = tuple(self.missing_sentences())
        if self.set.language > 1:
            sentences += tuple(one for each in self.set.prompts.values() for one in unnamed(each))
        self.progress("what is not documented")
        made = self.set
        return Proof(
            prompt_set=made.id,
            region=made.region if made.language > 1 else "",
            cells=_product(len(one.cells) for one in self.encoded.features),
            gaps=gaps,
            conflicts=conflicts,
            more=tuple(self.more),
            silences=silences,
            dead=dead,
            missing_sentences=sentences,
            bare_citations=tuple(
                c.id for c in made.citations.values() if made.language == 1 and not (c.edition and c.locator)
            ),
            not_documented=dict(self.not_documented()) if self.item else {},
            empty_record=dict(self.empty_record()) if self.item else {},
            from_silence=tuple(self.from_silence()) if self.item else (),
            unread=tuple(self.unread()) if made.language > 1 else (),
            ungoverned=tuple(str(era) for era in self.eras if not era.governed),
            widest=self.widest(),
        )

    def widest(self) -> tuple[str, int]:
        kinds: dict[str, int] = {}
        for one in self.encoded.features:
            kinds[one.prompt] = kinds.get(one.prompt, 0) + len(one.cells)
        return max(kinds.items(), key=lambda kind: kind[1], default=("", 0))

    def assumed(self, era: Era) -> list[int]:
        """What an era says: which criteria are off, which questions unread; and that no rebuttal is declined."""
        made, unread = self.encoded, dict(era.unread)
        return [
            *self.switched(era),
            *(-one for one in made.declined.values()),
            *(literal if name in unread else -literal for name, literal in made.unread.items()),
        ]

    def switched(self, era: Era) -> list[int]:
        return [one if name in era.off else -one for name, one in self.encoded.off.items()]

    # -- gaps and conflicts ------------------------------------------------------------------------

    def forced(self, kind: str) -> Iterator[Hole]:
        made = self.encoded
        goal = (made.gap if kind == "gap" else made.conflict, -made.silent[kind])
        within = self.unclear if kind == "gap" else []
        if kind == "conflict":  # also one of lower tiers behind an unread question, which may turn out silent
            goal = (made.in_conflict, -made.silent[kind])
        holes: dict[tuple[Any, ...], Hole] = {}
        for era in self.eras:
            self.progress(f"{kind}s {era}")
            found, more = self.ask.forcing(goal, self.assumed(era), self.most, within)
            if more:
                self.more.append(f"{kind} {era}")
            for one in map(self.told, found):
                key = (frozenset(one.answers.items()), one.for_, one.against)
                known = holes.get(key, one)
                holes[key] = replace(known, eras=(*known.eras, str(era)))
        return iter(holes.values())

    def told(self, one: Forcing) -> Hole:
        criteria = [self.set.criteria[name] for name in one.standing]
        top = min((self.set.rank(c) for c in criteria), default=None)
        decisive = [c for c in criteria if self.set.rank(c) == top]
        return Hole(
            eras=(),
            answers=self.words(one),
            for_=tuple(c.id for c in decisive if c.argues == "for"),
            against=tuple(c.id for c in decisive if c.argues == "against"),
        )

    def words(self, one: Forcing) -> dict[str, str]:
        return one.words(self.encoded.features)

    def declared(self) -> Iterator[Hole]:
        """One conflict for each silence that covers some, with the eras in which it does."""
        made = self.encoded
        covering = [one for one in self.set.silent if one.covers in ("conflict", "")]
        for silence, literal in zip(covering, made.silences["conflict"], strict=True):
            hole: Hole | None = None
            for era in self.eras:
                found, _ = self.ask.forcing((made.in_conflict, literal), self.assumed(era), 1)
                if found:
                    one = hole or replace(self.told(found[0]), declared=silence.says)
                    hole = replace(one, eras=(*one.eras, str(era)))
            if hole is not None:
                yield hole

    def silences(self) -> Iterator[Silence]:
        made = self.encoded
        for kind in ("gap", "conflict"):
            target = made.gap if kind == "gap" else made.in_conflict
            covering = [one for one in self.set.silent if one.covers in (kind, "")]
            for one, literal in zip(covering, made.silences[kind], strict=True):
                if not one.covers and kind == "conflict":
                    continue
                self.progress(f"the silence “{one.says}”")
                goal = target if one.covers else made.clauses.any((made.gap, made.in_conflict))
                others = [-other for other in made.silences[kind] if other != literal]
                yield Silence(one.covers, one.says, *self.covered(goal, literal, others, kind))

    def covered(
        self, goal: int, literal: int, others: Sequence[int], kind: str
    ) -> tuple[int, Mapping[str, str] | None]:
        within = self.unclear if kind == "gap" else []
        count = 0
        alone: Mapping[str, str] | None = None
        for era in self.eras:
            if count < _MOST_SILENCED:
                found, _ = self.ask.forcing(
                    (goal, literal), self.assumed(era), _MOST_SILENCED - count, within
                )
                count += len(found)
            if alone is None:
                only, _ = self.ask.forcing((goal, literal, *others), self.assumed(era), 1, within)
                alone = self.words(only[0]) if only else None
        return count, alone

    # -- what is dead ------------------------------------------------------------------------------

    def dead(self) -> dict[str, dict[str, str]]:
        self.progress("what never happens")
        made = self.encoded
        return {
            "prompts": dict(self.dead_prompts()),
            "criteria": dict(self.dead_criteria()),
            "formulas": {
                name: "it never holds"
                for name, formula in self.set.lets.items()
                if not self.ask.can_be([made.formula(formula)])
            },
            "questions": {
                name: "it is never put"
                for name, literal in made.put.items()
                if self.set.language > 1 and not self.ask.can_be([literal])
            },
        }

    def dead_prompts(self) -> Iterator[tuple[str, str]]:
        used = {atom.prompt for atom in _read(self.set)} | set(_mentioned(self.set))
        for name, prompt in self.set.prompts.items():
            if prompt.when is not True and not self.ask.can_be([self.encoded.codes[name].asked]):
                yield name, "it can never be asked"
            elif name not in used and not prompt.says and not prompt.record:
                yield name, "nothing reads it, and it says nothing"

    def dead_criteria(self) -> Iterator[tuple[str, str]]:
        made = self.encoded
        for name in self.set.criteria:
            if not self.ask.can_be([made.met[name]]):
                yield name, "it can never be met"
            elif all(name in era.off for era in self.eras):
                yield name, "no edition that it cites has been in force since 2013"
            elif not any(
                self.ask.can_be([*self.switched(era), made.stands[name]])
                for era in self.eras
                if name not in era.off
            ):
                yield name, "it never changes the suggestion, nor what stands for or against it"
        for name, literal in made.notes.items():
            if not self.ask.can_be([literal]):
                yield name, "it can never be met"

    # -- sentences ---------------------------------------------------------------------------------

    def missing_sentences(self) -> Iterator[str]:
        """Each hole in what a set has to say, in words, with answers that show it."""
        for says, demands, shown in self.holes:
            if any(isinstance(formula, bool) and formula is not value for formula, value in demands):
                continue
            literals = [self.encoded.formula(formula) for formula, _ in demands]
            goal = [one if value else -one for one, (_, value) in zip(literals, demands, strict=True)]
            if not self.ask.can_be(goal):
                continue
            if not shown:
                yield f"{says}."
                continue
            found, _ = self.ask.forcing(goal, (), 1)
            told = "; ".join(
                f"{path} is “{words}”" for one in found for path, words in self.words(one).items()
            )
            yield f"{says}{f' where {told}' if told else ''}."

    # -- absences ----------------------------------------------------------------------------------

    def outcomes(self, era: Era, literals: Iterable[int]) -> set[str]:
        """What can be suggested in an era where these literals hold."""
        made = self.encoded
        each = (made.upheld, made.overturned, made.gap, made.conflict, made.waiting)
        assumed = [*self.assumed(era), *literals]
        return {
            what
            for what, literal in zip(_OUTCOMES, each, strict=True)
            if self.ask.can_be([*assumed, literal])
        }

    def not_documented(self) -> Iterator[tuple[str, str | None]]:
        for name, atom in self.absent.items():
            literal = self.encoded.formula(atom)
            found: set[str] = set()
            for era in self.eras:
                found |= self.outcomes(era, [literal]) - {"unread"}
            decided = len(found) == 1 and found <= {"upheld", "overturned"}
            yield name, next(iter(found)) if decided else None

    def empty_record(self) -> Iterator[tuple[str, str]]:
        made = self.encoded
        empty = [
            made.clauses.any((-made.codes[name].asked, made.formula(atom)))
            for name, atom in self.absent.items()
        ]
        for era in self.eras:
            found = sorted(self.outcomes(era, empty))
            yield str(era), " or ".join(found) if found else "it can't be"

    def from_silence(self) -> Iterator[str]:
        """Criteria that absences alone can meet; an `otherwise` says that something isn't shown, and is none."""
        made = self.encoded
        for name, one in self.set.criteria.items():
            if one.other_side_of:
                continue
            read = dict.fromkeys(atom.prompt for atom in atoms(one.when))
            silent = [
                made.clauses.any((-made.codes[prompt].asked, made.formula(self.silent[prompt])))
                for prompt in read
            ]
            if self.ask.can_be([made.met[name], *silent]):
                yield name

    def unread(self) -> Iterator[str]:
        for era in self.eras:
            for name, places in era.unread:
                deciding = any(
                    self.set.tier(one) == "mtus" and n not in era.off for n, one in self.set.criteria.items()
                )
                more = "" if deciding else "; no criterion of the MTUS can stand"
                yield f"{era}: {name} ({', '.join(places)}){more}"


def _product(numbers: Iterable[int]) -> int:
    made = 1
    for one in numbers:
        made *= one
    return made


def _absent(prompt: Prompt) -> bool:
    return prompt.schema.may_be(Status.NOT_DOCUMENTED)


def unnamed(prompt: Prompt) -> Iterator[str]:
    """The choices about the patient that say that something is absent, and for which no words name what."""
    if not (prompt.about or prompt.record):
        for path, shape in _choices(prompt.schema.shape):
            held = {"none", "no", "yes", *prompt.schema.denials(), *shape.opposed}
            for value, label in shape.labels.items():
                if value not in held and says_absent(label):
                    at = ".".join((prompt.id, *path, value))
                    yield f"{at}: “{label}” says that something is absent, and neither `denies` nor `against` names it."


def _choices(shape: Shape, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ChoiceShape]]:
    inner = shape.element if isinstance(shape, ListingShape) else shape
    if isinstance(inner, ChoiceShape):
        yield path, inner
    for name, part in inner.parts.items() if isinstance(inner, GroupShape) else ():
        yield from _choices(part.shape, (*path, name))


def _of_silence(prompt: Prompt) -> Iterator[Formula]:
    """That an answer is an absence, or a finding about the file: none, an empty table, a count of 0."""
    shape, name = prompt.schema.shape, prompt.id
    if _absent(prompt):
        yield Atom(name, reserved("not_documented"))
    if isinstance(shape, ListingShape):
        yield Atom(name, on_value({"type": "array", "maxItems": 0}, "empty", "none"))
    elif isinstance(shape, GroupShape) and shape.instead:
        yield Atom(name, on_value({"enum": list(shape.instead)}, "none", "none"))
    elif isinstance(shape, NumberShape) and shape.whole:
        raw = schema_at(shape, prompt.schema.schema, ())
        if raw is not None and raw.get("minimum", 0) <= 0:
            yield Atom(name, on_value({"const": 0}, "0", "0"))


def untested(prompt_set: PromptSet, readings: Iterable[Reading]) -> list[str]:
    """The conditions, as `prompt: condition`, that the readings together don't make both true and false."""
    read = dict.fromkeys(_read(prompt_set))
    seen: dict[Atom, set[bool | None]] = {atom: set() for atom in read}
    for reading in readings:
        for atom in read:
            seen[atom].add(reading.truth(atom))
    missing = [atom.path + ": " + name_of(atom) for atom in read if not {True, False} <= seen[atom]]
    return list(dict.fromkeys(missing))


# Where a sentence can have nothing to say when its turn comes.


_TAG = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}|\{%-?\s*(if|elif|else|endif)\s*([a-z0-9_.]*)\s*-?%\}")


class Speech(Value):
    """A sentence, where it stands in the set, and the demands under which its turn comes."""

    place: str
    sentence: Sentence
    turn: tuple[Demand, ...]
    prompt: str = ""


_Hole = tuple[str, tuple[Demand, ...], bool]
"""What would be said of a hole, the demands under which it is one, and whether answers that show it are told."""


def _holes(prompt_set: PromptSet) -> Iterator[_Hole]:
    yield from _statuses_without_words(prompt_set)
    for speech in _speeches(prompt_set):
        branches: Formula = AnyOf(tuple(branch.when for branch in speech.sentence))
        yield f"{speech.place}: nothing is said", (*speech.turn, (branches, False)), True
        yield from _empty_names(prompt_set, speech)


def _speeches(prompt_set: PromptSet) -> Iterator[Speech]:
    if prompt_set.service != CASE:
        yield Speech("request", prompt_set.request, ())
        for side in ("upheld", "overturned"):
            yield Speech(f"conclusion, {side}", prompt_set.conclusion.get(side, ()), ())
    for name, one in prompt_set.criteria.items():
        met: tuple[Demand, ...] = ((one.applies, True), (one.when, True))
        yield Speech(f"criterion {name}, says", one.says, met)
        if one.unmet:
            yield Speech(f"criterion {name}, unmet", one.unmet, ((one.applies, True), (one.when, False)))
        if one.concedes:
            yield Speech(f"criterion {name}, concedes", one.concedes, ((one.applies, True),))
        if one.partly:
            yield Speech(f"criterion {name}, partly", one.partly, met)
    for note in prompt_set.notes:
        yield Speech(f"note {note.id}, says", note.says, ((note.applies, True), (note.when, True)))
    for name, prompt in prompt_set.prompts.items():
        for status, sentence in prompt.says.items():
            yield Speech(f"prompt {name}, {status}", sentence, _has(prompt, status), name)


def _has(prompt: Prompt, status: str) -> tuple[Demand, ...]:
    return ((prompt.when, True), (Atom(prompt.id, reserved(status)), True))


def _statuses_without_words(prompt_set: PromptSet) -> Iterator[_Hole]:
    """Prompts that speak, and have no sentence for a status; only an unclear answer may go without one."""
    read = {name for criterion in prompt_set.criteria.values() for name in criterion.reads()}
    for name, prompt in prompt_set.prompts.items():
        if not (prompt.speaks or (prompt.says and name in read)):
            continue
        for status in (Status.GIVEN, Status.NOT_DOCUMENTED):
            if status.value not in prompt.says:
                says = f"prompt {name}: it has no sentence for “{status.value.replace('_', ' ')}”"
                yield says, _has(prompt, status.value), False


def _empty_names(prompt_set: PromptSet, speech: Speech) -> Iterator[_Hole]:
    earlier: list[Formula] = []
    for branch in speech.sentence:
        turn = (*speech.turn, (AnyOf(tuple(earlier)), False), (branch.when, True))
        for name, guards in _named(branch.says):
            full = _has_words(prompt_set, name, speech)
            if full is None:
                yield f"{speech.place}: `{name}` has no words of its own", (), False
                continue
            known = [(_has_words(prompt_set, guard, speech), value) for guard, value in guards]
            demands = [(formula, value) for formula, value in known if formula is not None]
            yield f"{speech.place}: `{name}` is empty", (*turn, *demands, (full, False)), True
        earlier.append(branch.when)


def _named(template: str) -> Iterator[tuple[str, tuple[tuple[str, bool], ...]]]:
    """Each name that a template prints, with the names that are known there to be full or empty."""
    guards: list[tuple[str, bool]] = []
    depths: list[int] = []
    for match in _TAG.finditer(template):
        name, word, guard = match.groups()
        if name is not None:
            yield name, tuple(guards)
        elif word == "if":
            depths.append(len(guards))
            guards.append((guard, True))
        elif word in ("else", "elif") and depths:
            guards[-1] = (guards[-1][0], False)
            if word == "elif":
                guards.append((guard, True))
        elif word == "endif" and depths:
            del guards[depths.pop() :]


def _has_words(prompt_set: PromptSet, name: str, speech: Speech) -> Formula | None:
    """When a name prints something: always, for a citation or a case fact. None: it never has words."""
    root, *rest = name.split(".")
    if root == "value":
        root = speech.prompt
    prompt = prompt_set.prompts.get(root)
    if prompt is None:
        return True
    shape = at(prompt.schema.shape, tuple(rest))
    path = ".".join((root, *rest))
    if rest and _through_list(prompt, rest):
        return None
    if isinstance(shape, SeveralShape | ListingShape):
        return Atom(path, inline({"type": "array", "minItems": 1}, path))
    if shape is not None:
        return Atom(path, reserved("given"))
    above = at(prompt.schema.shape, tuple(rest[:-1]))
    path = ".".join((root, *rest[:-1]))
    if isinstance(above, DateShape) and rest[-1] == "on":
        return Atom(path, reserved("given"))
    if isinstance(above, GroupShape) and above.uniform:
        first = next(iter(above.parts.values())).shape
        if rest[-1] in ("not_documented", "unclear"):
            return Atom(path, over("some", (reserved(rest[-1]),)))
        if isinstance(first, ChoiceShape) and rest[-1] in first.labels:
            return Atom(path, over("some", (inline({"const": rest[-1]}, path),)))
    return None


def _through_list(prompt: Prompt, rest: Sequence[str]) -> bool:
    return any(isinstance(at(prompt.schema.shape, tuple(rest[:n])), ListingShape) for n in range(len(rest)))


def _read(prompt_set: PromptSet) -> Iterator[Atom]:
    """The conditions that criteria, notes of laws and the `when` of prompts read."""
    formulas: list[Formula] = [f for c in prompt_set.criteria.values() for f in (c.applies, c.when)]
    formulas.extend(f for note in prompt_set.notes for f in (note.applies, note.when))
    formulas.extend(prompt.when for prompt in prompt_set.prompts.values())
    for formula in formulas:
        yield from atoms(formula)


def _mentioned(prompt_set: PromptSet) -> Iterator[str]:
    """The prompts that sentences, proposals, cautions and exclusions use."""
    for sentence in _sentences(prompt_set):
        for branch in sentence:
            yield from wording.names(branch.says)
            yield from (atom.prompt for atom in atoms(branch.when))
    for prompt in prompt_set.prompts.values():
        if prompt.computed is not None:
            yield from (path.split(".", 1)[0] for path in prompt.computed.paths())
        for proposal in prompt.propose:
            yield from (path.split(".", 1)[0] for path in (proposal.of, proposal.than, proposal.weights))
    cautions = [c.caution.when for c in prompt_set.criteria.values() if c.caution is not None]
    meant = [one.when for one in (*prompt_set.never, *prompt_set.silent)]
    for formula in (*cautions, *meant, *(one.when for one in prompt_set.questions)):
        yield from (atom.prompt for atom in atoms(formula))


def _sentences(prompt_set: PromptSet) -> Iterator[Sentence]:
    yield prompt_set.request
    yield from prompt_set.conclusion.values()
    for criterion in prompt_set.criteria.values():
        yield from (criterion.says, criterion.unmet, criterion.concedes)
    for prompt in prompt_set.prompts.values():
        yield from prompt.says.values()
