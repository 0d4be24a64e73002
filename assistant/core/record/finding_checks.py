"""One check of plain fact as a value, and those of findings: answers and sentences held against what the record bears.

A reason that the reviewer gives for one of these stands in the letter beside the sentence that rests on it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Protocol

from assistant.core.problem import reason, refuse
from assistant.core.record.absence import not_found, open_passages
from assistant.core.record.choices import choices_named
from assistant.core.record.facts import answers_read, fact_shown
from assistant.core.record.grounds import NEGATIVE, Kind, grounds
from assistant.core.record.guard import Pages, bare_answer, faults
from assistant.core.record.mentions import RegionMention, akin, extract, regions_of
from assistant.core.record.passages import UNSUPPORTING, PassageGroup
from assistant.core.rules.answer_schema import ChoiceShape, GroupShape, at
from assistant.core.rules.criterion import digest_of
from assistant.core.rules.prompt_set import Criterion
from assistant.core.rules.suggestion import suggest
from assistant.core.session import GUARD, AnswerPlace, Edit, Session, effective_date
from assistant.core.text import compiled, one_line, singular
from assistant.core.value import Value
from assistant.core.wording import told


class Sentence(Protocol):
    """A sentence of a draft, as far as the checks read it."""

    @property
    def key(self) -> str: ...

    @property
    def text(self) -> str: ...

    @property
    def origin(self) -> str: ...


class Misread(Value):
    """What the program read on a page: a fact of a kind (`dates`, `levels`, `sides`), in the words it was read as."""

    document: str
    page: int
    kind: str
    was: str


class Check(Value):
    """One thing to mend or to acknowledge with a reason.

    `key` is a digest of what was found, so that other facts raise the check anew. `item` is a disputed item
    or `case`. A `warning` is acknowledged or mended, a `blocking` check only mended. `facts` stand side by
    side, each as `label: value (document:page)`. `misread` is set where the program may have misread a page.
    `place` is the question that it is about (`1/duration`), or the item, or `case`.
    """

    check: str
    key: str
    item: str
    severity: str
    message: str
    facts: tuple[str, ...]
    misread: Misread | None = None
    place: str = ""


def made(
    check: str,
    item: str,
    message: str,
    facts: Sequence[str],
    severity: str = "warning",
    prompt: str = "",
    known_by: Sequence[str] = (),
) -> Check:
    """A check with the key that its facts give it, or those that it is `known_by`."""
    text = "\x1f".join((check, item, *(known_by or facts)))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    place = f"{item}/{prompt}" if prompt else item
    read = tuple(one if "“" in one else singular(one, letter=False) for one in facts)
    return Check(check, digest[:12], item, severity, message, read, place=place)


_SHOWN = 12


_STANDINGS = {"uncertain": "said as uncertain", "historical": "said of the past"}


def absence_check(session: Session, place: AnswerPlace) -> Check:
    """The answer and the passages that speak against it, side by side; only mended, never acknowledged."""
    scope, name = place
    found = open_passages(session, place)
    answer = session.reading(scope).answer(name)
    if not not_found(answer) or (answer is not None and answer.listing):
        return _denial_check(session, place, found)
    facts = [f"answered: not documented ({session.prompt(scope, name).ask})"]
    facts += [f"in the record: {passage_words(group)}" for group in found[:_SHOWN]]
    if len(found) > _SHOWN:
        facts.append(f"and {len(found) - _SHOWN} more")
    message = (
        "The record speaks of something that is answered as not documented. Cite the passage and answer anew, "
        "or say why it does not count."
    )
    return made("contradicted-absence", scope, message, facts, "blocking", name)


def _denial_check(session: Session, place: AnswerPlace, found: Sequence[PassageGroup]) -> Check:
    scope, name = place
    prompt = session.prompt(scope, name)
    facts = [fact_shown(prompt.ask, told(prompt.schema, session.reading(scope).answer(name)))]
    facts += [f"in the record: {passage_words(group)}" for group in found[:_SHOWN]]
    if len(found) > _SHOWN:
        facts.append(f"and {len(found) - _SHOWN} more")
    message = "Passages of the record speak against this answer. Answer anew, or say why they do not count."
    return made("contradicted-denial", scope, message, facts, "blocking", name)


def finding_checks(session: Session, pages: Pages) -> Iterator[Check]:
    """Where an answer departs from the case file or from what is worked out, or no cited passage bears it."""
    for fault in faults(session, pages):
        scope, name = fault.place
        yield made(fault.check, scope, fault.message, fault.facts, prompt=name, known_by=fault.parted)


def passage_words(group: PassageGroup, quote: str = "", count: int = 0) -> str:
    """A passage on one line: its words, or `quote` in their place, how they stand, where, and how often."""
    count = count or group.count
    pages = ", ".join(str(page) for page in group.pages[:6]) + (" and more" if len(group.pages) > 6 else "")
    standing = f" [{_STANDINGS.get(group.standing, group.standing)}]" if group.standing != "affirmed" else ""
    times = f", {count} times" if count > 1 else ""
    return f"“{one_line(quote or group.quote, 240)}”{standing} ({group.document}:{pages}{times})"


# -- sentences in the reviewer's own words ----------------------------------------------------------

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
_FIGURE = (
    r"(?i)\b(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice)\b"
)


def otherwise(was: str, text: str, guard: int = GUARD, of: str = "") -> tuple[str, ...]:
    """In what an edited sentence may say otherwise than the draft: denials, doubts, numbers, levels, sides, dates.

    Words may go and come as one likes; a denial or a doubt more or less, or a figure or fact that the draft's sentence
    hasn't, changes the finding. A part of the region that it is `of`, or of one that it names, is none: the toe of a leg.
    """
    found = []
    for name, pattern in (("denials", NEGATION), ("doubts", _HEDGE)):
        before, after = (len(compiled(pattern).findall(one)) for one in (was, text))
        if before != after:
            found.append(fact_shown(name, f"{before} in the draft, {after} now"))
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
    figures = {one.casefold() for one in compiled(_FIGURE).findall(was)}
    new += [one for one in compiled(_FIGURE).findall(text) if one.casefold() not in figures]
    if new:
        found.append(fact_shown("not in the draft", ", ".join(dict.fromkeys(new))))
    if not found and guard > 8:
        found += _measured_otherwise(was, text)
    if not found:
        well = _LITTLE if guard > 7 else WELL
        before, after = (len(compiled(well).findall(one)) for one in (was, text))
        if before != after:
            found.append(fact_shown("said to be well", f"{before} in the draft, {after} now"))
    if not found:
        drafted, edited = _denied(was), _denied(text)
        moved = sorted(one for one in drafted.keys() & edited.keys() if drafted[one] != edited[one])
        if moved:
            found.append(fact_shown("denied of other words than in the draft", ", ".join(moved[:6])))
    return tuple(found)


def _measured_otherwise(was: str, text: str) -> Iterator[str]:
    """Where a sentence calls a finding great that the draft doesn't, or says *some* in the place of a figure."""
    great = sorted(set(compiled(_MUCH).findall(text.lower())) - set(compiled(_MUCH).findall(was.lower())))
    if great:
        yield fact_shown("said to be great", ", ".join(great))
    lost = [one for one in compiled(_FIGURE).findall(was) if one not in compiled(_FIGURE).findall(text)]
    vague = compiled(_SOME).search(text)
    if lost and vague is not None and compiled(_SOME).search(was) is None:
        yield fact_shown("in the place of a figure", f"{lost[0]}, now {vague[0]}")


