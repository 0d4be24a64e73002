"""The reviewer's own words in a determination: what they say otherwise than the draft, and which page bears them.

Free text can say anything, in words that no question asks for. So each clause of it is held against every passage that
the session knows: what one says stands with that passage beside it, what none says stands as the reviewer's own words
without a page, and what a page says the other way round needs a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from assistant.core.answer import Evidence
from assistant.core.dates import dates_in
from assistant.core.record.facts import answers_read, fact_shown
from assistant.core.record.language import gist, root, sentence_starts
from assistant.core.record.mentions import RegionMention, akin, extract, regions_of
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import GUARD, Session
from assistant.core.text import compiled
from assistant.core.value import Value

NEGATION = (
    r"(?i)\b(?:neither\b.{1,80}?\bnor|not|no|never|nor|none|nothing|nobody|cannot|without|absent|absence|lack(?:s|ed|ing)?"
    r"|fail(?:s|ed)?|den(?:y|ies|ied|ying|ial)|negative|unable|unlikely|unnecessary|exclud\w+|ruled out|reject\w*|refus\w*"
    r"|free (?:of|from)|barely|hardly|contra\w+|oppos\w+|advis\w+ against)\b|n['\u2019]t\b"
)
_HEDGE = r"(?i)\b(?:may|might|could|possibl[ey]|probabl[ey]|suspect\w*|unclear|perhaps|apparently|likely|suggest\w*)\b"
_GOOD = (
    r"normal|unremarkable|intact|within normal limits|wnl|benign|non-?focal|symmetrical(?:ly)?|symmetric|preserved|full"
    r"|improv\w+|better|relie(?:f|ve[ds]?)|benefit\w*|helped|effective|resolved|recovered|healed|subsided|abated|ceased|gone"
)
WELL = rf"(?i)\b(?:{_GOOD})\b"
"""What says that nothing is wrong, or not any more; a finding that is called so is denied."""
_OPPOSITES = (
    ("better", "worse"), ("improved", "worsened"), ("improving", "worsening"), ("increased", "decreased"),
    ("before", "after"), ("supports", "discourages"), ("recommended", "discouraged"), ("acute", "chronic"), ("first", "last"),
    ("more", "less"), ("many", "few"), ("all", "some"), ("always", "sometimes"), ("anterior", "posterior"),
    ("success", "failure"), ("solid", "failed"), ("healed", "broken"), ("present", "absent"), ("found", "missing"),
)  # fmt: skip
_LITTLE = (
    rf"(?i)\b(?:{_GOOD}|trivial|minor|minimal(?:ly)?|mild(?:ly)?|slight(?:ly)?|insignificant|negligible|incidental"
    r"|tolerat\w+|complian\w+|adheren\w+|as (?:prescribed|directed))\b"
)
"""The same, and what says that it is little, or taken as it should be."""
_STAGES = (
    frozenset("considered contemplated discussed offered suggested".split()),
    frozenset("planned scheduled recommended requested ordered".split()),
    frozenset("performed done undergone underwent completed made".split()),
)
"""How far a thing has come: what was considered was not scheduled, and what was scheduled not done."""
_KINDS = tuple(
    frozenset(line.split())
    for line in (
        "mri ct radiograph radiographs films ultrasound arthrogram arthrography emg myelogram",
        "transforaminal interlaminar caudal",
        "arthroscopic open",
        "less fewer lower more greater higher worse poorer better",
        "diminished reduced lost brisk increased exaggerated",
        "full partial complete incomplete",
        "compression contact displacement",
        "acute subacute recent chronic old longstanding long-standing degenerative",
        "not hardly rarely seldom scarcely barely",
        "can must",
        "continuous occasional intermittent constant",
    )
)
"""Words of which a thing is one, so that another in its place says another thing."""
_MUCH = r"(?i)\b(?:severe(?:ly)?|marked(?:ly)?|massive|large|profound(?:ly)?|extensive|significant(?:ly)?|substantial(?:ly)?|considerable|progressive)\b"
_SOME = r"(?i)\b(?:many|several|some|few|numerous|multiple|various|a number of)\b"
FIGURE = (
    r"(?i)\b(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice)\b"
)


def otherwise(was: str, text: str, guard: int = GUARD, of: str = "", added: bool = False) -> tuple[str, ...]:
    """In what an edited sentence may say otherwise than the draft: denials, doubts, numbers, levels, sides, dates.

    Words may go and come as one likes; a denial or a doubt more or less, or a figure or fact that the draft's sentence
    hasn't, changes the finding. A part of the region that it is `of`, or of one that it names, is none: the toe of a leg.
    What is `added` to a sentence is held against it in the same way.
    """
    found = []
    there, here = ("the sentence", "in the addendum") if added else ("the draft", "now")
    for name, pattern in (("denials", NEGATION), ("doubts", _HEDGE)):
        before, after = (len(compiled(pattern).findall(one)) for one in (was, text))
        if before != after:
            found.append(fact_shown(name, f"{before} in {there}, {after} {here}"))
    ours, theirs = (set(compiled(r"[a-z]+").findall(one.casefold())) for one in (was, text))
    prefixed = [
        (one.removeprefix(sign), one) for one in sorted(ours ^ theirs) for sign in ("un", "in", "non", "ab")
    ]
    for pair in (*_OPPOSITES, *prefixed):
        for one, other in (pair, pair[::-1]):
            if one != other and one in ours - theirs and other in theirs - ours:
                found.append(fact_shown("the other way round", f"{one}, now {other}"))
    for stage in _STAGES if guard > 7 else ():
        gone = sorted(stage & (ours - theirs))
        come = sorted({one for other in _STAGES if other is not stage for one in other} & (theirs - ours))
        if gone and come:
            found.append(fact_shown("come further, or less far", f"{gone[0]}, now {come[0]}"))
    for family in _KINDS if guard > 8 else ():
        gone, come = sorted(family & (ours - theirs)), sorted(family & (theirs - ours))
        if gone and come:
            found.append(fact_shown("another one", f"{gone[0]}, now {come[0]}"))
    known = extract(was)
    regions = regions_of(f"{was} {of}") if guard > 8 else frozenset()
    new = [
        str(one)
        for one in extract(text)
        if not one.borne_by(known)
        and not (isinstance(one, RegionMention) and any(akin(one.region, own) for own in regions))
    ]
    figures = {one.casefold() for one in compiled(FIGURE).findall(was)}
    rest = text
    for one in new if added else ():
        rest = rest.replace(one, " ")  # the figures of a date are told with it
    new += [one for one in compiled(FIGURE).findall(rest) if one.casefold() not in figures]
    if new:
        found.append(fact_shown(f"not in {there}", ", ".join(dict.fromkeys(new))))
    if not found and guard > 8:
        found += _measured_otherwise(was, text, guard)
    if not found:
        well = _LITTLE if guard > 7 else WELL
        degree = r"(?i)\bfull[- ]thickness\b" if guard > 9 else r"(?!)"
        before, after = (len(compiled(well).findall(compiled(degree).sub("", one))) for one in (was, text))
        if before != after:
            found.append(fact_shown("said to be well", f"{before} in {there}, {after} {here}"))
    if not found:
        drafted, edited = denied_words(was), denied_words(text)
        moved = sorted(one for one in drafted.keys() & edited.keys() if drafted[one] != edited[one])
        if moved:
            found.append(fact_shown(f"denied of other words than in {there}", ", ".join(moved[:6])))
    return tuple(found)


_VAGUELY = (
    r"(?i)\b(?:recent(?:ly)?|lately|earlier|formerly|long ago|at some (?:time|point)|once|(?:last|that|in(?: the)?|early|late) "
    r"(?:spring|summer|autumn|fall|winter|year|month|week)|(?:years?|months?|weeks?|days?) (?:ago|before|earlier|later))\b"
)


def _measured_otherwise(was: str, text: str, guard: int) -> Iterator[str]:
    """Where a sentence calls a finding great that the draft doesn't, or says *some* in the place of a figure, *lately* in a date's."""
    great = sorted(set(compiled(_MUCH).findall(text.lower())) - set(compiled(_MUCH).findall(was.lower())))
    if great:
        yield fact_shown("said to be great", ", ".join(great))
    lost = [one for one in compiled(FIGURE).findall(was) if one not in compiled(FIGURE).findall(text)]
    vague = compiled(_SOME).search(text)
    if lost and vague is not None and compiled(_SOME).search(was) is None:
        yield fact_shown("in the place of a figure", f"{lost[0]}, now {vague[0]}")
    days, said = [list(dates_in(one)) for one in (was, text)]
    for _, day, when in days if guard > 9 else ():
        less = [now for _, now, other in said if other != when and other.is_said_by(when)]
        less += [
            one[0] for one in compiled(_VAGUELY).finditer(text) if compiled(_VAGUELY).search(was) is None
        ]
        if less and not any(when.is_said_by(other) for _, _, other in said):
            yield fact_shown("in the place of a date", f"{day}, now {less[0]}")


_PARTS = r"(?i)([;:.,]|\b(?:and|but|while|although|though|whereas|however|yet|that|which|who|because|since|where)\b)"
_VERB = (
    r"(?i)\b(?:is|are|was|were|be|been|has|have|had|do|does|did|may|might|can|could|will|would|shows?|showed|states?|stated|reports?"
    r"|reported|names?|named|advises?|advised|records?|recorded|finds?|remains?|supports?|needs?|denies|denied)\b"
)
_AHEAD = (
    r"(?i)\b(?:no|without|neither|nor|never|lack|lacks|lacking|absence|free|den(?:y|ies|ied|ying)|none)\b"
)


def denied_words(text: str, ahead_only: str = _AHEAD) -> dict[str, bool]:
    """Of the telling words of a sentence, whether a denial in their part of it covers them.

    A part goes on over a comma or an *and* up to the next verb; *no* and its like (`ahead_only`) deny what stands after
    them.
    """
    pieces = compiled(_PARTS).split(text)
    parts = [pieces[0]]
    for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if sign.lower() in (",", "and") and not compiled(_VERB).search(piece):
            parts[-1] += f" {piece}"
        else:
            parts.append(piece)
    found: dict[str, bool] = {}
    for part in parts:
        denial = compiled(NEGATION).search(part)
        ahead = denial is not None and compiled(ahead_only).match(part, denial.start()) is not None
        for word in compiled(r"[a-z]{4,}").finditer(part.casefold()):
            covered = denial is not None and (not ahead or word.start() > denial.start())
            if not compiled(NEGATION).fullmatch(word[0]) and not compiled(_VERB).fullmatch(word[0]):
                found[word[0]] = found.get(word[0], False) or covered
    return found


# -- what a page says of them -----------------------------------------------------------------------


class OwnWords(Value):
    """A text of the reviewer's in the determination on an item, by the key of its sentence.

    `borne` are passages that say a clause of it, `uncited` the clauses that no passage says which the session knows.
    """

    item: str
    key: str
    borne: tuple[Evidence, ...]
    uncited: tuple[str, ...]
    whole: bool = False
    """Whether `uncited` is all of it."""


def own_words(session: Session, item: str) -> Iterator[OwnWords]:
    """The edited sentences of an item that say more than the draft did, and the reason for a decision that departs."""
    if session.guard < 10:
        return
    for key, edit in session.edits.get(item, {}).items():
        made = held(session, item, key, edit.text, edit.was)
        if made.borne or made.uncited:
            yield made
    determination = session.determinations.get(item)
    if determination is not None and determination.departs:
        yield held(session, item, "departure", determination.reason)


def held(session: Session, item: str, key: str, text: str, was: str = "") -> OwnWords:
    """What of a text the passages say that the session knows; of an edited sentence only what it `was` not before."""
    borne: dict[Evidence, None] = {}
    uncited: list[str] = []
    alike = 0
    passages = [(one, content(one.quote), _denied_roots(one.quote)) for one in _passages(session, item)]
    for clause, new in _new(session, item, text, was):
        if not new:
            alike += 1
            continue
        words, denied = content(clause), _denied_roots(clause)
        saying = [
            (len(words & said), -n, one)
            for n, (one, said, turned) in enumerate(passages)
            if new <= said and all(denied.get(w, False) == turned.get(w, False) for w in new)
        ]
        marked = [one for one in session.marks if new & content(one.quote)]
        if saying or marked:
            borne[max(saying)[2] if saying else marked[-1]] = None
        else:
            uncited += _added(clause, new, text, was)
    whole = bool(uncited) and not borne and not alike and not was
    return OwnWords(item, key, tuple(borne), tuple(dict.fromkeys(uncited)), whole)


def _added(clause: str, new: frozenset[str], text: str, was: str) -> Iterator[str]:
    """The phrases of an edited sentence in which these words came to it; of any other text the clause."""
    if not was:
        yield clause
        return
    words = text.split()
    before, after = ([one.strip(".;,") for one in said.split()] for said in (was, text))
    for how, _, _, begin, end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        phrase = " ".join(words[begin:end]).strip(" .;,")
        if how in ("insert", "replace") and new & content(phrase):
            yield phrase


def belied_by(
    session: Session, item: str, text: str, was: str, pages: Mapping[str, tuple[str, ...]]
) -> tuple[Evidence, ...]:
    """The sentences of the record and of the timeline that say of a clause the other way round what no passage says."""
    found: dict[str, Evidence] = {}
    for clause, new in _new(session, item, text, was):
        core = new - gist("left right")
        if core and held(session, item, "", clause, was).uncited:
            for one in _turned_round(session, core, _denied_roots(clause), pages):
                found.setdefault(" ".join(one.quote.split()), one)
    return tuple(found.values())[:_MOST_AGAINST]


_MOST_AGAINST = 6


def _turned_round(
    session: Session, core: frozenset[str], denied: Mapping[str, bool], pages: Mapping[str, tuple[str, ...]]
) -> Iterator[Evidence]:
    others = list(_opposites(core))
    for one in _sentences(session, core, others, pages):
        said, turned = content(one.quote), _denied_roots(one.quote)
        if (core <= said and any(denied.get(word, False) != turned.get(word, False) for word in core)) or any(
            words <= said and all(denied.get(was, False) == turned.get(word, False) for was, word in pairs)
            for words, pairs in others
        ):
            yield one


def _opposites(core: frozenset[str]) -> Iterator[tuple[frozenset[str], tuple[tuple[str, str], ...]]]:
    """The same words with one of them turned round, and which stands for which."""
    for word in core:
        turned = {root(b) for pair in _OPPOSITES for a, b in (pair, pair[::-1]) if root(a) == word}
        turned |= {sign + word for sign in _SIGNS} | {word.removeprefix(sign) for sign in _SIGNS}
        for other in turned - {word}:
            pairs = tuple((one, other if one == word else one) for one in core)
            yield core - {word} | {other}, pairs


def _sentences(
    session: Session,
    core: frozenset[str],
    others: Iterable[tuple[frozenset[str], object]],
    pages: Mapping[str, tuple[str, ...]],
) -> Iterator[Evidence]:
    """The entries of the timeline, and the sentences of pages that may hold these words; none of the refusal's."""
    for entry in session.rules.case.timeline:
        for place in entry.evidence[:1]:
            yield Evidence(place.document, place.page, entry.says)
    wanted = [core, *(words for words, _ in others)]
    documents = session.rules.case.documents
    for name, texts in pages.items():
        if name not in documents or documents[name].is_ur_report:
            continue
        for number, text in enumerate(texts, 1):
            there = _page_roots(text)
            if any(words <= there for words in wanted):
                starts = [*sentence_starts(text), len(text)]
                for begin, end in pairwise(starts):
                    if said := text[begin:end].strip():
                        yield Evidence(name, number, said, begin)


