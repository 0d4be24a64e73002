"""Conditions in three values, and schemas that may not stand as one."""

from __future__ import annotations

import pytest

from assistant.core.answer import Answer, Status, group
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import inline, over, reserved
from assistant.core.rules.condition import AllOf, AnyOf, Atom, Truth, evaluate, holds
from tests.core.rules.small_sets import a_set, read

VALUES: tuple[Truth, ...] = (True, False, None)
A, B = (Atom(name, reserved("given")) for name in "ab")


def _and(a: Truth, b: Truth) -> Truth:
    return False if False in (a, b) else None if None in (a, b) else True


@pytest.mark.parametrize("a", VALUES)
@pytest.mark.parametrize("b", VALUES)
def test_kleene(a: Truth, b: Truth) -> None:
    truth = {A: a, B: b}.__getitem__
    assert evaluate(AllOf((A, B)), truth) is _and(a, b)
    negated = {True: False, False: True, None: None}
    assert evaluate(AnyOf((A, B)), truth) is negated[_and(negated[a], negated[b])]


def test_a_condition_on_a_value_is_false_without_one() -> None:
    anything = inline({"not": {"const": "x"}}, "")
    assert holds(anything, Answer(value="y"), True) is True
    for status in (Status.NOT_DOCUMENTED, Status.UNCLEAR):
        assert holds(anything, Answer(status=status), True) is False
    assert holds(anything, None, False) is None
    assert holds(anything, Answer(value="y"), False) is None


def test_a_part_below_a_bare_value_has_none() -> None:
    empty = Answer(parts={})
    assert holds(reserved("given"), empty, True) is False
    assert holds(inline({"not": {"const": 3}}, ""), empty, True) is False
    assert holds(inline({"type": "array", "maxItems": 0}, ""), Answer(parts={}, listing=True), True) is True


def test_some_and_every() -> None:
    yes = inline({"const": "yes"}, "")
    some, every = over("some", (yes,)), over("every", (yes,))
    one = group({"a": Answer(value="yes"), "b": Answer(status=Status.UNCLEAR)})
    assert (holds(some, one, True), holds(every, one, True)) == (True, False)
    assert (holds(some, one, False), holds(every, one, False)) == (True, False)
    good = group({"a": Answer(value="yes")})
    assert (holds(some, good, False), holds(every, good, False)) == (True, None)
    assert (holds(some, Answer(parts={}), True), holds(every, Answer(parts={}), True)) == (False, False)
    assert holds(every, None, False) is None


SET = """
prompts:
  - {id: surgery, ask: Which?, answer: surgery, record: yes}
  - {id: films, ask: Made?, answer: yes-no, when: {surgery: fusion}, record: yes}
  - {id: flags, ask: Any?, answer: flags, record: yes}
criteria:
  - {id: c, cite: high, when: {films: not_documented, flags.tumor: "yes"}, argues: for, says: So.}
"""


def test_a_prompt_that_is_not_asked_makes_its_conditions_false() -> None:
    made = a_set(SET)
    absent, tumor = made.criteria["c"].atoms()
    answered = read(made, surgery="none", films="not_documented")
    assert answered.truth(absent) is False
    assert answered.set_aside() == ("films",)
    assert read(made, films="not_documented").truth(absent) is None
    assert read(made, surgery={"procedure": "fusion"}, films="not_documented").truth(absent) is None
    whole = read(made, surgery={"procedure": "fusion", "levels": ["C4"]}, films="not_documented")
    assert whole.truth(absent) is True
    assert read(made, flags={"tumor": "yes"}).truth(tumor) is True
    assert read(made, flags={"fever": "yes"}).truth(tumor) is None


def test_what_may_not_stand_as_a_condition() -> None:
    for schema, says in [
        (True, "is not a condition"),
        ("yes", "is not a condition"),
        ({}, "accept everything"),
        ({"cosnt": "yes"}, "Did you mean `const`"),
        ({"pattern": "x"}, "not a keyword"),
        ({"exclusiveMinimum": 120}, "accepts any other by accident"),
        ({"type": "string", "minimum": 3}, "accepts any other by accident"),
        ({"type": ["integer", "string"], "minimum": 3}, "is not a type"),
        ({"type": "array", "items": {"const": 1}}, "minItems"),
        ({"type": "array", "minItems": 0, "items": {"const": 1}}, "minItems"),
        ({"type": "object", "properties": {"a": {"const": 1}}}, "not required"),
        ({"type": "object", "required": ["a"], "properties": {"a": True}}, "is not a condition"),
        ({"allOf": []}, "needs a list"),
        ({"anyOf": [{"minimum": 3}]}, "accepts any other by accident"),
        ({"not": {"minimum": 3}}, "accepts any other by accident"),
        ({"type": "array", "minContains": 2}, "says nothing without"),
        ({"type": "integer", "minimum": "3"}, "needs a number"),
        ({"type": "integer", "minimum": True}, "needs a number"),
        ({"enum": []}, "list of values"),
        ({"$ref": "#/$defs/missing"}, "refers to nothing"),
    ]:
        with pytest.raises(Refused, match=says.replace("$", r"\$")):
            inline(schema, "small.yaml, line 3")
