"""Checks a session that was taken out of a decision log, without the log and without any other session.

One file, the standard library of Python only (3.9 or later). It lies in each bundle as `verify.py`; run it as
`python verify.py BUNDLE`. A copy that you got elsewhere is better than the one that came with the bundle.
Hashing is that of RFC 6962, the checkpoint is a C2SP signed note, its signature Ed25519 (RFC 8032).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import sys
import textwrap
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

FORMAT = "imr-bundle/1"
MOST_MEMBERS = 5_000
MOST_BYTES = 256 * 1024 * 1024
LARGEST_ENTRY = 65_535
DEEPEST = 102
LONGEST_NUMBER = 20
SAFE_INTEGER = 2**53
FIELDS = {
    "actor": str,
    "body": dict,
    "boot": str,
    "case": str,
    "kind": str,
    "mono_ns": str,
    "prev": str,
    "seq": int,
    "session": str,
    "ts": str,
    "v": int,
}
FAMILIES = ("access", "training", "work")
ENDS = ("session.signed", "session.declined")
ADDENDUM = {"text", "reason", "to", "quoted"}
FIXED = (
    "README.txt",
    "__main__.py",
    "bundle.json",
    "checkpoint.txt",
    "entries.ndjson",
    "key.txt",
    "letter.txt",
    "proof.json",
    "signed-text.txt",
    "texts.ndjson",
    "verify.py",
)
NEEDED = ("bundle.json", "checkpoint.txt", "entries.ndjson", "proof.json", "texts.ndjson")

Files = dict[str, bytes]


class Failed(Exception):
    """A part of the bundle that does not hold."""


class Finding(NamedTuple):
    """One check: its name, whether it holds (None: can't be decided), and what was found, in words."""

    name: str
    ok: bool | None
    says: str


# -- the file -------------------------------------------------------------------------------------


def read_files(path: Path) -> Files:
    """The members of a bundle; raises `Failed` for what is none, and for one that is larger than is sensible."""
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_MEMBERS or sum(info.file_size for info in infos) > MOST_BYTES:
                raise Failed("it is larger than any bundle: not unpacked")
            files: Files = {}
            for info in infos:
                if info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size:
                    raise Failed(f"{info.filename!a} is compressed, which no bundle does")
                if info.filename not in FIXED and not re.fullmatch("artifacts/[0-9a-f]{64}", info.filename):
                    raise Failed(f"{info.filename!a} does not belong in a bundle")
                if info.filename in files:
                    raise Failed(f"{info.filename!a} is in it twice")
                files[info.filename] = archive.read(info)
    except Failed:
        raise
    except Exception as error:  # whatever a damaged archive makes of Python's own reader
        raise Failed(f"it can't be read: {error or type(error).__name__}") from None
    for name in NEEDED:
        if name not in files:
            raise Failed(f"{name} is missing")
    return files


def parsed(data: bytes, what: str) -> Any:
    """The JSON in `data`; raises `Failed`, also for numbers with fractions, keys that stand twice, and depths."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        raise Failed(f"{what} can't be read") from None
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST + 1:
            raise Failed(f"{what} is nested deeper than any that the program writes")
        level = [inner for one in level for inner in _inside(one)]
    return value


def _inside(value: Any) -> Sequence[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs) or not all(key.isascii() for key in made):
        raise ValueError("a key stands twice, or is not plain ASCII")
    return made


def _whole(number: str) -> int:
    if len(number) > LONGEST_NUMBER or not -SAFE_INTEGER < int(number) < SAFE_INTEGER:
        raise ValueError("a number is too large")
    return int(number)


def _no_number(number: str) -> Any:
    raise ValueError(f"{number} is no whole number")


def written(data: bytes, what: str, indent: int | None = 1) -> dict[str, Any]:
    """The object in a part of the bundle, which has to be written as the program writes it; raises `Failed`."""
    value = parsed(data, what)
    if not isinstance(value, dict):
        raise Failed(f"{what} can't be read")
    end = "" if indent is None else "\n"  # of a line, its end was taken away
    if (json.dumps(value, indent=indent, sort_keys=True) + end).encode() != data:
        raise Failed(f"{what} is not written as the program writes it")
    return value


def only(value: dict[str, Any], names: Sequence[str], what: str) -> None:
    """Raises `Failed` unless these are all the parts of an object."""
    if sorted(value) != sorted(names):
        raise Failed(f"{what} has other parts than the program writes")


def named(value: Any, name: str, kind: type, what: str) -> Any:
    """The part of a JSON object with this name and of this type; raises `Failed`."""
    part = value.get(name) if isinstance(value, dict) else None
    if type(part) is not kind:
        raise Failed(f"{what} can't be read: `{name}` is missing, or of another kind")
    return part


def in_hex(value: Any, what: str) -> bytes:
    """The 32 bytes of a hash in small hex; raises `Failed`."""
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise Failed(f"{what} can't be read: a hash in it is none")
    return bytes.fromhex(value)


def lines(files: Files, name: str) -> list[bytes]:
    """The lines of a member, each of which ends in a newline."""
    data = files[name]
    if data and not data.endswith(b"\n"):
        raise Failed(f"{name} was cut")
    return data.split(b"\n")[:-1]


# -- the tree and the signature -------------------------------------------------------------------


def leaf(entry: bytes) -> bytes:
    """RFC 6962: the hash of one entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left: bytes, right: bytes) -> bytes:
    """RFC 6962: the hash over two hashes."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_above(index: int, size: int, digest: bytes, path: Sequence[bytes]) -> bytes | None:
    """The root that an inclusion proof leads to (RFC 9162, section 2.1.3.2); None where it is malformed."""
    if not 0 <= index < size or any(len(each) != 32 for each in path):
        return None
    last = size - 1
    for sibling in path:
        if not last:
            return None
        if index & 1 or index == last:
            digest = node(sibling, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        index, last = index >> 1, last >> 1
    return None if last else digest


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            total = _add(total, point)
        point, scalar = _add(point, point), scalar >> 1
    return total


def _point(data: bytes) -> Point | None:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (not x and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


_Y = 4 * pow(5, P - 2, P) % P
BASE = _point(_Y.to_bytes(32, "little"))


def ed25519_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) is that of `message` by the key `public` (32 bytes), RFC 8032, 5.1.7."""
    if len(public) != 32 or len(signature) != 64 or BASE is None:
        return False
    key, first = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or first is None or scalar >= ORDER:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    left = _times(scalar, BASE)
    right = _add(first, _times(int.from_bytes(digest, "little") % ORDER, key))
    return not (
        (left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P
    )


def read_key(text: str) -> tuple[str, bytes, bytes]:
    """Name, key id (4 bytes) and public key (32 bytes) of a verifier key `name+id+base64`; raises `Failed`."""
    parts = text.strip().split("+", 2)
    try:
        name, number, data = parts[0], bytes.fromhex(parts[1]), base64.b64decode(parts[2], validate=True)
    except (IndexError, ValueError):
        raise Failed("the key is not a verifier key (name+id+base64)") from None
    made = hashlib.sha256(name.encode() + b"\n" + data).digest()[:4]
    if len(data) != 33 or data[0] != 1 or made != number or not name or re.search(r"\s", name):
        raise Failed("the key is damaged, or none for Ed25519")
    return name, number, data[1:]


def open_checkpoint(note: bytes, key: str) -> tuple[str, int, bytes]:
    """Origin, size and root of a checkpoint that `key` has signed; raises `Failed`."""
    name, number, public = read_key(key)
    text, blank, signatures = note.rpartition(b"\n\n")
    text += b"\n"
    signed = False
    for line in signatures.decode("utf-8", "replace").splitlines():
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        try:
            data = base64.b64decode(encoded, validate=True)
            if base64.b64encode(data).decode() != encoded:
                raise ValueError("the last character carries bits that say nothing")
        except (binascii.Error, ValueError):
            raise Failed("the checkpoint's signature can't be read") from None
        if dash == "\u2014" and signer == name and data[:4] == number:
            if not ed25519_holds(public, text, data[4:]):
                raise Failed(f"the signature on the checkpoint is not that of the key {name}")
            signed = True
    if not blank or not signed:
        raise Failed(f"the checkpoint is not signed by the key {key.strip()}")
    return read_head(text)


def read_head(text: bytes) -> tuple[str, int, bytes]:
    """Origin, size and root in a checkpoint's text, whoever has signed it."""
    try:
        origin, size, root = text.decode("utf-8").split("\n")[:3]
        head = origin, _whole(size), base64.b64decode(root, validate=True)
    except (ValueError, UnicodeError):
        raise Failed("the checkpoint can't be read") from None
    if not origin or len(head[2]) != 32 or str(head[1]) != size or head[1] < 0:
        raise Failed("the checkpoint can't be read")
    return head


# -- the checks -----------------------------------------------------------------------------------


def check_chain(files: Files, about: dict[str, Any]) -> tuple[list[dict[str, Any]], list[bytes]]:
    """The session's entries and their hashes; each must link to the one before."""
    entries: list[dict[str, Any]] = []
    leaves = []
    prev, session = "", named(about, "session", str, "bundle.json")
    for seq, data in enumerate(lines(files, "entries.ndjson"), 1):
        if len(data) > LARGEST_ENTRY:
            raise Failed(f"entry {seq} is larger than an entry can be")
        entry = parsed(data, f"entry {seq}")
        for name, kind in FIELDS.items():
            named(entry, name, kind, f"entry {seq}")
        if len(entry) != len(FIELDS) or one_form(entry) != data:
            raise Failed(f"entry {seq} is not written in the one form that its content has (RFC 8785)")
        if entry["session"] != session:
            raise Failed(f"entry {seq} is of another session")
        if entry["seq"] != seq:
            raise Failed(f"entries are missing or out of order: number {seq} should stand here")
        if entry["prev"] != prev:
            raise Failed(f"entry {seq} does not link to the one before it")
        if not is_time(entry["ts"]):
            raise Failed(f"the time of entry {seq} is none")
        check_place(entry, entries)
        digest = leaf(data)
        prev = digest.hex()
        entries.append(entry)
        leaves.append(digest)
    if not entries:
        raise Failed("there is no entry in it")
    return entries, leaves


def check_place(entry: dict[str, Any], before: Sequence[dict[str, Any]]) -> None:
    """Raises `Failed` for a step that may not stand after those `before`: of another family, or after the end.

    After a signature nothing stands but addenda, after a refusal to decide nothing.
    """
    kind, seq = entry["kind"], entry["seq"]
    first = (before[0] if before else entry)["kind"]
    if family_of(kind) != family_of(first):
        raise Failed(f"entry {seq}, {kind}, does not belong in a session that begins with {first}")
    if before and kind == "session.opened":
        raise Failed(f"entry {seq}, {kind}, begins the session a second time")
    ended = next((one["kind"] for one in before if one["kind"] in ENDS), "")
    if not ended:
        return
    if ended != "session.signed" or kind != "addendum.added":
        raise Failed(f"entry {seq}, {kind}, stands after the end of the session")
    body = entry["body"]
    words = all(
        isinstance(one, str) or (isinstance(one, dict) and [*one] == ["$text"]) for one in body.values()
    )
    if not words or not {"text"} <= set(body) <= ADDENDUM:
        raise Failed(f"entry {seq}, {kind}, is not a step that the program writes")


def family_of(kind: str) -> str:
    """The first word of a kind of step in a session that is no review; "" for those of a review."""
    first = kind.partition(".")[0]
    return first if first in FAMILIES else ""


def one_form(value: Any) -> bytes:
    """How RFC 8785 writes a value of text, whole numbers, lists and objects with names in ASCII; b"" for others."""
    try:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        return b""


def is_time(text: str) -> bool:
    """Whether this is a time as entries state it, such as 2026-11-22T14:03:22.123Z."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError:
        return False
    return moment.strftime("%Y").zfill(4) + moment.strftime("-%m-%dT%H:%M:%S.%f")[:-3] + "Z" == text


def check_inclusion(files: Files, leaves: Sequence[bytes], size: int, root: bytes) -> str:
    """Each entry must stand under the checkpoint's root, in the order of the session."""
    proof = written(files["proof.json"], "proof.json")
    only(proof, ("size", "root", "entries", "hashes"), "proof.json")
    hashes = [in_hex(each, "proof.json") for each in named(proof, "hashes", list, "proof.json")]
    places, used = [], set()
    for each in named(proof, "entries", list, "proof.json"):
        path = named(each, "path", list, "proof.json")
        if not all(type(at) is int and 0 <= at < len(hashes) for at in path):
            raise Failed("proof.json can't be read: a path leads to a hash that is not there")
        places.append((named(each, "index", int, "proof.json"), [hashes[at] for at in path]))
        only(each, ("index", "path"), "proof.json")
        used.update(path)
    stated = named(proof, "size", int, "proof.json")
    if len(used) != len(hashes) or in_hex(proof["root"], "proof.json") != root:
        raise Failed("proof.json holds what no proof of this session rests on")
    if stated != size or len(places) != len(leaves):
        raise Failed("the proof is not one of this session in this checkpoint")
    before = -1
    for seq, ((index, path), digest) in enumerate(zip(places, leaves), 1):  # noqa: B905
        if index <= before or root_above(index, size, digest, path) != root:
            raise Failed(f"entry {seq} is not shown to stand in the log that the checkpoint signs")
        before = index
    first, last = places[0][0] + 1, places[-1][0] + 1
    return f"all {len(leaves)} entries stand among the {size} under the root, from {first} to {last}"


def check_texts(files: Files, entries: Sequence[dict[str, Any]], about: dict[str, Any]) -> str:
    """Every committed text must be there, be the one that was committed to, and belong to an entry.

    Those that the bundle calls redacted are missing from the log as well, and are counted.
    """
    wanted: dict[str, int] = {}
    for seq, entry in enumerate(entries, 1):
        for digest in _commitments(entry["body"]):
            wanted.setdefault(digest, seq)
    held = set()
    for line in lines(files, "texts.ndjson"):
        one = written(line, "a text", None)
        only(one, ("commitment", "salt", "text"), "a text")
        digest = named(one, "commitment", str, "a text")
        try:
            salt = bytes.fromhex(named(one, "salt", str, "a text"))
            words = named(one, "text", str, "a text").encode("utf-8")
        except ValueError:
            raise Failed("a text can't be read") from None
        if digest not in wanted or digest in held:
            raise Failed("there is a text that no entry speaks of, or one twice")
        if hmac.new(salt, words, "sha256").hexdigest() != digest:
            raise Failed(f"a text of entry {wanted[digest]} is not the one that was logged")
        held.add(digest)
    redacted = about.get("redacted", [])
    if not isinstance(redacted, list) or not set(map(str, redacted)) <= wanted.keys() - held:
        raise Failed("what was redacted can't be read")
    for digest, seq in wanted.items():
        if digest not in held and digest not in redacted:
            raise Failed(f"a text of entry {seq} is missing")
    more = f"; {len(redacted)} said to be redacted (ask for the log's entry on that)" if redacted else ""
    return f"{len(held)} texts are those that were committed to{more}"


def _commitments(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if len(value) == 1 and isinstance(value.get("$text"), str):
            yield value["$text"]
        for inner in value.values():
            yield from _commitments(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _commitments(inner)


def _hashes(pins: Any) -> Iterator[str]:
    if isinstance(pins, str) and re.fullmatch("[0-9a-f]{64}", pins):
        yield pins
    elif isinstance(pins, (dict, list)):
        for inner in pins.values() if isinstance(pins, dict) else pins:
            yield from _hashes(inner)


def check_artifacts(files: Files, entries: Sequence[dict[str, Any]]) -> str:
    """Every stored file must have its hash, and every one that an entry pins must be there."""
    held = {name[10:] for name in files if name.startswith("artifacts/")}
    for name in sorted(held):
        if hashlib.sha256(files["artifacts/" + name]).hexdigest() != name:
            raise Failed(f"the stored file {name[:12]} was changed")
    pinned = {name for entry in entries for name in _hashes(entry["body"].get("pins"))}
    for name in sorted(pinned - held):
        raise Failed(f"the file {name[:12]}, on which the session rests, is missing")
    return f"{len(pinned)} files on which the session rests are there and have their hashes"


def check_letter(files: Files, entries: Sequence[dict[str, Any]]) -> Finding:
    """The text that was signed must have the hash that the signature holds, and the outcome that was decided."""
    places = [place for place, entry in enumerate(entries) if entry["kind"] == "session.signed"]
    if not places:
        return Finding("letter", None, "the session is not signed, so nothing vouches for a letter")
    signed = [entries[place]["body"].get("letter") for place in places]
    outcome = entries[places[0]]["body"].get("outcome")
    decided = outcome_of(entries[: places[0]])
    if decided and outcome != decided:
        raise Failed(f"the outcome that was signed is {outcome!a}, and what was decided comes to {decided!a}")
    text = files.get("signed-text.txt")
    if text is None:
        return Finding("letter", None, "the text that was signed did not come along")
    if hashlib.sha256(text).hexdigest() != signed[0]:
        raise Failed("signed-text.txt is not the text that was signed")
    stated = re.search(rb"^Outcome: (\w+)", text, re.MULTILINE)
    if decided and stated and not stated[1].decode("utf-8", "replace").lower().startswith(decided):
        raise Failed(
            f"the text that was signed states another outcome than the decisions come to, {decided!a}"
        )
    whole = files.get("letter.txt", text)
    if text not in whole:
        raise Failed("letter.txt does not hold the text that was signed")
    says = "signed-text.txt has the hash that the signature holds"
    if whole != text:
        says += "; letter.txt holds it unchanged, and what stands there before and after it is not proven"
    return Finding("letter", True, says)


def check_reviewer(
    entries: Sequence[dict[str, Any]], origin: str, keys: Sequence[str] = ()
) -> Finding | None:
    """The signature of the reviewer, by one of `keys` where some are given; None where none is asked for."""
    entry = next((one for one in entries if one["kind"] == "session.signed"), None)
    if entry is None:
        return None
    body, first = entry["body"], entries[0]["body"]
    if "signature" not in body and "key" not in body:
        if first.get("mode") in ("practice", "training"):
            return None
        if keys:
            raise Failed("it is not signed with a key of its reviewer, though you gave one")
        return Finding(
            "reviewer", None, "it is not signed with a key of its reviewer: none was asked of old reviews"
        )
    words = ("session", "seq", "prev", "ts", "actor"), ("letter", "outcome", "statement")
    own, made = named(body, "key", str, "the signature"), named(body, "signature", str, "the signature")
    name, number, public = read_key(own)
    said = [str(entry[part]) for part in words[0]]
    letter, outcome, statement = (named(body, part, str, "the signature") for part in words[1])
    said = [*said, own, letter, outcome, hashlib.sha256(statement.encode()).hexdigest()]
    text = "\n".join(["imr-reviewer-signature/1", origin, *said, ""]).encode()
    try:
        data = base64.b64decode(made, validate=True)
    except ValueError:
        raise Failed("the reviewer's signature can't be read") from None
    if base64.b64encode(data).decode() != made or not ed25519_holds(public, text, data):
        raise Failed(f"the reviewer's signature is not that of the key {name}+{number.hex()}")
    if not name == entry["actor"] == first.get("reviewer"):
        raise Failed("it is signed by another than the reviewer whose review it is")
    if keys and own not in [one.strip() for one in keys]:
        raise Failed(
            f"it is signed with the reviewer's key {name}+{number.hex()}, which is none that you gave"
        )
    if keys:
        return Finding("reviewer", True, f"the reviewer's key that you gave signed it: {name}+{number.hex()}")
    says = f"a key of the reviewer signed it; compare it with what you hold, or give that with --reviewer-key: {own}"
    return Finding("reviewer", None, says)


def outcome_of(entries: Sequence[dict[str, Any]]) -> str:
    """What the last decision on each item comes to: uphold, overturn or partial; "" where none was logged."""
    decisions = {}
    for entry in entries:
        if entry["kind"] == "determination.recorded":
            body = entry["body"]
            decisions[str(body.get("item"))] = body.get("decision")
    made = {str(decision) for decision in decisions.values()}
    return (
        "partial" if len(made) > 1 else {"upheld": "uphold", "overturned": "overturn"}.get("".join(made), "")
    )


def kind_of(entries: Sequence[dict[str, Any]]) -> str:
    """What the session's first entry says that it is: a real, practice or training review."""
    mode = entries[0]["body"].get("mode")
    return f", a {mode} review," if mode in ("real", "practice", "training") else ""


def check_about(files: Files, about: dict[str, Any], entries: int, origin: str, size: int) -> None:
    """What bundle.json says of the bundle must be so; which version made it, nothing else says."""
    parts = ("format", "session", "entries", "log", "size", "program", "artifacts")
    only(about, (*parts, *(["redacted"] if "redacted" in about else [])), "bundle.json")
    labels = named(about, "artifacts", dict, "bundle.json")
    if (about["entries"], about["log"], about["size"]) != (entries, origin, size):
        raise Failed("bundle.json says something else of the log than the checkpoint and the entries")
    if sorted(labels) != sorted(name[10:] for name in files if name.startswith("artifacts/")):
        raise Failed("bundle.json names other files than there are")
    if not all(
        isinstance(label, str) and re.fullmatch("[a-z]+/[a-z_.+-]+", label) for label in labels.values()
    ):
        raise Failed("bundle.json labels a file as no kind of text")
    if not re.fullmatch(r"[0-9]+(\.[0-9A-Za-z+-]+)+", named(about, "program", str, "bundle.json")):
        raise Failed("bundle.json names no version of the program")


def check_signature(files: Files, key: str) -> tuple[Finding, str, int, bytes]:
    """The checkpoint's signature by `key`, or by the bundle's own; with its origin, size and root."""
    own = files.get("key.txt", b"").decode("utf-8", "replace").strip()
    origin, size, root = open_checkpoint(files["checkpoint.txt"], key or own)
    if key:
        says = f"the key that you gave signed {size} entries of {origin}"
        return Finding("signature", True, says), origin, size, root
    says = f"a key that came with the bundle signed {size} entries of {origin}; compare it with yours: {own}"
    return Finding("signature", None, says), origin, size, root


def check_held(held: bytes, origin: str, size: int, root: bytes) -> Finding:
    """The checkpoint against one that is held by whoever checks."""
    other, length, top = read_head(held)
    if other != origin:
        raise Failed(f"the checkpoint that you hold is of another log: {other}")
    if length != size:
        says = (
            f"yours is over {length} entries and this one over {size}: ask for a consistency proof of the two"
        )
        return Finding("held", None, says)
    if top != root:
        raise Failed("the checkpoint is not the one that you hold: there are two histories of this log")
    return Finding("held", True, f"the checkpoint that you hold is over the same {size} entries")


def check(files: Files, key: str = "", held: bytes = b"", reviewers: Sequence[str] = ()) -> list[Finding]:
    """Every check, in order; after one that fails, those that rest on it are left out."""
    found: list[Finding] = []
    name = "bundle"
    try:
        about = written(files["bundle.json"], "bundle.json")
        if named(about, "format", str, "bundle.json") != FORMAT:
            raise Failed("it has a form that this program does not know")
        name = "chain"
        entries, leaves = check_chain(files, about)
        session = f"{about['session']}{kind_of(entries)}"
        found.append(Finding(name, True, f"{len(entries)} entries of session {session} link"))
        name = "texts"
        found.append(Finding(name, True, check_texts(files, entries, about)))
        name = "artifacts"
        found.append(Finding(name, True, check_artifacts(files, entries)))
        name = "letter"
        found.append(check_letter(files, entries))
        name = "signature"
        finding, origin, size, root = check_signature(files, key)
        found.append(finding)
        name = "reviewer"
        signed = check_reviewer(entries, origin, reviewers)
        found += [signed] if signed else []
        if held:
            name = "held"
            found.append(check_held(held, origin, size, root))
        name = "inclusion"
        found.append(Finding(name, True, check_inclusion(files, leaves, size, root)))
        name = "bundle"
        check_about(files, about, len(entries), origin, size)
    except Failed as failure:
        found.append(Finding(name, False, str(failure)))
    return found


# -- two checkpoints ------------------------------------------------------------------------------


def continues(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` shows that the `old` entries are the first of the `new` (RFC 9162, section 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    if not 0 < old < new or any(len(each) != 32 for each in path):
        return False
    hashes = list(path) if old & (old - 1) else [old_root, *path]
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


def check_consistency(data: bytes, key: str = "", held: bytes = b"") -> list[Finding]:
    """Whether the newer of the two checkpoints in a consistency proof continues the older; `held` is the older."""
    found: list[Finding] = []
    try:
        proof = parsed(data, "the proof")
        what = "a consistency proof"
        try:
            notes = [named(proof, name, str, what).encode("utf-8") for name in ("old", "new")]
        except ValueError:
            raise Failed("a checkpoint in it can't be read") from None
        path = [in_hex(each, what) for each in named(proof, "hashes", list, what)]
        own = named(proof, "key", str, what)
        (origin, old, old_root), (other, new, new_root) = [
            open_checkpoint(note, key or own) for note in notes
        ]
        says = f"both checkpoints are signed by {'the key that you gave' if key else own}"
        found.append(Finding("signature", bool(key) or None, says))
        if held and read_head(held) != (origin, old, old_root):
            raise Failed("the older checkpoint is not the one that you hold")
        if origin != other or not continues(old, new, old_root, new_root, path):
            raise Failed(f"the log of {new} entries is not shown to continue the one of {old}")
        says = f"the first {old} of {new} entries of {origin} are those of the older checkpoint"
        found.append(Finding("consistency", True, says))
    except Failed as failure:
        found.append(Finding("consistency", False, str(failure)))
    return found


# -- the command ----------------------------------------------------------------------------------

OPEN = 3
"""Exit status where all holds together, and it is open who signed it, or whether the letter is that of the session."""

HOLDS_TOGETHER = (
    "It holds together. WHO SIGNED IT IS OPEN: whoever made this file may have made the key in it too. Name the log's "
    "key with --key, as you got it from elsewhere."
)

LETTER_IS_OPEN = (
    "WHETHER letter.txt IS THE LETTER OF THIS SESSION IS OPEN: it reads otherwise than its entries give it, outside the text "
    "that was signed. Rely on signed-text.txt."
)

COPIED = 60
"""Characters from which on a word is no word of a language but something to be copied."""

NARROWEST = 16
"""Columns that a text gets, however narrow the terminal."""

THE_LETTER = (
    "That the letter follows from the entries, but for its outcome: `imr log verify FILE` derives it anew."
)
NOT_PROVEN_OF_A_SESSION = (
    "Whose key it is, unless you gave one with --key that you got from elsewhere.",
    "That the session has no entry after those shown here, an addendum say.",
    THE_LETTER,
    "What README.txt says, and what letter.txt says outside the text that was signed.",
    "Whose the reviewer's key is, unless you gave it with --reviewer-key.",
    "That the times are right, that the person named was at the keyboard, and that nothing was left out.",
)
NOT_PROVEN_OF_A_LOG = (
    "Whose key it is, unless you gave one with --key that you got from elsewhere.",
    "What any entry says: only that those of the older checkpoint stand unchanged in the newer one's log.",
    "That the older checkpoint is the one that you hold, unless you gave that with --checkpoint.",
)


def not_proven(found: Sequence[Finding]) -> Sequence[str]:
    """What these checks leave open: those of a consistency proof, or of a bundle."""
    of_a_log = any(one.name == "consistency" for one in found)
    derived = any(one.name == "derived" and one.ok for one in found)
    of_a_session = [one for one in NOT_PROVEN_OF_A_SESSION if one != THE_LETTER or not derived]
    return NOT_PROVEN_OF_A_LOG if of_a_log else of_a_session


def examine(path: Path, key: str = "", held: bytes = b"", reviewers: Sequence[str] = ()) -> list[Finding]:
    """The checks of the file at `path`: a bundle, or a consistency proof."""
    try:
        if path.suffix == ".json":
            return check_consistency(path.read_bytes(), key, held)
        if not zipfile.is_zipfile(path):
            return [
                Finding(
                    "bundle",
                    False,
                    "this is no exported session: those are ZIP archives, as `imr log prove` writes them",
                )
            ]
        return check(read_files(path), key, held, reviewers)
    except (Failed, OSError) as failure:
        return [Finding("bundle", False, str(failure))]
    except (
        Exception
    ) as error:  # whoever was asked to check is told in words, whatever somebody has put in the file
        return [Finding("bundle", False, f"it can't be checked: {type(error).__name__}")]


def wrapped(begin: str, text: str, wide: int) -> list[str]:
    """`begin` and the text after it in lines of at most `wide` columns, the further ones indented as far.

    What may have to be copied, a key or a hash, is never broken and stands on a line of its own.
    """
    shown = "".join(char if char.isprintable() else "?" for char in text)
    room = max(wide - len(begin), NARROWEST)
    made: list[str] = []
    for part in re.split(rf"(\S{{{COPIED},}})", shown):
        made += textwrap.wrap(part, room, break_long_words=False, break_on_hyphens=False)
    rest = [" " * (len(begin) if len(line) <= room else 4) + line for line in made]
    if not made or len(made[0]) > room:
        return [begin.rstrip(), *rest]
    return [begin + made[0], *rest[1:]]


def status_of(found: Sequence[Finding]) -> int:
    """The exit status: 0 where all holds, 3 where it is open who signed or whether the letter is that of the session, else 1."""
    if any(one.ok is False for one in found):
        return 1
    return OPEN if {one.name for one in found if one.ok is None} & {"signature", "derived"} else 0


def show(found: Sequence[Finding], as_json: bool = False) -> int:
    """Prints the checks, and gives the exit status."""
    status = status_of(found)
    if as_json:
        checks = [one._asdict() for one in found]
        print(json.dumps({"ok": status != 1, "checks": checks, "not_proven": not_proven(found)}, indent=2))
        return status
    wide = shutil.get_terminal_size().columns
    for one in found:
        mark = {True: "holds", False: "FAILS", None: "open"}[one.ok]
        print("\n".join(wrapped(f"  {mark:<5}  {one.name:<11}  ", one.says, wide)))
    open_ones = {"signature": HOLDS_TOGETHER, "derived": LETTER_IS_OPEN}
    says = [open_ones[one.name] for one in found if one.ok is None and one.name in open_ones]
    for sentence in says if status == OPEN else ["It holds." if status == 0 else "It does NOT hold."]:
        print("\n".join(wrapped("", sentence, wide)))
    print("This does not prove:")
    for limit in not_proven(found):
        print("\n".join(wrapped("  - ", limit, wide)))
    return status


def main(arguments: Sequence[str]) -> int:
    """0 where everything holds, 1 where something doesn't, 2 for wrong use, 3 where something that counts is open.

    The same where nobody reads what it prints; 141 (128 + SIGPIPE) where the reader went before that was known.
    """
    status = 141
    try:
        try:
            found, as_json = checked(arguments)
            status = status_of(found)
            show(found, as_json)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def checked(arguments: Sequence[str]) -> tuple[list[Finding], bool]:
    """What the command line asks for, and whether it is to be JSON."""
    import argparse

    if isinstance(
        sys.stdout, io.TextIOWrapper
    ):  # a name in the file may not be one that the terminal can show
        sys.stdout.reconfigure(errors="backslashreplace")

    reader = argparse.ArgumentParser(prog="verify.py", description="Checks a session taken out of a log.")
    reader.add_argument("bundle", type=Path, help="the bundle, or a consistency proof (.json)")
    reader.add_argument("--key", default="", help="the log's verifier key, or a file with it")
    reader.add_argument("--checkpoint", type=Path, help="a checkpoint that you hold")
    reader.add_argument("--reviewer-key", type=Path, help="a file with keys of reviewers that you hold")
    reader.add_argument("--json", action="store_true", help="print one JSON document")
    given = reader.parse_args(arguments)
    try:
        key = Path(given.key).read_text("utf-8") if given.key and "+" not in given.key else given.key
        held = given.checkpoint.read_bytes() if given.checkpoint else b""
        text = given.reviewer_key.read_text("utf-8") if given.reviewer_key else ""
    except (OSError, ValueError) as error:
        reader.error(str(error))
    reviewers = [line for line in text.splitlines() if line.strip()]
    return examine(given.bundle, key, held, reviewers), given.json


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