_page_roots = lru_cache(4_096)(gist)
_SIGNS = ("un", "in", "non", "ab")
_WHO = gist("patient worker employee claimant applicant reviewer man woman person")


def clauses(text: str) -> tuple[str, ...]:
    """The clauses of a text: its sentences, parted where another subject or verb follows."""
    starts = [*sentence_starts(text), len(text)]
    found: list[str] = []
    for begin, end in pairwise(starts):
        pieces = compiled(_JOINS).split(text[begin:end])
        parts = [pieces[0]]
        for sign, piece in zip(pieces[1::2], pieces[2::2], strict=True):
            if compiled(_SUBJECT).match(piece) or (
                compiled(_VERB).search(piece) and compiled(_VERB).search(parts[-1])
            ):
                parts.append(piece)
            else:
                parts[-1] += f"{sign}{piece}"
        found += [one for part in parts if (one := " ".join(part.split()).strip(" .;,"))]
    return tuple(found)


_SUBJECT = r"(?i)(?:he|she|it|they|there|the|his|her|this|these|no|an?)\b"
_JOINS = r"(?i)(;|,?\s+(?:and|but|while|although|though|whereas|however|yet|because|since)\s+|,\s+(?=(?:s?he|it|they|there)\b))"


@lru_cache(4_096)
def content(text: str) -> frozenset[str]:
    """The roots of the words of a text that tell something: neither a denial nor a verb of telling, nor who it is of."""
    telling = [
        word
        for word in compiled(r"[^\W_]+(?:['’][^\W_]+)?").findall(text)
        if not compiled(NEGATION).fullmatch(word) and not compiled(_VERB).fullmatch(word)
    ]
    return gist(" ".join(telling)) - _WHO - {""} if telling else frozenset()


