"""The quick look at an entry finds what the slow one finds, on bytes of every sort."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.log import entry
from assistant.log.chain import commitment, leaf, parsed, slowly_parsed
from assistant.log.entry import Row, entry_fault, form
from assistant.log.verify_entries import PRIME, Stretch, Walk, committed, new_key, tally, tally_of_words

_PARTS: dict[str, Any] = {
    "actor": "r-1",
    "boot": "b",
    "case": "c",
    "kind": "answer.recorded",
    "mono_ns": "5",
    "prev": "",
    "seq": 1,
    "session": "s-1",
    "ts": "2026-11-22T14:03:22.123Z",
    "v": 1,
}

_plain = st.none() | st.booleans() | st.integers(-(2**54), 2**54) | st.text(max_size=8)
_odd = (
    _plain | st.floats() | st.sampled_from([2**53, 2**64, 10**30, 1.0, "\u2028", "\x7f", "\x00", "é", "😀"])
)
_names = st.sampled_from(["a", "b", "B", "a b", 'q"', "\\", "é", "\uffff", "😀", "é:", 'é"']) | st.text(
    max_size=3
)
_values = st.recursive(
    _odd, lambda some: st.lists(some, max_size=3) | st.dictionaries(_names, some, max_size=3), max_leaves=8
)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _written(parts: dict[str, Any], how: int) -> bytes:
    """The parts as JSON: in the one form, or with another order, escapes or blanks."""
    text = json.dumps(
        parts,
        sort_keys=how != 1,
        ensure_ascii=how == 2,
        separators=(", ", ": ") if how == 3 else (",", ":"),
    )
    return text.encode("utf-8", "surrogatepass")


@st.composite
def _entries(draw: st.DrawFn) -> bytes:
    parts = {**_PARTS, "body": {"x": draw(_values)}}
    for name in draw(st.lists(st.sampled_from([*parts, "more"]), max_size=2)):
        if draw(st.booleans()) and name in parts:
            del parts[name]
        else:
            parts[name] = draw(_values)
    data = _written(parts, draw(st.sampled_from([0, 0, 0, 0, 1, 2, 3])))
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 2)) :]
    return data


def _clock(text: str) -> bytes:
    return _written({**_PARTS, "body": {}, "mono_ns": text}, 0)


def _body(value: object) -> bytes:
    return _written({**_PARTS, "body": {"x": value}}, 0)


def _walked(rows: Sequence[Row]) -> Stretch:
    class Rows:
        def execute(self, *_: object) -> Sequence[Row]:
            return rows

    return Walk(cast(Any, Rows()), Path("log"), 0, len(rows)).run()


@given(_entries())
@example(_body("é"))
@example(_body({"é": 1, "\uffff": 2}))
@example(_body({'é"': 1}))
@example(_body(1.0))
@example(_body(2**53))
@example(_body(2**53 - 1))
@example(_body(_nested(8)))
@example(_body(_nested(9)))
@example(_body(_nested(13)))
@example(_body(_nested(99)))
@example(_body(_nested(100)))
@example(_body(_nested(101)))
@example(_clock("9" * 20))
@example(_clock("9" * 21))
@example(_clock("-5"))
@example(_clock("²"))
@example(_clock(""))
@example(_body(1).replace(b'"x":1', b'"x":1,"x":2'))
@example(_body(1).replace(b'"x":1', b'"x":1e400'))
@example(_body(1).replace(b'"x":1', b'"x":' + b"9" * 5000))
@example(_body(1) + b" ")
@example(b"\xff")
def test_the_quick_look_passes_what_the_slow_one_passes(data: bytes) -> None:
    row = (1, "s-1", 1, _PARTS["kind"], _PARTS["ts"], data, leaf(data))
    found = _walked([row])
    fault = entry_fault(row, 0, 0, "")
    assert (found.first_break.what if found.first_break else "") == fault
    assert _read(parsed, data) == _read(slowly_parsed, data)


@given(_entries())
@example(_body(1) + b"\n" + _body(1))
@example(_body(1) + b"\n")
@example(b"\n" + _body(1))
@example(b"")
@example(_body(9 * 10**14))
@example(_body([-(10**15), 2**53]))
@example(_body(1.0))
@example(_body({'é"': 1}))
@example(_body(_nested(101)))
@example(_clock("²"))
@example(_written({**_PARTS, "body": {}, "ts": "2026-02-30T14:03:22.123Z"}, 0))
@example(_written({**_PARTS, "body": {}, "session": "last"}, 0))
@example(_written({**_PARTS, "body": {}, "v": True}, 0))
@example(_written({**_PARTS, "body": {}, "more": 1}, 0))
def test_an_entry_among_others_is_read_as_by_itself(data: bytes) -> None:
    read = _read(form, data)
    with patch.object(entry, "_forms", return_value=None):
        assert _read(form, data) == read
    together = entry._forms([_body("a"), data, _body([2])])
    assert together is None or together[1] == read
    assert entry._forms([_body("a"), _body([2])]) == [form(_body("a")), form(_body([2]))]


def _read(parse: Callable[[bytes], dict[str, Any]], data: bytes) -> object:
    try:
        return parse(data)
    except ValueError as error:
        return str(error)


def _commits(hexes: str, after: str = "}") -> bytes:
    return b'{"x":{"$text":"' + hexes.encode() + b'"' + after.encode() + b"}"


_WORDS = [(bytes([at]) * length, f"words {at}") for at, length in enumerate((32, 1, 63, 64, 65, 200))]
_SAID = [commitment(*one) for one in _WORDS]


class _Blobs:
    def execute(self, *_: object) -> list[tuple[str, bytes, bytes]]:
        return [(said, salt, text.encode()) for said, (salt, text) in zip(_SAID, _WORDS, strict=True)]


def test_words_are_those_of_their_commitments_whatever_their_salt() -> None:
    key = new_key()
    entries = [
        *map(_commits, _SAID[:4]),
        b'{"$ text":1}',
        b'{"x":"\\"$text\\":1"}',
        _commits(_SAID[4], ","),
        _commits(_SAID[5]),
    ]
    product, count = tally_of_words(cast(Any, _Blobs()), key)
    assert count == len(_WORDS)
    assert tally(committed(entries), key) == product
    assert tally(committed(entries[:2]), key, tally(committed(entries[2:]), key)) == product
    assert tally(committed(entries[1:]), key) != product != tally(committed([*entries, entries[0]]), key)


def test_a_malformed_commitment_is_made_good_by_nothing() -> None:
    for malformed in [
        _commits("g" * 64),
        _commits("A" * 64),
        _commits("a" * 63),
        _commits("a" * 63 + " "),
        _commits("a" * 64, "x"),
        b'{"$text":1}',
        b'{"$text":"' + "é".encode() * 32 + b'"}',
    ]:
        assert tally(committed([_commits(_SAID[0]), malformed]), new_key()) == 0
        assert tally(committed([_commits(_SAID[0])]), new_key(), 0) == 0 != PRIME
