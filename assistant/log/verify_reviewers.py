"""Whether each real review is signed with its reviewer's own key, as the register in the log and those who check know it.

The register is read without trusting it. A key that is registered signs the root over all that the log holds before,
so its entry can't be moved, nor anything before it be changed; and from there on no real review is signed without one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from assistant.core.problem import Refused
from assistant.core.text import counted
from assistant.core.value import Value
from assistant.log.chain import parsed
from assistant.log.keys import VerifierKey, read_verifier_key
from assistant.log.reviewer_keys import (
    REGISTER,
    fingerprint,
    holds,
    officers,
    registering_words,
    revoking_words,
    shown,
    signing_words,
    vouching_words,
)
from assistant.log.verify_entries import Break, Verdict

_REGISTER = "SELECT id, entry FROM event WHERE session = ? AND id > 0 ORDER BY seq"
_SIGNED = """SELECT e.id, e.session, e.seq, e.entry, o.entry FROM event AS e
LEFT JOIN event AS o ON o.session = e.session AND o.seq = 1
WHERE e.kind = 'session.signed' AND e.id > ? ORDER BY e.id"""
_SIGNED_BEFORE = "SELECT entry FROM event WHERE kind = 'session.signed' AND id <= ? ORDER BY id DESC LIMIT 1"
_SHOWN = 3


@dataclass
class Registered:
    """A key in the register: the number of its entry, and of the one with which it signs nothing more (0: none)."""

    key: VerifierKey
    id: int
    size: int
    vouchers: set[bytes]
    ended: int = 0
    why: str = ""


@dataclass
class Register:
    """The keys of each reviewer in their order, and what is wrong in the register."""

    keys: dict[str, list[Registered]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    since: int | None = None

    def current(self, reviewer: str) -> Registered | None:
        """The key that signs for a reviewer now."""
        mine = [one for one in self.keys.get(reviewer, ()) if not one.ended]
        return mine[-1] if mine else None


def register_sizes(connection: sqlite3.Connection) -> list[int]:
    """Over how many entries registered keys have signed a root."""
    return [
        body["size"]
        for _, kind, body in _events(connection)
        if kind.endswith("registered") and _is_size(body)
    ]


def _is_size(body: Mapping[str, Any]) -> bool:
    return type(body.get("size")) is int and body["size"] >= 0


def _events(connection: sqlite3.Connection) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for id, data in connection.execute(_REGISTER, (REGISTER,)):
        with suppress(
            ValueError, KeyError, TypeError, RecursionError
        ):  # an entry that can't be read fails elsewhere
            entry = parsed(data)
            if entry["kind"] in ("access.key_registered", "access.key_revoked") and isinstance(
                entry["body"], dict
            ):
                yield id, entry["kind"], entry["body"]


class People(Value):
    """The keys that somebody who verifies knows: of reviewers, and of officers, who may vouch for any reviewer's."""

    reviewers: frozenset[VerifierKey] = frozenset()
    officers: frozenset[bytes] = frozenset()

    def vouch(self, one: Registered) -> bool:
        """Whether a registered key is known, or an officer has vouched for it."""
        return one.key in self.reviewers or bool(one.vouchers & self.officers)


def read_register(
    connection: sqlite3.Connection,
    origin: str,
    root_of: Callable[[int], bytes | None],
    people: People,
) -> Register:
    """The register of a log; `root_of` gives the root over so many entries."""
    found = Register()
    for id, kind, body in _events(connection):
        try:
            key = read_verifier_key(body["key"])
            if key.name != body["reviewer"]:
                raise ValueError
            if kind == "access.key_registered":
                _registered(found, origin, id, key, body, root_of, people)
            else:
                _revoked(found, origin, id, key, body["proof"])
        except (Refused, ValueError, KeyError, TypeError, AttributeError):
            found.faults.append(f"entry {id} of the log registers or revokes no key that can be read")
    return found


