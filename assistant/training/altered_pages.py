"""Faults that are planted by altering a page of the record, so that it no longer says what the case file states."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from assistant import library
from assistant.core.answer import Status
from assistant.core.dates import PartialDate
from assistant.core.record.mentions import DateMention, extract_kind, regions_named, regions_of
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import ChoiceShape, at
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import AnswerPlace
from assistant.review.search import RecordSearch
from assistant.training.case_copy import (
    BOUNDARY,
    HEADING,
    CaseCopy,
    Stated,
    dates_stated,
    is_stated,
    pages_with_date,
)
from assistant.training.faults import Fault

PASSAGES = "passages.yaml"
PLACES = "places.yaml"
_BARE = re.compile(r"[A-Z][A-Za-z]*(?: [A-Za-z]+){0,3}")
_DENIAL = re.compile(r"(?i)\b(?:no|not|denie[sd]|without|never)\b")
_SIGNATURE = re.compile(r"(?i)\b(?:signed|signature|dictated|transcribed)\b")
_COMMON = frozenset(
    "with from that this have been were there into over than when what which after before about".split()
)
_WIDTH = 80
_POINT = re.compile(r"\b([CTLS])(1[0-2]|[1-9])\b")


def other_segment(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Makes the page of one of several studies speak of another region; the case file still gives it for this one."""
    found = [
        one
        for one in copy.stated()
        if prompt in ("", one.prompt.id) and "modality" in one.fact and "date" in one.fact and one.page
    ]
    chance.shuffle(found)
    moves = _kept(PLACES, "fault-places")["moves"]
    for one in found:
        page = one.page
        if page is None or not copy.free(one):
            continue
        region = copy.rules.case.items[one.item].region
        own = sorted(regions_of(region) & set(moves["regions"]))
        alone = sum(other.prompt.id == one.prompt.id and other.item == one.item for other in found) < 2
        if alone or not own or own[0] not in {name for _, _, name in regions_named(copy.text(page))}:
            continue
        copy.use(one, page)
        copy.altered.add(page)
        for fact in copy.quoting(page):
            fact["quote"] = _moved(str(fact["quote"]), own[0], moves)
        copy.set_text(page, _moved(copy.text(page), own[0], moves))
        return Fault(
            "wrong-segment", one.item, one.prompt.id, "date", str(one.fact["date"]), *page,
            f"The case file gives the study on {page[0]}:{page[1]} for the {own[0]}; the page is of the "
            f"{moves['regions'][own[0]]['of']} region.",
        )  # fmt: skip
    return None


def _moved(text: str, region: str, moves: Mapping[str, Any]) -> str:
    """The text with the words and levels of a region made into those of the other one."""
    other = moves["regions"][region]
    for start, said, found in sorted(regions_named(text), reverse=True):
        if found == region:
            word = other["called" if said.lower() in ("neck", "low back", "lower back") else "of"]
            word = word.upper() if said.isupper() else word.capitalize() if said[0].isupper() else word
            text = text[:start] + word + text[start + len(said) :]
    letter = {"cervical spine": "C", "thoracic spine": "T", "lumbar spine": "LS"}.get(region, "")

    def level(match: re.Match[str]) -> str:
        others = moves["levels"][match[1]]
        number = int(match[2])
        return others[number - 1] if match[1] in letter and number <= len(others) else match[0]

    return _POINT.sub(level, text)


def later_page(
    copy: CaseCopy, one: Stated, name: str, date: PartialDate, limit: PartialDate, chance: Random
) -> Fault | None:
    """Makes a study's page give a date after the request; the case file keeps the earlier one."""
    page = one.page
    if page is None or date.day is None:
        return None
    text = copy.text(page)
    said = [
        mention
        for mention in extract_kind(text, "dates")
        if isinstance(mention, DateMention)
        and (mention.when.year, mention.when.month, mention.when.day) == (date.year, date.month, date.day)
    ]
    if not said or any(mention.said in str(fact["quote"]) for fact in copy.quoting(page) for mention in said):
        return None
    day = limit.latest + timedelta(days=chance.randrange(20, 50))
    later = PartialDate(day.year, day.month, day.day)
    for mention in sorted(said, key=lambda found: found.start, reverse=True):
        text = text[: mention.start] + later.prose() + text[mention.start + len(mention.said) :]
    copy.set_text(page, text)
    copy.use(one, page)
    copy.altered.add(page)
    return Fault(
        "later-study", one.item, one.prompt.id, name, str(date), *page,
        f"The case file proposes {date.prose()}; the page says {later.prose()}, after {limit.prose()}, when the "
        "treatment was asked for or refused.", truth=str(later),
    )  # fmt: skip