_PARTS = r"(?i)([;:.,]|\b(?:and|but|while|although|though|whereas|however|yet|that|which|who|because|since|where)\b)"
_VERB = (
    r"(?i)\b(?:is|are|was|were|be|been|has|have|had|do|does|did|may|might|can|could|will|would|shows?|showed|states?|stated|reports?"
    r"|reported|names?|named|advises?|advised|records?|recorded|finds?|remains?|supports?|needs?|denies|denied)\b"
)
_AHEAD = (
    r"(?i)\b(?:no|without|neither|nor|never|lack|lacks|lacking|absence|free|den(?:y|ies|ied|ying)|none)\b"
)


def _denied(text: str) -> dict[str, bool]:
    """Of the telling words of a sentence, whether a denial in their part of it covers them.

    A part goes on over a comma or an *and* up to the next verb; *no* and its like deny what stands after them.
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
        ahead = denial is not None and compiled(_AHEAD).match(part, denial.start()) is not None
        for word in compiled(r"[a-z]{4,}").finditer(part.casefold()):
            covered = denial is not None and (not ahead or word.start() > denial.start())
            if not compiled(NEGATION).fullmatch(word[0]) and not compiled(_VERB).fullmatch(word[0]):
                found[word[0]] = found.get(word[0], False) or covered
    return found


_OTHERWISE = (
    "An edited sentence says otherwise than the finding that it is drafted from. Amend the answer, put the sentence back, or "
    "say what it rests on."
)


def _found_missing(session: Session, item: str, was: str, text: str) -> tuple[str, ...]:
    """The words that a text has and the draft's sentence hasn't for what is answered as not found.

    Before guard 9 these were the entries of checklists alone.
    """
    found = [
        one
        for name, _ in answers_read(session, item)
        if session.guard > 8
        or (isinstance(shape := session.prompt(item, name).schema.shape, GroupShape) and shape.uniform)
        for one in grounds(session, (item, name))
    ]
    affirmed = {word for one in found if one.kind is Kind.AFFIRMATION for word in one.words}
    known = f"{was} {session.rules.case.items[item].service}".casefold()
    denied = _denied(text)
    words = dict.fromkeys(
        word for one in found if one.kind in (Kind.ABSENCE, Kind.DENIAL) for word in one.words
    )
    return tuple(
        word
        for word in words
        if word not in affirmed
        and word.casefold() not in known
        and compiled(rf"(?i)\b{re.escape(word)}\b").search(text)
        and not any(denied.get(part, False) for part in word.casefold().split())
    )


def edit_check(session: Session, item: str, number: int, edit: Edit) -> Check | None:
    """The check of one edited sentence; None where it says the same in other words."""
    region = session.rules.case.items[item].region if item in session.items else ""
    changed = otherwise(edit.was, edit.text, session.guard, region)
    if not changed and (missing := _found_missing(session, item, edit.was, edit.text)):
        changed = (fact_shown("answered as not found", ", ".join(missing)),)
    if not changed:
        return None
    facts = (f"the draft: {one_line(edit.was, 240)}", f"edited: {one_line(edit.text, 240)}", *changed)
    return made("unsupported-finding", item, _OTHERWISE, facts, prompt=f"{_SENTENCE}{number}")


Hears = Callable[[str, tuple[str, ...]], Mapping[str, str]]
"""Of the words of a question those that a text speaks of, and how it does: `negated`, `affirmed`."""


def addendum_check(
    session: Session,
    item: str,
    quoted: str,
    text: str,
    said: Sequence[str] = (),
    hears: Hears = lambda text, words: {},
) -> Check | None:
    """The check of an addendum that says otherwise than the sentence it adds to, or than what was answered.

    One that names no sentence is held against all that is `said`: a figure that stands nowhere there, and a denial of
    something that was asked. `hears` gives of the words of a question those that a text speaks of, and how.
    """
    changed = otherwise(quoted, text) if quoted else tuple(_unsaid(session, text, said))
    items = (item,) if item else session.items
    missing = dict.fromkeys(word for one in items for word in _found_missing(session, one, quoted, text))
    for one in items:
        absent, otherwise_said = _answered_otherwise(session, one, quoted, text, hears)
        missing.update(dict.fromkeys(absent))
        changed = changed or tuple(otherwise_said)
    if missing:
        changed = (*changed, fact_shown("answered as not found", ", ".join(missing)))
    if not changed:
        return None
    facts = (*([f"the sentence: {one_line(quoted, 240)}"] if quoted else []), *changed)
    message = "The addendum says otherwise than what was signed. Correct it, or say where that stands in the record."
    return made("unsupported-finding", item, message, facts)


def _answered_otherwise(
    session: Session, item: str, quoted: str, text: str, hears: Hears
) -> tuple[list[str], list[str]]:
    """What a text tells that was answered as not found, and what else it says otherwise than an answer."""
    absent, denied, others = [], [], []
    for name, _ in answers_read(session, item):
        prompt = session.prompt(item, name)
        for ground in grounds(session, (item, name)):
            known = hears(quoted, ground.words) if quoted else {}
            new = {word: how for word, how in hears(text, ground.words).items() if word not in known}
            if ground.kind in NEGATIVE:
                absent += [word for word, how in new.items() if how not in UNSUPPORTING]
            elif ground.kind is Kind.AFFIRMATION:
                denied += [word for word, how in new.items() if how == "negated"]
                shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
                if isinstance(shape, ChoiceShape) and isinstance(ground.answer.value, str):
                    spoken = "; ".join(
                        (text, *(word for word, how in new.items() if how not in UNSUPPORTING))
                    )
                    told = choices_named(shape, spoken) - choices_named(shape, quoted)
                    if told and ground.answer.value not in told:
                        others += sorted(shape.labels[one] for one in told)
    said = [("answered as found", denied), ("another than was answered", others)]
    return absent, [fact_shown(label, ", ".join(dict.fromkeys(words))) for label, words in said if words]


def _unsaid(session: Session, text: str, said: Sequence[str]) -> Iterator[str]:
    known = {one.casefold() for words in said for one in compiled(_FIGURE).findall(words)}
    new = [one for one in compiled(_FIGURE).findall(text) if one.casefold() not in known | {"one", "once"}]
    counted = {one[1] for words in said for one in _counted_as(words)}
    stated = {one for words in said for one in _counted_as(words)}
    new += [
        f"{one} {of}"
        for one, of in _counted_as(text)
        if one in known and of in counted and (one, of) not in stated
    ]
    if new:
        yield fact_shown("not in the determination", ", ".join(dict.fromkeys(new)))
    denied = [*compiled(NEGATION).finditer(text), *compiled(WELL).finditer(text)]
    asked = {
        word
        for item in session.items
        for prompt in session.rules.sets[item].prompts.values()
        if not prompt.about  # how the request reads is no finding: "not as requested"
        for word in (*prompt.look_for, *compiled(r"[a-z]{6,}").findall(prompt.ask.casefold()))
    }
    of = (
        [one for one in sorted(asked) if compiled(rf"(?i)\b{re.escape(one)}\b").search(text)]
        if denied
        else []
    )
    if of:
        yield fact_shown("denied, or said to be well", ", ".join(of[:6]))


def _counted_as(text: str) -> list[tuple[str, str]]:
    """The figures of a text with what they count: `("24", "visit")`."""
    found = compiled(rf"{_FIGURE}[ -]([a-z]{{3,}})").finditer(text)
    return [
        (one[0].split(one[1])[0].strip(" -").casefold(), one[1].casefold().removesuffix("s")) for one in found
    ]


_SENTENCE = "sentence "
"""Before the number of a sentence in a check's place, where other checks name a question."""


