"""Quotes of record pages: a quote counts as evidence only where the page really holds it."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.core.answer import Evidence
from assistant.core.problem import refuse
from assistant.core.text import Private, one_line


def located(evidence: Evidence, page: str) -> Evidence:
    """The evidence with the exact words and offset of its quote; raises `Refused` where the page lacks it.

    White space and line breaks may differ; nothing else may. Evidence without a quote names the page only.
    """
    if not evidence.quote.strip():
        return evidence
    words = evidence.quote.split()
    found = re.search(r"\s+".join(re.escape(word) for word in words), page)
    if found is None:
        raise refuse(
            f"These words are not on {evidence}: “{one_line(evidence.quote, 80)}”.",
            "",
            "Quote the page word for word.",
        )
    return replace(evidence, quote=Private(found[0]), start=found.start())
