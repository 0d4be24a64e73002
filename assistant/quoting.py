"""Quotes on the one road: every passage that a command brings is looked up on its page first."""

from __future__ import annotations

from collections.abc import Callable

from assistant.core import command as c
from assistant.core.answer import Answer, Evidence
from assistant.core.case import Case
from assistant.core.frozen import replace
from assistant.core.passage import located
from assistant.core.problem import refuse

Page = Callable[[str, int], str]
"""Gives the text of a page by document and number; raises `Refused` where there is none."""


def with_positions(command: c.Command, case: Case, page: Page) -> c.Command:
    """The command with the exact words and offset of every quote; raises `Refused` for one that isn't there."""
    if isinstance(command, c.CiteEvidence):
        return replace(command, evidence=positioned(command.evidence, case, page))
    if isinstance(command, c.RecordAnswer):
        return replace(command, answer=_answer(command.answer, case, page))
    return command


def _answer(answer: Answer, case: Case, page: Page) -> Answer:
    parts, search = answer.parts, answer.search
    if parts is None and search is None and not answer.evidence:
        return answer
    for one in search.dismissed if search is not None else ():
        positioned(Evidence(one.document, one.page, one.quote), case, page)
    return replace(
        answer,
        evidence=tuple(positioned(one, case, page) for one in answer.evidence),
        parts=None if parts is None else {name: _answer(part, case, page) for name, part in parts.items()},
    )


def positioned(evidence: Evidence, case: Case, page: Page) -> Evidence:
    """The passage with its exact words and offset; raises `Refused` where its page doesn't hold it."""
    if evidence.document not in case.documents:
        raise refuse(
            f"There is no document `{evidence.document}`.", "", f"There are {', '.join(case.documents)}."
        )
    return located(evidence, page(evidence.document, evidence.page))
