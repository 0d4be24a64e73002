"""A prompt set: the prompts, criteria, citations and sentences for one kind of service.

These are plain values, made by `prompt_set_reader` from files that a physician can read and correct.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, KeysView, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from assistant.core.answer import Answer, Status
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import AnswerSchema, complete, missing, schema_text, select
from assistant.core.rules.condition import ALWAYS, Atom, Formula, Truth, atoms, evaluate, holds
from assistant.core.rules.guidelines import TIERS, Guidelines
from assistant.core.value import Value

if TYPE_CHECKING:
    from assistant.core.rules.answers_inline import Spec
    from assistant.core.rules.computed import Computed

T = TypeVar("T")


class Citation(Value):
    """Where a rule stands. `verified` is who checked it against the guideline itself and when, or None.

    `off` says why nothing that cites it argues on the governing day: no edition is in force, or nobody has
    read the one that is. `key` is the name of the edition in the file of the guidelines.
    """

    id: str
    tier: str
    source: str
    edition: str
    locator: str
    name: str
    starts: PartialDate | None = None
    ends: PartialDate | None = None
    verified: tuple[str, str] | None = None
    off: str = ""
    key: str = ""

    def in_force(self, on: PartialDate | None) -> bool | None:
        """Whether the edition is in force on a date; None where the date leaves it open or is unknown."""
        if self.starts is None and self.ends is None:
            return True
        if on is None:
            return None
        return on.within(self.starts, self.ends)


class Branch(Value):
    """One way of saying a sentence, for when `when` holds; an empty text is an explicit silence."""

    when: Formula
    says: str


Sentence = tuple[Branch, ...]


class Proposal(Value):
    """How an answer is proposed: a case fact as it stands, or a rule over answers and facts."""

    fact: str = ""
    rule: str = ""
    of: str = ""
    than: str = ""
    where: Mapping[str, str] = msgspec.field(default_factory=dict)
    gives: Mapping[str, Any] = msgspec.field(default_factory=dict)
    weights: str = ""


ABOUT = ("reviewer", "documents", "request", "judgement")
"""What a question can be about other than what the record says of the patient."""


class Entry(Value):
    """The words of one entry of a checklist: `signs` are those that each have to be denied for it to be absent.

    `look_for` are further words that would bear on it.
    """

    signs: Mapping[str, tuple[str, ...]]
    look_for: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every word that is looked for, each once."""
        signs = [word for words in self.signs.values() for word in words]
        return tuple(dict.fromkeys((*signs, *self.look_for)))


class Prompt(Value):
    """One question: when it applies, what may be answered, and how the answer reads in the draft.

    `about` is one of `ABOUT`, or empty where the question is what the record says; `confirms` is the value that is
    confirmed together with others in one form; `entries` are the words of each entry of a checklist, `beside` those of what
    speaks against a choice, which are looked for as well.

    Of the second language: `once` is asked once for all items of a case; the evidence of one that asks
    `elsewhere` may speak of another side, level or region; `computed` is what other answers make of it, and
    `spec` how its answer is written. One that `ties` rows of the table of that name to the item may take them
    from `fact`.
    """

    id: str
    ask: str
    why: str
    schema: AnswerSchema
    when: Formula = ALWAYS
    cite: str = ""
    look_for: tuple[str, ...] = ()
    propose: tuple[Proposal, ...] = ()
    says: Mapping[str, Sentence] = msgspec.field(default_factory=dict)
    absence: str = ""
    absent_parts: Mapping[str, str] = msgspec.field(default_factory=dict)
    speaks: bool = False
    documentable: bool = False
    record: bool = False
    block: str = ""
    shows: str = ""
    about: str = ""
    confirms: str = ""
    entries: Mapping[str, Entry] = msgspec.field(default_factory=dict)
    beside: tuple[str, ...] = ()
    once: bool = False
    elsewhere: bool = False
    computed: Computed | None = None
    spec: Spec | None = None
    ties: str = ""
    fact: str = ""

    def words(self, part: str = "") -> tuple[str, ...]:
        """The words that are looked for: those of an entry of a checklist, or all that the question has."""
        entry = self.entries.get(part)
        return self.look_for if entry is None else entry.words

    def rule_roots(self, but: Collection[str] = ()) -> KeysView[str]:
        """What its rules and its sum read, in order: questions, `case`, `item` and so on; `but` these paths."""
        paths = [path for one in self.propose for path in (one.of, one.than) if one.rule and path]
        paths += self.computed.paths() if self.computed is not None else ()
        return dict.fromkeys(path.split(".", 1)[0] for path in paths if path not in but).keys()


