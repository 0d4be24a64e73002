"""Files of the second language: what is read, region by region, and what is refused with file and line."""

from __future__ import annotations

import pytest

from assistant.core import yaml
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import SeveralShape
from assistant.core.rules.condition import atoms
from assistant.core.rules.language2_reader import regions_of
from tests.core.rules.language2_sets import HEAD, PROBE, a_set, document

BODY = """
answers:
  visits: {number: whole, unit: visits, from: 0, to: 60}
  drugs: {table: drug, columns: {drug: {choice: {x: X, y: Y}}, amount: {number: decimal, from: 0, to: 90}}, optional: [amount]}
let:
  improved: {better: "yes"}
prompts:
  - {id: better, ask: Better?, answer: yes-no, documentable: yes}
  - {id: had, ask: How many had?, answer: visits, documentable: yes}
  - {id: asked, ask: How many asked?, answer: visits}
  - {id: in_all, ask: How many?, answer: visits, computed: {add: [had, asked]}}
  - {id: drugs, ask: Which?, answer: drugs, requested: item.drug, record: yes}
criteria:
  - id: course-<size>
    cite: high/care
    rows: [{size: short, max: 10}, {size: long, max: 24}]
    applies: {had: at least 1}
    when: {improved: yes}
    limit: {of: in_all, up_to: <max>, asked: asked}
    argues: for
    says: "{{ citation }} has up to <max> visits."
    over: {says: "{{ citation }} has up to <max> visits, a <size> course."}
    partly: Of those, {{ within }} would be within.
  - id: goes-on
    cite: high/more
    editions: [2009]
    when: {improved: yes}
    argues: for
    says: So.
    otherwise: {says: Not so., rebuts: [course-short]}
  - {id: cap, cite: code/cap, when: {in_all: over 24}, argues: nothing, says: The cap.}
silent:
  - {gap: {better: unclear}, says: It is unclear.}
"""


@pytest.mark.parametrize(
    ("together", "said"),
    [
        ("Nothing about {{ absence }}.", "`absence` can't be named here."),
        ("Nothing was found.", "`{{ absences }}` is missing from this sentence."),
    ],
)
def test_what_was_not_found_together_has_to_be_named(together: str, said: str) -> None:
    with pytest.raises(Refused) as raised:
        a_set(f'{BODY}together: "{together}"\n')
    assert [one.what for one in raised.value.problems] == [said]


def test_each_criterion_has_its_other_side_under_a_name_of_its_own() -> None:
    made = a_set(BODY)
    assert list(made.criteria) == [
        "course-short",
        "course-short-over",
        "course-long",
        "course-long-over",
        "goes-on",
        "goes-on-otherwise",
    ]
    over = made.criteria["course-long-over"]
    assert (over.argues, over.other_side_of) == ("against", "course-long")
    assert [atom.condition.name for atom in atoms(over.when)] == ["over 24"]
    assert [note.id for note in made.notes] == ["cap"]
    assert made.criteria["goes-on"].editions == ("2009",)
    assert made.criteria["goes-on-otherwise"].rebuts == ("course-short",)


def test_what_is_computed_is_asked_where_its_operands_are_and_documentable_where_one_is() -> None:
    made = a_set(BODY)
    asked = made.prompts["in_all"]
    assert asked.documentable
    assert [atom.path for atom in atoms(asked.when)] == ["had", "asked"]
    probe = a_set(PROBE).prompts["weeks_since"]
    assert {atom.path for atom in atoms(probe.when)} == {"surgery.date"}


def test_a_table_whose_rows_may_be_asked_for_has_a_prompt_that_ties_them() -> None:
    made = a_set(BODY)
    assert made.ties == {"drugs": "drugs_requested"}
    tie = made.prompts["drugs_requested"]
    assert (tie.ties, tie.fact) == ("drugs", "item.drug")


def test_a_set_without_questions_has_one_with_every_place_of_the_mtus_that_it_cites() -> None:
    (one,) = a_set(BODY).questions
    assert (one.when, one.asks) == (True, ("high/care", "high/more"))


