"""How notes word the course of a case: counts of visits, strengths and doses, states of work, signatures, clauses.

Each is a small reading of the words of one passage; what the chronology makes of them stands there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from assistant.core.record.counts import SPELLED
from assistant.core.record.mentions import extract
from assistant.core.record.sentences import Dated, cleared


def ticked_state(words: str, said: re.Pattern[str]) -> str:
    """The state of work whose box is ticked, without the next one whose box couldn't be seen; empty where none is."""
    for found in re.finditer(r"☒\s*([^☐☒▣.]+)", words):
        if states := list(said.finditer(found[1])) or list(re.finditer(_STATE, found[1])):
            return found[1][: states[1].start() if len(states) > 1 else None].strip(" ,/-")
    return ""


_STATE = r"(?i)^(?:modified|regular|full|light|restricted|sedentary)\b(?=\s*[:,(]|\s*$)"
"""A state of work that the form gives in one word."""
COUNT = rf"(?:\d{{1,3}}|{'|'.join(word for word, number in SPELLED.items() if 0 < number <= 20)})"
STRENGTH = re.compile(
    r"(?i)\s*(?:(?:ER|XR|SR|CR|IR|LA|DR|sodium|potassium|HCl|hydrochloride|sul(?:f|ph)ate|(?:bi)?tartrate|citrate|succinate"
    r"|maleate|acetate|besylate|mesylate|fumarate|extended|release|tab\w*|cap\w*)\s+)*(?:\([^)]{0,40}\)\s*)?"
    r"(?P<number>\d+(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?|-\d{3}(?=\s?mg))?)\s*(?P<unit>mg|mcg)?(?:\s?/\s?[\d.]*\s?mL)?(?![\w/.%])"
)
VISITS = (
    r"(?i)\b(?:visits?|sessions?)(?:\s+(?:attended|completed|done|used|seen|to date))?\s*(?:#|no\.?|number)?\s*:?\s*"
    r"(?P<at>\d{1,3})\s*(?:of|/)\s*(?P<all>\d{1,3})(?![\d/])"
    r"|(?<![\d/])(?P<n>\d{1,3})\s*(?:of|/)\s*(?P<of>\d{1,3})\s+(?-i:visits|sessions)\b"
    r"|\b(?:visits|sessions)(?: to date| attended| completed)?\s*:\s*(?P<sum>\d{1,3})(?![\d/])(?!\s*(?:of|authorized|approved))"
    r"|\b(?:total (?:number of )?|(?:number|no\.?) of )(?:visits?|sessions?)\s*:?\s*(?P<total>\d{1,3})(?![\d/])"
    rf"|^(?P<alone>{COUNT})\s+(?:visits|sessions)\.?$"
)
MIXED = (
    r"(?i)(?:[a-z]+\s+\d+(?:\.\d+)?\s?%\s*[/,]?\s*(?:and\s+)?){2,}(?:cream|gel|ointment)?"
    r"|\b[a-z]{4,}(?:\s?/\s?[a-z]{4,})+\s+(?:(?:topical|compound(?:ed)?)\s+)*(?:cream|gel|ointment)\b"
)
"""What is put on the skin, of several drugs."""
ONCE = r"(?i)\b(?:previous(?:ly)?|prior|past(?! (?:medical |surgical )?history)|tried|trial|failed|used to|was|were|had|took|until|former(?:ly)?)\b"
SHOWS = r"(?i):\s+|\b(?:shows?|showed|shown|reveals?|revealed|demonstrate[sd]?)\s+"
UNTIL = r"(?i)\s*(?:to|through|thru|until|and|-|–)\s*"
PAST = (
    r"(?i)\b(?:was|were) (?:tried|done|given|completed)\b|\b(?:has|had|have) (?:had|completed|finished|tried|undergone)\b"
    r"|\b(?:completed|finished|underwent)\b"
)
GIVEN = r"(?i)\s+(?:(?!to\b|be\b|will\b|should\b|if\b|not\b|never\b)[\w-]+\s+){0,3}(?:prescribed|dispensed|given|started)\b"
BORN = r"(?i)\b(?:DOB|born(?: on)?|date of birth|birth ?date)\s*[:.]?\s*$"
LIMITED = (
    r"(?i)\b(?:no|only|limit\w*|restrict\w*|avoid|lbs?|pounds|hours|breaks|unchanged|sedentary|seated)\b"
)
LIMITS = (
    r"(?i)\brestrictions?\s*:\s*[^☐☒?]{4,160}"
    r"|\b(?:off work|no work|modified (?:work|duty)|(?:return to )?(?:regular|full) (?:work|duty))(?:\s+\w+){0,2}\s+(?:until|through|from|as of|on)\s+[^☐☒?]{3,40}"
)
WORK_SAID = r"(?i)(?:work(?:ing)?(?: status| restrictions)?\s*:|(?:RTW|off work|TTD|TPD|P&S)\b(?!\s*(?:soon|if|likely|expected|unless)\b))"
"""What a plan that tells of the work the patient is put on begins a sentence with."""
WAS = r"(?i)\b(?:was|were|had been|remained|stayed)\s+(?:(?:placed|put|taken|kept|then|initially)\s+)*$"
WHO = r"(?i)(?:(?:primary|secondary|treating|attending|examining) )*(?:physician|provider|doctor|signature|date of exam\w*)\s*:"
RETURN = (
    r"(?:I (?:shall|will|would like to) see\b|(?:he|she|they|the patient|patient) (?:will|shall|should|is to) (?:return|be seen|follow)"
    r"|follow[- ]?up\b|return (?:to (?:the )?(?:clinic|office)|in \d|in \w+ (?:days|weeks|months))|RT[CO]\b)"
)
INJECTED = (
    r"(?i)(?<!to be )\binjected\s+(?:with\b|the\b|my\b|his\b|her\b|left\b|right\b|an?\b|\d|[a-z]+ \d|into\b)"
)
DONE_TODAY = r"(?i)[^.;]{0,30}?\b(?:(?:taken|performed|obtained|done|repeated)\b[^.;:]{0,24}\btoday\b|today\s*[:,(]|in the office\b)"
TODAYS = r"(?i)\btoday['’]s\s+(?:\w+\s+){0,3}$"
CLOSING = r"(?:respectfully|sincerely|very truly|cordially)\b"
ORDERED = (
    r"(?i)(?:continue|request|refer|start|stop|increase|decrease|reduce|return|rtc|order|obtain|await|schedule|recommend|renew|refill|consider"
    r"|discharge|no change|little change|some change|diagnos[ei]s$|permanent and stationary)\w*\b"
)
"""What stands with the diagnoses and is none: what is ordered, and a heading."""
SENT_HOME = r"(?i)(?:discharged?|disposition|prescribed|prescriptions?|instructions?)\b"
"""What ends the diagnoses of a visit to a hospital."""
NO_DIAGNOSIS = (
    r"(?i)☐|☒|\b(?:was|were|is|are|has|had|will|showed|lay|went|tolerated|discharged|off work)\b|^(?:no|normal|negative|unremarkable|he|she|they|I|mr|mrs|ms|the (?:patient|applicant|claimant|worker))\b"
    rf"|^{CLOSING}"
)
LOST_BOX = r"[a-z]{3}(?=[A-Z][a-z]{2})"
"""Words of a form between which there was a box that couldn't be seen: which of them is ticked nobody knows."""
FREQUENCY = (
    r"(?i)\b(?:\d+-\d+ daily|q[ap]m|TID|BID|QID|QD|QHS|HS|daily|nightly|q\s?\d+(?:-\d+)?\s?h(?:rs?|ours)?|(?:once|twice|three times|four times) (?:daily|(?:a|per) day)|at night"
    r"|\d+(?:-\d+)?\s+(?:daily|nightly)|\d+\s?x?/?\s?(?:a|per)? ?day|\d \((?:one|two|three|four|five|six)\) times (?:daily|(?:a|per) day)|max \d+/day|at bedtime|every \d+(?:-\d+)? hours)(?:[ ,]+(?:as needed|prn|max \d+/day))*|\bprn\b"
)
HOW = r"(?i)\b(?:(?:was|were|got) (?!seen|treated|evaluated|examined|referred|sent|off|working|employed|hired)\w+|when|while|since (?:an?|the|his|her|he|she|it)|landed|thrown|knelt|slid|strained|dropped|stepped|hurt|injured|cut|burned|bent|felt|popped|lifted|lifting|struck|hit|pulled|pushed|twisted|went into|caught|crushed|slipped)\b"
AFTER = r"(?i)\b(?:after|since|following|post|status post|s/p)\b"
VISIT_DAY = r"(?i)\bdate of (?:visit|service|exam\w*|evaluation|report)\s*:?\s*$"
DECLARED = r"(?i)^(?:I declare|The patient was|I have not|Time spent|This document|This report)"
DECLARED_IN = r"(?:(?<=[.\s])|^)(?=I declare|The patient was advised|Time spent|I have not violated)"


