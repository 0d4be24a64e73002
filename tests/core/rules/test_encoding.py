"""The clauses of a set hold every answer that there is, and no other, and come out as the core evaluates."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from random import Random

import pytest

from assistant.core.answer import Answer, Status, group, listing
from assistant.core.dates import PartialDate
from assistant.core.rules.condition import Formula
from assistant.core.rules.criterion import findings, weigh
from assistant.core.rules.editions import on_day
from assistant.core.rules.encoding import Encoded
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.proof import prove
from assistant.core.rules.rules import Sources, read_prompt_set
from assistant.core.rules.solving import Questions
from assistant.core.rules.suggestion import suggest, would_change
from assistant.core.value import replace
from tests.core.rules.direct import drawn
from tests.core.rules.language2_sets import PROBE, a_set
from tests.core.rules.small_sets import DRAFT, HEAD, SCHEMAS

DAY = PartialDate(2014, 6, 1)


def formulas(made: PromptSet) -> list[Formula]:
    return [*made.lets.values(), *(f for c in made.criteria.values() for f in (c.applies, c.when))]


def outcome(made: PromptSet, reading: Reading) -> str:
    found = findings(reading, DAY, {})
    waiting = [place for q in made.questions if reading.holds(q.when) is True for place in q.unread]
    got = weigh(made, {name: one.state for name, one in found.items()}, {}, waiting)
    return got.decision or got.why


def outcomes(coded: Encoded) -> dict[str, int]:
    return {
        "upheld": coded.upheld,
        "overturned": coded.overturned,
        "gap": coded.gap,
        "conflict": coded.conflict,
        "unread": coded.waiting,
    }


def assumed(made: PromptSet, coded: Encoded) -> list[int]:
    found = findings(Reading(made, {}), DAY, {})
    unread = {one.name for one in made.questions if one.unread}
    return [
        *(literal if found[name].reason else -literal for name, literal in coded.off.items()),
        *(-literal for literal in coded.declined.values()),
        *(literal if name in unread else -literal for name, literal in coded.unread.items()),
    ]


MORE = """
  - {id: few, cite: high/care, when: {few: "yes"}, argues: for, says: Yes.}
  - {id: fused, cite: high/more, when: {fused: "yes", double: not_shown}, argues: against, rebuts: [strong], says: No.}
  - {id: strong, cite: low/care, when: {strong: "yes"}, argues: for, rebuts: [few], says: Yes.}
  - {id: tapered, cite: low/care, when: {tapered: not_shown}, argues: against, says: No.}
"""


@pytest.mark.parametrize("day", [DAY, PartialDate(2018, 6, 1), PartialDate(2021, 6, 1)])
def test_every_answer_is_among_the_clauses_and_comes_out_as_the_core_says(day: PartialDate) -> None:
    made = on_day(a_set(PROBE + MORE), day)
    coded = Encoded(made, formulas(made))
    ask = Questions(coded)
    chance = Random(5)
    seen = set()
    for _ in range(250):
        reading = Reading(made, drawn(made, chance))
        literals = [
            literal if reading.truth(atom) is True else -literal
            for code in coded.codes.values()
            for atom, literal in code.truth.items()
        ]
        got = outcome(made, reading)
        seen.add(got)
        for name, literal in outcomes(coded).items():
            assert ask.can_be([*assumed(made, coded), *literals, literal]) is (name == got)
    assert len(seen) >= (1 if day.year > 2020 else 3)  # of the third edition nothing has been read


def answers(coded: Encoded, true: set[int]) -> dict[str, Answer]:
    """The answers that a case of the clauses stands for."""
    made: dict[str, Answer] = {}
    for name, code in coded.codes.items():
        top: Answer | None = None
        parts: dict[str, Answer] = {}
        rows: list[tuple[Answer, bool]] = []
        for feature in code.features:
            chosen = [cell for cell in feature.cells if cell.literal in true]
            if not chosen:
                continue
            if feature.row:
                if chosen[0] is feature.cells[0]:
                    rows.append((chosen[0].answer, ", asked for" in chosen[0].labels[0]))
            elif feature.path == name:
                top = chosen[0].answer
            else:
                parts[feature.path.removeprefix(f"{name}.")] = chosen[0].answer
        if top is not None and top.listing:
            made[name] = listing([row for row, _ in rows])
            if name in coded.prompt_set.ties and rows:
                tied = [str(n) for n, (_, mine) in enumerate(rows, 1) if mine]
                made[coded.prompt_set.ties[name]] = Answer(value=tied)
        elif parts and (top is None or top.parts is not None):
            made[name] = group(parts)
        elif top is not None:
            made[name] = top
    return made


def test_every_case_of_the_clauses_is_an_answer_and_comes_out_as_the_core_says() -> None:
    made = on_day(a_set(PROBE), DAY)
    wanted = formulas(made)
    coded = Encoded(made, wanted)
    ask = Questions(coded)
    number = 0
    literals = {formula: coded.formula(formula) for formula in wanted if not isinstance(formula, bool)}
    for formula, literal in literals.items():
        for goal in (literal, -literal):
            if not ask.can_be([*assumed(made, coded), goal]):
                continue
            true = ask.holds_now()
            reading = Reading(made, answers(coded, true))
            for other, its in literals.items():
                assert reading.holds(other) is (its in true), (
                    formula,
                    other,
                )
            assert outcomes(coded)[outcome(made, reading)] in true
            number += 1
    assert number > 60


SIX = """
prompts:
  - {id: drugs, ask: Which?, answer: six}
