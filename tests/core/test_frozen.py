"""A value made the quick way behaves as one that the standard decorator makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, field
from typing import Any, ClassVar

import pytest

from assistant.core import frozen

Declare = Callable[..., Any]


def values(dataclass: Declare) -> tuple[type[Any], type[Any], type[Any]]:
    """The same three classes, declared with either decorator."""

    class Step:
        kind: ClassVar[str] = ""

    @dataclass(frozen=True)
    class Pair(Step):
        kind: ClassVar[str] = "pair"
        left: str
        right: int = 3
        more: Mapping[str, int] = field(default_factory=dict)
        aside: str = field(default="", compare=False, repr=False)

    @dataclass(frozen=True)
    class Triple(Pair):
        top: float = 0.5

    @dataclass(frozen=True)
    class Nothing(Step):
        """Without a field."""

    return Pair, Triple, Nothing


QUICK, STANDARD = values(frozen.dataclass), values(dataclasses.dataclass)
BOTH = pytest.mark.parametrize("made", [QUICK, STANDARD], ids=["quick", "standard"])


@frozen.dataclass(frozen=True)
class Kept:
    """Stands in a module, so that it can be pickled."""

    word: str
    number: int = 1


@BOTH
def test_fields_are_given_by_place_or_name_or_left_to_their_default(made: tuple[type[Any], ...]) -> None:
    pair, triple, nothing = made
    assert vars(pair("a", right=4)) == {"left": "a", "right": 4, "more": {}, "aside": ""}
    assert vars(triple("a", 1, {"b": 2}, "c", 9.0))["top"] == 9.0
    assert pair("a").more is not pair("a").more
    assert vars(nothing()) == {}


@BOTH
@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((), {}),
        (("a",), {"left": "b"}),
        (("a",), {"other": 1}),
        (("a", 1, {}, "", 5), {}),
        ((), {"right": 1}),
    ],
)
def test_what_fits_no_field_is_a_mistake(
    made: tuple[type[Any], ...], given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError):
        made[0](*given, **named)


@BOTH
def test_equality_and_hash_follow_the_compared_fields_and_the_class(made: tuple[type[Any], ...]) -> None:
    pair, triple, nothing = made
    assert pair("a", 1, (), "x") == pair("a", 1, (), "y") != pair("a", 2, ())
    assert hash(pair("a", 1, (), "x")) == hash(pair("a", 1, (), "y"))
    assert pair("a") != triple("a")
    assert len({nothing(), nothing()}) == 1
    with pytest.raises(TypeError):
        hash(pair("a"))


@BOTH
def test_nothing_can_be_set_or_removed(made: tuple[type[Any], ...]) -> None:
    one = made[0]("a")
    with pytest.raises(FrozenInstanceError):
        one.left = "b"
    with pytest.raises(FrozenInstanceError):
        one.new = "b"
    with pytest.raises(FrozenInstanceError):
        del one.left
    assert one.left == "a"


def test_it_is_shown_and_known_to_the_standard_functions_alike() -> None:
    for quick, standard in zip(QUICK, STANDARD, strict=True):
        assert [(part.name, part.type) for part in dataclasses.fields(quick)] == [
            (part.name, part.type) for part in dataclasses.fields(standard)
        ]
        assert quick.__match_args__ == standard.__match_args__
    quick, standard = QUICK[1]("a", aside="b"), STANDARD[1]("a", aside="b")
    assert repr(quick) == repr(standard)
    assert dataclasses.asdict(quick) == dataclasses.asdict(standard)
    assert dataclasses.replace(quick, left="z", top=1.0) == QUICK[1]("z", top=1.0)


def test_it_can_be_copied_and_pickled() -> None:
    one = Kept("a", 2)
    assert copy.deepcopy(one) == one == pickle.loads(pickle.dumps(one))


def test_a_value_with_other_contents_keeps_what_is_not_named() -> None:
    _, triple, _ = QUICK
    one = triple("a", 4, {"b": 2}, "c", 9.0)
    other = frozen.replace(one, right=5, top=1.0)
    assert other == triple("a", 5, {"b": 2}, "c", 1.0) == dataclasses.replace(one, right=5, top=1.0)
    assert vars(other)["more"] is vars(one)["more"]
    assert one.right == 4
    vars(one)["worked_out"] = 1  # as a cached property leaves it
    assert "worked_out" not in vars(frozen.replace(one, right=5))
    with pytest.raises(TypeError, match="no field wrong"):
        frozen.replace(one, wrong=1)
