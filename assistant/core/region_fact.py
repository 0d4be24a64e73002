"""Is this the right part of the body? Reviewers have been reversed for deciding on another spinal segment.

The region of the disputed item is held against that of the prompt set, the levels that were answered, and
the passages that were cited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from assistant.core.anatomy import akin, region_of_level, regions_of
from assistant.core.answer import Answer, Evidence
from assistant.core.case_fact import answers_read, shown, titles_cited, values_of, without_titles
from assistant.core.check import Check, Pages, made
from assistant.core.fact_text import LevelMention, RegionMention, extract
from assistant.core.session import Session


def wrong_region(session: Session, item: str, pages: Pages) -> Iterator[Check]:
    """Where the item, its prompt set, its answers and the cited record speak of different regions."""
    disputed, prompt_set = session.rules.case.items[item], session.rules.sets[item]
    own = shown("disputed item", disputed.region)
    if prompt_set.region and not _same(disputed.region, prompt_set.region):
        message = (
            "The questions asked are for another region than the disputed item. Correct the item's region or "
            "its prompt set in the case file, or say why these rules fit."
        )
        yield made("wrong-region", item, message, [own, shown("prompt set", prompt_set.region)])
    regions = regions_of(disputed.region)
    if not regions:
        return
    titles = titles_cited(session)
    foreign = [
        fact
        for name, answer in answers_read(session, item)
        for fact in _foreign(name, answer, regions, titles, pages)
    ]
    if foreign:
        message = (
            "An answer, or what was cited for it, speaks only of another region than the disputed item. Cite "
            "the passage about the right region, amend the answer, or say why this one counts."
        )
        yield made("wrong-region", item, message, [own, *foreign])


def _same(first: str, second: str) -> bool:
    ours, theirs = regions_of(first), regions_of(second)
    if not ours or not theirs:
        return first.strip().lower() == second.strip().lower()
    return any(one == other or _part_of(one, other) for one in ours for other in theirs)


def _part_of(region: str, whole: str) -> bool:
    """Whether a region is part of a limb that a set speaks of as a whole."""
    return whole.endswith("extremity") and "spine" not in region and akin(region, whole)


def _foreign(
    name: str, answer: Answer, regions: frozenset[str], titles: Iterable[str], pages: Pages
) -> Iterator[str]:
    """The values and passages of an answer that speak of other regions only."""
    words = name.replace("_", " ")
    for path, leaf in answer.leaves():
        for value in values_of(leaf):
            if _elsewhere(_regions_in(value), regions):
                evidence = leaf.evidence or answer.all_evidence()
                label = " ".join(("answer,", words, *path.replace("_", " ").split("."))).strip()
                yield shown(label, value, str(evidence[0]) if evidence else "")
    passages = [(one, _spoken_of(one, titles, pages)) for one in answer.all_evidence()]
    spoken = frozenset(region for _, found in passages for region in found)
    if _elsewhere(spoken, regions):
        for one, found in passages:
            if found:
                said = f"“{one.quote}”" if one.quote else f"speaks of the {' and the '.join(sorted(found))}"
                yield shown(f"cited for {words}", said, str(one))


def _elsewhere(spoken: frozenset[str], regions: frozenset[str]) -> bool:
    return bool(spoken) and not any(akin(one, other) for one in spoken for other in regions)


def _spoken_of(evidence: Evidence, titles: Iterable[str], pages: Pages) -> frozenset[str]:
    """The regions that a passage speaks of; where it names none, those of its page."""
    quoted = _regions_in(without_titles(titles, evidence.quote))
    document = pages.get(evidence.document, ())
    if quoted or not 1 <= evidence.page <= len(document):
        return quoted
    return _regions_in(without_titles(titles, document[evidence.page - 1]))


def _regions_in(text: str) -> frozenset[str]:
    found: set[str] = set()
    for mention in extract(text):
        if isinstance(mention, RegionMention):
            found.add(mention.region)
        elif isinstance(mention, LevelMention):
            found.update(region for level in mention.levels for region in region_of_level(level))
    return frozenset(found)