criteria:
"""


def six(kinds: str) -> PromptSet:
    """Each kind of row argues against; three of them together argue for."""

    def has(kind: str) -> Mapping[str, object]:
        row = {"type": "object", "properties": {"drug": {"const": kind}}, "required": ["drug"]}
        return {"type": "array", "contains": row}

    schema = {
        "title": "Drugs",
        "type": "array",
        "items": {"type": "object", "properties": {"drug": {"enum": list(kinds)}}, "required": ["drug"]},
        "conditions": {
            **{f"has_{kind}": {"says": f"with {kind}", "schema": has(kind)} for kind in kinds},
            "three": {
                "says": "with three",
                "schema": {"type": "array", "allOf": [has(k) for k in kinds[:3]]},
            },
        },
    }
    lines = [
        f"  - {{id: has-{kind}, cite: high, when: {{drugs: has_{kind}}}, argues: against, says: No.}}"
        for kind in kinds
    ]
    lines.append("  - {id: three, cite: high, when: {drugs: three}, argues: for, says: Yes.}")
    texts = {n: json.dumps({"$schema": DRAFT, **one}) for n, one in {**SCHEMAS, "six": schema}.items()}
    return read_prompt_set("small", Sources({"small": HEAD + SIX + "\n".join(lines)}, texts))


@pytest.mark.parametrize("kinds", ["uvwxyz", "abcdefghijkl"])
def test_any_mixture_of_rows_is_looked_at(kinds: str) -> None:
    found = prove(six(kinds))
    assert found.dead_criteria == {}
    (conflict,) = found.conflicts
    assert conflict.for_ == ("three",)
    assert conflict.against == tuple(f"has-{kind}" for kind in kinds[:3])
    assert all(f"an entry with drug {kind}" in str(conflict.answers) for kind in kinds[:3])


BODY = """
prompts:
  - {id: better, ask: Better?, answer: yes-no, documentable: yes}
  - {id: late, ask: Late?, answer: yes-no, when: {better: "yes"}}
criteria:
  - {id: a, cite: high/care, when: {better: "yes", late: "no"}, argues: for, says: Yes.}
  - {id: b, cite: low/care, when: {better: [not_documented, "no"]}, argues: against, says: No.}
