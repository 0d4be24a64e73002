"""The signature of a real review: the reviewer's own key, opened by a passphrase at the moment of signing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant import __version__
from assistant.core import commands as c
from assistant.core.access_events import AccessOpened, KeyRegistered, KeyRevoked
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.problem import Refused, refuse
from assistant.core.session import Session
from assistant.core.value import Value, replace
from assistant.log import Draft, Log
from assistant.log import reviewer_keys as keys
from assistant.log.keys import read_verifier_key
from assistant.log.reviewer_keys import REGISTER, SHORTEST, Unlocked
from assistant.review.review import Review, may_be_signed


class Ask(Value):
    """What is asked for when a review is signed; a `new` passphrase is given twice."""

    question: str
    new: bool = False


Passphrase = Callable[[Ask], str]
"""Asks for a passphrase; raises `Refused` where nobody can be asked."""

YOURS = Ask("The passphrase of your key signs this determination.")
NEW = Ask(
    f"You sign with a key of your own, which is made now. Choose a passphrase for it ({SHORTEST} characters or more). "
    "It is asked for at each signature, is kept nowhere, and can't be recovered.",
    new=True,
)


def new_passphrase_fault(passphrase: str) -> str:
    """Why a passphrase can't be a new one, in a sentence; empty where it can."""
    try:
        keys.fit_passphrase(passphrase)
    except Refused as refused:
        return " ".join(one for one in (refused.problems[0].what, refused.problems[0].fix) if one)
    return ""


def nobody(_: Ask) -> str:
    """Where there is nobody who could be asked."""
    raise refuse(
        "A real determination is signed with the reviewer's passphrase, and there is nobody here to be asked for it.",
        "",
        "Sign it on the screen, or name a file with the passphrase: --passphrase-file FILE, or IMR_PASSPHRASE_FILE.",
    )


def asks(review: Review) -> Ask | None:
    """What has to be asked before the review is signed; None for one that is no real review.

    Raises `Refused` where it can't be signed: its case was signed meanwhile, or the key is another's.
    """
    if review.session.mode != "real":
        return None
    may_be_signed(review.log, review.session)
    own, who = keys.own_key(), review.session.opened.reviewer
    if own is None:
        return NEW
    if own.key.name != who:
        raise refuse(
            f"The key that is kept here is that of {own.key.name}, and this is a review of {who}.",
            "",
            "Sign where the key of the reviewer is kept.",
        )
    return YOURS


def opened(review: Review, passphrase: str) -> Unlocked:
    """The reviewer's key, made where there is none, and registered in the log where it is not yet."""
    ask = asks(review)
    key = keys.make_key(review.session.opened.reviewer, passphrase) if ask is NEW else keys.unlock(passphrase)
    if not is_registered(review.log, key.own.key.name, str(key.own.key)):
        register(review.log, key)
    return key


def signed(review: Review, command: c.Sign, key: Unlocked) -> Session:
    """Signs: the entry that the log is about to take is what the key signs, with its place, time and all before it."""
    log, session = review.log, review.session
    moment = log.moment()
    command = replace(command, key=str(key.own.key))
    entry: dict[str, Any] = {
        "session": session.id,
        "seq": review.seq + 1,
        "prev": log.read(session.id, review.seq - 1)[-1].leaf,
        "ts": moment[0],
        "actor": session.opened.reviewer,
        "body": {
            "key": command.key,
            "letter": command.letter,
            "outcome": command.outcome,
            "statement": command.statement,
        },
    }
    signature = key.sign(keys.signing_words(log.head().origin, entry))
    return review.perform(replace(command, signature=signature), moment=moment)


# The register of keys, a session of the log's own.


def is_registered(log: Log, reviewer: str, key: str) -> bool:
    """Whether this is the key that signs for the reviewer in this log; one that was revoked or changed is `Refused`."""
    found = False
    for entry in log.read(REGISTER):
        body = entry.body
        if body.get("reviewer") != reviewer:
            continue
        if entry.kind == KeyRegistered.kind:
            if found and body["key"] != key:
                raise _ended(reviewer, "another one was registered after it")
            found = body["key"] == key
        elif body.get("key") == key:
            raise _ended(reviewer, "it was revoked")
    return found


def _ended(reviewer: str, why: str) -> Exception:
    return refuse(
        f"The key that is kept here signs nothing more for {reviewer} in this log: {why}.",
        "",
        "Make another with `imr reviewer key make`, and have an officer countersign it.",
    )


def register(log: Log, key: Unlocked) -> None:
    """Registers the key in the log; one that follows another needs that one's signature, or an officer's."""
    own = key.own
    reviewer = own.key.name
    before = [
        str(entry.body["key"])
        for entry in log.read(REGISTER)
        if entry.kind == KeyRegistered.kind and entry.body.get("reviewer") == reviewer
    ]
    trusted = {str(one.public) for one in keys.officers()}
    vouching = {str(read_verifier_key(name).public) for name in own.vouchers}
    if before and before[-1] not in own.vouchers and not vouching & trusted:
        raise refuse(
            f"Another key of {reviewer} is registered in this log, and nobody has vouched for the one that is kept here.",
            "",
            "Have it countersigned by an officer whom organization.yaml names (`imr reviewer key countersign`), and "
            "register it with `imr reviewer key register --countersigned FILE`.",
        )
    head = log.head()
    root = head.root.hex()
    proof = key.sign(keys.registering_words(head.origin, reviewer, str(own.key), head.size, root))
    _add(log, reviewer, KeyRegistered(reviewer, str(own.key), head.size, root, proof, dict(own.vouchers)))


def revoke(log: Log, key: keys.OwnKey, reason: str, unlocked: Unlocked | None) -> None:
    """Revokes the key in the log; without its passphrase that is said, and not signed."""
    proof = "" if unlocked is None else unlocked.sign(keys.revoking_words(log.head().origin, str(key.key)))
    _add(log, key.key.name, KeyRevoked(key.key.name, str(key.key), proof, reason))


def _add(log: Log, reviewer: str, event: Event) -> None:
    there = log.read(REGISTER)
    events = [event] if there else [AccessOpened(__version__), event]
    drafts = [Draft(one.kind, encode(one)) for one in events]
    log.append(REGISTER, drafts, actor=reviewer, case="", after=there[-1].seq if there else 0)