class Caution(Value):
    """A warning that is shown beside a finding and never argues."""

    when: Formula
    says: str


class Limit(Value):
    """A number held against a guideline's: the answer `of` is to be at most `up_to`; `asked` is what was asked for."""

    of: str
    up_to: float
    asked: str = ""


class Criterion(Value, dict=True):
    """A guideline's test: whom it speaks of, what must be shown, what it then argues and rebuts.

    `editions` narrows it to some editions of what it cites. `limit` is the number that it holds an answer
    against, and `partly` says how much of what was asked would be within it. `other_side_of` is the criterion
    whose `otherwise` or `over` it is. `own` are the words quoted by one that the reviewer entered in a session.
    """

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
    editions: tuple[str, ...] = ()
    limit: Limit | None = None
    partly: Sentence = ()
    other_side_of: str = ""
    own: str = ""

    def reads(self) -> tuple[str, ...]:
        """Every prompt that its conditions read, in order."""
        return self._read

    @cached_property
    def _read(self) -> tuple[str, ...]:
        read = dict.fromkeys(prompt for atom in self.atoms() for prompt in atom.prompts)
        return (OWN,) if self.own else tuple(read)

    def atoms(self) -> tuple[Atom, ...]:
        """Every atom of its conditions, in order; those of a part that several conditions share come once."""
        seen: dict[int, Formula] = {}
        return (*atoms(self.applies, seen), *atoms(self.when, seen))


class Exclusion(Value):
    """A combination of answers that cannot be (`never`), or for which silence is meant (`silent`).

    One that `blocks` can't be explained: nothing is signed while it holds. A silence `covers` gaps, conflicts,
    or, in the first language, both (`""`).
    """

    when: Formula
    says: str
    blocks: bool = False
    covers: str = ""


class Question(Value):
    """A question that the set puts to the MTUS where `when` holds, and the places (`guideline/place`) that answer it.

    `unread` are those of them whose edition in force on the governing day nobody has read.
    """

    name: str
    when: Formula
    asks: tuple[str, ...]
    unread: tuple[str, ...] = ()


class Note(Value):
    """What a law says beside the findings: it never argues, and an overturning against it needs a reason."""

    id: str
    cite: str
    applies: Formula
    when: Formula
    says: Sentence


CASE = "case"
"""What a set is for that asks about the case as a whole: it has prompts only, and each of them an answer."""