"""


def test_what_is_still_open_and_what_would_settle_it() -> None:
    made = on_day(a_set(BODY), DAY)
    got = suggest(Reading(made, {}), DAY, {})
    assert (got.why, got.settle) == ("open", ("better", "late"))
    got = suggest(Reading(made, {"better": Answer(value="yes")}), DAY, {})
    assert (got.why, got.settle) == ("open", ("late",))
    got = suggest(Reading(made, {"better": Answer(value="no")}), DAY, {})
    assert (got.decision, got.because) == ("upheld", ("b",))


def test_no_lower_tier_decides_where_the_edition_in_force_is_unread() -> None:
    made = on_day(a_set(BODY), PartialDate(2021, 6, 1))
    assert suggest(Reading(made, {}), DAY, {}).why == "unread"  # no missing answer could change that
    got = suggest(Reading(made, {"better": Answer(value="no")}), PartialDate(2021, 6, 1), {})
    assert (got.decision, got.why, got.unread) == (None, "unread", ("high/care",))
    read = on_day(a_set(BODY), PartialDate(2021, 6, 1), {"high/care": "silent"})
    got = suggest(Reading(read, {"better": Answer(value="no")}), PartialDate(2021, 6, 1), {})
    assert (got.decision, got.because) == ("upheld", ("b",))


def test_a_day_that_leaves_the_edition_open_leaves_the_suggestion_open() -> None:
    made = on_day(a_set(BODY), None)
    assert suggest(Reading(made, {"better": Answer(value="no")}), None, {}).why == "open"


def test_unclear_answers_are_named_where_clear_ones_could_make_something_stand() -> None:
    made = on_day(a_set(BODY), DAY)
    unclear = replace(Answer(), status=type(Answer().status)("unclear"))
    got = suggest(Reading(made, {"better": unclear}), DAY, {})
    assert (got.decision, got.why, got.settle) == (None, "unclear", ("better",))
    late = {"better": Answer(value="yes"), "late": Answer(value="yes")}
    assert suggest(Reading(made, late), DAY, {}).why == "gap"


CHANGES = """
answers:
  drugs: {table: drug, columns: {drug: {choice: {x: X, y: Y}}, amount: {number: decimal, from: 0, to: 90}}, optional: [amount]}
prompts:
  - {id: better, ask: Better?, answer: yes-no, documentable: yes}
  - {id: weeks_had, ask: How long?, answer: weeks, when: {better: "yes"}, documentable: yes}
  - {id: drugs, ask: Which?, answer: drugs, documentable: yes}
  - {id: kind, ask: Which kind?, answer: {choice: {a: A, b: B}}}
criteria:
  - {id: a, cite: high/care, when: {better: "yes", weeks_had: up to 6, kind: a}, argues: for, says: Yes.}
  - {id: b, cite: low/care, when: {better: [not_documented, "no"]}, argues: against, says: No.}
  - {id: c, cite: high/more, when: {drugs: {some: {drug: x, amount: over 10}}}, argues: for, says: Yes.}
"""


def test_what_would_change_the_suggestion_is_told_as_the_fewest_answers_in_words() -> None:
    made = on_day(a_set(CHANGES), DAY)
    absent = Answer(status=Status.NOT_DOCUMENTED)
    held = {"better": absent, "drugs": listing([]), "kind": Answer(value="a")}
    assert suggest(Reading(made, held), DAY, {}).decision == "upheld"
    told = [(dict(one.answers), one.decision) for one in would_change(Reading(made, held), DAY, {})]
    assert ({"better": "Yes", "weeks_had": "up to 6 weeks"}, "overturned") in told
    assert any("drug X, amount" in answers.get("drugs (drug)", "") for answers, _ in told)
    assert all(decision == "overturned" for _, decision in told)
    other = {**held, "kind": Answer(value="b")}  # the reviewer's own finding, which no note can supply
    told = [(dict(one.answers), one.decision) for one in would_change(Reading(made, other), DAY, {})]
    assert [set(answers) for answers, _ in told] == [{"drugs (drug)"}]


def test_what_stays_as_it_was_answered_is_no_part_of_what_would_change_the_suggestion() -> None:
    made = on_day(
        a_set("""
answers:
  flags: {checklist: {fall: a fall, fever: fever, tumor: a tumor}}
prompts:
  - {id: flags, ask: Which flags?, answer: flags, documentable: yes}
  - {id: better, ask: Better?, answer: yes-no, documentable: yes}
criteria:
  - {id: a, cite: high/care, when: {flags: {some: "yes"}}, argues: for, says: Yes.}
  - {id: b, cite: low/care, when: {flags: {every: ["no", not_documented]}, better: "no"}, argues: against, says: No.}
