"""A value: it can't be changed, and equals another one of its class that holds the same."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar, dataclass_transform

import msgspec

V = TypeVar("V")


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Value(msgspec.Struct, frozen=True):
    """What is compared, hashed and shown by its fields.

    msgspec makes such a class in a hundredth of a millisecond, a frozen dataclass takes a quarter of one; some hundred
    and fifty are made before the first question.
    """


def replace(value: V, /, **changes: Any) -> V:
    """The same value, or dataclass, with other fields."""
    if isinstance(value, Value):
        return msgspec.structs.replace(value, **changes)
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]
