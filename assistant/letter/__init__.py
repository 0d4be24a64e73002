"""The determination: a session's findings, decisions and reasons as a letter to be read, sent and proven.

The sentences of each rationale come from the core; this package arranges them with everything that a
determination must contain (8 CCR 9792.10.6), sets the proof beside it, and writes both as text, Markdown or JSON; PDF
and Word files are made in `pdf` and `docx`, which need libraries of their own.
"""

from __future__ import annotations

from assistant.letter.compose import body_hash, compose, signing_lines, signing_text, what_is_lacking
from assistant.letter.document import Block, Head, Letter, LetterSentence, Missing, Section
from assistant.letter.formats import json_text, letter_to_json, to_markdown, to_text

__all__ = [
    "Block",
    "Head",
    "Letter",
    "LetterSentence",
    "Missing",
    "Section",
    "body_hash",
    "compose",
    "json_text",
    "letter_to_json",
    "signing_lines",
    "signing_text",
    "to_markdown",
    "to_text",
    "what_is_lacking",
]
