"""The shortest way through the bundled case, which comes to the answers of its reference."""

from __future__ import annotations

CASE = "cervical-radiographs-after-fusion"
KEPT = {"certification": "Occupational Medicine", "licence": "California", "years": 6, "hours": 24}
"""The qualifications that a profile keeps."""

WALK = {
    "qualifications": "",
    "conflict": "1",
    "documents": "1",
    "timeline": "1",
    "red_flags": "2",
    "prior_surgery": "",
    "prior_imaging": "",
    "duration": "",
    "acute_trauma": "2",
    "films_since_surgery": "",
    "sought": "2",
    "suspected": "2",
    "instability_suspected": "3",
    "changed_since": "3",
    "surgery_contemplated": "3",
    "changes_management": "3",
    "views": "",
}
"""The shortest reply to each question."""