def one_of(pattern: str, text: str) -> str:
    """The first words of a text that a pattern finds; empty where it finds none."""
    found = re.search(pattern, text)
    return " ".join(found[0].split()) if found else ""


def strength_of(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    unit = (found["unit"] or "").lower() or (
        "mg" if "/" in found["number"] or float(found["number"]) > 4 else ""
    )
    return f"{found['number'].replace(' ', '')} {unit}".strip()


def of_visits(found: re.Match[str]) -> str:
    count = found["total"] or found["sum"] or found["at"] or found["n"] or number_of(found["alone"])
    return f"{count}{f' of {of}' if (of := found['all'] or found['of']) else ''} visits"


def visit_rows(page: str) -> list[str]:
    """The rows of a log of visits, each of which begins with its day or with its number and its day."""
    rows = (" ".join(line.split()) for line in page.split("\n"))
    return [
        row for row in rows if re.match(r"\W*(?:\d{1,3}[.):]?\s+)?\d{1,2}/\d{1,2}/\d{2,4}\s+\S", cleared(row))
    ]


def last_number(rows: Sequence[str]) -> str:
    """The number of the last visit of a log whose rows are numbered one after the other; empty where they aren't."""
    found = [re.match(r"\W*(\d{1,3})[.):]?\s+\d{1,2}/|\W*[\d/]+\s+(\d{1,3})\s", cleared(row)) for row in rows]
    numbers = [int(one[1] or one[2]) for one in found if one]
    counted = len(numbers) == len(rows) and all(after == before + 1 for before, after in pairwise(numbers))
    return str(numbers[-1]) if counted else ""


def is_season(text: str, hit: re.Match[str]) -> bool:
    """Whether *fall* is a time of the year: in the fall, fall of 2019."""
    before, after = text[: hit.start()], text[hit.end() :]
    return hit[0].lower() == "fall" and (
        (
            re.search(
                r"(?i)\b(?:in|during|since|until) (?:the |late |early )?$|\b(?:late|early|that|last) $",
                before,
            )
            is not None
            and re.match(r"(?i)\s+(?:off|from|at|on|onto|down|to|into|while|when|over|backwards?)\b", after)
            is None
        )
        or re.match(r"(?i) (?:of )?(?:19|20)\d\d\b", after) is not None
    )


def number_of(said: str) -> str:
    return said if said.isdigit() else str(SPELLED[said.lower()])


def body_of(text: str) -> str:
    """A passage without the heading or label that it begins with, and the number of that in a form."""
    return re.sub(
        r"^(?:\([^()]{4,60}\)\s*)?(?:\d{1,2}[a-z]?[.)]\s+)?[A-Za-z][\w /&()'’-]{0,40}:\s*", "", text
    ).strip()


def is_signature(text: str) -> bool:
    return re.search(
        r"(?i)^\W*(?:digitally |e-)?signed\b|\belectronically\b|\bsigned by\b|\b(?:(?:dictated|read|interpreted|reviewed) by|signature|(?:interpreting|reading) (?:radiologist|physician))\b",
        text,
    ) is not None or bool(
        re.match(
            r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3},? (?:M\.?D|D\.?O|D\.?C|PT|DPT|PA-C|NP|RN|DPM|OTR|LCSW|L\.?Ac|Ph\.?D|Psy\.?D)\b",
            text,
        )
    )


