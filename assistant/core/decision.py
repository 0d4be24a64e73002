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
