"""The proof of a prompt set by the number of its prompts, a suggestion, and reading the sets, each against a yardstick."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from random import Random
from statistics import median

import yaml as plain_yaml
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core import yaml
from assistant.core.answer import Answer
from assistant.core.dates import PartialDate
from assistant.core.rules import rules
from assistant.core.rules.condition import atoms
from assistant.core.rules.editions import eras, on_day
from assistant.core.rules.encoding import Encoded
from assistant.core.rules.examples import try_examples
from assistant.core.rules.guidelines import read_guidelines
from assistant.core.rules.language2_reader import read_language2
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.proof import prove
from assistant.core.rules.solving import Questions
from assistant.core.rules.suggestion import suggest
from benchmarks.measure import Result

DAY = PartialDate(2014, 6, 1)
_GUIDELINES = """
guidelines:
  high:
    tier: mtus
    editions:
      2009: {source: High, from: 2009-01-01, until: 2016-12-31, name: the first}
      2017: {source: High, from: 2017-01-01, until: 2019-12-31, name: the second}
      2020: {source: High, from: 2020-01-01, name: the third}
    places: {care: {2009: {rules: p. 1}, 2017: {rules: p. 2}, 2020: {rules: p. 3}}}
  low:
    tier: national
    editions: {2010: {source: Low, from: 2010-01-01, name: the low one}}
    places: {care: {2010: {rules: p. 4}}}
"""
_HEAD = """
language: 2
id: made-up
title: Made up
edition: 1
for: {service: made up}
governed_by: ur_decision
request: The request is for {{ item }}.
conclusion: {upheld: It is not., overturned: It is.}
answers:
  visits: {number: whole, unit: visits, from: 0, to: 500}
  kind: {choice: {a: A, b: B, c: C, d: D}}
  signs: {checklist: {a: first, b: second, c: third, d: fourth}}
  drugs: {table: drug, columns: {drug: {choice: {x: X, y: Y, z: Z}}, amount: {number: decimal, from: 0, to: 900}}, optional: [amount]}