def _registered(
    found: Register,
    origin: str,
    id: int,
    key: VerifierKey,
    body: Mapping[str, Any],
    root_of: Callable[[int], bytes | None],
    people: People,
) -> None:
    size, root, reviewer = body["size"], body["root"], key.name
    if not _is_size(body) or size >= id:
        raise ValueError
    words = registering_words(origin, reviewer, str(key), size, root)
    if not holds(key, words, body["proof"]):
        found.faults.append(f"the key {shown(key)} was registered without its own signature on this log")
        return
    actual = root_of(size)
    if actual is None or actual.hex() != root:
        found.faults.append(
            f"the first {counted(size, 'entry')} are not those that the key {shown(key)} was registered after"
        )
    found.since = size if found.since is None else min(size, found.since)
    said = vouching_words(reviewer, str(key))
    vouchers = {
        one.public
        for one, by in ((read_verifier_key(n), s) for n, s in body["vouchers"].items())
        if holds(one, said, by)
    }
    mine = found.keys.setdefault(reviewer, [])
    for one in mine:
        if one.key == key:
            one.vouchers |= vouchers
            return
    before, made = found.current(reviewer), Registered(key, id, size, vouchers)
    followed = before is not None and before.key.public in vouchers
    if mine and not followed and not people.vouch(made):
        found.faults.append(
            f"another key of {reviewer}, {shown(key)}, was registered at entry {id} of the log: it is neither signed by "
            "the one before it nor countersigned by an officer"
        )
        return
    if before is not None:
        before.ended, before.why = id, "changed"
    mine.append(made)


def _revoked(found: Register, origin: str, id: int, key: VerifierKey, proof: str) -> None:
    if proof and not holds(key, revoking_words(origin, str(key)), proof):
        found.faults.append(f"the revocation of the key {shown(key)} is not signed as it says")
    for one in found.keys.get(key.name, ()):
        if one.key == key and not one.ended:
            one.ended, one.why = id, "revoked"


# What verification says of it.


@dataclass
class Signatures:
    """What the signatures of real reviews come to, before it is put into words."""

    right: int = 0
    old: int = 0
    faults: list[str] = field(default_factory=list)
    first: Break | None = None
    reviewers: dict[str, int] = field(default_factory=dict)
    guard: int = 0
    lower: list[str] = field(default_factory=list)

    def states(self, session: str, body: Mapping[str, Any], real: bool) -> None:
        """Takes in under which checks a review says that it was signed, and whether those were fewer than before."""
        guard = body.get("guard", 1)
        if isinstance(guard, int):
            if real and guard < self.guard:
                self.lower.append(
                    f"session {session} under those numbered {guard}, after one under {self.guard}"
                )
            self.guard = max(self.guard, guard)

    def wrong(self, session: str, seq: int, what: str) -> None:
        """Notes a signature that does not hold."""
        self.faults.append(f"session {session}, entry {seq}: {what}")
        self.first = self.first or Break(session, seq, what)


def judge(
    connection: sqlite3.Connection,
    origin: str,
    root_of: Callable[[int], bytes | None],
    held: Sequence[VerifierKey] | None = None,
    named: Sequence[VerifierKey] | None = None,
    since: int = 0,
) -> tuple[Verdict, Break | None, Verdict | None]:
    """Whether each real review is signed by its reviewer's own key, with the first that is not.

    Last, where a real review was signed under fewer checks than one before it, that this is open.

    `held` are keys of reviewers, `named` keys of officers that whoever verifies holds: with either no others count.
    Without, the officers count that the profile of the organization names here.
    """
    if held is None and named is None:
        named = officers()
    people = People(frozenset(held or ()), frozenset(one.public for one in named or ()))
    register = read_register(connection, origin, root_of, people)
    found = Signatures()
    for (data,) in connection.execute(_SIGNED_BEFORE, (since,)):
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.states("", parsed(data)["body"], real=False)
    for row in connection.execute(_SIGNED, (since,)):
        with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
            _one(found, register, origin, row)
    faults = [*register.faults, *_absent(register, held or ()), *found.faults]
    if faults:
        more = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
        return Verdict(False, faults[0] + more), found.first, _fewer(found)
    return _verdict(found, register, people), None, _fewer(found)


