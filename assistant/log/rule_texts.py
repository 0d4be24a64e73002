"""What the texts that a session is pinned to say: the edition of its prompt sets, their citations, the claim's dates.

Each text is read once, however many sessions rest on it. A text that is missing or can't be read says nothing
here; `verify` names it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from assistant.core.deadline import CLOCK_FACTS
from assistant.core.partial_date import parse_date
from assistant.core.plain_yaml import parse
from assistant.core.problem import Refused
from assistant.core.rules import Sources, read_prompt_set
from assistant.log.projection_tables import Rows


@dataclass(frozen=True)
class CaseText:
    """What a case's text says: its services by item, its `priority`, and the dates by fact from which time runs."""

    services: Mapping[str, str] = field(default_factory=dict)
    priority: str = "standard"
    received: Mapping[str, date] = field(default_factory=dict)


class RuleTexts:
    """Reads pinned texts through `artifact`, a function from a SHA-256 to the bytes that have it."""

    def __init__(self, artifact: Callable[[str], bytes]) -> None:
        self._artifact = artifact
        self._cases: dict[str, CaseText] = {}
        self._editions: dict[str, int | None] = {}
        self._rows: Rows = {"edition": [], "citation": []}

    def case(self, digest: str) -> CaseText:
        """What the case's text of that SHA-256 says."""
        if digest not in self._cases:
            self._cases[digest] = self._read_case(digest)
        return self._cases[digest]

    def edition(self, prompt_set: str, pins: Mapping[str, Any]) -> tuple[str, int | None]:
        """The key of the rules under which an item was reviewed, and their edition; None where it can't be read."""
        named = {kind: pins.get(kind) or {} for kind in ("prompts", "schemas")}
        key = hashlib.sha256(json.dumps([prompt_set, named], sort_keys=True).encode()).hexdigest()[:16]
        if key not in self._editions:
            self._editions[key] = self._read_set(key, prompt_set, named)
        return key, self._editions[key]

    def take_rows(self) -> Rows:
        """The rows about editions and citations that were read since this was last asked."""
        rows, self._rows = self._rows, {"edition": [], "citation": []}
        return rows

    def _text(self, digest: object) -> str:
        return self._artifact(str(digest)).decode()

    def _read_case(self, digest: str) -> CaseText:
        try:
            data = parse(self._text(digest), "case.yaml").data
        except (Refused, UnicodeDecodeError):
            return CaseText()
        claim, items = data.get("claim"), data.get("items")
        claim = claim if isinstance(claim, Mapping) else {}
        received = {}
        for fact in CLOCK_FACTS:
            stated = parse_date(str(claim.get(fact, "")))
            if stated is not None and stated.earliest == stated.latest:
                received[fact] = stated.earliest
        return CaseText(
            services={
                str(key): str(item.get("service", ""))
                for key, item in (items.items() if isinstance(items, Mapping) else ())
                if isinstance(item, Mapping)
            },
            priority=str(claim.get("priority", "standard")),
            received=received,
        )

    def _read_set(self, key: str, prompt_set: str, pins: Mapping[str, Mapping[str, str]]) -> int | None:
        try:
            texts = {
                kind: {name: self._text(digest) for name, digest in named.items()}
                for kind, named in pins.items()
            }
            made = read_prompt_set(prompt_set, Sources(texts["prompts"], texts["schemas"]))
        except (Refused, UnicodeDecodeError, AttributeError):
            return None
        self._rows["edition"].append(
            {"rules": key, "prompt_set": made.id, "edition": made.edition, "title": made.title}
        )
        for citation in made.citations.values():
            users = [one.id for one in made.criteria.values() if one.cite == citation.id]
            verified_by, verified_on = citation.verified or (None, None)
            self._rows["citation"].append(
                {
                    "rules": key,
                    "citation": citation.id,
                    "tier": citation.tier,
                    "source": citation.source,
                    "edition": str(citation.edition),
                    "locator": citation.locator,
                    "starts": None if citation.starts is None else str(citation.starts),
                    "ends": None if citation.ends is None else str(citation.ends),
                    "verified_by": verified_by,
                    "verified_on": verified_on,
                    "criteria": ", ".join(users),
                }
            )
        return made.edition
