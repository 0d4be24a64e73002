"""The key of a reviewer: an Ed25519 key under a passphrase, with which a person signs, and no program alone.

Its public half stands in the log, in a session of its own (`REGISTER`). Who has the log's file, the log's key and the
profile still can't sign a determination in the place of the reviewer: `verify_reviewers` names whatever that leaves
behind.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assistant import library
from assistant.core.problem import Refused, refuse
from assistant.core.text import digest, one_line
from assistant.core.value import Value
from assistant.files import write_file
from assistant.log.keys import VerifierKey, config_folder, need_library, read_verifier_key, signature_holds
from assistant.machine import is_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

REGISTER = "reviewer-keys"
"""The session in which reviewers' keys are registered and revoked."""

SHORTEST = 12
"""Characters in a passphrase, at least."""


# What is signed: each text says what it is for, so that no signature can be taken for another.


def signing_words(origin: str, entry: Mapping[str, Any]) -> bytes:
    """What a reviewer signs: the entry of the signature, which log and session, and by its `prev` all before it."""
    body = entry["body"]
    said = (entry["session"], str(entry["seq"]), entry["prev"], entry["ts"], entry["actor"], body["key"])
    return _words("signature", origin, *said, body["letter"], body["outcome"], digest(body["statement"]))


def registering_words(origin: str, reviewer: str, key: str, size: int, root: str) -> bytes:
    """What a new key signs: that it is this reviewer's, and the log as it stands before it."""
    return _words("key", origin, reviewer, key, str(size), root)


def vouching_words(reviewer: str, key: str) -> bytes:
    """What the key before, or an officer, signs of a new one."""
    return _words("voucher", reviewer, key)


def revoking_words(origin: str, key: str) -> bytes:
    """What a key signs that is to sign nothing more."""
    return _words("revocation", origin, key)


def _words(what: str, *lines: str) -> bytes:
    return "\n".join((f"imr-reviewer-{what}/1", *lines, "")).encode()


def in_base64(signature: bytes) -> str:
    """A signature as it is written."""
    return base64.b64encode(signature).decode()


def holds(key: VerifierKey, words: bytes, signature: str) -> bool:
    """Whether a written signature is that of the key."""
    try:
        data = base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    return base64.b64encode(data).decode() == signature and signature_holds(key.public, words, data)


def fingerprint(key: VerifierKey) -> str:
    """A key in short, to be compared by eye."""
    made = hashlib.sha256(key.public).hexdigest()[:32]
    return " ".join(made[at : at + 4] for at in range(0, 32, 4))


def shown(key: VerifierKey) -> str:
    """A key in a sentence: whose it is, and its number."""
    return f"{key.name}+{key.id.hex()}"


# The key as it is kept: the private half encrypted, and what may be shown beside it.


class OwnKey(Value):
    """The public half of the key that is kept here, and who has vouched for it."""

    key: VerifierKey
    vouchers: Mapping[str, str] = msgspec.field(default_factory=dict)


class Unlocked(Value):
    """A key that can sign now."""

    own: OwnKey
    private: Ed25519PrivateKey

    def sign(self, words: bytes) -> str:
        """The signature over some words, as it is written."""
        return in_base64(self.private.sign(words))


def key_file() -> Path:
    """Where the private half lies, encrypted."""
    return config_folder() / "reviewer-key.pem"


def _shown_file() -> Path:
    return key_file().with_suffix(".json")


def own_key() -> OwnKey | None:
    """The key that is kept here; None where there is none. What is none raises `Refused`."""
    if not key_file().exists():
        return None
    path = _shown_file()
    try:
        data = json.loads(library.read_text(path))
        vouchers = {str(read_verifier_key(name)): str(said) for name, said in data["vouchers"].items()}
        return OwnKey(read_verifier_key(data["key"]), vouchers)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _no_key(path) from None


def fit_passphrase(passphrase: str) -> bytes:
    """A new passphrase as bytes; one that is too short is `Refused`."""
    if len(passphrase) < SHORTEST:
        raise refuse(
            f"A passphrase has {SHORTEST} characters at least.",
            "",
            "Take a few words that you will remember.",
        )
    return _bytes(passphrase)


def _bytes(passphrase: str) -> bytes:
    return unicodedata.normalize("NFC", passphrase).encode("utf-8", "surrogateescape")


