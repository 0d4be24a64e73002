"""Answers that the case already states, proposed for the reviewer to confirm.

A proposal is no answer until it is confirmed. One that a partial date or a missing answer leaves open is
not made.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from assistant.core.answer import Answer, Evidence
from assistant.core.answer_reader import read_answer
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Problem, Refused
from assistant.core.record.case import Case, DisputedItem, evidence_in_case
from assistant.core.rules.answer_schema import ChoiceShape, GroupShape, ListingShape, Shape
from assistant.core.rules.answers_inline import Spec
from assistant.core.rules.computed import SPANS, comes_to, in_tenths
from assistant.core.rules.prompt_set import Prompt, Proposal, Reading
from assistant.core.value import Value, replace
from assistant.core.yaml import YamlDocument

if TYPE_CHECKING:
    from assistant.core.rules.rules import Rules


class Proposed(Value):
    """A proposed answer and, in a few words, what it was worked out from."""

    answer: Answer
    basis: str


def propose(
    prompt: Prompt,
    reading: Reading,
    case: Case,
    item: DisputedItem | None,
    profile: Mapping[str, Any] | None = None,
) -> Proposed | None:
    """The first proposal of a prompt that can be made; None where none can.

    `profile` holds what `reviewer.<fact>` may name: what the reviewer keeps once, without the name.
    """
    if (computed := computed_answer(prompt, reading, case, item)) is not None:
        return computed
    if prompt.ties and (tied := _tied(prompt, reading, case, item)) is not None:
        return tied
    for proposal in prompt.propose:
        if proposal.fact.startswith("reviewer."):
            raw = (profile or {}).get(proposal.fact.partition(".")[2])
            made = _answer(prompt, raw, (), "kept in your profile") if raw else None
        else:
            made = _propose(proposal, prompt, reading, case, item)
        if made is not None:
            return made
    return None


def reckoned(prompt: Prompt, reading: Reading, case: Case, item: DisputedItem | None) -> Proposed | None:
    """What the first rule of a prompt that comes to something gives; a fact of the case file is none of them."""
    if prompt.computed is not None:
        return computed_answer(prompt, reading, case, item)
    for proposal in prompt.propose:
        made = _propose(proposal, prompt, reading, case, item) if proposal.rule else None
        if made is not None:
            return made
    return None


def follows_from(prompt: Prompt, reading: Reading) -> frozenset[str]:
    """The questions of whose answers alone a prompt is worked out, up to the day that governs; none where the case file gives more."""
    if prompt.computed is None and not all(one.rule for one in prompt.propose):
        return frozenset()  # a fact may be proposed, too
    roots = prompt.rule_roots(but=_GOVERNING)
    return frozenset(roots) if roots <= reading.prompt_set.prompts.keys() else frozenset()


def rule_result(
    proposal: Proposal, reading: Reading, case: Case, item: DisputedItem | None
) -> tuple[Any, str]:
    """What a proposal's rule comes to under the answers (None where it is open), and what it was worked out from."""
    if not proposal.rule:
        return None, ""
    rows = list(_rows(proposal, reading, case, item))
    value, _, basis = _worked_out(proposal, rows, _operand(proposal.than, reading, case, item))
    return value, basis


def _propose(
    proposal: Proposal, prompt: Prompt, reading: Reading, case: Case, item: DisputedItem | None
) -> Proposed | None:
    if proposal.fact:
        raw: Any = case.fact(proposal.fact, item)
        if proposal.where and isinstance(raw, list):
            raw = [entry for entry in raw if _is_asked(proposal, entry)]
        evidence = tuple(_all_evidence(raw))
        if not evidence and item is not None:
            evidence = item.evidence[:1] if proposal.fact.startswith("item.") else ()
        if raw is None:
            return None
        return _answer(prompt, _stated(raw, prompt), evidence, "stated in the case file")
    rows = list(_rows(proposal, reading, case, item))
    value, evidence, basis = _worked_out(proposal, rows, _operand(proposal.than, reading, case, item))
    if value is None:
        return None
    other = (
        reading.answer(proposal.than.split(".", 1)[0])
        if proposal.than in _operands(reading, proposal)
        else None
    )
    evidence = tuple(dict.fromkeys((*evidence, *(other.all_evidence() if other is not None else ()))))
    if proposal.gives:
        value = proposal.gives.get("yes" if value is True else "no" if value is False else str(value))
    elif isinstance(value, bool):
        value = "yes" if value else "no"
    return None if value is None else _answer(prompt, value, evidence, basis)


