"""Signed notes and checkpoints against public examples, and against whatever else a file may hold.

The note by "PeterNeumann" and its keys are those of the documentation of Go's sumdb/note; the verifier key with a
plus sign in its base64 is one of transparency-dev/formats.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.problem import Refused
from assistant.log.keys import (
    Checkpoint,
    VerifierKey,
    checkpoint_text,
    read_checkpoint,
    read_note,
    read_verifier_key,
    signature_holds,
    signed,
    signers,
)

KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = f"{TEXT}\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
PLUS = "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6"
CHECKPOINT = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
"""The example of the specification of checkpoints."""


def test_the_public_example_opens() -> None:
    key = read_verifier_key(KEY)
    assert (key.name, key.id.hex(), str(key)) == ("PeterNeumann", "c74f20a3", KEY)
    note = read_note(NOTE)
    assert note.text == TEXT
    assert signers(note, [key], signature_holds) == [key]


def test_the_public_example_is_signed_again_byte_for_byte() -> None:
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(SEED)[1:])
    assert signed(TEXT, read_verifier_key(KEY), private.sign(TEXT.encode())) == NOTE


def test_base64_may_hold_plus_signs() -> None:
    assert str(read_verifier_key(f" {PLUS}\n")) == PLUS


def test_what_is_no_key_is_refused() -> None:
    for text in [
        "",
        "a+b",
        KEY.replace("c74f", "c74e"),
        KEY.replace("PeterNeumann", "Peter Neumann"),
        KEY.replace("PeterNeumann", ""),
        KEY[:-4],
        KEY + "AA==",
        KEY.replace("ARpc", "BRpc"),
        KEY.replace("+ARpc", "+ARp!"),
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ]:
        with pytest.raises(Refused, match="not a verifier key"):
            read_verifier_key(text)


def test_other_keys_are_passed_over_and_a_false_signature_is_not() -> None:
    key, note = read_verifier_key(KEY), read_note(NOTE)
    assert signers(note, [read_verifier_key(PLUS)], signature_holds) == []
    assert signers(note, [VerifierKey("PeterNeumann", b"x" * 32)], signature_holds) == []
    for at, char in enumerate(TEXT):
        if char.isalpha():
            other = read_note(NOTE[:at] + chr(ord(char) ^ 2) + NOTE[at + 1 :])
            with pytest.raises(Refused, match="not that of the key PeterNeumann"):
                signers(other, [key], signature_holds)


def test_what_is_no_note_is_refused() -> None:
    for note in [
        "",
        TEXT,
        NOTE[:-1],
        NOTE.replace("\u2014", "-"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("x08g", "x0!g"),
        NOTE.replace(" x08g", "x08g"),
        NOTE.replace("PeterNeumann", "Peter+Neumann"),
        NOTE.replace("you", "y\tou"),
        NOTE + "\n",
        NOTE + "more\n",
        f"{TEXT}\n\u2014 a {base64.b64encode(b'1234').decode()}\n",
        "a" * 100_001 + NOTE,
    ]:
        with pytest.raises(Refused, match="not a signed note"):
            read_note(note)


def test_no_character_of_a_signature_can_change_unseen() -> None:
    """The last character before the padding has bits that base64 passes over."""
    assert NOTE.endswith("BwJnAM=\n")
    with pytest.raises(Refused):
        read_note(NOTE.replace("BwJnAM=", "BwJnAN="))


def test_several_signatures_and_blank_lines_in_the_text() -> None:
    note = read_note(f"a\n\nb\n\n{NOTE.rpartition(chr(10) * 2)[2]}{CHECKPOINT.rpartition(chr(10) * 2)[2]}")
    assert note.text == "a\n\nb\n"
    assert [one.name for one in note.signatures] == ["PeterNeumann", "example.com/behind-the-sofa"]


def test_the_example_of_a_checkpoint_reads() -> None:
    head = read_checkpoint(read_note(CHECKPOINT).text)
    assert (head.origin, head.size, head.root.hex()[:8]) == (
        "example.com/behind-the-sofa",
        20852163,
        "0ac5186a",
    )
    assert checkpoint_text(head) == read_note(CHECKPOINT).text
    assert read_checkpoint(CHECKPOINT) == head


def test_what_is_no_checkpoint_is_refused() -> None:
    for was, becomes in [
        ("example.com/behind-the-sofa\n20", "\n20"),
        ("20852163", "020852163"),
        ("20852163", "-1"),
        ("20852163", "1e3"),
        ("20852163", "\u0661"),
        ("20852163", "9" * 20),
        ("CsUY", "CsU"),
        ("CsUY", "!sUY"),
        ("q2I=", "q2J="),
        ("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=", "CsUY"),
    ]:
        with pytest.raises(Refused, match="not a checkpoint"):
            read_checkpoint(CHECKPOINT.replace(was, becomes, 1))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    readers: list[Any] = [read_note, read_checkpoint, read_verifier_key]
    for read in readers:
        with suppress(Refused):
            read(text)


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32))
def test_a_checkpoint_comes_back(size: int, root: bytes) -> None:
    head = Checkpoint("imr-log/x", size, root)
    assert read_checkpoint(checkpoint_text(head)) == head
