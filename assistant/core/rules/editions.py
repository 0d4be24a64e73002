"""A set of the second language on a day: which edition governs, and which questions nobody has read an answer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from assistant.core.dates import PartialDate
from assistant.core.rules.guidelines import (
    FIRST_DAY,
    NO_GUIDELINES,
    RULES,
    SILENT,
    UNREAD,
    Edition,
    Guidelines,
)
from assistant.core.rules.prompt_set import Citation, PromptSet, Question
from assistant.core.value import Value, replace

WHOLE = "the MTUS"
"""What is unread where a set asks of no place, and what the reviewer read where no edition was in force."""

Read = Mapping[str, str]
"""What the reviewer entered of editions for a session, by place: `silent`, or the year of a running edition."""


def on_day(prompt_set: PromptSet, on: PartialDate | None, read: Read | None = None) -> PromptSet:
    """The set as it stands on the governing day; one of the first language stands by itself.

    Where the day is missing, or only partly known so that it leaves open which editions govern, the set says
    so, and nothing is suggested under it.
    """
    if prompt_set.language == 1:
        return prompt_set
    guidelines = prompt_set.guidelines or NO_GUIDELINES
    names = {reference.split("/", 1)[0] for reference in prompt_set.citations}
    if on is None or any(guidelines.by_name[name].open_on(on) for name in names):
        return replace(prompt_set, undated=True)
    entered = read or {}
    citations = {
        name: _governing(guidelines, citation, on, entered) for name, citation in prompt_set.citations.items()
    }
    questions = tuple(
        replace(one, unread=tuple(_unread(guidelines, one, on, entered))) for one in prompt_set.questions
    )
    return replace(prompt_set, citations=citations, questions=questions, undated=False)


def _governing(guidelines: Guidelines, citation: Citation, on: PartialDate, read: Read) -> Citation:
    """The citation with the edition that governs, or with the reason why none argues."""
    found = guidelines.word(citation.id, on)
    if found is None:
        return replace(citation, off=f"no edition of it was in force on {on.prose()}")
    edition, word = found
    made = replace(
        citation,
        source=edition.source,
        edition=edition.dated or edition.key,
        key=edition.key,
        locator=word.where,
        name=f"{edition.name} ({word.where})" if word.where else edition.name,
        starts=edition.starts,
        ends=edition.ends,
        off="",
    )
    entered = read.get(citation.id)
    if entered == SILENT:
        return replace(made, off="the reviewer read the edition in force and found nothing on this in it")
    if edition.running:
        if entered is None:
            return replace(made, off="unread: which year's text of it was in force has not been entered")
        return replace(made, edition=entered, name=f"{edition.name} of {entered} ({word.where})")
    if word.says == RULES:
        return made
    if word.says == SILENT:
        by = f", as {word.by[0]} found on {word.by[1]}" if word.by is not None else ""
        return replace(made, off=f"the edition in force says nothing on this{by}")
    return replace(made, off=f"unread: nobody has read the edition in force, {edition.name}")


def _unread(guidelines: Guidelines, question: Question, on: PartialDate, read: Read) -> Iterator[str]:
    """The places under a question that nobody has read; all of them where none has an edition in force.

    A set that asks of no place of the MTUS has left it unread (Lab. Code 4610.5(c)(2)).
    """
    states = {place: _known(guidelines, place, on, read) for place in question.asks}
    if all(state is None for state in states.values()):
        yield from () if WHOLE in read else states or (WHOLE,)
        return
    yield from (place for place, state in states.items() if state == UNREAD)


def _known(guidelines: Guidelines, place: str, on: PartialDate, read: Read) -> str | None:
    if place in read:
        return SILENT if read[place] == SILENT else RULES
    found = guidelines.word(place, on)
    if found is None:
        return None
    return UNREAD if found[0].running else found[1].says


def unread_editions(prompt_set: PromptSet, on: PartialDate) -> list[tuple[str, Edition]]:
    """Every place of a set whose edition in force nobody has read, with that edition, to be named before the questions."""
    guidelines = prompt_set.guidelines or NO_GUIDELINES
    found = []
    for reference in prompt_set.citations:
        known = guidelines.word(reference, on)
        if known is not None and (known[0].running or known[1].says == UNREAD):
            found.append((reference, known[0]))
    return found


FIRST_QUESTION = "what is asked"
"""The one question of a set of the first language, which says nothing of editions that it doesn't cite."""


class Era(Value):
    """Days on which the same criteria can argue and the same questions are unread; `since` is the first of them.

    `running` says that the running editions are taken as read. `off` are the criteria that can't argue.
    """

    since: PartialDate
    running: bool
    off: frozenset[str]
    unread: tuple[tuple[str, tuple[str, ...]], ...]
    governed: bool = True

    def __str__(self) -> str:
        return f"from {self.since}" + (", with the running editions read" if self.running else "")


def eras(prompt_set: PromptSet) -> tuple[Era, ...]:
    """Every era from 2013-01-01 on, the first day of each kind; those after an edition's end too.

    A set of the first language has the eras of its citations. Running editions are taken once as unread and
    once as read.
    """
    days = _days(prompt_set)
    running = [
        name
        for name in prompt_set.citations
        if prompt_set.guidelines is not None
        and (found := prompt_set.guidelines.split(name)) is not None
        and any(one.running for one in found[0].editions.values())
    ]
    made: dict[tuple[frozenset[str], tuple[tuple[str, tuple[str, ...]], ...]], Era] = {}
    for day in days:
        for taken in (False, True) if running else (False,):
            governed = on_day(prompt_set, day, dict.fromkeys(running, str(day.year)) if taken else {})
            off, in_force = off_on(governed, day), _governed(governed, day)
            unread = tuple((one.name, one.unread) for one in governed.questions if one.unread)
            if prompt_set.language == 1 and (not in_force or len(off) == len(prompt_set.criteria)):
                unread = ((FIRST_QUESTION, ()),)
            era = Era(since=day, running=taken, off=off, unread=unread, governed=in_force)
            made.setdefault((era.off, era.unread), era)
    return tuple(made.values())


def _governed(prompt_set: PromptSet, on: PartialDate) -> bool:
    """Whether an edition of the MTUS that the set cites is in force on a day."""
    cited = [one for one in prompt_set.citations.values() if one.tier == "mtus"]
    if prompt_set.language == 1:
        return not cited or any(one.in_force(on) is not False for one in cited)
    guidelines = prompt_set.guidelines or NO_GUIDELINES
    return not cited or any(guidelines.word(one.id, on) is not None for one in cited)


def off_on(prompt_set: PromptSet, on: PartialDate) -> frozenset[str]:
    """The criteria that can't argue on a day, whatever is answered; the set stands on that day already."""
    found = set()
    for name, criterion in prompt_set.criteria.items():
        citation = prompt_set.citations[criterion.cite]
        other = bool(criterion.editions) and citation.key not in criterion.editions
        if citation.off or other or citation.in_force(on) is False:
            found.add(name)
    return frozenset(found)


def _days(prompt_set: PromptSet) -> list[PartialDate]:
    if prompt_set.guidelines is not None:
        names = frozenset(reference.split("/", 1)[0] for reference in prompt_set.citations)
        days = prompt_set.guidelines.boundaries(names)
    else:
        days = [FIRST_DAY.earliest]
        for citation in prompt_set.citations.values():
            edition = Edition(citation.id, "", "", starts=citation.starts, ends=citation.ends)
            days += edition.boundaries()
        days = sorted({day for day in days if day >= FIRST_DAY.earliest})
    return [PartialDate(day.year, day.month, day.day) for day in days]
