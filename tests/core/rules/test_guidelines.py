"""Guidelines: what is known of each edition at each place, and what is refused with file and line."""

from __future__ import annotations

import datetime

import pytest

from assistant.core import yaml
from assistant.core.dates import PartialDate
from assistant.core.problem import Refused
from assistant.core.rules.guidelines import read_guidelines
from tests.core.rules.language2_sets import GUIDELINES, guidelines


def test_the_edition_in_force_on_the_day_governs() -> None:
    made = guidelines()
    for day, key, says in (
        (PartialDate(2016, 12, 31), "2009", "rules"),
        (PartialDate(2017, 1, 1), "2017", "silent"),
        (PartialDate(2024, 5, 2), "2020", "unread"),
    ):
        found = made.word("high/more", day)
        assert found is not None
        assert (found[0].key, found[1].says) == (key, says)
    assert made.word("high/more", PartialDate(2008, 12, 31)) is None


def test_a_partial_day_may_leave_it_open_which_edition_governs() -> None:
    high = guidelines().by_name["high"]
    assert high.open_on(PartialDate(2008)) is False
    assert high.open_on(PartialDate(2016, 12)) is False
    half_year = GUIDELINES.replace("until: 2016-12-31", "until: 2016-06-30").replace(
        "from: 2017-01-01", "from: 2016-07-01"
    )
    high = guidelines(half_year).by_name["high"]
    assert high.open_on(PartialDate(2016)) is True
    assert high.edition_on(PartialDate(2016)) is None


def test_a_hole_between_editions_is_found() -> None:
    made = guidelines(GUIDELINES.replace("from: 2017-01-01", "from: 2017-02-01"))
    assert list(made.by_name["high"].holes()) == [(datetime.date(2017, 1, 1), datetime.date(2017, 1, 31))]
    assert list(guidelines().by_name["high"].holes()) == []


def test_what_is_refused() -> None:
    for old, new, line, what in [
        (
            "from: 2017-01-01",
            "from: 2016-12-31",
            3,
            "The editions 2009 and 2017 of `high` are in force at once.",
        ),
        (", 2020: unread}\n      more", "}\n      more", 10, "`high/care` says nothing of the edition 2020"),
        ("care: {2010: {", "care: {2011: {", 17, "`low` has no edition 2011."),
        (
            "tier: national\n    editions:\n      2010",
            "tier: nation\n    editions:\n      2010",
            13,
            "`nation` is not a tier.",
        ),
        (
            "{silent: {by: A. Reader, on: 2026-01-02}}",
            "silent",
            11,
            "A place says of an edition that it rules",
        ),
        ("on: 2026-01-02", "on: yesterday", 11, "`yesterday` is not a date."),
        ("until: 2016-12-31", "ends: 2016-12-31", 6, "`ends` is not known here."),
        ("until: 2019-12-31", "until: 2016-12-31", 3, "The edition 2017 ends before it begins."),
        (
            "from: 2008-01-01, name: the Annual",
            "from: 2008-01-01, until: 2010-01-01, name: the Annual",
            21,
            "no end",
        ),
        ("source: A Code, ", "", 27, "`source` is missing."),
    ]:
        assert old in GUIDELINES
        with pytest.raises(Refused) as refused:
            guidelines(GUIDELINES.replace(old, new, 1))
        problems = refused.value.problems
        assert any(what in one.what and one.where.endswith(f"line {line}") for one in problems), problems


def test_a_file_of_ones_own_may_add_editions_and_places_but_change_none() -> None:
    def own(text: str) -> yaml.YamlDocument:
        return yaml.parse_yaml(text, "own.yaml")

    shipped = yaml.parse_yaml(GUIDELINES, "guidelines.yaml")
    read = "guidelines: {high: {places: {care: {2020: {rules: p. 9}}}}}"
    made = read_guidelines(shipped, own(read))
    found = made.word("high/care", PartialDate(2024, 1, 1))
    assert found is not None
    assert (found[1].says, found[1].where) == ("rules", "p. 9")
    with pytest.raises(Refused, match="known already"):
        read_guidelines(shipped, own("guidelines: {high: {places: {care: {2009: {rules: p. 9}}}}}"))
