"""A case of twelve documents about a neck after a fusion of two levels, made up for counting what a review costs.

Its facts are those of a harder kind: a request that rests on the second page of a note, a report that names other
levels, a stumble that one note tells of and others don't, negatives that are spread over notes.
"""

from __future__ import annotations

import json
from pathlib import Path

RECORDS = {
    "ur-2015-09-24": """UTILIZATION REVIEW
Date of report: September 24, 2015
Date of injury: May 22, 2013.

Request under review: films of the cervical spine in four views.
The purpose of further films is not given. No recent injury is reported.
Determination: the request is denied.
""",
    "rfa-2015-09-10": """REQUEST FOR AUTHORIZATION
September 10, 2015

Radiographs of the cervical spine: anteroposterior, lateral, flexion, extension. One set.
""",
    "spine-2015-09-10": """SPINE SURGERY OFFICE VISIT
Date of visit: September 10, 2015

Thirteen months after the fusion. Late in August he stumbled at a curb, did not fall, and jerked the neck.
Since then the neck pain is worse and the right thumb is numb now and then.
Denies fever. No history of malignancy. Denies bowel or bladder change, gait imbalance.
\fSPINE SURGERY OFFICE VISIT, page 2

Hoffmann negative. Light touch is decreased in the right thumb.
The films of March were reviewed by me: no gross motion.
Plan: flexion and extension films to rule out pseudarthrosis at C6-7.
If there is motion, CT and a posterior fusion will be discussed; if not, physical therapy.
""",
    "spine-2015-03-19": """SPINE SURGERY OFFICE VISIT
Date of visit: March 19, 2015

He does well at C5-6. At C6-7 it is not yet solid. Films again in a year.
""",
    "films-2015-03-12": """RADIOLOGY REPORT
Date of study: March 12, 2015
Study: radiographs of the cervical spine with flexion and extension

There is under 1 mm of motion between flexion and extension at C6-7.
A faint lucency lies about the C7 screws; a CT or further films are advised should symptoms go on.
No instability at C4-5. No screw backing out.
""",
    "films-2014-10-02": """RADIOLOGY REPORT
Date of study: October 2, 2014
Study: radiographs of the cervical spine, anteroposterior and lateral

Anterior fusion hardware is in place. No loosening.
""",
    "operation-2014-08-19": """OPERATIVE REPORT
Date of operation: August 19, 2014

Procedure: anterior cervical discectomy and fusion, C5-C6 and C6-C7.
The purchase of the screws at C7 was fair. He smokes.
""",
    "pr2-2015-08-13": """PROGRESS REPORT
Date of visit: August 13, 2015

Full duty since June. The neck is stiff in the morning.
""",
    "pr2-2015-09-15": """PROGRESS REPORT
Date of visit: September 15, 2015

No new injury. Off work to October 15.
""",
    "therapy-2015-05-14": """PHYSICAL THERAPY DISCHARGE
May 14, 2015

Sixteen visits of sixteen. Home exercise.
""",
    "emg-2014-02-06": """ELECTRODIAGNOSTIC STUDY
Date of study: February 6, 2014

An active C7 radiculopathy on the right.
""",
    "application": """APPLICATION FOR INDEPENDENT MEDICAL REVIEW
October 15, 2015
""",
}
DATES = {
    "ur-2015-09-24": "2015-09-24",
    "rfa-2015-09-10": "2015-09-10",
    "spine-2015-09-10": "2015-09-10",
    "spine-2015-03-19": "2015-03-19",
    "films-2015-03-12": "2015-03-12",
    "films-2014-10-02": "2014-10-02",
    "operation-2014-08-19": "2014-08-19",
    "pr2-2015-08-13": "2015-08-13",
    "pr2-2015-09-15": "2015-09-15",
    "therapy-2015-05-14": "2015-05-14",
    "emg-2014-02-06": "2014-02-06",
    "application": "2015-10-15",
}


def written(folder: Path) -> Path:
    """The case in `folder`."""
    (folder / "records").mkdir(parents=True)
    for name, text in RECORDS.items():
        (folder / "records" / f"{name}.txt").write_text(text)
    documents = [
        {"id": name, "type": "Progress note", "author": name.split("-")[0], "date": DATES[name]}
        for name in RECORDS
    ]
    documents[0] |= {"type": "Utilization review report", "ur_report": "yes"}
    injury = {"date": "2013-05-22", "page": "ur-2015-09-24:1", "quote": "Date of injury: May 22, 2013."}
    study = {"modality": "radiographs", "region": "cervical spine", "provider_reading": "not_documented"}
    facts = {
        "id": "cervical-radiographs-lucency",
        "title": "A lucency after a fusion of two levels",
        "practice": "yes",
        "provenance": "Made up.",
        "claim": {"complaint": "neck pain", "region": "cervical spine", "injury": injury},
        "documents": documents,
        "timeline": [
            {"date": "2013-05-22", "says": "The injury is dated May 22, 2013.", **_at(injury)},
            {
                "date": "2014-08-19",
                "says": "A fusion of C5-C6 and C6-C7 was done on August 19, 2014.",
                "page": "operation-2014-08-19:1",
            },
        ],
        "procedures": {
            "neck": {
                "procedure": "fusion",
                "levels": ["C5-C6", "C6-C7"],
                "date": "2014-08-19",
                "page": "operation-2014-08-19:1",
                "quote": "anterior cervical discectomy and fusion, C5-C6 and C6-C7",
            }
        },
        "studies": [
            {
                **study,
                "date": "2014-10-02",
                "views": ["anteroposterior", "lateral"],
                "finding": "no_complication",
                "page": "films-2014-10-02:1",
                "quote": "Anterior fusion hardware is in place.",
            },
            {
                **study,
                "date": "2015-03-12",
                "views": ["anteroposterior", "lateral", "flexion", "extension"],
                "finding": "no_complication",
                "page": "films-2015-03-12:1",
                "quote": "There is under 1 mm of motion between flexion and extension at C6-7.",
            },
        ],
        "items": {
            "1": {
                "service": "radiographs of the cervical spine (anteroposterior, lateral, flexion, extension)",
                "region": "cervical spine",
                "prompt_set": "cervical-radiography",
                "views": ["anteroposterior", "lateral", "flexion", "extension"],
                "request_date": "2015-09-10",
                "page": "rfa-2015-09-10:1",
                "quote": "Radiographs of the cervical spine: anteroposterior, lateral, flexion, extension.",
                "ur_decision": {
                    "date": "2015-09-24",
                    "decision": "denied",
                    "page": "ur-2015-09-24:1",
                    "quote": "Determination: the request is denied.",
                },
            }
        },
    }
    (folder / "case.yaml").write_text(json.dumps(facts, indent=1))
    return folder


def _at(injury: dict[str, str]) -> dict[str, str]:
    return {"page": injury["page"], "quote": injury["quote"]}
