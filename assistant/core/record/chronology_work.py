"""The work that a patient was put on, as one document tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.core.dates import PartialDate
from assistant.core.record.chronology_account import (
    CLOSING,
    LEGAL,
    LONGEST,
    Account,
    clause_at,
    is_signature,
    one_of,
)
from assistant.core.record.chronology_lines import WORK, Line
from assistant.core.record.sentences import dated
from assistant.core.value import replace

_LIMITED = (
    r"(?i)\b(?:no|only|limit\w*|restrict\w*|avoid|lbs?|pounds|hours|breaks|unchanged|sedentary|seated)\b"
)
_LIMITS = (
    r"(?i)\brestrictions?\s*:\s*[^☐☒?]{4,160}"
    r"|\b(?:off[ -]work|no work|(?:return to )?(?:modified|light|regular|full) (?:work|duty))"
    r"(?:(?:\s+\w+){0,2}\s+(?:until|through|from|as of|on)\s+(?=[^☐☒?]{0,12}\d)[^☐☒?]{3,40}|\s*:?\s*\d{1,2}/\d{1,2}/\d{2,4})"
)
_WORK_SAID = r"(?i)(?:work(?:ing)?(?: status| restrictions)?\s*:|(?:RTW|off work|TTD|TPD|P&S)\b(?!\s*(?:soon|if|likely|expected|unless)\b))"
"""What a plan that tells of the work the patient is put on begins a sentence with."""
_LIMITED_TO = (
    r"(?i)(?:(?:he|she|the patient|patient)\s+(?:is|remains|may|can|should)\s+)?(?:no|not to|avoid|restricted (?:to|from)|limited to)\s+"
    r"(?:(?:repetitive|repeated|heavy|prolonged|forceful|any|use of|using|more than)\s+)*"
    r"(?:lift\w*|carry\w*|push\w*|pull\w*|bend\w*|stoop\w*|overhead (?:work|reach\w*|lift\w*)|climb\w*|ladders?|kneel\w*|squat\w*|driving|keying"
    r"|grip\w*|sitting work|seated work|desk work|standing|walking|\d+ (?:lbs?|pounds|hours))\b(?!\s+(?:pain|ability|of (?:the|his|her)))"
)
"""A sentence that puts limits on the work, wherever a note has it."""
_BACK_AT_WORK = r"(?i)\b(?:returned|went back|back)\s+to\b|\bsince\b"
_WAS = r"(?i)\b(?:was|were|had been|remained|stayed)\s+(?:(?:placed|put|taken|kept|then|initially)\s+)*$"
_OF_OTHERS = (
    r"(?i)\b(?:his|her|their|whose|the (?:patient|applicant|claimant)['’]s)\s+(?:\w+\s+)?(?:wife|husband|spouse|partner|sister|brother|mother|father|son"
    r"|daughter|friend|roommate|neighbou?r|co-?worker|supervisor|foreman|boss|employer|adjuster|aide|caregiver)s?\s+(?:[\w']+\s+){0,4}$"
)
"""Before what is said of work: that somebody else does it."""
_WHO = r"(?i)(?:(?:primary|secondary|treating|attending|examining) )*(?:physician|provider|doctor|signature|date of exam\w*)\s*:"
_RETURN = (
    r"(?:I (?:shall|will|would like to) see\b|(?:he|she|they|the patient|patient) (?:will|shall|should|is to) (?:return|be seen|follow)"
    r"|follow[- ]?up\b|return (?:to (?:the )?(?:clinic|office)|in \d|in \w+ (?:days|weeks|months))|RT[CO]\b)"
)
_LOST_BOX = r"[a-z]{3}(?=[A-Z][a-z]{2})"
"""Words of a form between which there was a box that couldn't be seen: which of them is ticked nobody knows."""
_DECLARED = r"(?i)^(?:I declare|The patient was|I have not|Time spent|This document|This report)"
_DECLARED_IN = r"(?:(?<=[.\s])|^)(?=I declare|The patient was advised|Time spent|I have not violated)"
_SINCE = r"(?i)\W*(?:status\s+)?(?:since|as of|on|in|by)\b[^.;,]{0,30}$"
_FORM_LINES = 6
_GLUED = r"(?i)\b(modified|light|regular|full|off|no)(work|duty)\b"
"""As a reader of pictures gives the words of a box."""
_BACK = (
    r"(?i)\b(?:back (?:at|on|in|with) (?:(?:the|his|her|a)\s+)?\w+"
    r"|(?:(?:half|part|reduced) (?:days|shifts|hours|time)|works? [\w-]+ (?:days|shifts|hours))\b[^.;]{0,40})\s+since\s+(?=\D{0,12}\d)"
)
"""That somebody works again, and since when."""
_STATE = r"(?i)^(?:modified|regular|full|light|restricted|sedentary)\b(?=\s*[:,(]|\s*$)"
"""A state of work that the form gives in one word."""


def _ticked_state(words: str, said: re.Pattern[str]) -> str:
    """The state of work whose box is ticked, without the next one whose box couldn't be seen; empty where none is."""
    for found in re.finditer(r"(?i)☒(?!\s*(?:yes|no)\b)\s*([^☐☒▣.]+)", words):
        if states := list(said.finditer(found[1])) or list(re.finditer(_STATE, found[1])):
            return found[1][: states[1].start() if len(states) > 1 else None].strip(" ,/-")
    return ""


def work_lines(account: Account) -> Iterator[Line]:
    """What stands under the heading of the work status, and what is said of it elsewhere."""
    said = account.any("work")
    yield from _under_heading(account, said)
    yield from _elsewhere(account, said)


