"""Whether the words that entries have committed to are in the log, and are those words.

Entries stand in the order of time, words in the order of their commitments. To pass over each once, in its own
order and without keeping them, both sides are tallied: the product of (key - commitment) modulo a prime. With a
key that is drawn anew each time, two sides that differ give the same product with a chance below 1 in 2^200.
"""

from __future__ import annotations

import hmac
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import sha256

COMMITMENTS = re.compile(rb'"\$text":(?:"([0-9a-f]{64})"[,}])?')
"""Where an entry's bytes hold a commitment; an empty group for a malformed one."""

PRIME = 2**256 + 297

_BLOBS = "SELECT commitment, salt, CAST(body AS BLOB) FROM blob WHERE commitment >= ? AND commitment < ?"
_ASKED = """SELECT b.commitment, b.salt, CAST(b.body AS BLOB)
FROM json_each(?) AS j CROSS JOIN blob AS b ON b.commitment = j.value"""
_ENTRIES = "SELECT id, session, seq, entry FROM event WHERE id > ? AND id <= ? ORDER BY id"
_INNER = bytes(each ^ 0x36 for each in range(256))
_OUTER = bytes(each ^ 0x5C for each in range(256))


def new_key() -> int:
    """What the commitments of one verification are tallied with."""
    return secrets.randbelow(PRIME)


def tally(commitments: Iterable[bytes], key: int, product: int = 1) -> int:
    """The product over more commitments; 0, which no other operand undoes, where one is malformed."""
    try:
        for one in commitments:
            product = product * (key - int(one, 16)) % PRIME
    except ValueError:
        return 0
    return product


def tally_of_words(connection: sqlite3.Connection, key: int, low: str = "", high: str = "g") -> int:
    """The product over the commitments from `low` to before `high` whose words are there and match."""
    product = 1
    for commitment, salt, body in connection.execute(_BLOBS, (low, high)):
        if type(salt) is bytes and type(body) is bytes and _hmac(salt, body) == commitment:
            product = product * (key - int(commitment, 16)) % PRIME
    return product


def without_words(connection: sqlite3.Connection, start: int, end: int) -> Iterator[tuple[int, str, int]]:
    """Id, session and seq of the entries after `start`, up to `end`, that commit to words that aren't there."""
    for id, session, seq, entry in connection.execute(_ENTRIES, (start, end)):
        if isinstance(entry, bytes) and b'"$text":' in entry:
            wanted = set(COMMITMENTS.findall(entry))
            asked = '["' + '","'.join(one.decode("ascii") for one in wanted) + '"]'
            for commitment, salt, body in connection.execute(_ASKED, (asked,)):
                if type(salt) is bytes and type(body) is bytes and _hmac(salt, body) == commitment:
                    wanted.discard(commitment.encode("ascii"))
            if wanted:
                yield id, session, seq


def _hmac(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 in hex (RFC 2104), written out since that takes half the time of `hmac.digest`."""
    if len(key) > 64:
        return hmac.digest(key, message, "sha256").hex()
    padded = key.ljust(64, b"\0")
    inner = sha256(padded.translate(_INNER) + message).digest()
    return sha256(padded.translate(_OUTER) + inner).hexdigest()