REGIONAL = HEAD.replace("for: {service: care}", "for: {regions: [neck, low back], service: care}")
REGIONAL_BODY = """
prompts:
  - use: flags
  - {id: spurling, ask: Is the test of the <region> positive?, answer: yes-no, regions: [neck]}
criteria:
  - {id: a, cite: high/care, when: [{flags.cord: "yes"}, {spurling: "yes"}], argues: for, says: Yes.}
  - {id: b, cite: low/care, when: {flags: {every: ["no", not_documented]}}, argues: against, says: No.}
"""
BLOCK = """
language: 2
id: flags
title: Flags
edition: 1
regions: {neck: {words: neck, guide: high}, low back: {words: lower back, guide: low}}
answers:
  flags: {checklist: {tumor: a tumor, cord: {label: the cord, regions: [neck]}, cauda: {label: cauda equina, regions: [low back]}}}
prompts:
  - {id: flags, ask: Which flags of the <words>?, cite: <guide>/care, answer: flags, documentable: yes}
"""


def test_a_set_for_several_regions_is_read_once_for_each() -> None:
    blocks = {"flags": yaml.parse_yaml(BLOCK, "prompts/flags.yaml")}
    assert regions_of(document(REGIONAL_BODY, REGIONAL)) == ("neck", "low back")
    neck = a_set(REGIONAL_BODY, REGIONAL, blocks, "neck")
    back = a_set(REGIONAL_BODY, REGIONAL, blocks, "low back")
    assert list(neck.prompts) == ["flags", "spurling"]
    assert list(back.prompts) == ["flags"]
    assert neck.prompts["spurling"].ask == "Is the test of the neck positive?"
    assert back.prompts["flags"].ask == "Which flags of the lower back?"
    assert (neck.prompts["flags"].cite, back.prompts["flags"].cite) == ("high/care", "low/care")
    assert neck.prompts["flags"].schema.name == "flags.neck.flags"
    assert back.criteria["a"].when is False  # both of its conditions are of the other region


def test_an_entry_of_silent_or_never_may_be_of_some_regions_alone() -> None:
    blocks = {"flags": yaml.parse_yaml(BLOCK, "prompts/flags.yaml")}
    body = (
        REGIONAL_BODY
        + """
never:
  - {when: {spurling: "yes", flags.cord: "no"}, says: Not both., regions: [neck]}
silent:
  - {gap: {flags.tumor: "yes"}, says: Nothing on a tumor of the neck., regions: [neck]}
  - {gap: {flags.tumor: unclear}, says: Nothing on what is unclear.}
"""
    )
    neck = a_set(body, REGIONAL, blocks, "neck")
    back = a_set(body, REGIONAL, blocks, "low back")
    assert [len(neck.never), len(back.never)] == [1, 0]
    assert [one.says for one in back.silent] == ["Nothing on what is unclear."]
    assert [one.says for one in neck.silent] == [
        "Nothing on a tumor of the neck.",
        "Nothing on what is unclear.",
    ]


def test_a_block_without_the_region_is_refused() -> None:
    block = yaml.parse_yaml(
        BLOCK.replace("low back: {words: lower back, guide: low}", "knee: {}"), "prompts/flags.yaml"
    )
    with pytest.raises(Refused, match="The block `flags` has nothing for the region `low back`"):
        a_set(REGIONAL_BODY, REGIONAL, {"flags": block}, "low back")


TWO = BLOCK + "  - {id: since, ask: Since when?, answer: weeks, record: yes}\n"


def test_a_set_may_ask_some_of_the_prompts_of_a_block() -> None:
    blocks = {"flags": yaml.parse_yaml(TWO, "prompts/flags.yaml")}
    assert list(a_set(REGIONAL_BODY, REGIONAL, blocks, "low back").prompts) == ["flags", "since"]
    some = REGIONAL_BODY.replace("use: flags", "{use: flags, only: [flags]}")
    assert list(a_set(some, REGIONAL, blocks, "low back").prompts) == ["flags"]
    with pytest.raises(Refused, match="The block `flags` has no prompt `flag`"):
        a_set(some.replace("only: [flags]", "only: [flag]"), REGIONAL, blocks, "low back")
    with pytest.raises(Refused, match="`flags` is no prompt that stands above this"):
        a_set(some.replace("only: [flags]", "only: [since]"), REGIONAL, blocks, "neck")


def test_a_prompt_of_a_block_that_nothing_reads_is_told_where_the_set_calls_for_it() -> None:
    blocks = {"flags": yaml.parse_yaml(TWO.replace(", record: yes", ""), "prompts/flags.yaml")}
    for region in ("neck", "low back"):
        with pytest.raises(Refused) as refused:
            a_set(REGIONAL_BODY, REGIONAL, blocks, region)
        (one,) = refused.value.problems
        assert one.what == "Nothing reads `since`, and it says nothing."
        assert one.where == document(REGIONAL_BODY, REGIONAL).where("prompts", 0)
        assert one.fix.endswith("in prompts/flags.yaml, line 11.")