def unfit(rules: Rules, document: YamlDocument) -> Iterator[Problem]:
    """Each fact of the case file that a question asks for in words that it can't take, with its line.

    A fact that can't be proposed would be passed over, and the reviewer would not know that the case states it.
    """
    for scope in rules.scopes:
        item = rules.case.items.get(scope)
        for prompt in rules.sets[scope].prompts.values():
            for proposal in prompt.propose:
                root, *rest = proposal.fact.split(".")
                if root in ("case", "item") and (raw := rules.case.fact(proposal.fact, item)) is not None:
                    path = (*(("items", scope) if root == "item" else ()), *rest)
                    yield from _unfit(prompt, proposal, raw, document, path)


def _unfit(
    prompt: Prompt, proposal: Proposal, raw: Any, document: YamlDocument, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    shape = prompt.schema.shape
    parts = _part_names(shape)
    if isinstance(shape, ListingShape) and isinstance(raw, list):
        for number, entry in enumerate(raw):
            if _is_asked(proposal, entry):
                yield from _refusals(prompt, [_with_evidence(entry, parts)], document, (*path, number))
    else:
        yield from _refusals(prompt, _stated(raw, prompt), document, path)


def _is_asked(proposal: Proposal, entry: Any) -> bool:
    """Whether an entry of a list of facts is one that a proposal takes: of the region that it asks about."""
    return not isinstance(entry, Mapping) or all(
        str(entry.get(name)) == wanted for name, wanted in proposal.where.items()
    )


def _refusals(
    prompt: Prompt, raw: Any, document: YamlDocument, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    try:
        read_answer(prompt.schema, raw, prompt.id, checked=False)
    except Refused as refused:
        for problem in refused.problems:
            at = problem.where.split(".")[1:]
            named = [int(one) - 1 if one.isdigit() else one for one in at]
            own = named[1:] if named and isinstance(path[-1], int) else named
            yield Problem(
                f"“{prompt.ask}” can't take this: {problem.what}", document.where(*path, *own), problem.fix
            )


def _operands(reading: Reading, proposal: Proposal) -> tuple[str, ...]:
    """The operands of a rule that are answers, not facts of the case file."""
    named = (proposal.of, proposal.than)
    return tuple(one for one in named if one and one.split(".", 1)[0] in reading.prompt_set.prompts)


class _Row(Value):
    value: Any
    weight: Any
    fits: bool | None
    evidence: tuple[Evidence, ...]


def _answer(prompt: Prompt, raw: Any, evidence: tuple[Evidence, ...], basis: str) -> Proposed | None:
    try:
        answer = read_answer(prompt.schema, raw, prompt.id, checked=False)
    except Refused:
        return None
    if not answer.evidence:
        answer = replace(answer, evidence=evidence)
    return Proposed(answer, basis)


def _part_names(shape: Shape) -> frozenset[str]:
    inner = shape.element if isinstance(shape, ListingShape) else shape
    return frozenset(inner.parts) if isinstance(inner, GroupShape) else frozenset()


def _stated(raw: Any, prompt: Prompt) -> Any:
    """A fact as an answer: of what was done once, as an operation, a question of yes and no is answered by yes."""
    shape = prompt.schema.shape
    if (
        isinstance(raw, Mapping)
        and "value" not in raw
        and isinstance(shape, ChoiceShape)
        and set(shape.labels) == {"yes", "no"}
    ):
        return "yes"
    return _stripped(raw, _part_names(shape))


def _stripped(raw: Any, parts: frozenset[str]) -> Any:
    """A fact without what is no part of the answer; its page becomes evidence, an element keeps its own."""
    if isinstance(raw, list):
        return [_with_evidence(entry, parts) for entry in raw]
    if isinstance(raw, Mapping) and "value" in raw:
        return raw["value"]
    if isinstance(raw, Mapping):
        return {key: value for key, value in raw.items() if key in parts}
    return raw


def _with_evidence(entry: Any, parts: frozenset[str]) -> Any:
    if not isinstance(entry, Mapping) or "page" not in entry:
        return entry
    evidence = [
        {"document": one.document, "page": one.page, "quote": one.quote} for one in evidence_in_case(entry)
    ]
    return {"value": _stripped(entry, parts), "evidence": evidence}


def _all_evidence(raw: Any) -> Iterator[Evidence]:
    yield from evidence_in_case(raw)
    if isinstance(raw, list):
        for entry in raw:
            yield from evidence_in_case(entry)


def _rows(proposal: Proposal, reading: Reading, case: Case, item: DisputedItem | None) -> Iterator[_Row]:
    root, *rest = proposal.of.split(".")
    if root in ("case", "item"):
        raw = case.fact(proposal.of, item)
        container = case.fact(".".join([root, *rest[:-1]]), item)
        for value in raw if isinstance(raw, list) else [] if raw is None else [raw]:
            yield _Row(value, None, True, evidence_in_case(container))
        return
    answer = reading.answer(root)
    if answer is None or not reading.answered(root):
        yield _Row(None, None, None, ())
        return
    if not answer.listing:
        found = reading.at(proposal.of)
        yield _Row(found.plain() if found and found.given else None, None, True, answer.all_evidence())
        return
    weight = proposal.weights.rpartition(".")[2]
    for element in (answer.parts or {}).values():
        parts = element.parts or {}
        value = parts[rest[-1]].value if rest and rest[-1] in parts else element.plain()
        factor = parts[weight].value if weight in parts else None
        yield _Row(value, factor, _fits(parts, proposal.where), element.all_evidence())


def _fits(parts: Mapping[str, Answer], where: Mapping[str, str]) -> bool | None:
    result: bool | None = True
    for name, wanted in where.items():
        part = parts.get(name)
        if part is None:
            result = None
        elif wanted in ("not_documented", "unclear"):
            if part.status.value != wanted:
                return False
        elif not part.given:
            result = None
        elif isinstance(part.value, list):
            if wanted not in part.value:
                return False
        elif part.value != wanted:
            return False
    return result


def _operand(path: str, reading: Reading, case: Case, item: DisputedItem | None) -> Any:
    if not path:
        return None
    if path.split(".", 1)[0] in ("case", "item"):
        return case.fact(path, item)
    found = reading.at(path)
    return found.plain() if found is not None and found.given else None


def _worked_out(proposal: Proposal, rows: list[_Row], than: Any) -> tuple[Any, tuple[Evidence, ...], str]:
    fitting = [row for row in rows if row.fits is not False]
    if proposal.rule == "any_after":
        return _any_after(fitting, than)
    if any(row.fits is None or row.value is None for row in fitting):
        return None, (), ""
    evidence = tuple(dict.fromkeys(one for row in fitting for one in row.evidence))
    if proposal.rule == "count":
        return len(fitting), evidence, f"counted from {len(fitting)} entries"
    if proposal.rule == "latest":
        dates = [parse_date(row.value) for row in fitting]
        return (
            _latest([date for date in dates if date is not None]),
            evidence,
            "the latest of the dates given",
        )
    if proposal.rule == "weeks_between":
        return _weeks(fitting, than, evidence)
    if any(isinstance(row.value, str | bool) for row in fitting):
        return None, (), ""
    if proposal.rule == "sum":
        return sum(row.value for row in fitting), evidence, "added up from the entries"
    if any(row.weight is None for row in fitting):
        return None, (), ""
    return (
        sum(row.value * row.weight for row in fitting),
        evidence,
        "added up from the entries, each weighted",
    )


def _any_after(rows: list[_Row], than: Any) -> tuple[Any, tuple[Evidence, ...], str]:
    limit = parse_date(than)
    if limit is None:
        return None, (), ""
    later: list[_Row] = []
    open_ = False
    for row in rows:
        date = parse_date(row.value)
        after = date.after(limit) if date is not None else None
        if after is None or (row.fits is None and after):
            open_ = True
        elif after:
            later.append(row)
    if later:
        dates = " and ".join(date.prose() for date in map(_date, later))
        evidence = tuple(dict.fromkeys(one for row in later for one in row.evidence))
        return True, evidence, f"{dates}: after {limit.prose()}"
    pages = tuple(dict.fromkeys(one for row in rows for one in row.evidence))
    return (None, (), "") if open_ else (False, pages, f"none is dated after {limit.prose()}")


def _date(row: _Row) -> PartialDate:
    made = parse_date(row.value)
    assert made is not None  # only rows with a date are among the later ones
    return made


def _latest(dates: list[PartialDate]) -> str | None:
    if not dates:
        return None
    best = max(dates, key=lambda date: date.earliest)
    return str(best) if all(d == best or best.after(d) for d in dates) else None


def _weeks(
    rows: list[_Row], than: Any, evidence: tuple[Evidence, ...]
) -> tuple[Any, tuple[Evidence, ...], str]:
    first = parse_date(rows[0].value) if len(rows) == 1 else None
    second = parse_date(than)
    if first is None or second is None or first.day is None or second.day is None:
        return None, (), ""
    weeks = (second.earliest - first.earliest).days // 7
    return (weeks if weeks >= 0 else None), evidence, f"from {first.prose()} to {second.prose()}"


# What a prompt of the second language is computed of.


class _Operands(Value):
    """The operands of a rule: answers as they are read, and facts of the case file."""

    reading: Reading
    case: Case
    item: DisputedItem | None

    def value(self, path: str) -> Any:
        """The given value at a path; a fact with its page without it."""
        if path.split(".", 1)[0] in ("case", "item"):
            fact = self.case.fact(path, self.item)
            return fact.get("value") if isinstance(fact, Mapping) else fact
        found = self.reading.at(path)
        return found.plain() if found is not None and found.given else None

    def rows(self, table: str) -> list[Mapping[str, Any]] | None:
        """The rows of a complete table, each with its given columns."""
        answer = self.reading.answer(table)
        if answer is None or not answer.listing or not self.reading.answered(table):
            return None
        return [row.plain() for row in (answer.parts or {}).values()]

    def spec(self, table: str) -> Spec:
        """How the table is written."""
        spec = self.reading.prompt_set.prompts[table].spec
        assert spec is not None  # a set of the second language alone has computed answers
        return spec


_GOVERNING = frozenset({"item.ur_decision.date", "item.request_date"})
"""The days up to which is counted: what stands on their page is said of the decision, and not of the patient."""


def computed_answer(
    prompt: Prompt, reading: Reading, case: Case, item: DisputedItem | None
) -> Proposed | None:
    """What the other answers make of a prompt, on the pages of its operands; None where that is open."""
    rule, guidelines = prompt.computed, reading.prompt_set.guidelines
    if rule is None or guidelines is None:
        return None
    governing = {"ur_decision": item.ur_date, "request": item.request_date} if item is not None else {}
    on = governing.get(reading.prompt_set.governed_by)
    operands = _Operands(reading, case, item)
    value = comes_to(rule, operands, guidelines, on)
    if value is None:
        return None
    if isinstance(value, float) and prompt.spec is not None and prompt.spec.whole:
        value = int(value)
    elif isinstance(value, float) and rule.rule in SPANS:
        value = in_tenths(value)
    evidence: list[Evidence] = []
    asked: dict[str, None] = {}
    for path in rule.paths():
        root, *rest = path.split(".")
        if root in reading.prompt_set.prompts:
            asked.setdefault(reading.prompt_set.prompts[root].ask)
            answer = reading.answer(root)
            evidence += answer.all_evidence() if answer is not None else ()
        elif path not in _GOVERNING:
            evidence += evidence_in_case(case.fact(".".join([root, *rest[:-1]]), item))
    basis = f"worked out from {' and '.join(asked)}" if asked else "worked out from the case file"
    days = [parse_date(operands.value(path)) for path in rule.of if isinstance(path, str)]
    if rule.rule in SPANS and len(days) == 2 and days[0] is not None and days[1] is not None:
        basis = f"from {days[0].prose()} to {days[1].prose()}"
    return _answer(prompt, value, tuple(dict.fromkeys(evidence)), basis)


def _tied(prompt: Prompt, reading: Reading, case: Case, item: DisputedItem | None) -> Proposed | None:
    """The rows of a table that hold what the item asks for, by the fact that names it."""
    wanted = case.fact(prompt.fact, item)
    table = reading.answer(prompt.ties)
    if wanted is None or table is None or not table.listing:
        return None
    column = prompt.fact.rpartition(".")[2]
    numbers = [
        number
        for number, row in (table.parts or {}).items()
        if column in (row.parts or {}) and str((row.parts or {})[column].value) == str(wanted)
    ]
    return _answer(prompt, numbers, (), "it is what the case file says is asked for") if numbers else None