def edited_checks(session: Session, item: str, sentences: Sequence[Sentence]) -> Iterator[tuple[str, Check]]:
    """The checks of an item's edited sentences as they stand in the draft, each with the key of its sentence."""
    edits = session.edits.get(item, {})
    for number, sentence in enumerate(sentences, 1):
        edit = edits.get(sentence.key)
        if edit is not None and edit.text == sentence.text and sentence.origin == "reviewer":
            check = edit_check(session, item, number, edit)
            if check is not None:
                yield sentence.key, check


# -- the reasons that were given --------------------------------------------------------------------


def explained(
    session: Session, drafts: Mapping[str, Sequence[Sentence]]
) -> Iterator[tuple[str, str, Check, str]]:
    """The checks of findings that the reviewer explained: item, question or key of the sentence, check, and the reason."""
    if session.guard < 3:
        return
    found = [(one.item, one.place.partition("/")[2], one) for one in finding_checks(session, {})]
    found += _of_answers(session, {one.key for _, _, one in found}) if session.guard > 7 else ()
    found += [
        (item, key, one) for item, said in drafts.items() for key, one in edited_checks(session, item, said)
    ]
    for item, name, check in found:
        given = session.acknowledged.get((check.check, check.key))
        if given is not None:
            yield item, name, check, given


