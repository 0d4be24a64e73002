"""The drugs of a case as one document tells them: what is taken, how much, and what was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.core.dates import PartialDate
from assistant.core.record.chronology_account import Account, one_of
from assistant.core.record.chronology_lines import CHANGE, DRUG, OPERATIVE, Line
from assistant.core.record.phrases import whole
from assistant.core.record.sentences import Sentence

_STRENGTH = re.compile(
    r"(?i)\s*(?:(?:ER|XR|SR|CR|IR|LA|DR|sodium|potassium|HCl|hydrochloride|sul(?:f|ph)ate|(?:bi)?tartrate|citrate|succinate"
    r"|maleate|acetate|besylate|mesylate|fumarate|extended|release|tab\w*|cap\w*)\s+)*(?:\([^)]{0,40}\)\s*)?"
    r"(?!\d{1,2}/(?:19|20)\d\d\b)(?!(?:1[0-2]|\d)\s+(?:(?:a|per|x)\s+day|times)\b|\d\s+(?:daily|nightly|tabs?|tablets?|caps?|capsules?|pills?)\b)(?P<number>\d+(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?|-\d{3}(?=\s?mg))?)\s*(?P<unit>mg|mcg)?(?:\s?/\s?[\d.]*\s?mL)?(?![\w/.%]|-\d)"
)
_MIXED = (
    r"(?i)(?:[a-z]+\s+\d+(?:\.\d+)?\s?%\s*[/,]?\s*(?:and\s+)?){2,}(?:cream|gel|ointment)?"
    r"|\b[a-z]{4,}(?:\s?/\s?[a-z]{4,})+\s+(?:(?:topical|compound(?:ed)?)\s+)*(?:cream|gel|ointment)\b"
)
"""What is put on the skin, of several drugs."""
_ONCE = r"(?i)\b(?:previous(?:ly)?|prior|past(?! (?:medical |surgical )?history)|tried|trial|failed|used to|was|were|had|took|until|former(?:ly)?)\b"
_GIVEN = r"(?i)\s+(?:(?!to\b|be\b|will\b|should\b|if\b|not\b|never\b)[\w-]+\s+){0,3}(?:prescribed|dispensed|given|started)\b"
_IN_THE_HOUSE = r"(?i)[\s,]*(?:(?:was|were)\s+)?(?:given|dispensed)?\s*(?:in the (?:department|ED|ER|clinic|office)|here|given|dispensed)\b"
"""Behind a drug and its strength: that it was given at the visit."""
_FREQUENCY = (
    r"(?i)\b(?:\d+-\d+ daily|\d (?:times|x) (?:daily|(?:a|per) day)|q[ap]m|TID|BID|QID|QD|QHS|HS|daily|nightly|q\s?\d+(?:-\d+)?\s?h(?:rs?|ours)?|(?:once|twice|three times|four times) (?:daily|(?:a|per) day)|at night"
    r"|\d+(?:-\d+)?\s+(?:daily|nightly)|\d+\s?x?/?\s?(?:a|per)? ?day|\d \((?:one|two|three|four|five|six)\) times (?:daily|(?:a|per) day)|max \d+/day|at bedtime|every \d+(?:-\d+)? hours)(?:[ ,]+(?:as needed|prn|max \d+/day))*|\bprn\b"
)


def _strength_of(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    unit = (found["unit"] or "").lower() or (
        "mg" if "/" in found["number"] or float(found["number"]) > 4 else ""
    )
    return f"{found['number'].replace(' ', '')} {unit}".strip()


def drug_lines(account: Account) -> Iterator[Line]:
    """The drugs that a list gives, and those of which a note says that they are taken or were tried."""
    listing = account.document.type in account.listed("lists", True)
    names = account.patterns("drugs", True)
    either = account.known.drug
    stopped = account.any("stopped", of_drugs=True)
    harmed = re.compile(
        rf"(?i)\s*[-–—:(]\s*(?:\w+\s+){{0,2}}?{account.any('harmed', of_drugs=True).pattern[4:]}"
    )
    begins = any(
        re.search(r"(?i)\b(?:start(?:ed)?|since|begun|began)\b", one.words)
        for one in account.said
        if one.section == "medications" and not either.search(one.words)
    )
    columned = {at for at, page in enumerate(account.document.pages, 1) if re.search(_BEGUN_AND_ENDED, page)}
    for one in account.all if listing else account.said:
        yield from _compound(account, one)
        mixed = re.search(_MIXED, one.words)
        for match in either.finditer(one.words):
            at, rest = match.start(), one.words[match.end() : match.end() + 90]
            before = one.words[:at]
            topical = _topical(account, one, rest, listing)
            if (re.match(r"\s*\d+\s?%", rest) and not topical) or re.search(r"%\s*/?\s*$", before):
                continue
            if mixed and mixed.start() <= at < mixed.end():
                continue
            if re.match(r"(?i)\s*/\s*[a-z]", rest) or before.rstrip().endswith("("):
                continue
            name = next(name for name, found in names.items() if found.fullmatch(match[0]))
            if account.any("steroids").fullmatch(name) and (
                account.document.type == OPERATIVE or whole(account.patterns("injections")).search(one.words)
            ):
                continue  # what was injected
            strength = re.match(_STRENGTH, rest)
            once = one.section == "tried"
            row = listing or once or one.section == "medications"
            if listing and strength and not (strength["unit"] or "/" in strength["number"]):
                strength = None  # the number of a column of its own
            if strength is None and row:
                beside = rest[: other.start()] if (other := either.search(rest)) else rest
                strength = re.search(
                    r"(?i)(?<![\d/.-])(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>mg|mcg)\b", beside
                )
            tried = strength is None and _is_tried(account, one, match)
            is_taken = _is_taken(account, one, at)
            if strength is None and not (
                row
                or topical
                or tried
                or is_taken
                or re.match(_GIVEN, rest)
                or _is_dosed(account, one, at, rest)
            ):
                continue
            behind = rest[strength.end() :] if strength else rest
            given = strength is not None and re.match(_GIVEN, behind) and not account.is_denied(one, at)
            told = tried or (
                one.section in ("history", "background", "procedure", "diagnoses", "other")
                and (
                    is_taken or bool(given) or (strength is not None and _is_dosed(account, one, at, behind))
                )
            )
            told = told or (
                strength is not None and re.match(_IN_THE_HOUSE, rest[strength.end() :]) is not None
            )
            if not row and not told and one.section not in ("plan", "assessed", "rendered", ""):
                continue
            if not row and account.is_planned(one, at, match.end()):
                continue
            after = behind.split(". ")[0]
            if other := either.search(after):  # what is said of the next drug isn't said of this one
                after = after[: other.start()]
            dates = account.days(one)
            halted = stopped.search(after) or (strength is None and harmed.match(after)) or None
            since = None
            if row and begins and not listing and not halted:
                year = re.search(r"\b((?:19|20)\d\d)$", one.words.strip(" ."))
                since = dates[-1].date if dates else PartialDate(int(year[1])) if year else None
            end = beyond.start() if (beyond := either.search(one.words, match.end())) else len(one.words)
            columns = [day.date for day in dates if at < day.start < end] if one.page in columned else []
            if columns:
                since = columns[0]
            filled = dates[0].date if listing and dates and not columns else None
            on = next(
                (day.date for day in dates if day.start >= at and not day.date.after(account.day)), None
            )
            yield account.line(
                DRUG, one, (columns[1] if columns[1:] else filled) or (given and on) or account.day, what=name, strength=topical or _strength_of(strength),
                dose=one_of(_FREQUENCY, after), quantity=one_of(r"(?<!\w)#\s?\d+", after if not listing else after[:_BESIDE]),
                since=since.prose() if since is not None else "",
                stopped="tried" if tried or once else "stopped" if halted or columns[1:] else "", filled="yes" if filled else "",
            )  # fmt: skip


_BESIDE = 12
"""Where a row of a pharmacy names a quantity, so near to the strength; what comes later is the pharmacy's number."""
_BEGUN_AND_ENDED = (
    r"(?im)^[^\d\n]{0,80}\bstart(?:ed)?\b[^\d\n]{0,40}\b(?:stop|end|d/?c)(?:ped|ed|'?d)?\b[^\d\n]{0,40}$"
)
"""The head of a list that gives when each drug was begun, and when it was ended."""