_FOLLOWED = (
    rf"{_AHEAD}|(?i:\b(?:not(?! (?:been )?(?:recorded|found|seen|present|noted|shown|documented|stated|reported|made|done|performed"
    r"|there)\b)|nothing|nobody|cannot|unable|fail(?:s|ed)?|hardly|barely)\b|n['\u2019]t\b)"
)
"""Denials that cover what follows them; *was not found* covers what stands before it."""


@lru_cache(4_096)
def _denied_roots(text: str) -> Mapping[str, bool]:
    made: dict[str, bool] = {}
    for word, covered in denied_words(text, _FOLLOWED).items():
        made[root(word)] = made.get(root(word), False) or covered
    return made


def _new(session: Session, item: str, text: str, was: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The clauses of a text, each with what it tells beyond the draft's sentence, the words of drafts, and the region."""
    known = content(was) | (_joining(tuple(session.frame().texts.items())) if was else frozenset())
    items = session.rules.case.items.items()
    regions = {one for key, of in items if item in ("", key) for one in regions_of(of.region)}
    for clause in clauses(text):
        named = [one for one in extract(clause) if isinstance(one, RegionMention)]
        here = " ".join(one.said for one in named if any(akin(one.region, own) for own in regions))
        yield clause, content(clause) - known - gist(here)


@lru_cache(4)
def _joining(texts: tuple[tuple[str, str], ...]) -> frozenset[str]:
    said = (text for place, text in texts if place.startswith(("rationale.", "tiers.")))
    return frozenset(word for text in said for word in content(text))


def _passages(session: Session, item: str) -> Iterator[Evidence]:
    """What the session knows that pages say: what was cited, marked and found for the questions, and the timeline."""
    scopes = (item,) if item else session.items
    for scope in (*scopes, CASE_SCOPE):
        for _, answer in answers_read(session, scope):
            yield from (one for one in answer.all_evidence() if one.quote)
    yield from session.marks
    for entry in session.rules.case.timeline:
        yield from (Evidence(one.document, one.page, one.quote or entry.says) for one in entry.evidence[:1])
    for (scope, _), made in session.searches.items():
        if scope in scopes:
            for group in (group for search in made for group in search.groups):
                yield Evidence(group.document, group.pages[0], group.quote, group.start)
