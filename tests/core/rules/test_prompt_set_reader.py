"""Malformed sets are refused with file and line; whatever could be read in two ways is not read at all."""

from __future__ import annotations

import re
from textwrap import dedent
from typing import Any

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.rules.rules import read_prompt_set, read_schema
from tests.core.rules.small_sets import HEAD, SCHEMAS, a_set, sources

GOOD = """\
prompts:
  - {id: flags, ask: Any?, answer: flags}
  - {id: surgery, ask: Which?, answer: surgery, record: yes}
  - id: films
    ask: Made?
    answer: yes-no
    when: {surgery: fusion}
criteria:
  - id: routine
    cite: high
    when: {flags: none_found}
    argues: against
    says: "{{ citation }} advises against it."
  - id: first
    cite: low
    when: {films: "no"}
    argues: for
    rebuts: [routine]
    says: Films are the first study.
"""


def line_of(body: str, text: str) -> int:
    whole = dedent(HEAD) + body
    return whole[: whole.index(text)].count("\n") + 1


def refused(body: str, head: str = HEAD, schemas: Any = SCHEMAS, **blocks: str) -> Refused:
    with pytest.raises(Refused) as caught:
        library.prompt_set("small", sources(dedent(head) + body, schemas, **blocks))
    for problem in caught.value.problems:
        assert re.search(r"^(prompts/[a-z-]+\.yaml|schemas/answers/.*)", problem.where), problem
    return caught.value


def test_the_good_set_is_read() -> None:
    made = a_set(GOOD)
    assert isinstance(made, PromptSet)
    assert list(made.criteria) == ["routine", "first"]
    assert made.citations["high"].verified is None