def _topical(account: Account, one: Sentence, rest: str, listing: bool) -> str:
    """The share of a drug in what is put on the skin, as `1%`; empty where none stands there, or it is one of several."""
    found = re.match(r"\s*(\d+(?:\.\d+)?)\s?%\s*(?:topical\s+)?", rest)
    if found is None or one.words.count("%") > 1 or re.search(r"(?i)\binject", one.words):
        return ""
    form = account.any("topical", of_drugs=True).match(rest, found.end())
    return f"{found[1]}%" if listing or form else ""


def _is_tried(account: Account, one: Sentence, match: re.Match[str]) -> bool:
    """Whether the words round a drug, or round the list in which it stands, say that it was tried, and none that it wasn't."""
    if account.is_denied(one, match.start()):
        return False
    cues = list(account.any("tried_before", of_drugs=True).finditer(one.words, 0, match.start()))
    if cues and re.fullmatch(_LISTED, _without_drugs(account, one.words[cues[-1].end() : match.start()])):
        return not account.is_denied(one, cues[-1].start())
    return re.match(_WAS_TRIED, _without_drugs(account, one.words[match.end() :])) is not None


_LISTED = r"(?:[\s,:;]+(?!(?:to|on|now|currently|is|takes)\b)[\w/-]+){0,4}?[\s,:;]*"
"""What may stand between the word that drugs were tried and one of them, besides other drugs and how it went with them."""
_WAS_TRIED = (
    r"(?i)(?:[\s,]+(?:and|or|gel|cream|patch\w*)\b)*[\s,]+(?:(?:[\w']+\s+){0,4}?(?:was|were|has been|have been)"
    r" (?:tried|failed|stopped|discontinued)\b|(?:made|gave|upset|did (?:not|nothing)|didn't|caused)\b)"
)