def contradict(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Puts a passage into the record that answers what the reference found not documented, and nothing in it denies."""
    passages, places = _kept(PASSAGES, "faults"), _kept(PLACES, "fault-places")
    found = [
        (place, part)
        for place, part in copy.absences()
        if prompt in ("", place[1]) and place not in copy.used
    ]
    chance.shuffle(found)
    denied = [
        sentence
        for page in copy.treating_pages()
        for sentence in BOUNDARY.split(copy.text(page))
        if _DENIAL.search(sentence)
    ]
    for place, part in found:
        prompt_set = copy.rules.sets[place[0]]
        asked = prompt_set.prompts[place[1]]
        key = f"{asked.id}.{part}" if part else asked.id
        sentences, where = passages.get(key), places["questions"].get(key, {})
        fits = sentences and asked.documentable and prompt_set.id in where.get("sets", [prompt_set.id])
        spots = _spots(copy, where, places["sections"]) if fits else []
        sentences = [one for one in sentences or () if not any(_still_said(one, said) for said in denied)]
        if not spots or not sentences:
            continue
        page, end = chance.choice(spots)
        sentence = chance.choice(sentences)
        copy.used.add(place)
        copy.set_text(page, _inserted(copy.text(page), sentence, end))
        return Fault(
            "contradiction", *place, part, None, *page,
            f"{page[0]}:{page[1]} says: “{sentence}”", passage=sentence, truth=_affirming(asked, part, where.get("is", ())),
        )  # fmt: skip
    return None


def _signed_at(text: str) -> int:
    """The paragraph of a page with which it is signed: after it nothing is noted any more."""
    paragraphs = text.split("\n\n")
    return next((n for n, one in enumerate(paragraphs) if _SIGNATURE.search(one)), len(paragraphs))


def _affirming(prompt: Prompt, part: str, said: str | Sequence[str]) -> str | None:
    """The answer that a planted sentence states: one that is `said`, or the only one that is no denial; else None."""
    shape = at(prompt.schema.shape, (part,) if part else ())
    if not isinstance(shape, ChoiceShape):
        return None
    for one in [said] if isinstance(said, str) else said:
        if one in shape.labels:
            return one
    denials = prompt.schema.denials((part,) if part else ())
    affirming = [value for value in shape.labels if value not in denials]
    return affirming[0] if len(affirming) == 1 else None


def _kept(name: str, kind: str) -> dict[str, Any]:
    """A file of what may be planted, and where."""
    path = library.folder("prompts") / "training" / name
    return dict(library.document(library.read_text(path), name, kind).data)


def _spots(
    copy: CaseCopy, where: Mapping[str, Any], sections: Mapping[str, Sequence[str]]
) -> list[tuple[PagePlace, int]]:
    """Where a sentence can stand: at the ends of its sections in its kinds of document, on pages that can be read.

    On a page without any heading, after each paragraph behind the first two.
    """
    kinds = [one.casefold() for one in where.get("in", ["Progress note"])]
    headings = [one for name in where.get("section", ()) for one in sections[name]]
    every = [one for names in sections.values() for one in names]
    found: list[tuple[PagePlace, int]] = []
    for page in copy.treating_pages():
        document = copy.rules.case.documents[page[0]]
        if page in copy.altered or document.title.casefold() not in kinds or page[1] in document.unreadable:
            continue
        text = copy.text(page)
        paragraphs = text.split("\n\n")
        names = [
            heading[1].casefold() if (heading := HEADING.match(paragraph)) is not None else ""
            for paragraph in paragraphs
        ]
        ends = [len("\n\n".join(paragraphs[: n + 1]).rstrip("\n")) for n in range(len(paragraphs))]
        lined = list(_lined_sections(text, every))
        under = [end for name, end in [*zip(names, ends, strict=True), *lined] if name in headings]
        others = {*names, *(name for name, _ in lined)} & set(every) - {"plan"}
        signed = _signed_at(text)
        bare = [ends[n] for n in range(2, min(len(names), signed)) if not others and names[n] not in every]
        found += [(page, end) for end in dict.fromkeys(under or bare)]
    return found


def _lined_sections(text: str, every: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The sections of a page whose headings stand in lines of their own: the heading, and where the section ends."""
    name, before, at = "", "", 0
    for line in text.splitlines(keepends=True):
        said = line.strip().rstrip(":")
        known = said.casefold() in every
        if name and (known or not said or (before.endswith((".", ":")) and _BARE.fullmatch(said))):
            yield name, len(text[:at].rstrip("\n"))
            name = ""
        if known:
            name = said.casefold()
        before, at = said, at + len(line)
    if name:
        yield name, len(text.rstrip("\n"))


def _inserted(text: str, sentence: str, end: int) -> str:
    """The page with the sentence at the end of a paragraph or section, whose lines stay as they are."""
    return f"{text[:end]}\n{textwrap.fill(sentence, _WIDTH)}{text[end:]}"


def two_documents(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Lets a note give a study another date than its own report does; the case file follows the note."""
    places = _kept(PLACES, "fault-places")
    for one, name, date in dates_stated(copy, chance, prompt):
        report = one.page
        if report is None or "modality" not in one.fact or pages_with_date(copy, one, date)[:1] != [report]:
            continue
        spots = [
            (page, end, wrong)
            for wrong in months_beside(date)
            for page, end in _spots(copy, places["of_studies"], places["sections"])
            if page[0] != report[0]
            and not is_stated(copy, one, name, wrong)
            and all(_written_after(copy, page, said) for said in (date, wrong))
        ]
        if not spots:
            continue
        page, end, wrong = chance.choice(spots)
        study = str(one.fact["modality"]).replace("_", " ")
        sentence = (
            f"Reviewed with the patient: {study.upper() if len(study) < 4 else study} of {wrong.prose()}."
        )
        copy.set_text(page, _inserted(copy.text(page), sentence, end))
        copy.use(one, page, report)
        copy.altered.add(page)
        truth = one.fact[name]
        one.fact.update({name: str(wrong), "page": f"{page[0]}:{page[1]}", "quote": sentence})
        return Fault(
            "two-documents", one.item, one.prompt.id, name, str(wrong), *report,
            f"{page[0]}:{page[1]} gives the study the date {wrong.prose()}; its own report says {date.prose()}.",
            sentence, str(truth),
        )  # fmt: skip
    return None


def months_beside(date: PartialDate) -> list[PartialDate]:
    """The date a month earlier and a month later, in the same year."""
    if date.month is None:
        return []
    day = min(date.day, 28) if date.day else None
    return [PartialDate(date.year, date.month + by, day) for by in (-1, 1) if 1 <= date.month + by <= 12]


def _written_after(copy: CaseCopy, page: PagePlace, date: PartialDate) -> bool:
    written = copy.rules.case.documents[page[0]].date
    return written is not None and written.after(date) is True


def remove(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Takes the sentences out of the record that the reference rests a finding on; nothing else may speak of it."""
    found = [
        (place, answer)
        for place, answer in copy.reference.answers.items()
        if place[0] != CASE_SCOPE and prompt in ("", place[1]) and answer.given and answer.parts is None
    ]
    chance.shuffle(found)
    for place, answer in found:
        asked = copy.rules.sets[place[0]].prompts.get(place[1])
        if (
            asked is None
            or asked.propose
            or not asked.documentable
            or not asked.schema.may_be(Status.NOT_DOCUMENTED)
        ):
            continue
        left = copy.without([one for one in answer.evidence if one.quote]) if answer.evidence else None
        others = [
            text for name, pages in copy.pages.items() if (name, 1) not in (left or {}) for text in pages
        ]
        if (
            left is None
            or place in copy.used
            or _carries_another(copy, place, left)
            or any(_speaks(asked, one) for one in [*left.values(), *others])
            or any(
                _still_said(one.quote, text) for one in answer.evidence for text in [*left.values(), *others]
            )
            or _is_found(copy, asked, left)
        ):
            continue
        cited = answer.evidence[0]
        for page, text in left.items():
            if text != copy.text(page):
                copy.set_text(page, text)
                copy.altered.add(page)
        copy.used.add(place)
        return Fault(
            "removed", *place, "", answer.value, cited.document, cited.page,
            f"“{' '.join(cited.quote.split())}” stands in the case no more: nothing in the record says so.",
        )  # fmt: skip
    return None


def _is_found(copy: CaseCopy, prompt: Prompt, left: Mapping[PagePlace, str]) -> bool:
    """Whether the search that stands beside a question, with its synonyms, still finds something on the pages that are left."""
    pages = {
        name: tuple(left.get((name, number), text) for number, text in enumerate(kept, 1))
        for name, kept in copy.pages.items()
    }
    search = RecordSearch(pages, copy.rules.case, library.vocabulary_texts())
    return bool(search.passages(prompt.look_for))


def _carries_another(copy: CaseCopy, place: AnswerPlace, left: Mapping[PagePlace, str]) -> bool:
    """Whether the reference rests another answer on words that would go, too: it would be wrong there."""
    return any(
        one.quote in copy.text(page) and one.quote not in text
        for other, answer in copy.reference.answers.items()
        if other != place
        for one in answer.all_evidence()
        for page, text in left.items()
        if one.quote and (one.document, one.page) == page
    )


def _still_said(quote: str, text: str) -> bool:
    """Whether a sentence of a page has half of the longer words of a passage that is gone, and two at least: it may say the same."""
    gone = _long_words(quote)
    others = [_long_words(sentence) for sentence in BOUNDARY.split(text)]
    return any(len(gone & one) >= max(2, min(len(gone), len(one)) / 2) for one in others)


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.casefold())) - _COMMON


def _speaks(prompt: Prompt, text: str) -> bool:
    """Whether a page has one of the words that a question looks for."""
    said = " ".join(text.casefold().split())
    return any(re.search(rf"\b{re.escape(one.casefold())}", said) for one in prompt.look_for)