def test_what_is_wrong_with_the_condition_of_a_block_is_told_where_the_block_is_used() -> None:
    blocks = {"flags": yaml.parse_yaml(BLOCK, "prompts/flags.yaml")}
    gated = REGIONAL_BODY.replace("use: flags", "{use: flags, when: {region: neck}}")
    with pytest.raises(Refused) as refused:
        a_set(gated, REGIONAL, blocks, "neck")
    first = refused.value.problems[0]
    assert first.what.startswith("`region` is no prompt that stands above this")
    assert (
        first.where
        == f"prompts/small.yaml, line {(REGIONAL + gated).split('use: flags')[0].count(chr(10)) + 1}"
    )


def test_what_is_refused() -> None:
    for old, new, line, what in [
        ("answer: visits, documentable", "answer: visit, documentable", 18, "There is no answer `visit`."),
        ("improved: {better:", "improved: {bettor:", 15, "`bettor` is no prompt that stands above this"),
        (
            '  improved: {better: "yes"}',
            '  improved: {better: "yes"}\n  spare: {better: "no"}',
            16,
            "Nothing uses the formula `spare`.",
        ),
        (
            '  improved: {better: "yes"}',
            "  improved: {other: yes}\n  other: {improved: yes}",
            16,
            "lead back to themselves: improved → other → improved",
        ),
        ("{add: [had, asked]}", "{add: [had, askt]}", 20, "`askt` is no prompt above"),
        ("when: {in_all: over 24}", "when: {in_all: 24}", 40, "`24` alone is no comparison."),
        ("when: {in_all: over 24}", "when: {in_all: over 90}", 40, "90 lies outside 0 to 60"),
        ("when: {in_all: over 24}", "when: {drugs: {some: {drg: x}}}", 40, "There is no column `drg`."),
        ("when: {in_all: over 24}", "when: {drugs.drug: x}", 40, "`drugs.drug` names a column of every row."),
        (
            "{improved: yes}\n    limit",
            "{improved: so}\n    limit",
            27,
            "`improved` comes to yes, ruled_out or not_shown, not to `so`.",
        ),
        ("applies: {had: at least 1}", "applies: had", 26, "`had` is not a condition."),
        ("cite: high/more", "cite: high/mor", 34, "There is no place `high/mor`."),
        (
            "cite: high/more",
            "regions: [spine]\n    cite: high/more",
            34,
            "The set isn't for the region `spine`.",
        ),
        ("editions: [2009]", "editions: [2017]", 35, "The edition 2017 is silent at `high/more`"),
        ("argues: nothing", "argues: against", 40, "A law argues nothing, and nothing else does."),
        (
            "{size: long, max: 24}]",
            "{size: long, max: 24, words: x}]",
            25,
            "Nothing uses the column `words`.",
        ),
        ('has up to <max> visits."', 'has up to <most> visits."', 23, "Nothing fills in <most>"),
        ("    otherwise: {says", "    over: {says", 39, "`over` needs a `limit`."),
        (
            "    over: {says",
            "    otherwise: {says",
            31,
            "Beside a `limit` stands `over`, and no `otherwise`.",
        ),
        (
            "rebuts: [course-short]",
            "rebuts: [course-shorts]",
            33,
            "rebuts `course-shorts`, which is no criterion",
        ),
        ("{gap: {better: unclear}, says", "{when: {better: unclear}, says", 42, "An entry of `silent` has"),
        ("id: had, ask", "id: improved, ask", 18, "`improved` is defined twice."),
        (
            "requested: item.drug",
            "requested: drug",
            21,
            "`requested` ties rows of a table to a fact of the item.",
        ),
        (
            "documentable: yes}\n  - {id: had",
            "documentabel: yes}\n  - {id: had",
            17,
            "`documentabel` is not known here.",
        ),
    ]:
        assert old in BODY
        with pytest.raises(Refused) as refused:
            a_set(BODY.replace(old, new, 1))
        problems = refused.value.problems
        assert any(
            what in one.what and one.where == f"prompts/small.yaml, line {line}" for one in problems
        ), problems


