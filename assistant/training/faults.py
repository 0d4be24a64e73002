"""The kinds of fault that determinations were reversed for, as they are planted in a copy of a practice case.

Reviewers were reversed for a wrong spinal segment, and for "not documented" where the record had it; a wrong
month, a wrong level, a passage that stands elsewhere and a study later than the request are errors of the same
kind: a plainly wrong finding of fact (Lab. Code 4610.6(h)(5)). Each fault sits in what the case file states and
proposes, and its truth stands on a page of the record.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from assistant.core.answer import Answer, Status
from assistant.core.problem import refuse

FAULTS = {
    "wrong-month": "a date is off by a month",
    "wrong-level": "a spinal level is off by one",
    "wrong-segment": "a study is of another region than it is given for",
    "evidence-moved": "a fact is given a page that doesn't say it",
    "contradiction": "a passage says what seems not to be documented",
    "later-study": "a study is later than the request, and given an earlier date",
}
"""Each kind of fault, and what it is in words."""


@dataclass(frozen=True)
class Fault:
    """A planted fault. `part` is the part of the answer at `prompt` (empty for all of it) that shows it.

    `planted` is the wrong value that is proposed; `document` and `page` are where the truth stands, which
    `says` tells in a sentence. `passage` is the text that was put into the record, if any was.
    """

    kind: str
    item: str
    prompt: str
    part: str
    planted: Any
    document: str
    page: int
    says: str
    passage: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.item, self.prompt

    def to_text(self) -> str:
        """The fault as a book keeps it, committed to and not in the open."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Fault:
        """The fault that `to_text` wrote; `Refused` for one that was erased or damaged."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            raise refuse("What was planted in this case can't be read any more.") from None


def caught(fault: Fault, answer: Answer | None) -> bool | None:
    """Whether an answer shows that the fault was seen; None where the question was not answered.

    A passage that was moved is caught by citing the page that says it; a contradiction by any answer but
    *not documented*; every other fault by an answer without the wrong value.
    """
    if answer is None:
        return None
    if fault.kind == "evidence-moved":
        cited = {(one.document, one.page) for one in answer.all_evidence()}
        return (fault.document, fault.page) in cited
    found = list(_parts(answer, fault.part))
    if fault.kind == "contradiction":
        return any(part.status is not Status.NOT_DOCUMENTED for part in found)
    return not any(_plain(part.value) == _plain(fault.planted) for part in found)


def _parts(answer: Answer, name: str) -> Iterator[Answer]:
    """The answers to a part, of every entry where the answer is a list."""
    if not name:
        yield answer
    elif answer.listing:
        for element in (answer.parts or {}).values():
            yield from _parts(element, name)
    elif answer.parts is not None and name in answer.parts:
        yield answer.parts[name]


def _plain(value: Any) -> Any:
    return sorted(str(one) for one in value) if isinstance(value, list) else str(value)
