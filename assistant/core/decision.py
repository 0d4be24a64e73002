"""The words for decisions and outcomes, always with their consequence.

"Upheld" means that the refusal stands; people take it for its opposite.
"""

from __future__ import annotations

DECISION_WORDS: dict[str | None, str] = {
    "upheld": "Upheld (treatment not approved)",
    "overturned": "Overturned (treatment approved)",
    None: "No suggestion",
}
OUTCOME_WORDS: dict[str | None, str] = {
    "uphold": "Uphold (treatment not approved)",
    "overturn": "Overturn (treatment approved)",
    "partial": "Partial overturn (treatment approved in part)",
    None: "Undecided",
}
WHY_WORDS = {
    "carried": "carried by the arguments that stand",
    "conflict": "arguments of the same tier stand on both sides",
    "gap": "no guideline speaks to these answers, and silence argues for nothing (8 CCR 9792.21(d))",
    "open": "answers are missing that could turn it",
}
