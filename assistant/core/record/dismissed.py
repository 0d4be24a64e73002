"""What the record gives beside the reason for which a passage was set aside: its day, whose it is, what it names.

A reason is the reviewer's, and the program judges none. What of it can be held against the passage and its document
stands beside it where the two differ: before the signature, beside the sentence, and in the record of the review.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from assistant.core.answer import Dismissed
from assistant.core.dates import PartialDate, When, dates_in
from assistant.core.letter_frame import Frame
from assistant.core.record.absence import own_search, same_words, set_aside
from assistant.core.record.mentions import LevelMention, RegionMention, SideMention, extract
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import compiled
from assistant.core.value import Value

_PAPER = r"(?:films?|x-?rays?|stud(?:y|ies)|notes?|reports?|visits?|records?|documents?|MRIs?|CTs?|scans?|imaging|exam\w*|entr(?:y|ies)|pages?)"
_OLD = (
    rf"(?i)\b(?:old|older|earlier|previous|prior|former)\s+(?:\w+\s+)?{_PAPER}\b"
    r"|\b(?:outdated|out of date|superseded|stale|no longer current)\b"
)
"""What calls a paper old; that a finding is old says nothing of the paper."""
_ANOTHER = (
    r"(?i)\b(?:an)?other('?s)?\s+(?:patient|person|claimant|worker|man|woman|individual)|\b(?:different|wrong)\s+(?:patient|person|claimant"
    r"|worker|man|woman|individual)|\bnot\s+(?:of\s+)?(?:this|the|our)\s+(?:patient|claimant|worker)\b|\b(?:someone|somebody) else|\bmisfiled\b"
)
_PERSON = (
    r"(?i)\b(?:brother|sister|mother|father|wife|husband|spouse|son|daughter|uncle|aunt|cousin|friend|co-?worker|driver|passenger|family"
    r"|patients|another|other (?:person|patient|man|woman)|mr|mrs|ms)\b"
)
_OTHER_SIDE = r"(?i)\b(?:other|opposite|wrong|contralateral|uninvolved)\s+(?:side|arm|leg|knee|shoulder|hand|wrist|hip|foot|ankle|elbow)\b|\bcontralateral\b"
_SIDE = r"(?i)\b(left|right)\b"


class Beside(Value):
    """What the record gives beside one reason for which passages were set aside, in the letter's words."""

    passages: tuple[Dismissed, ...]
    reason: str
    said: str


def beside_reasons(session: Session, place: AnswerPlace, frame: Frame) -> tuple[Beside, ...]:
    """Where what the record gives of passages that were set aside is another than the reason, or one reason is for several documents."""
    if session.guard < 9:
        return ()
    gone = set_aside(session, place)
    found: dict[tuple[str, str], list[Dismissed]] = {}
    by_reason: dict[str, list[Dismissed]] = {}
    for one in gone:
        reason = " ".join(one.reason.split())
        by_reason.setdefault(reason, []).append(one)
        for said in _beside(session, place, one, frame):
            found.setdefault((reason, said), []).append(one)
    for reason, alike in by_reason.items():
        documents = {one.document for one in alike}
        if len(documents) > 1:
            many = frame.counted(len(alike), "passage"), frame.counted(len(documents), "document")
            found[reason, frame.say("aside.shared", passages=many[0], documents=many[1])] = alike
    return tuple(Beside(tuple(alike), reason, said) for (reason, said), alike in found.items())


def _beside(session: Session, place: AnswerPlace, one: Dismissed, frame: Frame) -> Iterator[str]:
    document = session.rules.case.documents.get(one.document)
    own = own_search(session, place)
    groups = [group for group in (own.groups if own is not None else ()) if same_words(group, one)]
    ours, theirs = extract(one.reason), extract(one.quote)
    if (
        compiled(_ANOTHER).search(one.reason)
        and not compiled(_PERSON).search(one.quote)
        and any(group.bears and group.standing != "family" for group in groups)
    ):
        yield frame.say("aside.person")
    date = document.date if document is not None else None
    if date is not None:
        if (
            compiled(_OLD).search(one.reason)
            and _is_newest(session, date)
            and not _names_earlier(one.quote, date)
        ):
            yield frame.say("aside.newest", date=date.prose())
        named = [when for _, _, when in dates_in(one.reason)]
        said = [when for _, _, when in dates_in(one.quote)]
        if (
            named
            and not any(_same_day(when, date) for when in named)
            and not any(when in said for when in named)
        ):
            yield frame.say("aside.date", date=date.prose())
    sides = {str(mention.side) for mention in theirs if isinstance(mention, SideMention)}
    meant = {word.casefold() for word in compiled(_SIDE).findall(one.reason)}
    item = session.rules.case.items.get(place[0])
    disputed = str(item.facts.get("side", "")).casefold() if item is not None else ""
    if sides and meant and not sides & {*meant, "bilateral"}:
        yield frame.say("aside.names", names=", ".join(sorted(sides)))
    elif not meant and disputed in sides and compiled(_OTHER_SIDE).search(one.reason):
        yield frame.say("aside.names", names=disputed)
    for kind in (LevelMention, RegionMention):
        wanted = [mention for mention in ours if isinstance(mention, kind)]
        given = [mention for mention in theirs if isinstance(mention, kind)]
        if wanted and given and not any(mention.borne_by(given) for mention in wanted):
            yield frame.say("aside.names", names=", ".join(dict.fromkeys(str(mention) for mention in given)))


def _is_newest(session: Session, date: PartialDate) -> bool:
    dates = (one.date for one in session.rules.case.documents.values() if not one.is_ur_report)
    return not any(other is not None and other.after(date) is True for other in dates)


def _names_earlier(quote: str, date: PartialDate) -> bool:
    years = [when.year for _, _, when in dates_in(quote) if when.year]
    alone = map(int, compiled(r"\b(?:19|20)\d\d\b").findall(quote))
    return any(year < date.earliest.year for year in chain(years, alone))


def _same_day(when: When, date: PartialDate) -> bool:
    """Whether a date that is mentioned may be a document's; what it leaves out may be."""
    first, last = date.earliest, date.latest
    return all(
        not given or low <= given <= high
        for given, low, high in (
            (when.year, first.year, last.year),
            (when.month, first.month, last.month),
            (when.day, 1, 31),
        )
    ) and (not when.day or first != last or when.day == first.day)
