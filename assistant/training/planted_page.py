"""Faults that are planted by altering a page of the record, so that it no longer says what the case file states."""

from __future__ import annotations

import re
import textwrap
from datetime import timedelta
from random import Random

from assistant import library
from assistant.core import plain_yaml
from assistant.core.anatomy import regions_named, regions_of
from assistant.core.fact_text import DateMention, extract_kind
from assistant.core.partial_date import PartialDate
from assistant.core.prompt_set import Prompt
from assistant.training.case_copy import CaseCopy, Stated
from assistant.training.fault import Fault

PASSAGES = "passages.yaml"
_WIDTH = 80
_OTHER = {
    "cervical spine": ("lumbar", "low back"),
    "thoracic spine": ("lumbar", "low back"),
    "lumbar spine": ("cervical", "neck"),
    "shoulder": ("elbow", "elbow"),
    "elbow": ("shoulder", "shoulder"),
    "wrist": ("elbow", "elbow"),
    "hand": ("foot", "foot"),
    "hip": ("knee", "knee"),
    "knee": ("ankle", "ankle"),
    "ankle": ("knee", "knee"),
    "foot": ("hand", "hand"),
}
"""The region that a page is made to speak of: as an adjective, and as people call it."""

_LEVELS = {
    "C": ("L1", "L1", "L2", "L3", "L4", "L5", "S1"),
    "T": ("L1", "L1", "L2", "L2", "L3", "L3", "L4", "L4", "L4", "L5", "L5", "L5"),
    "L": ("C3", "C4", "C5", "C6", "C7"),
    "S": ("C7", "C7", "C7", "C7", "C7"),
}
_STATED = re.compile(r"^The records state that\s+")
_POINT = re.compile(r"\b([CTLS])(1[0-2]|[1-9])\b")


def other_segment(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Makes the page of one of several studies speak of another region; the case file still gives it for this one."""
    found = [
        one
        for one in copy.stated()
        if prompt in ("", one.prompt.id) and "modality" in one.fact and "date" in one.fact and one.page
    ]
    chance.shuffle(found)
    for one in found:
        page = one.page
        if page is None or not copy.free(one):
            continue
        region = copy.rules.case.items[one.item].region
        own = sorted(regions_of(region) & set(_OTHER))
        alone = sum(other.prompt.id == one.prompt.id and other.item == one.item for other in found) < 2
        if alone or not own or own[0] not in {name for _, _, name in regions_named(copy.text(page))}:
            continue
        copy.use(one, page)
        copy.altered.add(page)
        for fact in copy.quoting(page):
            fact["quote"] = _moved(str(fact["quote"]), own[0])
        copy.set_text(page, _moved(copy.text(page), own[0]))
        return Fault(
            "wrong-segment", one.item, one.prompt.id, "date", str(one.fact["date"]), *page,
            f"The case file gives the study on {page[0]}:{page[1]} for the {own[0]}; the page is of the "
            f"{_OTHER[own[0]][0]} region.",
        )  # fmt: skip
    return None


def _moved(text: str, region: str) -> str:
    """The text with the words and levels of a region made into those of the other one."""
    adjective, name = _OTHER[region]
    for start, said, found in sorted(regions_named(text), reverse=True):
        if found == region:
            word = name if said.lower() in ("neck", "low back", "lower back") else adjective
            word = word.upper() if said.isupper() else word.capitalize() if said[0].isupper() else word
            text = text[:start] + word + text[start + len(said) :]
    letter = {"cervical spine": "C", "thoracic spine": "T", "lumbar spine": "LS"}.get(region, "")

    def level(match: re.Match[str]) -> str:
        others = _LEVELS[match[1]]
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
        "treatment was asked for or refused.",
    )  # fmt: skip


def contradict(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Puts a passage into the record that answers what the reference found not documented."""
    passages = _passages()
    found = [
        (place, part)
        for place, part in copy.absences()
        if prompt in ("", place[1]) and place not in copy.used
    ]
    chance.shuffle(found)
    pages = [page for page in copy.treating_pages() if page not in copy.altered]
    for place, part in found:
        asked = copy.rules.sets[place[0]].prompts[place[1]]
        sentence = _sentence(asked, part, passages, chance)
        if not asked.documentable or not sentence or not pages:
            continue
        page = chance.choice(pages)
        copy.used.add(place)
        copy.set_text(page, _inserted(copy.text(page), sentence, chance))
        return Fault(
            "contradiction", *place, part, None, *page,
            f"{page[0]}:{page[1]} says: “{sentence}”", passage=sentence,
        )  # fmt: skip
    return None


def _passages() -> dict[str, list[str]]:
    """The sentences that may be planted, by prompt or `prompt.part`."""
    path = library.folder("training") / PASSAGES
    data = plain_yaml.parse(library.read_text(path), PASSAGES).data
    return {str(name): [str(one) for one in sentences] for name, sentences in data.items()}


def _sentence(prompt: Prompt, part: str, passages: dict[str, list[str]], chance: Random) -> str:
    """A sentence that answers a question or its part; empty where none can be made."""
    kept = passages.get(f"{prompt.id}.{part}" if part else prompt.id)
    if kept:
        return chance.choice(kept)
    if part:
        return ""
    for branch in prompt.says.get("given", ()):
        if _STATED.match(branch.says) and "{" not in branch.says:
            said = _STATED.sub("", branch.says)
            return said[:1].upper() + said[1:]
    return f"Of note: {chance.choice(prompt.look_for)}." if prompt.look_for else ""


def _inserted(text: str, sentence: str, chance: Random) -> str:
    """The page with the sentence as a paragraph of its own, never before its heading."""
    paragraphs = text.split("\n\n")
    at = chance.randrange(min(2, len(paragraphs)), len(paragraphs) + 1)
    return "\n\n".join([*paragraphs[:at], textwrap.fill(sentence, _WIDTH), *paragraphs[at:]])