def _of_answers(session: Session, known: Collection[str]) -> Iterator[tuple[str, str, Check]]:
    """The checks that an answer could have by its pages, which aren't at hand where a letter is composed."""
    for item in session.items:
        for name, answer in answers_read(session, item):
            by = bare_answer(session.prompt(item, name), answer)
            check = made("unsupported-finding", item, "", (), prompt=name, known_by=by)
            if check.key not in known:
                yield item, name, check


def reasons_given(session: Session) -> Iterator[str]:
    """What was answered or written although a check of a finding stood, each with the reason, on a line of its own."""
    for item, name, _, given in explained(session, {}):
        prompt = session.prompt(item, name)
        said = fact_shown(prompt.ask, told(prompt.schema, session.reading(item).answer(name)))
        yield f"{said}: {one_line(given, 400)}"
    for item, edits in session.edits.items():
        for edit in edits.values():
            check = edit_check(session, item, 0, edit)
            why = session.acknowledged.get((check.check, check.key)) if check is not None else None
            if why is not None:
                yield f"The edited sentence “{one_line(edit.text, 240)}”: {one_line(why, 400)}"


# -- what decides a review and was not held against its source --------------------------------------

UNVERIFIED = "unverified-criterion"


class Unverified(Value):
    """A criterion that decides an item and that nobody has held against the edition in force, with its check."""

    check: Check
    criterion: Criterion
    set: str
    edition: str
    locator: str


