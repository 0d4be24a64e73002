"""Quotes of record pages: a quote counts as evidence only where the page really holds it."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.core.answer import Evidence
from assistant.core.problem import refuse
from assistant.core.text import Private, one_line

_PAGE_MARK = re.compile(r"\s\[page \d+\]\s")


def page_mark(page: int) -> str:
    """What stands in a passage where it runs on to another page."""
    return f"\n[page {page}]\n"


def on_first_page(quote: str) -> str:
    """The words of a passage up to where it runs on to another page; all of them where it doesn't."""
    return _PAGE_MARK.split(quote, maxsplit=1)[0]


def located(evidence: Evidence, page: str) -> Evidence:
    """The evidence with the exact words and offset of its quote; raises `Refused` where the page lacks it.

    White space and line breaks may differ; nothing else may. Of a quote that runs on over the page's end, the words
    before it are taken. Evidence without a quote names the page only.
    """
    if not evidence.quote.strip():
        return evidence
    found = _find(evidence.quote, page) or _find(on_first_page(evidence.quote), page)
    if found is None:
        raise refuse(
            f"These words are not on {evidence}: “{one_line(evidence.quote, 80)}”.",
            "",
            "Quote the page word for word.",
        )
    return replace(evidence, quote=Private(found[0]), start=found.start())


def _find(quote: str, page: str) -> re.Match[str] | None:
    words = quote.split()
    return re.search(r"\s+".join(re.escape(word) for word in words), page) if words else None
