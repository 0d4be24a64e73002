"""The reviewer's own words in a determination: what they say otherwise than the draft, and which page bears them.

Free text can say anything, in words that no question asks for. So each clause of it is held against every passage that
the session knows: what one says stands with that passage beside it, what none says stands as the reviewer's own words
without a page, and what a page says the other way round needs a reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from assistant.core.answer import Evidence
from assistant.core.dates import dates_in
from assistant.core.record.case import Document
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


def otherwise(
    was: str, text: str, guard: int = GUARD, of: str = "", added: bool = False, borne: Iterable[Evidence] = ()
) -> tuple[str, ...]:
    """In what an edited sentence may say otherwise than the draft: denials, doubts, numbers, levels, sides, dates.

    Words may go and come as one likes; a denial or a doubt more or less, or a figure or fact that the draft's sentence
    hasn't, changes the finding. A part of the region that it is `of`, or of one that it names, is none: the toe of a leg.
    What is `added` to a sentence is held against it in the same way. Figures and facts of passages by which the words are
    `borne` are not new.
    """
    found = []
    stated = f"{was} {' '.join(one.quote for one in borne)}"
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
    known = extract(stated)
    regions = regions_of(f"{was} {of}") if guard > 8 else frozenset()
    new = [
        str(one)
        for one in extract(text)
        if not one.borne_by(known)
        and not (isinstance(one, RegionMention) and any(akin(one.region, own) for own in regions))
    ]
    figures = {_number(one, guard) for one in compiled(FIGURE).findall(stated)}
    rest = text
    for one in new if added else ():
        rest = rest.replace(one, " ")  # the figures of a date are told with it
    new += [one for one in compiled(FIGURE).findall(rest) if _number(one, guard) not in figures]
    if new:
        found.append(fact_shown(f"not in {there}", ", ".join(dict.fromkeys(new))))
    if not found and guard > 8:
        found += _measured_otherwise(was, text, guard)
    if not found:
        well = _LITTLE if guard > 7 else WELL
        degree = r"(?i)\bfull[- ]thickness\b" if guard > 9 else r"(?!)"
        before, after = (_called_well(well, compiled(degree).sub("", one), guard) for one in (was, text))
        if before != after:
            found.append(fact_shown("said to be well", f"{before} in {there}, {after} {here}"))
    if not found:
        drafted, edited = denied_words(was), denied_words(text)
        moved = sorted(one for one in drafted.keys() & edited.keys() if drafted[one] != edited[one])
        if moved:
            found.append(fact_shown(f"denied of other words than in {there}", ", ".join(moved[:6])))
    return tuple(found)


def _number(said: str, guard: int) -> str:
    """A figure, which *twelve* and *12* are alike."""
    return _SAME.get(said.casefold(), said.casefold()) if guard > 9 else said.casefold()


def _called_well(well: str, text: str, guard: int) -> int:
    """How many words of a text say that something is well; what *did not help* is not."""
    denied = denied_words(text) if guard > 9 else {}
    return sum(not denied.get(one[0].casefold(), False) for one in compiled(well).finditer(text))


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

    `borne` are passages that say a clause of it, `uncited` the clauses that no passage says which the session knows;
    `reasoned` is a text of which some clauses judge and tell nothing that a page could hold.
    """

    item: str
    key: str
    borne: tuple[Evidence, ...]
    uncited: tuple[str, ...]
    whole: bool = False
    """Whether `uncited` is all of it."""
    reasoned: bool = False


def own_words(session: Session, item: str) -> Iterator[OwnWords]:
    """The edited sentences of an item that say more than the draft did, and the reason for a decision that departs."""
    if session.guard < 10:
        return
    for key, edit in session.edits.get(item, {}).items():
        made = held(session, item, key, edit.text, edit.was)
        if made.borne or made.uncited or made.reasoned:
            yield made
    determination = session.determinations.get(item)
    if determination is not None and determination.departs:
        yield held(session, item, "departure", determination.reason)


