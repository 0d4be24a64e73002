"""A plain-fact check as a value: what doesn't fit, the facts side by side, and what to do about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Protocol

from assistant.core.frozen import dataclass

Pages = Mapping[str, tuple[str, ...]]
"""The text of the record's pages by document, page 1 first."""


CHECKS = (
    "later-study",
    "unborne-fact",
    "wrong-region",
    "edition-out-of-force",
    "implied-finding",
    "ur-report-only",
    "impossible-combination",
    "contradicted-absence",
)
"""The id of every check that there is."""


class Sentence(Protocol):
    """A sentence of a draft, as far as the checks read it."""

    @property
    def key(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def origin(self) -> str: ...


@dataclass(frozen=True)
class Misread:
    """What the program read on a page: a fact of a kind (`dates`, `levels`, `sides`), in the words it was read as."""

    document: str
    page: int
    kind: str
    was: str


@dataclass(frozen=True)
class Check:
    """One thing to mend or to acknowledge with a reason.

    `key` is a digest of what was found, so that other facts raise the check anew. `item` is a disputed item
    or `case`. A `warning` is acknowledged or mended, a `blocking` check only mended. `facts` stand side by
    side, each as `label: value (document:page)`. `misread` is set where the program may have misread a page.
    """

    check: str
    key: str
    item: str
    severity: str
    message: str
    facts: tuple[str, ...]
    misread: Misread | None = None


def made(check: str, item: str, message: str, facts: Sequence[str], severity: str = "warning") -> Check:
    """A check with the key that its facts give it."""
    text = "\x1f".join((check, item, *facts))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Check(check, digest[:12], item, severity, message, tuple(facts))
