"""`dataclass(frozen=True)` without its compiling, so that a module with thirty kinds of value is imported at once.

The standard decorator compiles six methods for each class, 0.3 ms each time the program starts; there are some
two hundred classes. Here they share six methods, which read the fields from their class. What these do is the
same: a value is frozen, equal and hashed by its fields, shown with them; `fields` and `replace` know it.
"""

from __future__ import annotations

from dataclasses import MISSING, FrozenInstanceError, fields
from dataclasses import dataclass as standard
from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "replace"]

if TYPE_CHECKING:
    from dataclasses import dataclass, replace
else:

    def dataclass(*, frozen: bool) -> Any:
        """The decorator; `frozen` is always true, and said for the reader and the type checker."""
        assert frozen
        return _made

    def replace(value: Any, /, **changes: Any) -> Any:
        """The value with other contents in some fields, in a sixth of the time that `dataclasses.replace` takes."""
        held, cls = value.__dict__, type(value)
        parts = cls.__parts__
        if not changes.keys() <= parts.keys():
            raise TypeError(
                f"{cls.__name__} has no field {', '.join(sorted(changes.keys() - parts.keys()))}."
            )
        other = object.__new__(cls)
        other.__dict__.update({name: held[name] for name in parts})
        other.__dict__.update(changes)
        return other


def _made(cls: type[Any]) -> type[Any]:
    cls.__doc__ = cls.__doc__ or cls.__name__  # without one the standard decorator works out a signature
    cls = standard(init=False, repr=False, eq=False)(cls)
    cls.__parts__ = {part.name: part for part in fields(cls)}
    cls.__presets__ = tuple(
        (part.name, part.default, None if part.default_factory is MISSING else part.default_factory)
        for part in fields(cls)
        if part.default is not MISSING or part.default_factory is not MISSING
    )
    cls.__compared__ = tuple(part.name for part in fields(cls) if part.compare)
    for name, method in _SHARED.items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    return cls


def _init(self: Any, /, *given: Any, **named: Any) -> None:
    cls, held = type(self), self.__dict__
    parts = cls.__parts__
    if given:
        held.update(zip(parts, given, strict=False))
    if named:
        held.update(named)
    told = len(given) + len(named)
    if len(held) == told and (not named or named.keys() <= parts.keys()):
        if told < len(parts):
            for name, value, make in cls.__presets__:
                if name not in held:
                    held[name] = value if make is None else make()
        if len(held) == len(parts):
            return
    held.clear()
    raise TypeError(f"{cls.__name__} takes {', '.join(parts) or 'nothing'}, each at most once.")


def _compared(self: Any) -> tuple[Any, ...]:
    held = self.__dict__
    return tuple([held[name] for name in type(self).__compared__])


def _eq(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _hash(self: Any) -> int:
    return hash(_compared(self))


def _repr(self: Any) -> str:
    shown = ", ".join(f"{part.name}={getattr(self, part.name)!r}" for part in fields(self) if part.repr)
    return f"{type(self).__qualname__}({shown})"


def _setattr(self: Any, name: str, value: object) -> None:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: Any, name: str) -> None:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


_SHARED = {
    "__init__": _init,
    "__eq__": _eq,
    "__hash__": _hash,
    "__repr__": _repr,
    "__setattr__": _setattr,
    "__delattr__": _delattr,
}