def make_key(reviewer: str, passphrase: str) -> Unlocked:
    """Makes the reviewer's key and keeps it under the passphrase; one that is there is never replaced."""
    if key_file().exists():
        raise refuse(
            "There is a key already; it is never replaced.",
            one_line(str(key_file())),
            "Change it with `imr reviewer key change`. If its passphrase is lost: `imr reviewer key revoke --lost`.",
        )
    return _kept(_new(reviewer, {}), passphrase)


def change_key(old: Unlocked, passphrase: str) -> Unlocked:
    """A new key in the place of one that vouches for it; the old one's file stays under another name."""
    fit_passphrase(passphrase)
    reviewer = old.own.key.name
    made = _new(reviewer, {})
    said = old.sign(vouching_words(reviewer, str(made.own.key)))
    put_aside()
    return _kept(Unlocked(OwnKey(made.own.key, {str(old.own.key): said}), made.private), passphrase)


def needed_key() -> OwnKey:
    """The key that is kept here; `Refused` where there is none."""
    own = own_key()
    if own is None:
        raise refuse("There is no key of yours here.", "", "Make one with `imr reviewer key make`.")
    return own


def put_aside() -> None:
    """Puts the key that is kept here under another name, where nothing is signed with it any more."""
    own = own_key()
    if own is not None:
        for path in (_shown_file(), key_file()):
            os.replace(path, path.with_name(f"reviewer-key-{own.key.id.hex()}-left{path.suffix}"))


def add_vouchers(own: OwnKey, vouchers: Mapping[str, str]) -> OwnKey:
    """Keeps what others signed of the key; a signature that is not what it says is `Refused`."""
    words = vouching_words(own.key.name, str(own.key))
    for name, said in vouchers.items():
        if not holds(read_verifier_key(name), words, said):
            raise refuse(
                "This is no signature on your key.",
                one_line(name, 80),
                "Ask for it with the key as shown now.",
            )
    made = OwnKey(own.key, {**own.vouchers, **vouchers})
    _show(made)
    return made


def _new(reviewer: str, vouchers: Mapping[str, str]) -> Unlocked:
    need_library("No key can be made")
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    return Unlocked(OwnKey(VerifierKey(reviewer, private.public_key().public_bytes_raw()), vouchers), private)


def _kept(made: Unlocked, passphrase: str) -> Unlocked:
    from cryptography.hazmat.primitives import serialization as form

    encryption = form.BestAvailableEncryption(fit_passphrase(passphrase))
    data = made.private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, encryption)
    _show(made.own)
    key_file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(key_file(), data)
    return made


def _show(own: OwnKey) -> None:
    data = {"key": str(own.key), "vouchers": dict(own.vouchers)}
    _shown_file().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_file(_shown_file(), (json.dumps(data, indent=1) + "\n").encode(), replace=True)


def unlock(passphrase: str) -> Unlocked:
    """The key that is kept here, opened; a wrong passphrase is `Refused`."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    own, path = needed_key(), key_file()
    try:
        if not is_private(path):
            raise refuse(
                "Others can read your key; it was not used.",
                one_line(str(path)),
                f"Close it with: chmod 600 {path}",
            )
        data = path.read_bytes()
    except OSError as error:
        raise refuse(f"Your key can't be read: {error.strerror}.", one_line(str(path))) from None
    try:
        private: Any = load_pem_private_key(data, _bytes(passphrase))
    except (ValueError, TypeError):
        if b"BEGIN ENCRYPTED" in data:
            raise refuse(
                "That is not the passphrase of your key.", "", "Nothing was signed. Give it again."
            ) from None
        raise _no_key(path) from None
    if (
        not isinstance(private, Ed25519PrivateKey)
        or private.public_key().public_bytes_raw() != own.key.public
    ):
        raise _no_key(path)
    return Unlocked(own, private)


def _no_key(path: Path) -> Refused:
    return refuse(
        "This is not the key of a reviewer, or not the one that is shown beside it.",
        one_line(str(path)),
        "Put it back as `imr reviewer key make` made it.",
    )


def officers(path: Path | None = None) -> list[VerifierKey]:
    """The keys of the officers that the profile of the organization names, in `organization.yaml` beside the reviewer's."""
    path = path or config_folder() / "organization.yaml"
    if not path.exists():
        return []
    data = library.document(library.read_text(path), one_line(str(path)), "organization").data
    return [read_verifier_key(one) for one in data["officers"]]