def _without_drugs(account: Account, words: str) -> str:
    return account.known.drug.sub("", re.sub(r"\([^()]*\)", "", words))


def _is_taken(account: Account, one: Sentence, start: int) -> bool:
    """Whether the words before a drug say that the patient takes it."""
    before = one.words[max(0, start - 60) : start]
    taken = account.any("taken", of_drugs=True).search(before)
    return taken is not None and not account.is_denied(one, start)


def _is_dosed(account: Account, one: Sentence, start: int, rest: str) -> bool:
    """Whether the words behind a drug's strength say how often it is taken, and none before that it was once."""
    often = re.match(rf"{_FREQUENCY}".replace("(?i)", r"(?i)\W*", 1), rest) or re.match(r"[\s,]*#\s?\d", rest)
    before = one.words[max(0, start - 60) : start]
    return often is not None and not re.search(_ONCE, before) and not account.is_denied(one, start)


def _compound(account: Account, one: Sentence) -> Iterator[Line]:
    found = re.search(_MIXED, one.words)
    if found and (account.known.drug.search(found[0]) or re.search(r"(?i)cream|gel|ointment", found[0])):
        quantity = one_of(r"(?i)\b\d+\s?(?:g|gm|grams)\b", one.words[found.end() :])
        yield account.line(
            DRUG,
            one,
            account.day,
            what=" ".join(found[0].split()).strip(" ,/").lower(),
            quantity=quantity,
            dose=one_of(_FREQUENCY, one.words[found.end() :]),
        )


def change_lines(account: Account) -> Iterator[Line]:
    """What a plan changes of a drug."""
    either = account.known.drug
    verb = account.any("changes")
    for one in account.said:
        if one.section not in ("plan", "assessed"):
            continue
        drug, found = either.search(one.words), verb.search(one.words)
        if drug is None or found is None or re.search(r"(?i)\bif\b|\bdiscuss\w*|\bafter\b", one.words):
            continue
        if abs(drug.start() - found.start()) > 45:
            continue
        name = next(
            name for name, known in account.patterns("drugs", True).items() if known.fullmatch(drug[0])
        )
        finding = re.sub(r"^(?:\d+\.|P\s?:)\s*", "", one.words).strip(" .")
        yield account.line(CHANGE, one, account.day, what=name, finding=finding)
