"""YAML as it was typed, and what is refused with file and line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.problem import Refused
from assistant.core.yaml import parse_yaml, plain


def refusal(text: str) -> str:
    with pytest.raises(Refused) as caught:
        parse_yaml(text, "case.yaml")
    return str(caught.value)


def test_plain_scalars_stay_text_but_for_decimal_numbers() -> None:
    for typed, value in [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("true", "true"),
        ("null", "null"),
        ("~", "~"),
        ("", ""),
        ("2014-07-12", "2014-07-12"),
        ("2014-02", "2014-02"),
        ("12:30", "12:30"),
        ("007", "007"),
        ("0x10", "0x10"),
        ("1e5", "1e5"),
        ("1_000", "1_000"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("+5", "+5"),
        ("'5'", "5"),
        ('"1.5"', "1.5"),
        ("5", 5),
        ("-3", -3),
        ("1.50", 1.5),
        ("2014", 2014),
        ("[yes, 1, 2014-07-12]", ["yes", 1, "2014-07-12"]),
        ("{from: 2013, until: 2018-01}", {"from": 2013, "until": "2018-01"}),
    ]:
        found = parse_yaml(f"a: {typed}\n", "case.yaml").data["a"]
        assert found == value
        assert type(found) is type(value)


def test_names_are_text_whatever_they_look_like() -> None:
    assert parse_yaml("1: a\nyes: b\n2014-02: c\n", "f").data == {"1": "a", "yes": "b", "2014-02": "c"}


def test_what_is_malformed_is_refused_with_file_and_line() -> None:
    for text, line, says in [
        ("a: 1\nb: 2\na: 3\n", 3, "`a` stands twice"),
        ("a:\n  b: 1\n  b: 2\n", 3, "`b` stands twice"),
        ("1: a\n'1': b\n", 2, "`1` stands twice"),
        ("a: 1\nb: !secret 2\n", 2, "`!secret` is not used here"),
        ("a: 1\n<<: {b: 2}\n", 2, "Merge keys"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "Merge keys"),
        ("? [a, b]\n: 1\n", 1, "not plain text"),
        ("- a\n- b\n", 1, "not a map"),
        ("just words\n", 1, "not a map"),
        ("", 1, "not a map"),
        ("a: 1\n---\nb: 2\n", 2, "isn't valid YAML"),
        ("a: 1\nb: c: d\n", 2, "isn't valid YAML"),
        ("a: *nowhere\n", 1, "isn't valid YAML"),
        ("a: [1, 2\n", 2, "isn't valid YAML"),
        ("a: \x00\n", 1, "isn't valid YAML"),
        ("a: 1\n\tb: 2\n", 2, "isn't valid YAML"),
    ]:
        message = refusal(text)
        assert message.startswith(f"case.yaml, line {line}: ")
        assert says in message


@pytest.mark.parametrize(
    "text", ["a: !own {b: 1}\n", "a: !own [1]\n", "!own {a: 1}\n", "a: !!python/name:os.system x\n"]
)
def test_tags_are_refused_wherever_they_stand(text: str) -> None:
    assert "is not used here" in refusal(text)


def test_a_number_beyond_reason_is_refused_in_words() -> None:
    refusal(f"a: {'9' * 5000}\n")


@pytest.mark.parametrize(
    "text",
    [
        "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)),
        "a: &a [*a]\n",
        "a: &a {b: *a}\n",
        "a: " + "[" * 200 + "]" * 200 + "\n",
    ],
)
def test_what_grows_without_bound_is_refused_soon(text: str) -> None:
    begun = time.perf_counter()
    assert "too deeply or far too large" in refusal(text)
    assert time.perf_counter() - begun < 10


def test_an_alias_within_reason_is_the_value_it_names() -> None:
    assert parse_yaml("a: &x [1, 2]\nb: *x\n", "f").data == {"a": [1, 2], "b": [1, 2]}


def test_every_value_knows_its_line() -> None:
    document = parse_yaml("# about\na: 1\nb:\n  - c: 2\n  - d:\n      e: 3\n", "case.yaml")
    assert document.where("a") == "case.yaml, line 2"
    assert document.where("b", 0, "c") == "case.yaml, line 4"
    assert document.where("b", 1, "d", "e") == "case.yaml, line 6"
    assert document.where("b", 1, "missing") == "case.yaml, line 5"
    assert document.where("missing") == "case.yaml, line 2"
    assert document.at("b", 1, "d", "e") == 3


def test_scalars_are_listed_with_their_paths() -> None:
    assert dict(plain({"a": [1, {"b": "c"}]})) == {("a", 0): 1, ("a", 1, "b"): "c"}


@given(st.text(max_size=200) | st.text("ab:-[]{}&*!|>'\" \n", max_size=60))
def test_any_text_is_a_map_or_is_refused(text: str) -> None:
    try:
        data = parse_yaml(text, "f").data
    except Refused as refused:
        data = {"refused": str(refused)}
    assert isinstance(data, dict)
    assert all(type(value) in (str, int, float) for _, value in plain(data))


def test_a_quote_that_is_not_closed_is_told_where_it_begins() -> None:
    text = 'a: plain\nask: "How many?\nwhy: |-\n  Words.\nsays: "They are {{ value }}."\n'
    with pytest.raises(Refused) as refused:
        parse_yaml(text, "a.yaml")
    (problem,) = refused.value.problems
    assert (problem.what, problem.where) == (
        "This isn't valid YAML: the quote that begins here isn't closed, as is noticed in line 5.",
        "a.yaml, line 2",
    )
