"""An example of a set that can't be tried says where and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.core.rules.examples import Tried, try_examples
from assistant.core.rules.rules import read_prompt_set
from assistant.core.yaml import YamlDocument

SET = read_prompt_set("emg-ncs", library.sources(), "lower extremity")
PLACE = "odg-low-back/nerve-conduction"
ALONE: dict[str, Any] = {
    "is": "nerve conduction alone",
    "on": "2014-06-02",
    "suggests": "upheld",
    "read": {PLACE: "2014"},
    "given": {
        "test": "ncs",
        "suspected": "root",
        "duration": 10,
        "findings": "all no",
        "settled": "no",
        "plan": "neither",
        "prior_test": "no",
    },
}


def tried(**changes: Any) -> Tried:
    (one,) = try_examples(YamlDocument("set.yaml", {"examples": [ALONE | changes]}, {}), SET)
    return one


def test_an_example_that_cannot_be_tried_says_why_and_what_to_do() -> None:
    for changes, said in [
        ({"read": {PLACE: "rules"}}, "`rules` is no year."),
        ({"read": {"odg-low-back/nerves": "2014"}}, "The set cites no `odg-low-back/nerves`."),
        ({"suggests": "uphold"}, "`uphold` is no suggestion."),
        ({"given": {**ALONE["given"], "tests": "ncs"}}, "There is no prompt `tests`."),
        ({"given": {**ALONE["given"], "changed_since": "no"}}, "`changed_since` is answered and not asked."),
        ({"given": {"test": "ncs"}}, "`suspected` is asked and not answered."),
    ]:
        with pytest.raises(Refused) as refused:
            tried(**changes)
        (only,) = refused.value.problems
        assert (only.what, bool(only.fix), only.where.startswith("set.yaml, line ")) == (said, True, True)


@pytest.mark.parametrize(
    ("changes", "came"),
    [
        ({}, ("upheld", "carried")),
        ({"read": {}}, (None, "gap")),
        ({"read": {PLACE: "silent"}}, (None, "gap")),
    ],
)
def test_an_edition_without_dates_argues_once_its_year_is_entered(
    changes: dict[str, Any], came: tuple[str | None, str]
) -> None:
    got = tried(**changes).suggestion
    assert (got.decision, got.why) == came