def test_what_is_malformed_is_refused_where_it_stands() -> None:
    for old, new, says, at in [
        # references
        ("{surgery: fusion}", "{surgry: fusion}", "Did you mean `surgery`", "when: {surgry"),
        ("{surgery: fusion}", "{surgery: fussion}", "Did you mean `fusion`", "when: {surgery: fuss"),
        ("{flags: none_found}", "{flags.fevr: given}", "has no part `fevr`", "when: {flags.fevr"),
        ("{flags: none_found}", "{flags: {some: none_found}}", "No part of `flags`", "when: {flags: {some"),
        ('{films: "no"}', "{films: {some: given}}", "speaks of the parts of a group", "when: {films: {some"),
        ("rebuts: [routine]", "rebuts: [routin]", "Did you mean `routine`", "- id: first"),
        ("cite: high", "cite: hgh", "Did you mean `high`", "cite: hgh"),
        ("answer: yes-no", "answer: yesno", "no answer schema `yesno`", "answer: yesno"),
        # a prompt's `when` names only prompts above it
        ("answer: flags}", "answer: flags, when: {surgery: fusion}}", "stands above", "- {id: flags"),
        ("when: {surgery: fusion}", 'when: {films: "yes"}', "stands above", 'when: {films: "yes"}'),
        # conditions that hold by accident
        ("{flags: none_found}", "{flags.fever: {cosnt: yes}}", "Did you mean `const`", "when: {flags.fever"),
        ("{flags: none_found}", "yes", "a map or a list is wanted", "when: yes"),
        ("{flags: none_found}", "{flags: true}", "has no condition `true`", "when: {flags: true"),
        ("{flags: none_found}", "{flags: {not: true}}", "a map is wanted", "when: {flags: {not"),
        ("{flags: none_found}", "{flags: {}}", "`flags` is empty", "when: {flags: {}"),
        ("{flags: none_found}", "{}", "`when` is empty", "when: {}"),
        ("{flags: none_found}", "[]", "`when` is empty", "when: []"),
        ("{flags: none_found}", "[flags]", "a map is wanted", "when: [flags]"),
        (
            "{flags: none_found}",
            "{flags: {minimum: 3}}",
            "A `minimum` stands without its `type`",
            "when: {flags: {min",
        ),
        (
            "{flags: none_found}",
            "{flags: {type: object, properties: {fever: {const: x}}}}",
            "A `properties` stands without its `required`",
            "when: {flags: {type",
        ),
        (
            "{flags: none_found}",
            "{flags: {type: array, items: {const: x}}}",
            "A `items` stands without its `minItems`",
            "when: {flags: {type",
        ),
        ("{flags: none_found}", "{flags: {pattern: x}}", "`pattern` is not known here", "when: {flags: {pat"),
        ("{flags: none_found}", "{flags: {$ref: '#/$defs/x'}}", "refers to nothing", "when: {flags: {$ref"),
        # structure
        ("argues: against", "argues: agains", "`argues` can't be `agains`", "argues: agains"),
        ("  - id: first", "  - id: routine  # again", "`routine` is defined twice", "- id: routine  # again"),
        (
            "    argues: for",
            "    argue: for",
            "`argue` is not known here. Did you mean `argues`",
            "argue: for",
        ),
        ("    argues: for\n", "", "`argues` is missing", "- id: first"),
        ("record: yes", "record: maybe", "`record` can't be `maybe`", "- {id: surgery"),
        ("id: films", "id: flags  # again", "`flags` is defined twice", "- id: flags  # again"),
        ("id: films", "id: Films", "Use small letters, digits and _", "id: Films"),
        (
            "- {id: surgery,",
            "- {id: idle, ask: X, answer: yes-no}\n  - {id: surgery,",
            "Nothing reads `idle`",
            "- {id: idle",
        ),
        ("{{ citation }}", "{{ citatoin }}", "`citatoin` can't be named here", "says: "),
        ("{{ citation }}", "{{ citation.upper() }}", "not a form that sentences may have", "says: "),
        ("{{ citation }}", "{% if flags %}{{ citation }}", "not closed", "says: "),
        ("says: Films are the first study.", "says: [Films]", "a map is wanted", "says: [Films]"),
        ("ask: Made?", "ask: Made?\n    ask: Twice?", "`ask` stands twice", "ask: Twice?"),
        (
            "ask: Made?",
            "ask: Made?\n    propose: {rule: median, of: surgery}",
            "`rule` can't be `median`",
            "propose: {rule: median",
        ),
        (
            "ask: Made?",
            "ask: Made?\n    propose: {fact: item.x, where: [a]}",
            "`where` is a list; a map is wanted",
            "propose: {fact",
        ),
        (
            "ask: Made?",
            "ask: Made?\n    propose: {fact: item.x, gives: word}",
            "`gives` is text",
            "propose: {fact",
        ),
        (
            "criteria:\n",
            "never:\n  - {when: {films: given}, says: X, blocks: maybe}\ncriteria:\n",
            "`blocks` can't be `maybe`",
            "- {when: {films: given}",
        ),
        (
            "criteria:\n",
            "never:\n  - {when: {films: given}, say: X}\ncriteria:\n",
            "`say` is not known here",
            "- {when: {films: given}",
        ),
        (
            "criteria:\n",
            "silent:\n  - {when: {films: given}, says: X, blocks: yes}\ncriteria:\n",
            "`blocks` is not known here",
            "- {when: {films: given}",
        ),
    ]:
        assert GOOD.count(old) >= 1
        body = GOOD.replace(old, new, 1)
        found = refused(body)
        problem = next((one for one in found.problems if says in str(one)), None)
        assert problem is not None, str(found)
        assert problem.where.startswith(f"prompts/small.yaml, line {line_of(body, at)}"), str(problem)


def test_a_circle_of_rebuttals_is_shown_whole() -> None:
    body = GOOD.replace("against\n", "against\n    rebuts: [first]\n")
    (problem,) = refused(body).problems
    assert "routine → first → routine" in problem.what


def test_a_malformed_head_is_refused() -> None:
    for old, new, says in [
        ("tier: national", "tier: local", "`tier` can't be `local`"),
        ("locator: p. 2, ", "", "`locator` is missing"),
        ("edition: 2013, ", "", "`edition` is missing"),
        ("locator: p. 2, verified: no", "locator: p. 2, verified: yes", "Write false, or {by, on}"),
        ("{from: 2007, until: 2017}", "{from: 2007-02-30}", "is not a date"),
        ("governed_by: ur_decision\n", "", "`governed_by` is missing"),
        ("request: The request is for {{ item }}.\n", "", "`request` is missing"),
        (", overturned: It is necessary.", "", "`overturned` is missing"),
        ("edition: 1\n", "edition: first\n", "a whole number is wanted"),
        ("id: small", "id: Small Set", "Use small letters, digits and -"),
        ("title: A small set", "titel: A small set", "Did you mean `title`"),
    ]:
        assert old in HEAD
        assert says in str(refused(GOOD, HEAD.replace(old, new)))