"""),
        DAY,
    )
    yes, no, absent = Answer(value="yes"), Answer(value="no"), Answer(status=Status.NOT_DOCUMENTED)
    tumor, fall = {"flags.tumor": "a tumor: absent"}, {"flags.fall": "a fall: absent"}
    for flags, better, wanted in (
        ((no, no, yes), no, tumor),
        ((absent, no, yes), no, tumor),
        ((absent, absent, yes), yes, {**tumor, "better": "Better? No"}),
        ((yes, no, yes), no, {**fall, **tumor}),
    ):
        held = {"flags": group(dict(zip(("fall", "fever", "tumor"), flags, strict=True))), "better": better}
        told = [(dict(one.labels), one.decision) for one in would_change(Reading(made, held), DAY, {})]
        assert told == [(wanted, "upheld")], held


def test_a_program_that_has_asked_the_solver_ends_without_a_word() -> None:
    program = (
        "from assistant import library\n"
        "from assistant.core.rules.prompt_set import Reading\n"
        "from assistant.core.rules.suggestion import suggest\n"
        "made = library.prompt_set('cervical-radiography', library.sources())\n"
        "assert suggest(Reading(made, {}), None, {}).why == 'open'\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_where_any_answer_would_change_the_suggestion_its_prompt_is_named() -> None:
    body = CHANGES.replace('better: [not_documented, "no"]', "better: given").replace('better: "yes", ', "")
    made = on_day(a_set(body), DAY)
    absent = Answer(status=Status.NOT_DOCUMENTED)
    held = {"better": absent, "drugs": listing([]), "kind": Answer(value="b")}
    told = [(dict(one.answers), one.decision) for one in would_change(Reading(made, held), DAY, {})]
    assert ({"better": "any answer"}, "upheld") in told
    assert all(answers for answers, _ in told)


SUMS = """
answers:
  visits: {number: whole, unit: visits, from: 0, to: 90}
prompts:
  - {id: better, ask: Better?, answer: yes-no, documentable: yes, says: {together: an improvement}}
  - {id: had, ask: How many?, answer: visits, when: {better: given}, documentable: yes}
  - {id: asked, ask: How many more?, answer: visits}
  - {id: in_all, ask: In all?, answer: visits, computed: {add: [had, asked]}}
criteria:
  - id: a
    cite: high/care
    limit: {of: in_all, up_to: 10, asked: asked}
    when: {better: "yes"}
    argues: for
    says: Yes.
    over: {says: Over.}
  - {id: b, cite: low/care, when: {better: [not_documented, "no"]}, argues: against, says: No.}
"""


def test_a_sum_follows_its_parts_in_what_would_change_the_suggestion() -> None:
    """It is told by the part that a note can supply, and not at all where no number is left for that."""
    made = on_day(a_set(SUMS), DAY)
    absent, yes = Answer(status=Status.NOT_DOCUMENTED), Answer(value="yes")
    for held, wanted in (
        (
            {"better": absent, "asked": Answer(value=6)},
            [({"better": "an improvement: yes", "had": "How many? up to 4 visits"}, "overturned")],
        ),
        ({"better": absent, "asked": Answer(value=12)}, []),
        (
            {"better": yes, "had": Answer(value=7), "asked": Answer(value=6), "in_all": Answer(value=13)},
            [({"had": "How many? up to 4 visits"}, "overturned")],
        ),
        (
            {"better": yes, "had": Answer(value=2), "asked": Answer(value=6), "in_all": Answer(value=8)},
            [
                ({"better": "an improvement: no"}, "upheld"),
                ({"had": "How many? at least 5 visits"}, "upheld"),
            ],
        ),
    ):
        told = [(dict(one.labels), one.decision) for one in would_change(Reading(made, held), DAY, {})]
        assert [one for one in told if one in wanted] == wanted, (held, told)
        assert all("in_all" not in labels for labels, _ in told)
        assert told or not wanted
        assert wanted or not told, told


def test_a_row_that_the_record_has_and_what_was_requested_change_nothing() -> None:
    body = (
        CHANGES[: CHANGES.index("criteria:")]
        + """
  - {id: levels, ask: How many?, answer: weeks, documentable: yes, about: request}
criteria:
  - {id: a, cite: high/care, when: {drugs: {some: {drug: x}}}, argues: against, says: No.}
  - {id: b, cite: high/more, applies: {levels: over 2}, when: {better: "yes", weeks_had: given}, argues: against, says: No.}
  - {id: c, cite: low/care, when: {kind: a}, argues: for, says: Yes.}
"""
    )
    made = on_day(a_set(body), DAY)
    absent, row = (
        Answer(status=Status.NOT_DOCUMENTED),
        Answer(parts={"drug": Answer(value="x"), "amount": Answer(value=5)}),
    )
    held = {"better": absent, "kind": Answer(value="a"), "levels": Answer(value=1)}
    told = [
        dict(one.answers) for one in would_change(Reading(made, {**held, "drugs": listing([row])}), DAY, {})
    ]
    assert told == []
    told = [dict(one.answers) for one in would_change(Reading(made, {**held, "drugs": absent}), DAY, {})]
    assert told
    assert all("levels" not in one for one in told)
