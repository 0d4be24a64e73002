"""A mention: words of a record page that answer a search, with the sentence around them and how it speaks of them."""

from __future__ import annotations

from dataclasses import dataclass

UNSUPPORTING = frozenset({"negated", "hypothetical", "family"})
"""Standings that don't count as support: the sentence denies it, imagines it, or speaks of somebody else."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words on a page that answer a search term.

    `quote` is the sentence or line around them, word for word, and `start` its offset in the page's text; `at` and
    `length` are the words themselves in the page. `term` is what was looked for. `standing` is `affirmed`,
    `negated`, `historical`, `family`, `hypothetical` or `uncertain`.
    """

    document: str
    page: int
    quote: str
    start: int
    at: int
    length: int
    term: str
    standing: str

    @property
    def supports(self) -> bool:
        """Whether it counts as support: neither denied nor said of somebody else."""
        return self.standing not in UNSUPPORTING

    @property
    def marked(self) -> tuple[str, str, str]:
        """The quote in three parts: before the words, the words, after them."""
        at = self.at - self.start
        return self.quote[:at], self.quote[at : at + self.length], self.quote[at + self.length :]