def unverified_criteria(session: Session, item: str) -> Iterator[Unverified]:
    """The criteria of the tier that decides, as the item is decided, that the set marks as verified by nobody."""
    reading, determination = session.reading(item), session.determinations.get(item)
    suggestion = suggest(reading, effective_date(session, item), session.ruled(item))
    if determination is None or determination.decision != suggestion.decision:
        return
    prompt_set = reading.prompt_set
    criteria = [prompt_set.criteria[name] for name in suggestion.because]
    top = min(map(prompt_set.rank, criteria), default=0)
    for criterion in criteria:
        cited = prompt_set.citations[criterion.cite]
        if criterion.own or cited.verified is not None or prompt_set.rank(criterion) != top:
            continue
        edition = cited.key or cited.edition
        says = " ".join(" ".join(branch.says.split()) for branch in criterion.says if branch.says)
        facts = (
            fact_shown("decides", criterion.id),
            fact_shown("of", f"{cited.source} ({cited.edition}), {cited.locator}"),
            fact_shown("the set says", says),
            fact_shown("its digest", digest_of(criterion, edition)[:16]),
        )
        message = (
            "What decides was not held against its source. Before the signature, enter the edition, the page and what "
            "stands there; or cite a source of your own."
        )
        check = made(UNVERIFIED, item, message, facts)
        yield Unverified(check, criterion, prompt_set.id, edition, cited.locator)


HOW_TO_ENTER = "Which edition, which page, and what stands there? Write the three with semicolons."
_FEWEST_WORDS = 4


def source_entered(text: str, edition: str) -> str:
    """What was read in the source: the edition, the page and what stands there; raises `Refused` for anything less."""
    read, page, says = (*(" ".join(part.split()) for part in text.split(";", 2)), "", "")[:3]
    if not (any(map(str.isalnum, read)) and any(map(str.isalnum, page)) and says):
        raise refuse("The edition, the page and what stands there are needed.", "", HOW_TO_ENTER)
    year = compiled(r"(?:19|20)\d\d").search(edition)
    if year is not None and year[0] not in read:
        raise refuse(
            f"The edition in force is that of {year[0]}, and another one was read: “{one_line(read, 60)}”.",
            "",
            "Read the one in force, or cite what you have read as a source of your own.",
        )
    if len(compiled(r"[^\W\d_]{2,}").findall(reason(says, "What stands there"))) < _FEWEST_WORDS:
        raise refuse("That is too little of what stands there.", "", "Write its sentence.")
    return "; ".join((read, page, says))
