"""One sentence of a draft with everything that it comes from, and how clauses are made of sentences."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.answer import Answer, Evidence, Status
from assistant.core.frozen import dataclass
from assistant.core.prompt_set import Prompt


@dataclass(frozen=True)
class DraftSentence:
    """One sentence and its sources, which are never all empty; `key` stays the same while its source does."""

    key: str
    text: str
    origin: str = "drafted"
    prompts: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def parts_absent(prompt: Prompt, answer: Answer, element: Answer) -> Iterator[str]:
    """The parts that were not found and of which the prompt says so."""
    parts = (element.parts or {}) if answer.listing else (answer.parts or {})
    for name in prompt.absent_parts:
        if name in parts and parts[name].status is Status.NOT_DOCUMENTED:
            yield name


def inner(text: str) -> str:
    """A sentence as a clause of another: without its period and, where it is an ordinary word, its capital."""
    text = text.rstrip().removesuffix(".")
    first = text.split(" ", 1)[0]
    return text[0].lower() + text[1:] if first in _ORDINARY else text


_ORDINARY = frozenset({"The", "As", "While", "No", "A", "An", "Where", "It", "This", "These", "Routine"})


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def ended(text: str) -> str:
    """The text as a sentence: white space folded, a period where none stands."""
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."