def held(session: Session, item: str, key: str, text: str, was: str = "") -> OwnWords:
    """What of a text the passages say that the session knows; of an edited sentence only what it `was` not before."""
    borne: dict[Evidence, None] = {}
    uncited: list[str] = []
    alike, judged = 0, 0
    passages = tuple(_passages(session, item))
    told = frozenset().union(*(_told_by(one.quote) for one in passages))
    for clause, new in _new(session, item, text, was):
        if not new:
            alike += 1
        elif _judges(clause, told):
            judged += 1
        elif saying := _saying(session, clause, new, passages):
            borne.update(dict.fromkeys(saying))
        elif marked := [one for one in session.marks if new & content(one.quote)]:
            borne[marked[-1]] = None
        else:
            uncited += _added(clause, new, text, was)
    whole = bool(uncited) and not borne and not alike and not judged and not was
    return OwnWords(item, key, tuple(borne), tuple(dict.fromkeys(uncited)), whole, judged > 0)


def _saying(
    session: Session, clause: str, new: frozenset[str], passages: Iterable[Evidence]
) -> tuple[Evidence, ...]:
    """The passage that says these words of a clause; where none says all, one for each of its parts."""
    words, denied = content(clause), _denied_roots(clause)
    looks_ahead = compiled(_AHEAD_OF_IT).search(clause) is not None

    documents = session.rules.case.documents

    def best(part: frozenset[str]) -> Evidence | None:
        saying = [
            (len(words & said), -n, one)
            for n, one in enumerate(passages)
            if part <= (said := _told_by(one.quote) | _made_by(documents, one))
            and (looks_ahead or compiled(_AHEAD_OF_IT).search(one.quote) is None)
            and all(denied.get(w, False) == _denied_roots(_with_kinds(one.quote)).get(w, False) for w in part)
            and _sides_agree(clause, one.quote)
            and not any(denied.get(w, False) for w in part - content(one.quote) - _made_by(documents, one))
        ]
        return max(saying)[2] if saying else None

    new = new - _WEIGHED
    if whole := best(new):
        return (whole,)
    parts = [part for said in compiled(_LISTED).split(clause) if (part := content(said) & new)]
    found = [best(part) for part in parts] if frozenset().union(*parts) == new else [None]
    return tuple(one for one in found if one is not None) if None not in found else ()


def _sides_agree(clause: str, quote: str) -> bool:
    """Whether the figures that a clause gives of a side are those that a passage on both gives of it."""
    said, told = _plainly(clause), _plainly(quote)
    if not all(compiled(rf"(?i)\b{side}\b").search(told) for side in ("left", "right")):
        return True
    return all(_figures_of(side, said) <= _figures_of(side, told) for side in ("left", "right"))


def _figures_of(side: str, text: str) -> frozenset[str]:
    parts = [one for one in compiled(_LISTED).split(text) if compiled(rf"(?i)\b{side}\b").search(one)]
    return frozenset(one for part in parts for one in compiled(r"\b\d\w*").findall(part))


def _made_by(documents: Mapping[str, Document], one: Evidence) -> frozenset[str]:
    """What the report of a study is of: it is the MRI that shows what its report says."""
    known = documents.get(one.document)
    if known is None or known.is_ur_report or "report" not in known.title.casefold():
        return frozenset()
    return content(f"{known.id.replace('-', ' ')} {known.title}")


_LISTED = r"(?i),|;|\b(?:and|with|or)\b"
_AHEAD_OF_IT = (
    r"(?i)\b(?:consider\w*|contemplat\w*|plan(?:s|ned|ning)?|if|request\w*|recommend\w*|schedul\w*|candidate|rule out|r/o"
    r"|possibl[ey]|suspect\w*|may|might|discuss\w*|wish\w*|want\w*)\b"
)
"""What was planned, wished or supposed bears nothing that is told as done."""