def _fewer(found: Signatures) -> Verdict | None:
    if not found.lower:
        return None
    more = f", and {len(found.lower) - 1} more" if len(found.lower) > 1 else ""
    return Verdict(
        None,
        "a real review was signed under fewer checks of its findings than one before it, with an older program than "
        f"had been in use, or with a changed one: {found.lower[0]}{more}",
    )


def _one(found: Signatures, register: Register, origin: str, row: tuple[int, str, int, bytes, bytes]) -> None:
    id, session, seq, data, opened = row
    entry = parsed(data)
    body, who = entry["body"], entry["actor"]
    begun = _begun(opened)
    real = begun.get("mode") not in ("practice", "training")
    found.states(session, body, real)
    if "signature" not in body and "key" not in body:
        if not real:
            return
        if register.since is not None and id > register.since:
            found.wrong(
                session, seq, "a real review is signed without a key of its reviewer, as none may be any more"
            )
        else:
            found.old += 1
        return
    try:
        key = read_verifier_key(body["key"])
        fits = holds(key, signing_words(origin, entry), body["signature"])
    except (Refused, KeyError, TypeError, AttributeError):
        found.wrong(session, seq, "the reviewer's signature can't be read")
        return
    known = next((one for one in register.keys.get(who, ()) if one.key == key), None)
    if begun.get("reviewer") != who:
        found.wrong(session, seq, "it is signed by another than the reviewer whose review it is")
    elif not fits:
        found.wrong(session, seq, f"the reviewer's signature is not that of the key {shown(key)}")
    elif known is None or known.id > id:
        found.wrong(
            session, seq, f"it is signed with {shown(key)}, which was no registered key of {who} then"
        )
    elif known.ended and known.ended < id:
        found.wrong(session, seq, f"it is signed with {shown(key)}, which had been {known.why} before")
    else:
        found.right += 1
        found.reviewers[who] = found.reviewers.get(who, 0) + 1


def _begun(opened: bytes | None) -> Mapping[str, Any]:
    """What the first entry of a session says of it; nothing where it can't be read, which fails elsewhere."""
    try:
        body = parsed(opened or b"")["body"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _absent(register: Register, held: Sequence[VerifierKey]) -> Iterator[str]:
    """In words, each key of a reviewer that somebody holds and that is not registered."""
    for key in held:
        if all(one.key != key for one in register.keys.get(key.name, ())):
            yield (
                f"the key {shown(key)} that you hold is not registered in this log: its registration was taken out, or "
                "the wrong key was named"
            )


def _verdict(found: Signatures, register: Register, people: People) -> Verdict:
    signed = {who: mine for who, mine in register.keys.items() if who in found.reviewers}
    strange = {who: mine for who, mine in signed.items() if not any(map(people.vouch, mine))}
    old = f"{counted(found.old, 'real review')} signed before reviewers had keys of their own: none was asked of them"
    more = f"; {old}" if found.old else ""
    if strange:
        count = counted(sum(found.reviewers[who] for who in strange), "real review")
        says = f"{count} signed with keys that nobody vouched for: {_listed(strange)}. "
        return Verdict(None, f"{says}Name what you hold with --reviewer-key{more}")
    if not found.right:
        return Verdict(None, old) if found.old else Verdict(True, "no real review is signed in it")
    count = counted(found.right, "real review")
    return Verdict(True, f"{count}, each signed with its reviewer's own key: {_listed(signed)}{more}")


def _listed(keys: Mapping[str, Sequence[Registered]]) -> str:
    """The newest key of each reviewer, with its fingerprint."""
    names = [f"{shown(mine[-1].key)} ({fingerprint(mine[-1].key)})" for mine in keys.values()]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
