"""What makes the decision log provable: one way to write an entry as bytes, and hashes over them.

An entry is hashed once. Its hash is both the link that the session's next entry carries and a leaf
of the Merkle tree (RFC 6962, section 2.1) over the whole log. Words of a person stand in an entry
only as a salted commitment, so that they can be erased later without breaking the chain.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from assistant.core.problem import Refused, refuse
from assistant.core.text import REDACTED, Private

SAFE_INTEGER = 2**53
"""Integers of this size and above are not the same number in every JSON reader (RFC 8785, 3.2.2.3)."""

DEEPEST = 100
"""How many lists and objects may stand inside each other."""

_TEXT = "$text"
_HARMLESS = frozenset({str, bool, type(None)})
"""Types of which every value has its one form; a `Private` text has a type of its own."""

_LISTS = (list, tuple)
_LEAVES = _HARMLESS | {int}
"""Types of which nothing has to be sealed."""


def canonical(value: object) -> bytes:
    """The one way to write `value`: UTF-8 JSON as RFC 8785 has it, for a restricted profile.

    The profile: objects with ASCII keys, lists, strings without lone surrogates, integers below
    2^53 in size, true, false and null. Anything else, floats above all, raises `Refused`.
    """
    _check(value, 0)
    return encoded(value)


def encoded(value: object) -> bytes:
    """`canonical` for what is known to be within the profile, as what `seal` gives is, but for lone surrogates."""
    try:
        return _write(value)
    except UnicodeEncodeError:
        raise _unfit("a text holds half of a character (a lone surrogate)") from None


def parsed(data: bytes) -> dict[str, Any]:
    """The object that stands in stored bytes, where these are exactly what `canonical` gives for it.

    For any others `ValueError` says in words what they are not. A reader that took them as they are could read
    something else than another one: of a key that stands twice, of a number that not everybody can hold. What a
    quick look leaves in doubt is looked at slowly.
    """
    try:
        value: dict[str, Any] = _decode(data)
        if (
            _write(value) == data
            and data.count(b"[") + data.count(b"{") <= DEEPEST
            and not may_be_large(data)
            and (data.isascii() or STRANGE_NAME.search(data) is None)
        ):
            return value
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        pass
    return slowly_parsed(data)


def no_fraction(number: str) -> Any:
    """For a quick look, which leaves a number with a fraction to the slow one."""
    raise ValueError(f"{number[:40]} {_FRACTION}")


_decode = msgspec.json.Decoder(dict[str, Any], float_hook=no_fraction).decode


def _as_text(value: object) -> str:
    """A text of a type of its own, as a `Private` one has, as plain text."""
    if not isinstance(value, str):
        raise TypeError(f"a {type(value).__name__} has no form")
    return str.__str__(value)


_write = msgspec.json.Encoder(order="sorted", enc_hook=_as_text).encode
_DIGITS = bytes.maketrans(b"-123456789:,", b"0000000000[[")


def may_be_large(data: bytes) -> bool:
    """Whether a number may stand in bytes that is too large to be the same everywhere: one of 16 digits, or 15 after a sign."""
    return b"[0000000000000000" in data.translate(_DIGITS)


STRANGE_NAME = re.compile(rb'[\x80-\xff][^"\\]*(?:\\.[^"\\]*)*":')
"""A name beyond ASCII, which has no place in an object."""


def slowly_parsed(data: bytes) -> dict[str, Any]:
    """The same as `parsed`, one thing after another."""
    try:
        value = json.loads(data.decode("utf-8"), parse_float=no_fraction, parse_constant=no_fraction)
    except UnicodeDecodeError:
        raise ValueError("its bytes are not UTF-8") from None
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise ValueError(f"its bytes are not JSON ({error.msg.lower()})") from None
    except ValueError as error:  # also a number of more digits than Python takes
        raise ValueError(str(error) if _FRACTION in str(error) else "a number in it is too large") from None
    if not isinstance(value, dict):
        raise ValueError("it is not a JSON object")
    try:
        _check(value, -1)  # the body stands one level down
        same = encoded(value) == data
    except Refused as refusal:
        why = refusal.problems[0].what.partition(": ")[2]
        raise ValueError(why.rstrip(".").partition("; ")[0]) from None
    if not same:
        raise ValueError("it is not written in the one form that its content has (RFC 8785)")
    return value


_TOO_DEEP = f"it is nested deeper than {DEEPEST} levels"
_FRACTION = "is no whole number"


def leaf(entry: bytes) -> bytes:
    """The hash of one entry's bytes, 32 bytes: SHA-256(0x00 || entry), RFC 6962 section 2.1."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash over two neighbouring hashes, 32 bytes: SHA-256(0x01 || left || right), RFC 6962."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree head over `leaves` (hashes, in log order), 32 bytes, RFC 6962 section 2.1.

    Memory grows with the logarithm of the count. The head of no leaves is SHA-256 of nothing.
    """
    heights: list[int] = []
    hashes: list[bytes] = []
    sha256 = hashlib.sha256
    for digest in leaves:
        height = 0
        while heights and heights[-1] == height:
            heights.pop()
            digest = sha256(b"\x01" + hashes.pop() + digest).digest()
            height += 1
        heights.append(height)
        hashes.append(digest)
    if not hashes:
        return sha256(b"").digest()
    head = hashes.pop()
    while hashes:
        head = node(hashes.pop(), head)
    return head


def commitment(salt: bytes, text: str) -> str:
    """What stands in the log for `text`: HMAC-SHA256 with a random `salt` as its key, in hex.

    Without the salt it says nothing about the text, however short that is. A text that has no
    UTF-8 form raises `Refused`.
    """
    try:
        return hmac.digest(salt, text.encode("utf-8"), "sha256").hex()
    except UnicodeEncodeError:
        raise _unfit("a text holds half of a character (a lone surrogate)") from None


def seal(value: object, commit: Callable[[str], str]) -> Any:
    """`value` as plain JSON, with `commit(text)` in the place of every `Private` text.

    A key that begins with "$" raises `Refused`, so that nobody's data can pass for a commitment; so does what
    `canonical` would refuse, but for lone surrogates.
    """
    return _seal(value, commit, 0)


def unseal(value: object, reveal: Callable[[str], str | None]) -> Any:
    """The inverse of `seal`: `reveal(commitment)` gives the words, as `Private`; None means erased."""
    if type(value) in _LEAVES:
        return value
    if isinstance(value, list):  # the quick question first
        return [inner if type(inner) in _LEAVES else unseal(inner, reveal) for inner in value]
    if isinstance(value, (dict, Mapping)):
        digest = value.get(_TEXT)
        if digest is not None and len(value) == 1 and isinstance(digest, str):
            words = reveal(digest)
            return Private(REDACTED if words is None else words)
        return {k: one if type(one) in _LEAVES else unseal(one, reveal) for k, one in value.items()}
    return value


def _seal(value: Any, commit: Callable[[str], str], depth: int) -> Any:
    kind = type(value)
    if kind in _HARMLESS or (kind is int and -SAFE_INTEGER < value < SAFE_INTEGER):
        return value
    if kind is Private:
        return {_TEXT: commit(str(value))}
    if isinstance(value, _LISTS):  # the quick questions first
        if depth > DEEPEST:
            raise _unfit(f"it is nested deeper than {DEEPEST} levels")
        return [inner if type(inner) in _HARMLESS else _seal(inner, commit, depth + 1) for inner in value]
    if isinstance(value, (dict, Mapping)):
        if depth > DEEPEST:
            raise _unfit(f"it is nested deeper than {DEEPEST} levels")
        sealed = {}
        for key, one in value.items():
            if type(key) is not str or key[:1] == "$" or not key.isascii():
                key = _as_name(key)
            kind = type(one)
            harmless = kind in _HARMLESS or (kind is int and -SAFE_INTEGER < one < SAFE_INTEGER)
            sealed[key] = one if harmless else _seal(one, commit, depth + 1)
        return sealed
    _check(value, depth)
    return value


def _as_name(key: object) -> str:
    if not isinstance(key, str) or isinstance(key, Private) or key.startswith("$"):
        raise _unfit(f"the name {key!r} can't be used for a part of an entry")
    if not key.isascii():
        raise _unfit(f"the name {key!r} is not plain ASCII text")
    return str.__str__(key)


def _check(value: object, depth: int) -> None:
    kind = type(value)
    if kind in _HARMLESS:
        return
    if isinstance(value, int):
        if not -SAFE_INTEGER < value < SAFE_INTEGER:
            raise _unfit(f"the number {value} is too large to be written exactly; write it as text")
    elif isinstance(value, dict | list | tuple):
        if depth > DEEPEST:
            raise _unfit(f"it is nested deeper than {DEEPEST} levels")
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str) or not key.isascii():
                    raise _unfit(f"the name {key!r} is not plain ASCII text")
            value = value.values()
        for inner in value:
            if type(inner) not in _HARMLESS:
                _check(inner, depth + 1)
    elif isinstance(value, float):
        raise _unfit(f"the number {value} has a fraction; write it as text")
    elif not isinstance(value, str):
        raise _unfit(f"a {kind.__name__} can't be written to it")


def _unfit(why: str) -> Refused:
    return refuse(
        f"This can't be written to the decision log: {why}.",
        fix="Change the value; nothing was logged.",
    )


# Merkle proofs over the entries of a log, as RFC 6962 section 2.1 has them.


Over = Callable[[int, int], bytes]
"""Gives the hash (32 bytes) over the leaves from the first number to before the second."""


def split(size: int) -> int:
    """The largest power of two below `size` (at least 2): how many leaves stand left of the root."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(index: int, size: int, over: Over) -> list[bytes]:
    """The hashes that lead from leaf `index` (from 0) to the root over `size` leaves, the lowest first."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(old: int, new: int, over: Over) -> list[bytes]:
    """The hashes that show that the first `old` of `new` leaves are the older tree (0 <= old <= new)."""
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves can't continue one of {old}")
    if old in (0, new):
        return []
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + split(end - start)
        if old <= middle:
            path.append(over(middle, end))
            end = middle
        else:
            path.append(over(start, middle))
            start, whole = middle, False
    return [*([] if whole else [over(start, end)]), *path[::-1]]


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the tree of `old` leaves is the beginning of that of `new` leaves.

    An empty tree begins every tree, so nothing can be shown of another by it: that is refused, like
    any proof with hashes too many or too few.
    """
    if old == new:
        return not path and old_root == new_root
    if any(len(each) != 32 for each in (old_root, new_root, *path)) or not 0 < old < new:
        return False
    hashes = list(path)
    if old & (old - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = hashes[0]
    for each in hashes[1:]:
        if not last:
            return False
        if place & 1 or place == last:
            first, second = node(each, first), node(each, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node(second, each)
        place, last = place >> 1, last >> 1
    return not last and first == old_root and second == new_root