def bearing(
    session: Session, item: str, text: str, pages: Mapping[str, tuple[str, ...]]
) -> tuple[Evidence, ...]:
    """The sentences of pages that say the clauses of a text; none where one of them is said by no sentence."""
    found: list[Evidence] = []
    for clause, new in _new(session, item, text, ""):
        if new and not held(session, item, "", clause).reasoned:
            sentences = tuple(_sentences(session, new, (), pages))
            if not (saying := _saying(session, clause, new, sentences)):
                return ()
            found += saying
    return tuple(found)


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
        core = new - _SIDES
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
        pairs_known = (*_OPPOSITES, *_TURNED)
        turned = {_stem(b) for pair in pairs_known for a, b in (pair, pair[::-1]) if _stem(a) == word}
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
            there = _told_by(text)
            if any(words <= there for words in wanted):
                starts = [*sentence_starts(text), len(text)]
                for begin, end in pairwise(starts):
                    if said := text[begin:end].strip():
                        yield Evidence(name, number, said, begin)


_SIGNS = ("un", "in", "non", "ab")
_WHO = gist(
    "patient worker employee claimant applicant reviewer man woman person treating physician provider doctor"
)


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
_JOINS = r"(?i)(;|,\s+(?:(?:for|of|in|by|on) )?which\s+|,?\s+(?:and|but|while|although|though|whereas|however|yet|because|since)\s+|,\s+(?=(?:s?he|it|they|there)\b))"


@lru_cache(8_192)
def content(text: str) -> frozenset[str]:
    """The roots of the words of a text that tell something: neither a denial nor a verb of telling, nor who it is of.

    What is written in several ways is one word: *PT* and *physical therapy*, *films* and *radiographs*, *BID* and *twice
    daily*, *3/5*.
    """
    telling = [
        word
        for word in compiled(r"[^\W_]+(?:['’][^\W_]+)?").findall(_plainly(text))
        if not compiled(NEGATION).fullmatch(word) and not compiled(_VERB).fullmatch(word)
    ]
    roots = (_stem(word) for word in gist(" ".join(telling))) if telling else ()
    return frozenset(roots) - _WHO - _VOID - {""}


def _stem(word: str) -> str:
    """The root of a word, which what is done and the doing share: *retracted* and *retraction*."""
    made = root(word.removesuffix("ness"))
    return made.removesuffix("ion") if len(made) > 6 else made