TABLED = """
answers:
  surgery: {group: {procedure: {choice: {fusion: Fusion, repair: Repair}}, day: date}, or: {none: None}}
  films: {table: film, columns: {date: date, kind: {choice: {x: X-ray, mri: MRI}}}, optional: [date]}
  views: {choices: {front: {label: Front, also: [AP]}, side: Side}}
  since: {choice: {nothing: None, found: Found}}
prompts:
  - {id: surgery, ask: Which?, answer: surgery}
  - {id: films, ask: Which?, answer: films, documentable: yes}
  - {id: number, ask: How many?, answer: {number: whole, from: 0, to: 9}, computed: {count: films, where: {kind: x}}, record: yes}
  - id: since
    ask: Any since?
    answer: since
    propose: {rule: any_after, of: films.date, than: surgery.day, where: {kind: x}, gives: {yes: found, no: nothing}}
  - {id: views, ask: Which?, answer: views}
criteria:
  - {id: a, cite: low/care, when: {surgery.procedure: fusion, since: found, views: front}, argues: for, says: So.}
"""


def test_what_was_probably_meant_is_said() -> None:
    for old, new, what, fix in [
        (
            "since: found, views",
            "since: [found, nothng], views",
            "`nothng` is no value of this answer.",
            "Did you mean `nothing`?",
        ),
        (
            "surgery.procedure: fusion",
            "surgery: {procedure: fusion}",
            "names it before the colon, not `{procedure: fusion}`",
            "`.procedure: ...`",
        ),
        ("since: found", "since: {nut: found}", "`{nut: found}` is no value of this answer.", "Known: "),
        ("argues: for", "argues: for, limit: {of: number, up_to: 99}", "99 lies outside 0 to 9", ""),
        ("since: found", "number: more than 3", "`more than 3` is no comparison.", "Did you mean `over 3`?"),
        ("since: found", "number: '>= 3'", "`>= 3` is no comparison.", "Did you mean `at least 3`?"),
        (
            "where: {kind: x}, gives",
            "where: {kinds: x}, gives",
            "There is no column `kinds`.",
            "Did you mean `kind`?",
        ),
        (
            "where: {kind: x}, gives",
            "where: {kind: xr}, gives",
            "`xr` is no value of `kind`.",
            "Did you mean `x`?",
        ),
        (
            "{count: films, where: {kind: x}}",
            "{count: films, where: {kindd: x}}",
            "There is no column `kindd`.",
            "Did you mean `kind`?",
        ),
        ("rule: any_after", "rule: count", "No proposal comes from the rule `count`.", "Write `computed`"),
        (
            "gives: {yes: found, no: nothing}",
            "gives: found",
            "`where` and `gives` of a proposal are maps.",
            "",
        ),
    ]:
        assert old in TABLED
        with pytest.raises(Refused) as refused:
            a_set(TABLED.replace(old, new, 1))
        assert any(what in one.what and fix in one.fix for one in refused.value.problems), (
            refused.value.problems
        )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("answer: films, doc", "answer: film, doc"),
        ("prompts:\n", "prompts:\n  - use: flag\n"),
    ],
)
def test_what_would_follow_from_a_missing_answer_or_block_is_not_said_as_well(old: str, new: str) -> None:
    with pytest.raises(Refused) as refused:
        a_set(TABLED.replace(old, new, 1))
    (only,) = refused.value.problems
    assert only.what.startswith("There is no ")


def test_several_of_a_few_are_at_least_one_and_may_be_typed_in_other_words() -> None:
    schema = a_set(TABLED).prompts["views"].schema
    assert isinstance(schema.shape, SeveralShape)
    assert schema.shape.also == {"front": ("AP",)}
    assert schema.problem([]) is not None
    assert schema.problem(["front"]) is None


def test_words_for_an_entry_of_another_region_are_left_out() -> None:
    body = """
prompts:
  - id: flags
    ask: Which?
    answer: {checklist: {fever: fever, pain: pain, gait: {label: gait, regions: [neck]}}}
    record: yes
    entries: {fever: {signs: {fever: [fever]}}, pain: {signs: {pain: [pain]}}, gait: {signs: {gait: [gait]}}}
"""
    assert list(a_set(body, REGIONAL, region="low back").prompts["flags"].entries) == ["fever", "pain"]
    assert list(a_set(body, REGIONAL, region="neck").prompts["flags"].entries) == ["fever", "pain", "gait"]