def test_every_problem_is_told_at_once() -> None:
    body = GOOD.replace("cite: high", "cite: hgh").replace("{surgery: fusion}", "{surgry: fusion}")
    assert len(refused(body).problems) == 2


def test_blocks_are_put_in_place_and_their_lines_are_their_own() -> None:
    block = "id: shared\ntitle: Shared\nedition: 1\nprompts:\n  - {id: earlier, ask: X, answer: yes-no, record: yes}\n"
    head = HEAD + "use: [shared]\n"
    made = read_prompt_set("small", sources(dedent(head) + GOOD, shared=block))
    assert next(iter(made.prompts)) == "earlier"
    assert made.prompts["earlier"].block == "shared"
    assert made.lines["earlier"] == "prompts/shared.yaml, line 5"
    found = refused(GOOD, head, shared=block.replace("answer: yes-no", "answer: yesno"))
    assert found.problems[0].where == "prompts/shared.yaml, line 5"
    assert "defined twice" in str(refused(GOOD, head, shared=block.replace("earlier", "flags")))
    assert "no block `shared`" in str(refused(GOOD, head))


def test_rows_are_filled_in_before_anything_is_checked() -> None:
    rows = """\
  - id: row-<name>
    rows: [{name: fever, flag: fever}, {name: tumor, flag: tumor}]
    cite: high
    when: {flags.<flag>: "yes"}
    argues: for
    says: The flag <name> is present.
"""
    made = a_set(GOOD + rows)
    assert made.criteria["row-tumor"].says[0].says == "The flag tumor is present."
    assert made.criteria["row-fever"].reads() == ("flags",)
    assert "has no part `tumour`" in str(refused(GOOD + rows.replace("flag: tumor", "flag: tumour")))


def test_malformed_answer_schemas_are_refused() -> None:
    for change, says in [
        ({"enum": ["a"], "conditions": {"x": {"schema": {"const": "a"}}}}, "`says` is missing"),
        (
            {"enum": ["a"], "conditions": {"given": {"says": "x", "schema": {"const": "a"}}}},
            "the names of the statuses are taken",
        ),
        (
            {"enum": ["a"], "conditions": {"x": {"says": "x", "schema": True}}},
            "`schema` is true; a map is wanted",
        ),
        ({"enum": ["a"], "conditions": {"x": {"says": "x"}}}, "one of `schema`"),
        ({"enum": ["a"], "statuses": ["perhaps"]}, "can't be `perhaps`"),
        ({"type": "boolean"}, "`type` can't be `boolean`"),
        ({"type": "object", "properties": {"value": {"enum": ["a"]}}}, "can't be called"),
        ({"type": "object", "properties": {}}, "`properties` is empty"),
        ({"anyOf": [{"const": "none"}]}, "one object and bare values"),
        (
            {
                "enum": ["a"],
                "$defs": {"x": {"minimum": 3}},
                "conditions": {"x": {"says": "x", "schema": {"$ref": "#/$defs/x"}}},
            },
            "by accident",
        ),
        (
            {
                "enum": ["a"],
                "$defs": {"x": {"not": {"$ref": "#/$defs/x"}}},
                "conditions": {"x": {"says": "x", "schema": {"$ref": "#/$defs/x"}}},
            },
            "refers to itself",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"enum": ["b"]}},
                "conditions": {"x": {"says": "x", "some": "b"}},
            },
            "No part of this answer",
        ),
    ]:
        assert says in str(refused(GOOD, schemas={**SCHEMAS, "yes-no": {"title": "A", **change}}))


def test_an_answer_schema_is_json_of_the_right_draft() -> None:
    with pytest.raises(Refused, match="line 2"):
        read_schema("x", '{\n"a": }')
    with pytest.raises(Refused, match="2020-12"):
        read_schema("x", '{"type": "string"}')


def test_an_exclusion_may_block() -> None:
    more = "never:\n  - {when: {films: given}, says: X, blocks: yes}\n  - {when: {films: given}, says: Y}\n"
    assert [one.blocks for one in a_set(more + GOOD).never] == [True, False]


def test_only_the_refusal_or_the_request_governs() -> None:
    head = re.sub(r"governed_by: \w+", "governed_by: urdecision", dedent(HEAD))
    problem = next(
        one for one in refused(GOOD, head).problems if "`governed_by` can't be `urdecision`" in one.what
    )
    assert head.splitlines()[int(problem.where.split("line ")[1]) - 1].startswith("governed_by")