_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
)
_SAME = {
    form.strip(): line.split(":")[0].strip()
    for line in (
        "physical therapy: pt|physical therapies|physiotherapy",
        "home exercise: hep|home exercise program|home exercise programme|home exercises|home program",
        "straight leg raise: slr|slrt",
        "surgery: operation|operations|operated|operative|operate|surgical|surgeries|surgery",
        "radiograph: film|films|plain films|plain film|x-ray|x-rays|xray|xrays|x ray|x rays|radiograph|radiographs|radiography",
        "magnetic: mri|mris|magnetic resonance imaging",
        "tomography: ct|ct scan|computed tomography",
        "electromyography: emg|emgs|emg/ncs|emg/ncv|electrodiagnostic study|electrodiagnostic studies|electrodiagnosis",
        "improved: benefit|benefits|benefited|benefitted|help|helps|helped|relief|relieve|relieves|relieved|improve|improves"
        "|improved|improvement|improvements|improving|better|gain|gains|gained",
        "worsened: worse|worsened|worsening|worsens|deteriorated|deterioration",
        "examination: exam|exams|examination|examinations|examined",
        "reduced: lowered|decreased|decrease|reduced|reduction|diminished|diminution",
        "symmetric: symmetrical|symmetrically|symmetric|symmetry",
        "radiates: radiates|radiating|radiate|radiated|radiation|runs down|travels down|shoots down",
        "medication: drug|drugs|medicine|medicines|med|meds|medication|medications",
        "tablet: tab|tabs|tablet|tablets|pill|pills",
        "oncedaily: qd|q.d.|once a day|once daily|once per day|daily|every day|each day|a day|per day",
        "twicedaily: bid|b.i.d.|twice a day|twice daily|two times a day|2 times a day|two times daily",
        "thricedaily: tid|t.i.d.|three times a day|three times daily|3 times a day|thrice daily",
        "fourdaily: qid|q.i.d.|four times a day|four times daily|4 times a day",
        "night: qhs|q.h.s.|nightly|at night|at bedtime|nights|night",
        "needed: prn|p.r.n.|as needed|when needed",
        "joint line tenderness: jlt",
        "great toe extensor: ehl|extensor hallucis longus",
        "motion: rom|range of motion",
        "low back pain: lbp|lower back pain|lumbar pain",
        "reflex: dtr|dtrs|deep tendon reflexes|deep tendon reflex|reflexes|reflex",
        "carpal tunnel syndrome: cts",
        "epidural injection: esi|esis|epidural steroid injection|epidural steroid injections",
        "drugtest: uds|udt|urine drug test|urine drug screen|urine drug testing|urine drug screening|urine drug tests",
        "test: sign|signs|test|tests",
        "pain: vas|nrs|pain score|pain scores|pain level|pain levels",
        "sensation: sensory|sensations",
        "normal: wnl|within normal limits|unremarkable|normal",
        "work: job|work|works|working|worked",
        "minutes: min|mins",
        "week: wk|wks",
        "month: mo|mos",
        "hour: hr|hrs",
        "pounds: lb|lbs",
        "oswestry: odi",
        "year: yo|y.o.|year-old|years old|year old|years of age|years|year",
        *(f"{n}: {word}" for n, word in enumerate(_NUMBERS.split())),
        *(
            f"{n}0: {word}"
            for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
        ),
    )
    for form in line.split(":", 1)[1].split("|")
}
"""Words in which notes and letters say the same, each with the one for all of them."""
_WRITTEN = (
    rf"(?i)(?<![\w/])(?:{'|'.join(re.escape(one) for one in sorted(_SAME, key=len, reverse=True))})(?![\w/])"
)
_KINDS_OF = (
    ("strength", r"weakness|weak"),
    (
        "nsaid nsaids",
        r"ibuprofen|naproxen|diclofenac|meloxicam|celecoxib|etodolac|nabumetone|ketorolac|indomethacin",
    ),
    (
        "opioid opioids",
        r"hydrocodone|oxycodone|morphine|tramadol|codeine|fentanyl|hydromorphone|tapentadol|norco|percocet",
    ),
)
"""What is told of one of a kind is told of the kind, though what is denied of it is not."""
_VOID = gist(
    "prior previous previously earlier past history exist exists any this these those also too then thus therefore documented"
    " noted found seen present made done performed obtained such which who takes taken taking tried"
)


def _plainly(text: str) -> str:
    """A text with one word for what is written in several ways, and with *no operation* for *operations: none*."""
    text = compiled(r"(?i)([^.:;\n]{3,60}):\s*(?:none|denied|absent|negative|nil)\b").sub(r"no \1", text)
    for _, said, when in dates_in(text):
        if when.day is not None:
            text = text.replace(said, f"day{when.year}x{when.month}x{when.day}")
    text = compiled(r"(?<![\d/])(\d{1,3})/(\d{1,3})(?![\d/])").sub(r"\1of\2", text)
    text = compiled(r"(?<=\d)\s?%").sub(" percent", text)
    text = compiled(r"(\d)\.(?=\d)").sub(r"\1p", text)
    text = compiled(r"(?i)\b(?:1|one) (?:tab(?:let)?|cap(?:sule)?|pill)\b").sub("", text)
    return compiled(_WRITTEN).sub(lambda one: _SAME[one[0].casefold()], " ".join(text.split()))


@lru_cache(8_192)
def _with_kinds(text: str) -> str:
    for kind, names in _KINDS_OF:
        text = compiled(rf"(?i)\b(?:{names})\b").sub(rf"\g<0> {kind}", text)
    return text


@lru_cache(8_192)
def _told_by(text: str) -> frozenset[str]:
    """What a passage tells: its words, and the kinds of what it names."""
    return content(_with_kinds(text))