class PromptSet(Value, dict=True):
    """The rules for one kind of service; a set `for: case` has prompts only.

    Of the second language: the `guidelines` that it cites, the `questions` that it puts to the MTUS, the
    `notes` of laws, its named formulas (`lets`, as they hold, and those that are
    `denied` by name and mode, ruled out or not shown), and for each table whose rows are tied to the
    item the prompt that `ties` them. `undated` says that the governing day leaves open which editions govern.
    `own` are the questions of the search sequence, which a session asks where it must: there the set has them, and
    what was entered, beside what is `plain` in it, and `stage` says what it was made of; sources entered are
    `levelled` where the strength of their evidence decides between them.
    """

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
    conclusion: Mapping[str, Sentence] = msgspec.field(default_factory=dict)
    together: str = ""
    never: tuple[Exclusion, ...] = ()
    silent: tuple[Exclusion, ...] = ()
    uses: tuple[str, ...] = ()
    lines: Mapping[str, str] = msgspec.field(default_factory=dict)
    language: int = 1
    guidelines: Guidelines | None = None
    questions: tuple[Question, ...] = ()
    notes: tuple[Note, ...] = ()
    lets: Mapping[str, Formula] = msgspec.field(default_factory=dict)
    denied: Mapping[tuple[str, str], Formula] = msgspec.field(default_factory=dict)
    ties: Mapping[str, str] = msgspec.field(default_factory=dict)
    undated: bool = False
    own: Mapping[str, Prompt] = msgspec.field(default_factory=dict)
    plain: PromptSet | None = None
    stage: tuple[Any, ...] = ()
    levelled: bool = False

    @cached_property
    def bearing(self) -> frozenset[str]:
        """The prompts that a criterion reads, and those whose answer is a sentence of the letter."""
        read = {name for criterion in self.criteria.values() for name in criterion.reads()}
        return frozenset(read | {name for name, one in self.prompts.items() if one.speaks or one.says})

    def turned_by(self, names: Iterable[str]) -> set[str]:
        """The prompts named, and all whose asking or whose rows hang on their answers."""
        found, left = set[str](), list(names)
        while left:
            if (name := left.pop()) not in found:
                found.add(name)
                left += self._hang_on.get(name, ())
        return found

    @cached_property
    def _hang_on(self) -> Mapping[str, set[str]]:
        """By prompt, those whose asking reads it, or whose rows it ties to the item."""
        found: dict[str, set[str]] = {}
        for name, one in self.prompts.items():
            tie = (self.ties[name],) if name in self.ties else ()
            for read in (*tie, *(prompt for atom in atoms(one.when, {}) for prompt in atom.prompts)):
                found.setdefault(read, set()).add(name)
        return found

    @cached_property
    def reckoned_from(self) -> Mapping[str, tuple[str, ...]]:
        """By each prompt that has a rule to work it out, those whose answers its rules read."""
        return {
            name: tuple(root for root in one.rule_roots() if root in self.prompts)
            for name, one in self.prompts.items()
            if one.computed is not None or any(rule.rule for rule in one.propose)
        }

    @cached_property
    def schema_texts(self) -> Mapping[str, str]:
        """The compiled answer schemas of all its questions by name, as they are pinned."""
        return {
            one.schema.name: schema_text(one.schema) for one in (*self.prompts.values(), *self.own.values())
        }

    def without_edition(self, on: PartialDate) -> str:
        """The first citation of the MTUS of which no edition was in force on a day; "" where there is none."""
        if on not in self._without_edition:
            kept = self.guidelines
            cited = (name for name, one in self.citations.items() if one.tier == "mtus")
            lost = (name for name in cited if kept is None or kept.word(name, on) is None)
            self._without_edition[on] = next(lost, "")
        return self._without_edition[on]

    @cached_property
    def _without_edition(self) -> dict[PartialDate, str]:
        return {}

    @property
    def askable(self) -> Mapping[str, Prompt]:
        """Every question that a session may ask: those of the search sequence, and the set's own."""
        return {**self.own, **self.prompts}

    def tier(self, criterion: Criterion) -> str:
        return self.citations[criterion.cite].tier

    def rank(self, criterion: Criterion) -> int:
        """0 for the highest tier of the evidence hierarchy."""
        return TIERS.index(self.tier(criterion))


SEARCHED, OWN = "searched", "own"
"""The questions of the search sequence, and of the sources that the reviewer relies on."""

GOVERNING_DAY = "governing_day"
"""The question of the day that governs, where the case file leaves open which editions do."""


# What the answers of one scope (the case, or one item) say, read under its prompt set.


_WHOLE = ("", "")


