"""Files drawn for review, so that anybody can draw the same again with nothing but SHA-256.

Each session is ranked by SHA-256 of the UTF-8 text `SEED:SESSION`, with the seed in decimal digits and the session's
id; the first n in the order of these hashes are drawn. Nobody can choose what is drawn without choosing the seed,
and a session that is added later moves none of the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from heapq import nsmallest

METHOD = "sha256-rank"
"""What the draw is called in the log."""


def draw(sessions: Iterable[str], size: int, seed: int) -> tuple[str, ...]:
    """`size` of the sessions, or all where there are fewer, in the order of the draw."""
    return tuple(nsmallest(size, sessions, key=lambda session: rank(session, seed)))


def rank(session: str, seed: int) -> bytes:
    """Where a session stands in the draw with that seed."""
    return sha256(f"{seed}:{session}".encode()).digest()