def _under_heading(account: Account, said: re.Pattern[str]) -> Iterator[Line]:
    block = [
        replace(one, words=re.sub(_GLUED, r"\1 \2", one.words))
        for one in account.all
        if one.section == "work"
    ]
    ends = next((n for n, one in enumerate(block) if re.match(r"(?i)I declare\b", one.words)), len(block))
    block = [one for one in block[:ends] if not re.match(_DECLARED, one.words)]
    block = [one for one in block if one.page == block[0].page]
    signed = next((n for n, one in enumerate(block) if is_signature(one.words)), len(block))
    if 0 < signed < len(block) and _is_signed_in(block[signed - 1].words, block[signed].words):
        signed -= 1
    block = block[:signed][:_FORM_LINES]
    boxed = [one for one in block if "☒" in one.words]
    ticked = _ticked_state(" ".join(one.words for one in block), said)
    told = []
    for one in block[:3]:
        if re.search(_LOST_BOX, one.words) or re.match(rf"{_WHO}|{CLOSING}|{_RETURN}", one.words):
            continue
        bare = re.sub(r"(?i)^(?:\d{1,2}[a-z]?[.)]\s+)?work status:?\s*", "", one.words)
        cut = re.split(_DECLARED_IN, bare)[0].strip()
        form = len(said.findall(cut)) > 1 and (len(cut.split()) < 9 or re.search(_LIMITS, cut) is not None)
        form = form and not re.search(r"[.,;]\s", cut.partition(":")[2] or cut)
        if cut and not re.search("[☐☒▣?]", cut) and not form:
            told.append((one, cut))
    told = [(one, cut) for one, cut in told if not cut.endswith(":")]  # what the form says before its boxes
    limits = [
        (one, hit) for one in block if (hit := one_of(_LIMITS, re.sub(r"☐[^☐☒]*", "", one.words)).strip(" ."))
    ]
    if told and not ticked and boxed and not any(said.search(cut) for _, cut in told):
        ticked = next((hit for one, hit in limits if said.search(hit)), "")
    if (
        told
        and re.match(r"(?i)work\s*:?(?:\s|$)", told[0][1])
        and not any(said.search(cut) or re.search(_LIMITED, cut) for _, cut in told)
    ):
        told = []  # what the patient does
    if told:
        words = " ".join(cut for _, cut in told)[:LONGEST]
        state = f"{ticked}: {words}" if ticked else words
        back = re.search(_BACK_AT_WORK, words) and next(iter(account.days(told[0][0])), None)
        found = account.any("stationary").search(words)
        if back is None and found and (days := dated(words, account.document.date)):
            behind = words[found.end() : max(found.end(), days[0].start)]
            back = days[0] if re.fullmatch(r"(?i)\W*(?:(?:status|since|as of|on)\W+)*", behind) else None
        since = back.date if back and back.date.day is not None and not back.date.after(account.day) else None
        yield account.line(
            WORK,
            told[0][0],
            since or account.day,
            quote=re.split(_DECLARED_IN, told[0][0].quote)[0].strip(),
            what=state.strip(" ."),
        )
    elif ticked and block:
        yield account.line(WORK, (boxed or block)[0], account.day, what=ticked)
    elif limits:
        yield account.line(WORK, limits[0][0], account.day, what=": ".join(hit for _, hit in limits))


def _is_signed_in(words: str, signature: str) -> bool:
    """Whether words are the signature that stands above the name in print."""
    said = words.strip(" .").split()
    return 0 < len(said) < 4 and said[-1].lower() in signature.lower().replace(",", " ").split()


def _elsewhere(account: Account, said: re.Pattern[str]) -> Iterator[Line]:
    stationary = account.any("stationary")
    retold: PartialDate | None = None
    section = ""
    for one in account.all:
        if re.fullmatch(r"(?i)[\w &]{3,30} status\.?", one.words):
            continue  # a heading
        own = re.match(_WORK_SAID, one.words) or re.match(_LIMITED_TO, one.words)
        if one.section in ("work", "plan", "assessed", "rendered", "examination", "template") and not (
            own and one.section in ("plan", "assessed", "rendered")
        ):
            continue
        told_on = dated(one.words[:40], account.document.date)
        if told_on and told_on[0].start < 3:
            retold = told_on[0].date
        elif one.section != section:
            retold = None
        section = one.section
        if account.document.type in LEGAL and (found := stationary.search(one.words)):
            if not account.is_denied(one, found.start()):
                since = dated(one.words[found.end() :], account.document.date)
                behind = one.words[found.end() :]
                near = since and (since[0].start < 12 or re.match(_SINCE, behind[: since[0].start]))
                day = since[0].date if near else retold or account.day
                yield account.line(WORK, one, day, what="permanent and stationary")
            continue
        found = said.search(one.words) or own or re.search(_BACK, one.words)
        if found and re.search(_OF_OTHERS, one.words[: found.start()]):
            continue
        if (
            found
            and retold in (None, account.day)
            and re.search(_WAS, one.words[: found.start()])
            and not account.days(one)
        ):
            continue  # some time ago
        stands = found is not None and re.search(
            r"(?i)\b(?:is|remains|has been)\s+(?:\w+ly\s+)?$", one.words[: found.start()]
        )
        if (
            found is None
            or (one.section == "future" and not stands)
            or account.is_planned(one, found.start(), found.end())
        ):
            continue
        behind = one.words[found.end() :]
        days = [day for day in dated(behind, account.document.date) if not day.date.after(account.day)]
        until = days and re.search(r"(?i)\b(?:to|until|through)\s+$", behind[: days[0].start])
        yield account.line(
            WORK, one, days[0].date if days and not until and days[0].date.month else retold or account.day,
            what=clause_at(one.words, 0, found.start(), found.end(), len(one.words)),
        )  # fmt: skip
