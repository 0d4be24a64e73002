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
from assistant.core.dates import parse_date
from assistant.core.problem import refuse
from assistant.core.record.pages import PagePlace

FAULTS = {
    "wrong-month": "a date is off by a month",
    "wrong-level": "a spinal level is off by one",
    "wrong-quantity": "a number that was asked for is another than on the page of the request",
    "wrong-segment": "a study is of another region than it is given for",
    "evidence-moved": "a fact is given a page that doesn't say it",
    "contradiction": "a passage says what seems not to be documented",
    "later-study": "a study is later than the request, and given an earlier date",
    "two-documents": "a note gives a study another date than the study's own report",
    "removed": "a finding that the reviewer rested on no longer stands in the record",
}
"""Each kind of fault, and what it is in words."""


@dataclass(frozen=True)
class Fault:
    """A planted fault. `part` is the part of the answer at `prompt` (empty for all of it) that shows it.

    `planted` is the wrong value that is proposed, `truth` the right one where it is a value; `document` and `page`
    are where that stands, which `says` tells in a sentence, and `also` are other pages that say it (`document:page`).
    `passage` is the text that was put into the record, if any was.
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
    truth: Any = None
    also: tuple[str, ...] = ()

    @property
    def place(self) -> tuple[str, str]:
        return self.item, self.prompt

    @property
    def pages(self) -> frozenset[PagePlace]:
        """The pages that say what is true."""
        named = (one.rpartition(":") for one in self.also)
        return frozenset({(self.document, self.page), *((name, int(page)) for name, _, page in named)})

    def to_text(self) -> str:
        """The fault as a book keeps it, committed to and not in the open."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Fault:
        """The fault that `to_text` wrote; `Refused` for one that was erased or damaged."""
        try:
            read = json.loads(text)
            return cls(**{**read, "also": tuple(read.get("also", ()))})
        except (ValueError, TypeError):
            raise refuse("What was planted in this case can't be read any more.") from None


def caught(fault: Fault, answer: Answer | None, opened: frozenset[PagePlace] = frozenset()) -> bool | None:
    """Whether an answer is the true one, with a page that says so; None where the question was not answered.

    The page is cited, or was `opened` before the answer; of one that wasn't opened, a passage that was put there is cited by
    words of its own, and one that was moved is caught by citing it only. What is unclear to the trainee, or left out
    altogether, catches nothing.
    """
    if answer is None:
        return None
    cited = {(one.document, one.page) for one in answer.all_evidence() if _is_of(one.quote, fault.passage)}
    if fault.kind == "evidence-moved":
        return answer.given and bool(fault.pages & cited)
    return is_true(fault, answer) and bool(fault.pages & (cited | opened))


def is_unread(fault: Fault, answer: Answer | None) -> bool:
    """Whether an answer that catches nothing is the true one, but for the page."""
    return fault.kind != "evidence-moved" and answer is not None and is_true(fault, answer)


def _is_of(quote: str, passage: str) -> bool:
    """Whether a quote has three words in a row of a passage; true where one of them has no words."""
    words, said = quote.split(), " ".join(passage.split())
    runs = (" ".join(words[at : at + 3]) for at in range(max(1, len(words) - 2)))
    return not (words and said) or any(one in said for one in runs)


def is_true(fault: Fault, answer: Answer) -> bool:
    """Whether an answer is the true one, whatever was read for it."""
    found = list(_parts(answer, fault.part))
    given = [part.value for part in found if part.given]
    if fault.kind == "removed":
        return bool(found) and all(part.status is Status.NOT_DOCUMENTED for part in found)
    if fault.kind == "wrong-segment":
        return bool(given) and not any(_fits(value, fault.planted) for value in given)
    if fault.kind == "contradiction" and fault.truth is None:
        return bool(found) and all(part.given and part.value != "none" for part in found)
    if fault.truth is None:  # of a record made before truths were kept
        return bool(given) and not any(_fits(value, fault.planted) for value in given)
    wrong = any(_fits(value, fault.planted) for value in given if fault.planted is not None)
    return not wrong and any(_fits(value, fault.truth) for value in given)


def _fits(value: Any, known: Any) -> bool:
    """Whether two values are the same; a date may be given less exactly than it is known."""
    one, other = parse_date(str(value)), parse_date(str(known))
    if one is None or other is None:
        return bool(_plain(value) == _plain(known))
    return str(other).startswith(str(one)) or str(one).startswith(str(other))


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