class Reading:
    """The answers under a prompt set, with the truth of each condition worked out once.

    `before` is a reading under the same set from which what holds here too is taken over; `kept` is for what others
    work out from a reading, each under a name of its own. What rests on few of the answers is handed on by `resting_on`.
    """

    def __init__(
        self, prompt_set: PromptSet, answers: Mapping[str, Answer], before: Reading | None = None
    ) -> None:
        self.prompt_set = prompt_set
        self.answers = answers
        self.kept: dict[object, Any] = {}
        self._resting: dict[object, tuple[tuple[object, ...], Any]] = {}
        self._known: dict[str, dict[tuple[str, str], Truth]] = {}
        self._asked: dict[str, Truth] = {}
        self._closed: set[str] = set()
        if before is not None and before.prompt_set is prompt_set:
            both = answers.keys() | before.answers.keys()
            turned = prompt_set.turned_by([n for n in both if answers.get(n) is not before.answers.get(n)])
            self._resting = before._resting
            self._known, self._asked = dict(before._known), dict(before._asked)
            self._closed = before._closed - turned
            for name in turned:
                self._known.pop(name, None)
                self._asked.pop(name, None)
        self._not_documented: dict[str, tuple[str, ...]] | None = None

    def resting_on(self, on: tuple[object, ...], key: object, work: Callable[[], T]) -> T:
        """What `work` makes of the values `on`, and of the prompt set; once, while they are the very same values."""
        held = self._resting.get(key)
        if held is None or any(one is not other for one, other in zip(held[0], on, strict=True)):
            held = self._resting[key] = on, work()
        made: T = held[1]
        return made

    def asked(self, name: str) -> Truth:
        """Whether the prompt applies; the search sequence doesn't before the day that governs is known."""
        if name not in self._asked:
            waits = name in self.prompt_set.own and name not in self.prompt_set.prompts
            self._asked[name] = False if waits else self.holds(self.prompt_set.prompts[name].when)
        return self._asked[name]

    def holds(self, formula: Formula) -> Truth:
        """Kleene's value of a formula under the answers."""
        return evaluate(formula, self.truth)

    def truth(self, atom: Atom) -> Truth:
        """The value of one condition."""
        name = atom.prompt
        asked = self.asked(name)
        if asked is not True:
            return asked
        known, key = self._known.setdefault(name, {}), (atom.path, atom.condition.key)
        if key not in known:
            rows, shape = atom.condition.rows, self.prompt_set.prompts[name].schema.shape
            answer, whole = select(shape, self.answers.get(name), tuple(atom.path.split(".")[1:]))
            known[key] = holds(
                atom.condition, answer, whole, self.tied(rows.tie) if rows is not None else None
            )
        return known[key]

    def answer(self, name: str) -> Answer | None:
        """The answer to a prompt that applies, complete or not; None where there is none to be read."""
        return self.answers.get(name) if self.asked(name) is True else None

    def at(self, path: str) -> Answer | None:
        """The answer at `prompt` or `prompt.part`, read like any other."""
        root, *rest = path.split(".")
        if root not in self.prompt_set.prompts:
            return None
        shape = self.prompt_set.prompts[root].schema.shape
        return select(shape, self.answer(root), tuple(rest))[0]

    def answered(self, name: str) -> bool:
        """Whether the prompt applies and nothing of its answer is missing."""
        return self.asked(name) is True and self._is_whole(name)

    def _is_whole(self, name: str) -> bool:
        answer = self.answers.get(name)
        if answer is None:
            return False
        known = self._known.setdefault(name, {})
        if _WHOLE not in known:
            known[_WHOLE] = complete(self.prompt_set.prompts[name].schema.shape, answer)
        return bool(known[_WHOLE])

    def open_prompts(self) -> Iterator[Prompt]:
        """The prompts that apply and still miss an answer or a part of it, in order."""
        for name, prompt in self.prompt_set.prompts.items():
            if name in self._closed:
                continue
            if self.asked(name) is True and not self._is_whole(name):
                yield prompt
            else:
                self._closed.add(name)

    def not_documented(self) -> Mapping[str, tuple[str, ...]]:
        """The prompts that are read and say *not documented*, each with the paths that say so, in order."""
        if self._not_documented is None:
            found = {}
            for name, given in self.answers.items():
                paths = tuple(
                    path for path, leaf in given.leaves(name) if leaf.status is Status.NOT_DOCUMENTED
                )
                if paths and self.asked(name) is True:
                    found[name] = paths
            self._not_documented = {name: found[name] for name in self.prompt_set.prompts if name in found}
        return self._not_documented

    def missing_parts(self, name: str) -> list[str]:
        """The paths below the prompt that are still to be answered (`""` for all of it)."""
        return list(missing(self.prompt_set.prompts[name].schema.shape, self.answers.get(name)))

    def set_aside(self) -> tuple[str, ...]:
        """The prompts with an answer that is not read now."""
        return tuple(name for name in self.answers if self.asked(name) is not True)

    def tied(self, name: str) -> frozenset[str] | None:
        """The numbers of the rows that the answer to the prompt `name` ties to the item; None while it has none."""
        answer = self.answers.get(name)
        if answer is None or not isinstance(answer.value, list):
            return None
        return frozenset(str(number) for number in answer.value)
