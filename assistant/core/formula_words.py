"""A formula as a physician reads it.

Names of conditions are short for those who write rules; their labels say what they mean.
"""

from __future__ import annotations

from assistant.core.cells import label_of
from assistant.core.condition import AllOf, AnyOf, Atom, Formula


def in_words(formula: Formula) -> str:
    """The formula with the labels of its conditions; "always" and "never" where it states nothing."""
    if isinstance(formula, bool):
        return "always" if formula else "never"
    if isinstance(formula, Atom):
        return f"{formula.prompt.replace('_', ' ')}: {label_of(formula)}"
    if isinstance(formula, AllOf):
        return "; and ".join(_within(item) for item in formula.items)
    return "; or ".join(_within(item) for item in formula.items)


def _within(formula: Formula) -> str:
    return f"({in_words(formula)})" if isinstance(formula, AllOf | AnyOf) else in_words(formula)