prompts:
"""
_TESTS = {
    "visits": ["up to 6", "over 12", "2 to 24", "not_documented"],
    "kind": ["a", "b", "{not: c}", "[c, d]"],
    "yes-no": ['"yes"', '"no"', "[\"no\", not_documented]"],
    "signs": ['{some: "yes"}', '{every: ["no", not_documented]}', '{at_least: 2, of: "yes"}'],
    "drugs": ["{some: {drug: x, amount: over 10}}", "{every: {drug: [y, z]}}", "any"],
}  # fmt: skip


def random_set(prompts: int, seed: int) -> PromptSet:
    """A set whose criteria read prompts that stand far apart, in an order drawn by chance."""
    chance = Random(seed)
    kinds = [chance.choice(list(_TESTS)) for _ in range(prompts)]
    lines = [
        f"  - {{id: p{n}, ask: What?, answer: {kind}, documentable: yes, record: yes, look_for: [it]}}"
        for n, kind in enumerate(kinds)
    ]
    lines.append("criteria:")
    order = chance.sample(range(prompts), prompts)
    for n in range(prompts):
        read = sorted({order[n], order[(n * 7 + 3) % prompts], order[(n * 13 + 5) % prompts]})
        when = ", ".join(f"p{place}: {chance.choice(_TESTS[kinds[place]])}" for place in read)
        cite = chance.choice(["high", "low"])
        some = sorted(chance.sample([2009, 2017, 2020], chance.choice([1, 2, 3])))
        narrowed = f"editions: [{', '.join(map(str, some))}], " if cite == "high" else ""
        lines.append(
            f"  - {{id: c{n}, cite: {cite}/care, {narrowed}when: {{{when}}}, "
            f"argues: {chance.choice(['for', 'against'])}, says: So.}}"
        )
    document = yaml.parse_yaml(_HEAD + "\n".join(lines), "made-up.yaml")
    return read_language2(document, {}, read_guidelines(yaml.parse_yaml(_GUIDELINES, "guidelines.yaml")))


def first_holes(made: PromptSet) -> tuple[float, int]:
    """Seconds until it is known of every era whether there is a gap, and a conflict; and in how many there is."""
    start = time.perf_counter()
    coded = Encoded(made)
    ask = Questions(coded)
    found = 0
    for era in eras(made):
        assumed = [one if name in era.off else -one for name, one in coded.off.items()]
        assumed += [-one for one in (*coded.declined.values(), *coded.unread.values())]
        found += ask.can_be([*assumed, coded.gap, -coded.silent["gap"]])
        found += ask.can_be([*assumed, coded.conflict, -coded.silent["conflict"]])
    return time.perf_counter() - start, found


def seconds(action: Callable[[], object], times: int = 5) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return median(taken)


def run() -> list[Result]:
    return [*_by_prompts(), *_shipped(), *_suggestion(), *_reading()]


def _by_prompts() -> list[Result]:
    results = []
    for prompts, first_limit, whole_limit in (
        (15, None, None),
        (30, None, None),
        (60, 1.0, 6.0),
        (120, None, None),
    ):
        made = random_set(prompts, 3)
        first, found = first_holes(made)
        start = time.perf_counter()
        proof = prove(made)
        whole = time.perf_counter() - start
        told = f"{len(proof.gaps)} gaps, {len(proof.conflicts)} conflicts, {len(eras(made))} eras"
        results += [
            Result(
                f"a gap or conflict, or none, {prompts} prompts", first, first_limit, "s", f"{found} found"
            ),
            Result(f"the whole proof, {prompts} prompts", whole, whole_limit, "s", told),
        ]
    return results


def _every_set() -> list[PromptSet]:
    known = library.sources()
    names = [name for name, text in known.prompts.items() if "for" in yaml.parse_yaml(text, name).data]
    return [made for name in names for made in library.prompt_set_instances(name, known)]


def _shipped() -> list[Result]:
    every = _every_set()
    return [
        Result(
            f"the proof of the {len(every)} shipped sets",
            seconds(lambda: [prove(one) for one in every], 1),
            20.0,
            "s",
        )
    ]


def _suggestion() -> list[Result]:
    """Findings and suggestion of full answers, read anew, against `jsonschema` on the same conditions, compiled before."""
    known = library.sources()
    made = next(one for one in _every_set() if one.language > 1)
    document = known.document(made.id)
    answers: dict[str, Answer] = dict(next(iter(try_examples(document, made))).reading.answers)
    governed = on_day(made, DAY)
    put = [atom for one in made.criteria.values() for atom in one.atoms() if atom.condition.schema]
    put += [atom for one in made.prompts.values() for atom in atoms(one.when) if atom.condition.schema]
    checks = [
        (Draft202012Validator(json.loads(atom.condition.key)), answers[atom.prompt].plain())
        for atom in put
        if atom.prompt in answers
    ]
    ours = seconds(lambda: suggest(Reading(governed, answers), DAY, {}), 200)
    theirs = seconds(lambda: [check.is_valid(value) for check, value in checks], 200)
    figures = f"{ours * 1000:.2f} against {theirs * 1000:.2f} ms, {len(checks)} conditions"
    return [Result("findings and suggestion of full answers", ours / theirs, 2.0, "x", figures)]


def _reading() -> list[Result]:
    """Reading every set anew against parsing the same texts with PyYAML's C loader."""
    known = library.sources()
    names = [name for name, text in known.prompts.items() if "for" in yaml.parse_yaml(text, name).data]

    def ours() -> None:
        library._parsed_once.cache_clear()
        rules.guidelines_in.cache_clear()
        for name in names:
            rules.read_instances(name, known)

    def theirs() -> None:
        for text in known.prompts.values():
            plain_yaml.load(text, Loader=plain_yaml.CSafeLoader)

    mine, other = seconds(ours, 9), seconds(theirs, 9)
    return [
        Result("all sets read", mine / other, 3.0, "x", f"{mine * 1000:.0f} against {other * 1000:.0f} ms")
    ]