_TURNED = (
    ("large", "small"),
    ("full", "modified"),
    ("full", "limited"),
    ("married", "single"),
    ("new", "old"),
    ("retired", "work"),
)
_SIDES = gist("left right")
_GUIDELINE = r"(?:guidelines?|criteri(?:on|a)|mtus|acoem|odg|schedule|regulations?|statute|rule|evidence|literature|standard(?: of care)?)"
_OF_A_RULE = rf"(?i)^(?:(?:as|for|in|of|by|to|on) )?(?:which )?(?:the |this |that |its |these |those |an? )?(?:\w+[- ]){{0,2}}{_GUIDELINE}\b(?!['’])"
"""How a clause begins that tells of a guideline."""
_JUDGED = r"(?i)\b(?:would|should|outweighs?)\b|\b(?:better|worse|good|poor) (?:outcomes?|results?)\b|\bbest (?:shows?|seen|treated|judged)\b"
"""What says how things ought to be, or are in general."""
_TOLD_OF = (
    r"(?i)\b(?:he|she|his|her|him|they|patient|worker|employee|claimant|applicant|here|present|evident|shown|met|satisfied|fulfilled|"
    r"documented|recorded|this case)\b"
)
_JUDGING = frozenset(
    _stem(one)
    for one in (
        "benefit benefits outweigh outweighs outweighed risk risks harm harms cost costs necessary necessity medically appropriate"
        " reasonable indicated warranted justified supported support request requested treatment care therapy guideline guidelines"
        " criteria criterion evidence medical reason reasons judgment judgement opinion decision clinical standard mtus acoem odg"
        " weigh weighs balance favor favors therefore improved expected likely potential service"
    ).split()
)
_JUDGED_OF = gist("request treatment care therapy service evidence decision medical clinical reason")
"""What is judged, which by itself says nothing of a judgement: *the request was never made* tells what happened."""


_SILENT = (
    r"(?i)^(?:the |an? )?(?:\w+ )?(?:denial|refusal|utilization review(?:er| report)?|ur(?: report| reviewer| denial)?)\b.*"
    r"\b(?:not|never|nothing|without|silent)\b"
)
"""How a clause begins that tells what the refusal leaves out."""


def _judges(clause: str, known: frozenset[str]) -> bool:
    """Whether a clause weighs, or tells of a guideline, and nothing of the patient that a page could hold.

    What the refusal is said to leave out is `known`: it would be told as a fact otherwise.
    """
    if compiled(_TOLD_OF).search(clause):
        return False
    told = content(clause) - _JUDGING
    if compiled(_SILENT).search(clause):
        return told - _LEFT_OUT <= known
    if compiled(_OF_A_RULE).search(clause):
        return True
    if compiled(FIGURE).search(clause):
        return False
    return compiled(_JUDGED).search(clause) is not None or (not told and not content(clause) <= _JUDGED_OF)


_WEIGHED = gist(
    "guideline criteria criterion acoem mtus odg medically necessary necessity meet satisfy support warrant justify"
)
_LEFT_OUT = gist(
    "denial refusal utilization review reviewer ur report mention discuss address consider explain say cite weigh silent"
)


_FOLLOWED = (
    rf"{_AHEAD}|(?i:\b(?:not(?! (?:been )?(?:recorded|found|seen|present|noted|shown|documented|stated|reported|made|done|performed"
    r"|there)\b)|nothing|nobody|cannot|unable|fail(?:s|ed)?|hardly|barely)\b|n['\u2019]t\b)"
)
"""Denials that cover what follows them; *was not found* covers what stands before it."""


@lru_cache(4_096)
def _denied_roots(text: str) -> Mapping[str, bool]:
    made: dict[str, bool] = {}
    for word, covered in denied_words(_plainly(text), _FOLLOWED).items():
        made[_stem(word)] = made.get(_stem(word), False) or covered
    return made


def _new(session: Session, item: str, text: str, was: str) -> Iterator[tuple[str, frozenset[str]]]:
    """The clauses of a text, each with what it tells beyond the draft's sentence, the words of drafts, and the region."""
    known = content(was) | (_joining(tuple(session.frame().texts.items())) if was else frozenset())
    items = session.rules.case.items.items()
    regions = {one for key, of in items if item in ("", key) for one in regions_of(of.region)}
    for clause in clauses(text):
        named = [one for one in extract(clause) if isinstance(one, RegionMention)]
        here = " ".join(one.said for one in named if any(akin(one.region, own) for own in regions))
        yield clause, content(clause) - known - content(here)


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
