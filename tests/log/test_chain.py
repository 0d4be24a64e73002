"""The log's bytes, hashes and commitments."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log.chain import canonical, commitment, leaf, node, seal, tree_root, unseal

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=127), max_size=8)
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
leaves = st.none() | st.booleans() | numbers | texts


def structures(atoms: st.SearchStrategy[Any], names: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    return st.recursive(
        atoms,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=20,
    )


@given(structures(leaves, keys))
def test_canonical_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_what_another_program_could_read_differently_is_refused() -> None:
    for value in [
        1.0,
        math.nan,
        math.inf,
        2**53,
        -(2**53),
        {"é": 1},
        {1: 2},
        "\ud800",
        {"a": ["\udfff"]},
        {"a": {1, 2}},
        b"bytes",
        object(),
    ]:
        with pytest.raises(Refused):
            canonical(value)


def test_endless_nesting_is_refused_not_followed() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for write in (canonical, lambda value: seal(value, str)):
        with pytest.raises(Refused):
            write(deep)


def test_canonical_is_sorted_compact_utf8() -> None:
    assert canonical({"b": [1, None, True], "a": "é\n"}) == '{"a":"é\\n","b":[1,null,true]}'.encode()


def tree_head(hashes: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it stands there."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node(tree_head(hashes[:split]), tree_head(hashes[split:]))


def test_root_is_the_tree_head_of_rfc_6962() -> None:
    for size in [*range(18), 100, 255, 256, 257]:
        hashes = [leaf(str(number).encode()) for number in range(size)]
        assert tree_root(hashes) == tree_head(hashes)
        assert tree_root(iter(hashes)) == tree_head(hashes)


def test_a_leaf_is_never_a_node() -> None:
    left, right = leaf(b"a"), leaf(b"b")
    assert leaf(left + right) != node(left, right)


def test_commitment_hides_the_text_behind_its_salt() -> None:
    assert commitment(b"1" * 32, "12345678") != commitment(b"2" * 32, "12345678")
    assert commitment(b"key", "what") == commitment(b"key", "what")
    with pytest.raises(Refused):
        commitment(b"salt", "\ud800")


@given(
    structures(leaves | texts.map(Private), keys.filter(lambda key: not key.startswith("$"))),
    st.binary(min_size=1),
)
def test_unseal_gives_back_what_was_sealed(value: Any, salt: bytes) -> None:
    words: dict[str, str] = {}

    def commit(text: str) -> str:
        digest = commitment(salt, text)
        words[digest] = text
        return digest

    sealed = seal(value, commit)
    again = unseal(sealed, words.get)
    assert again == value
    assert repr_of_types(again) == repr_of_types(value)
    canonical(sealed)


def repr_of_types(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: repr_of_types(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [repr_of_types(inner) for inner in value]
    return type(value)


def test_sealed_bytes_hold_no_word_of_a_private_text() -> None:
    sealed = seal(
        {"note": Private("a secret"), "list": (Private("another"),)}, lambda text: commitment(b"s", text)
    )
    assert b"secret" not in canonical(sealed)
    assert b"another" not in canonical(sealed)


def test_an_erased_text_says_so() -> None:
    found = unseal({"note": {"$text": "00"}}, lambda _: None)
    assert found == {"note": "[redacted]"}
    assert isinstance(found["note"], Private)


@pytest.mark.parametrize("body", [{"$text": "00"}, {"a": [{"$other": 1}]}, {1: 2}, {Private("a"): 1}])
def test_no_data_can_pass_for_a_commitment(body: Any) -> None:
    with pytest.raises(Refused):
        seal(body, str)


def test_a_text_of_a_type_of_its_own_is_written_as_its_words() -> None:
    assert canonical({"a": Private("words"), "b": [Private("ü")]}) == '{"a":"words","b":["ü"]}'.encode()
    sealed = seal({Name("a"): {"b": Private("words")}}, lambda text: text.upper())
    assert sealed == {"a": {"b": {"$text": "WORDS"}}}
    assert [type(one) for one in sealed] == [str]


class Name(str):
    __slots__ = ()