def nearest(days: Sequence[Dated], match: re.Match[str], text: str) -> Dated | None:
    """The date that belongs to words: right behind them, or right before them, in the same clause."""
    behind = next((day for day in days if day.start >= match.end()), None)
    if behind is not None and len(text[match.end() : behind.start].split()) <= 8:
        return behind
    before = next((day for day in reversed(days) if day.end <= match.start()), None)
    if before is not None and len(text[before.end : match.start()].split()) <= 6:
        return before
    return None


def last_of(first: Dated, days: Sequence[Dated], text: str, spans: bool = False) -> Dated:
    """Of a period the day with which it ends, else the day itself: `between May and July 2018`, `8/1 through 9/2/2019`."""
    last = next((day for day in days if day.start > first.start), first)
    joined = re.fullmatch(UNTIL, text[first.end : last.start])
    apart = spans or re.search(
        r"(?i)\bbetween\s+$", text[: first.start]
    )  # two days that stand beside each other
    is_period = joined and (joined[0].strip().lower() != "and" or apart)
    return last if is_period and not first.date.after(last.date) else first


def clause_at(text: str, since: int, start: int, end: int, until: int) -> str:
    """The words about what stands at `start`, from the clause's beginning to the date."""
    before = re.split(r"(?i)[,;:.]\s|\b(?:and|status post|s/p|underwent|had|has)\b", text[since:start])[-1]
    words = " ".join(f"{before}{text[start : max(end, until)]}".split()).strip(" ,.;(")
    return re.sub(r"(?i)^(?:\d{4}\s+)|\s+(?:on|in|of|dated|from)$", "", words)


def level_regions(text: str) -> list[str]:
    found: set[str] = set()
    for mention in extract(text):
        levels: tuple[str, ...] = getattr(mention, "levels", ())
        for level in levels:
            found.add({"C": "cervical spine", "T": "thoracic spine"}.get(level[0], "lumbar spine"))
    return sorted(found)


def spine_of(regions: Sequence[str]) -> str:
    """One region where the others are what its nerves supply."""
    spine = [one for one in regions if one.endswith("spine")]
    return spine[0] if len(spine) == 1 else ""


def family_of(families: Mapping[str, re.Pattern[str]], text: str, other: str = "operation") -> str:
    return next((name for name, found in families.items() if found.search(text)), other)
