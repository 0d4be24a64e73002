"""What tells who a record is of: the identifiers of 45 CFR 164.514(b)(2) as records write them.

A rule finds what has a form, a list what is known. What a rule can only suspect is told apart (`ONE_BY_ONE`). Nobody
can promise that nothing is left.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from assistant.core.dates import MONTHS, PartialDate, dates_in
from assistant.core.record.language import root
from assistant.core.record.shifted_dates import DateFinder, Span
from assistant.core.text import compiled

KINDS = {
    "name": "names",
    "organization": "organizations",
    "birth": "dates of birth",
    "number": "numbers of claims, records and persons",
    "contact": "telephone numbers, e-mail and web addresses",
    "address": "addresses",
    "date": "dates",
    "year": "years that stand alone",
    "short-date": "what may be a date without a year",
    "age": "ages over 89",
    "like-number": "what may be the number of a person or thing",
    "like-name": "what looks like a name",
}
"""What is found, in the order in which it is shown."""
ONE_BY_ONE = frozenset({"year", "short-date", "age", "like-number", "like-name"})
"""What a rule can only suspect: never confirmed as a kind, and kept or replaced one by one."""


# Names, by a title, a degree or a label.

_HIGH = "".join(chr(code) for code in range(0xC0, 0x250) if chr(code).isupper())
_UP = f"[A-Z{_HIGH}]"
_IN = r"[^\W_]|[\u0300-\u036f’]"
_WORD = rf"(?:(?<!\w){_UP}(?:{_IN}|'(?!s\b)){{0,40}}(?:[^\W\d_]|[\u0300-\u036f])(?:-{_UP}(?:{_IN}){{1,40}}){{0,3}}(?![\w\u0300-\u036f]))"
_INITIAL = rf"(?:{_UP}\.)"
_BETWEEN = r"(?:(?:de|la|las|los|del|der|den|van|von|di|da|dos|el|al|bin|ibn|le|du|y)[ ])"
_PART = rf"{_BETWEEN}{{0,3}}(?:St\.[ ]|[dl]['’])?{_WORD}"
_NAME = rf"(?:{_INITIAL}[ ]?){{0,2}}{_PART}(?:,?[ ](?:{_PART}|{_INITIAL})(?![ \t]*:)){{0,3}}"
_DEGREE = (
    r"(?:M\.?D|D\.?O|D\.?C|D\.?P\.?M|P\.?T|D\.?P\.?T|O\.?T\.?R|N\.?P|F\.?N\.?P|P\.?A(?:-C)?|R\.?N|L\.?V\.?N|C\.?R\.?N\.?A|"
    r"Ph\.?\s?D|Pharm\.?\s?D|Psy\.?\s?D|D\.?D\.?S|L\.?C\.?S\.?W|L\.?M\.?F\.?T|A\.?T\.?C|L\.?Ac|J\.?D|Esq|Q\.?M\.?E|A\.?M\.?E)\b"
)
_TITLE = r"(?:(?i:dr|mr|mrs|ms|mx|miss|prof|professor|doctor|sr|sra|srta|señora?|hon|judge|officer|sgt|capt|rev|nurse)(?!\w))"
_TITLED = rf"\b{_TITLE}\.?[ \t]+(?P<name>{_NAME})"
_WITH_DEGREE = (
    rf"(?P<name>(?:{_INITIAL}[ ]?){{0,2}}{_WORD}(?:[ \t]+(?:{_PART}|{_INITIAL})){{1,3}}),?[ \t]+{_DEGREE}"
)
_ONE_WITH_DEGREE = rf"(?P<name>{_WORD}(?:,[ ]{_WORD})?),[ \t]+{_DEGREE}"
_LABELLED = (
    r"(?i:\b(?:patient|claimant|applicant|(?:injured )?(?:employee|worker)|name|physician|provider|attending|author|"
    r"dictated by|transcribed by|typed by|prepared by|interpreted by|ordered by|(?:electronically )?signed(?: by)?|"
    r"reviewed by|referred by|referring|requesting|treating|attorney|adjuster|supervisor|manager|examiner|nurse|scribe|"
    r"interpreter|technologist|consultant|assistant|anesthesiologist|witness|coworker|foreman|spouse|wife|husband|son|daughter|mother|father|brother|sister|guardian|"
    r"(?:emergency )?contact|next of kin|therapist|surgeon|radiologist|attn|attention|c/o|cc|from|to|re|by)"
    rf"(?: (?:name|physician|provider|manager))?)(?:[ \t]*[:;][ \t]*|(?<=attn)\.?[ \t]+|(?<=Attn)\.?[ \t]+|(?<=ATTN)\.?[ \t]+|(?<=c/o)[ \t]+)"
    rf"(?:{_TITLE}\.?[ \t]+)?(?P<name>{_NAME})"
)
_SIGNED = rf"(?:/s/[ \t]*|\bDear[ \t]+)(?:{_TITLE}\.?[ \t]+)?(?P<name>{_NAME})"
_EMPLOYER = (
    r"(?i:\b(?:employer|insurer|carrier|claims administrator|administrator|clinic|facility|hospital|pharmacy|"
    r"laboratory|medical group|law firm|school|health plan|payer|vendor)(?: name)?)[ \t]*:[ \t]*"
    rf"(?P<name>{_WORD}(?:[ \t]+(?:of|and|the|&|{_WORD}\.?)){{0,6}})"
)
_NAMED_FIRM = (
    rf"\b(?P<name>{_WORD}(?:[ \t]+(?:of|and|&|{_WORD})){{0,4}}[ \t]+(?:Hospital|Clinic|Medical Center|Medical Group|"
    r"Insurance(?: Company)?|Company|Co\.|Inc\b\.?|LLC|Corp(?:oration)?\b\.?|Imaging|Pharmacy|Laboratories|Orthopa?edics|"
    r"Associates|Institute|University|School District))"
)
_SIGN = (
    r"(?:['’]s)?\s+(?:(?:is|was|were|remains)\s+)?(?:positive|negative|equivocal|tests?|signs?|man(?:eu|oeu)vers?|scores?|"
    r"index|scale|cysts?|disease|syndrome|palsy|fractures?|procedure|osteotomy|brace|collar|classification|types?|lines?|"
    r"ligament|tables?|manual|protocol|lamp|matter)\b"
)
"""What follows the name of a sign, test or disease (`McMurray is positive`), which is no person of the record."""
_SMALL = frozenset("de la las los del der den van von di da dos el al bin ibn le du y".split())
_SPEAKS = "reports|states|says|denies|complains|presents|returned|returns|was|is|has|had|underwent|continues"
_ONE_ALONE = (
    rf"{_WORD}(?=[ \t]+(?:reports?|reported|states?|stated|says|denies|denied|complains|complained|presents|presented|returned|"
    r"returns|underwent|notes|noted|recommends|recommended|requests|requested|opines|opined|wrote|writes|agrees|concurs|feels|"
    r"believes|examined|prescribed|performed|saw|told|explained|stopped|tolerated)\b)",
    rf"(?<=[a-z,;(] )(?<!\b[Tt]he )(?<!\b[Aa]n )(?<!\b[Aa] ){_WORD}(?![ \t]+{_UP})(?![ \t]*[\d#])",
    rf"(?<!\w)(?i:per|by|with|from|to|ask|asked|called|cc|dear)[ ]{_WORD}(?![ \t]+{_UP}[a-z])(?![ \t]*[\d#])",
    rf"{_WORD}(?=['’]s[ ])",
)
"""Where one word is somebody's name, though it is a common word as well: what only a person does, or within a sentence."""
_LETTERS = rf"(?<![\w.]){_UP}\.[ ]?{_UP}\.(?:[ ]?{_UP}\.)?(?!\w)"
_NOT_LAST = r"(?!(?i:am|is|are|was|were|be|been|has|have|had|will|can|may|and|or|of|on|in|to|at|by|for|from|with|the|an?|who|not|no)\b)"
_PAIR = rf"(?=(?<![\w-])(?P<first>{_WORD})[ \t]+(?:{_INITIAL}[ ]?|[A-Z][ ])?{_NOT_LAST}(?P<last>{_PART}))"
_REVERSED = rf"(?<![\w-])(?P<last>{_PART}),[ ](?P<first>{_WORD})(?:[ ][A-Z]\b\.?)?"
_MONTH_NAMES = frozenset("april may june august".split())
_NO_INITIALS = frozenset(
    "M.D. D.O. D.C. P.T. P.A. R.N. N.P. Q.D. P.O. U.S. A.M. P.M. I.V. I.M. C.A. E.R. O.T. R.O. D.O.B. D.O.I. D.O.S. S.S.N. M.R.I. E.M.G. H.E.P. P.R.N. E.G. I.E.".split()
)

# Numbers, contacts and places.

_H = r"[-‐‑–—]"
_GAP = rf"(?:[ \u00a0./]|{_H})"
_TAIL = r"(?:,?[ ]*(?:x|ext\.?|extension)[ ]*\d{1,6}\b)?"
_HOST = r"(?:[A-Za-z0-9-]{1,63}\.){1,6}(?:com|org|net|edu|gov|us|info|biz|io|co|health|care|med|mil|tv|me)\b"
_AT = r"(?:[ \t]*@[ \t]*|[ \t]*[\[({<][ \t]*(?:at|@)[ \t]*[\])}>][ \t]*)"
_DOT = r"(?:[ \t]*\.[ \t]*|[ \t]*[\[({<][ \t]*(?:dot|\.)[ \t]*[\])}>][ \t]*|[ \t]+dot[ \t]+)"
_MARK = r"(?:no|nos|num|numbers?|id|ids|#)\b\.?"
_THINGS = (
    r"claims?|mrn|medical record|health record|record|chart|account|acct|policy|member(?:ship)?|group|subscriber|beneficiary|"
    r"medicare|medi-?cal|medicaid|hic|health plan|insurance|case|file|docket|licen[cs]e|lic|certificate|cert|registration|"
    r"permit|passport|visa|alien|driver'?s licen[cs]e|cdl|npi|dea|upin|eams|wcab|wcis|ssn|s\.s\.n\.?|social security|tin|ein|"
    r"fein|itin|tax|imr|invoice|bill|authorization|auth|tracking|confirmation|reference|ref|accession|encounter|visit|"
    r"admission|order|requisition|prescription|rx|specimen|employee|emp|personnel|payroll|staff|worker|badge|patient|pt|"
    r"vehicle|vin|plate|tag|serial|ser|s/n|sn|lot|device|implant|model|udi|check|fingerprint|biometric|user|login|id"
)
_OWN = (
    r"mrn|chart|licen[cs]e|lic|npi|dea|upin|eams|ssn|social security|badge|passport|vin|plate|policy|claim|"
    r"medical record|account|acct|serial|lot|payroll|accession|medicare|medicaid|medi-?cal|invoice|driver'?s licen[cs]e"
)
_MORE = r"(?:[ ]\d{2,6}(?![\d/.,%]|-\w|[ -](?:years?|yrs?|y\.?o|mg|weeks?|months?|days?|visits?|pages?)\b))*"
_VALUE = (
    rf"(?:[A-Z]{{1,3}}[ ](?=\d{{3}}))?(?=[A-Za-z]{{0,5}}[\w/.*-]*\d)(?:[A-Za-z0-9*][\w/.*-]*\w|\d){_MORE}"
)
_SURE = (
    (
        "contact",
        rf"(?i)(?<![\w.+-])[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:{_DOT}[\w-]{{1,63}}){{0,5}}{_DOT}[a-z]{{2,}}\b",
        "[e-mail]",
    ),
    (
        "contact",
        r"(?i)(?<![\w+-])[\w+-]{1,64}(?: dot [\w+-]{1,64}){0,3} at [\w-]{1,63}(?: dot [\w-]{1,63}){0,3} dot [a-z]{2,6}\b",
        "[e-mail]",
    ),
    ("contact", rf"(?i)(?<![\w.+-])[\w.+-]{{1,64}} at {_HOST}", "[e-mail]"),
    ("contact", r"(?i)\b(?:(?:https?|hxxps?|ftp)://|www\.)[^\s<>()]+[^\s<>().,;]", "[link]"),
    ("contact", rf"(?i)(?<![\w@.-]){_HOST}(?:/[^\s<>()]*[^\s<>().,;])?", "[link]"),
    ("contact", r"(?<![\w@.])@[A-Za-z_]\w{2,}", "[link]"),
    (
        "contact",
        r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)",
        "[link]",
    ),
    ("contact", r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){5,7}[0-9a-f]{1,4}(?![\w:])", "[link]"),
    (
        "contact",
        r"(?i)(?<![\w:])(?:[0-9a-f]{1,4}:){1,6}:(?:[0-9a-f]{1,4}:){0,5}[0-9a-f]{1,4}(?![\w:])",
        "[link]",
    ),
    ("contact", r"(?i)(?<![\w-])[0-9a-f]{2}(?:-[0-9a-f]{2}){5}(?![\w-])", "[link]"),
    (
        "contact",
        rf"(?<![\w-])(?:\+?1{_GAP}?)?(?:\(\d{{3}}\){_GAP}?|\d{{3}}{_GAP})[ ]?\d{{3}}[ ]?{_GAP}[ ]?\d{{4}}(?!\w){_TAIL}",
        "[phone]",
    ),
    ("contact", rf"\+\d{{1,3}}(?:{_GAP}?\(?\d{{1,4}}\)?){{2,5}}(?!\w)", "[phone]"),
    (
        "contact",
        r"(?<![\w-])(?:1-)?8(?:00|33|44|55|66|77|88)-(?=[\dA-Z-]*[A-Z])[A-Z\d](?:-?[A-Z\d]){6}(?!\w)",
        "[phone]",
    ),
    (
        "contact",
        rf"(?<![\w.,/$-])[2-9]\d{{2}}{_H}\d{{4}}(?![\w/%-]|[ ]?(?:mg|mcg|units?|iu)\b){_TAIL}",
        "[phone]",
    ),
    (
        "contact",
        r"(?i)\b(?:phone|tel(?:ephone)?|fax|cell|mobile|pager|ph(?=[.:])|voice ?mail|direct line|hotline)\b(?:[ \t]*(?:no|number|#)\b\.?)?"
        rf"[ \t]*[.:#]*[ \t]*(?P<name>\+?\(?\d(?:{_GAP}?[ ]?\(?\d\)?){{3,14}}(?!\w){_TAIL})",
        "[phone]",
    ),
    ("contact", r"(?i)\b(?:ext\.?|extension)[ ]*(?P<name>\d{3,6})\b(?![ ]?(?:%|°|deg))", "[phone]"),
    (
        "number",
        rf"(?<![\w-])(?:\d{{3}}|[Xx*]{{3}})(?P<sign>{_H}|[ .\u00a0])(?:\d\d|[Xx*]{{2}})(?P=sign)\d{{4}}(?![\w-])",
        "[number]",
    ),
    (
        "number",
        r"(?i)\b(?:ssn?|social(?: security)?|account|card)\b[^\n]{0,30}?\b(?:last (?:four|4)(?: digits)?|ending(?: in)?|ends in)[ :]*(?P<name>\d{4})\b",
        "[number]",
    ),
    ("number", r"\bADJ[ -]?\d{5,}\b|\bCM\d\d-\d{5,}\b", "[number]"),
    ("number", r"(?<![\w-])\d{4}(?P<sign>[ -])\d{4}(?P=sign)\d{4}(?P=sign)\d{4}(?![\w-])", "[number]"),
    ("number", r"(?<![\w-])(?=[A-Z]*\d)(?=\d*[A-Z])[A-HJ-NPR-Z\d]{17}(?![\w-])", "[number]"),
    ("number", r"(?<![\w-])\d[A-Z]{3}\d{3}(?![\w-])", "[number]"),
)
_STREET = (
    r"(?i:Street|St|Avenue|Ave|Boulevard|Blvd|Road|Rd|Drive|Dr|Lane|Ln|Way|Court|Ct|Place|Pl|Highway|Hwy|Parkway|Pkwy|"
    r"Circle|Cir|Terrace|Ter|Trail|Trl|Square|Plaza|Loop|Alley|Freeway)"
)
_UNIT = r"(?:,?[ \t]*(?i:Suite|Ste|Apt|Apartment|Unit|Bldg|Floor|Rm|Room|Space|#)\.?[ \t]*#?[\w-]+)"
_STATE = r"(?:CA|Ca|Calif\.?|California|CALIFORNIA)"
_AFTER = (
    (
        "number",
        rf"(?i)\b(?:{_THINGS})\.?(?:[ \t]+(?:plate|certificate|account|identification|(?:medical )?licen[cs]e))?"
        rf"(?:[ \t]*{_MARK}[ \t]*(?:is\b|[:#=])?|[ \t]*[#=]|[ \t]*:(?=[ \t]*[\w*/.-]{{4}}))[ \t]*(?P<name>{_VALUE})",
        "[number]",
    ),
    (
        "number",
        rf"(?i)\b(?:{_OWN})\.?(?:[ \t]+(?:number|no))?(?:[ \t]+is)?[ \t]+"
        rf"(?P<name>(?!(?:19|20)\d\d(?!\d))(?=[\w-]*\d{{3}})[A-Za-z0-9][\w-]{{2,}}\w{_MORE})",
        "[number]",
    ),
    ("number", r"(?<![\w-])[A-Z]{2}\d{7}(?![\w-])", "[number]"),
    (
        "address",
        rf"\b\d{{1,6}}(?:-?[A-Z])?(?:[ \t]+1/2)?[ \t]+(?:[NSEW]{{1,2}}\.?[ \t]+|(?i:north|south|east|west)[ \t]+)?"
        rf"(?:(?:{_WORD}|\d+(?:st|nd|rd|th))[ \t]+){{1,4}}{_STREET}\b\.?{_UNIT}?",
        "[address]",
    ),
    (
        "address",
        rf"(?:\d{{1,6}}[ \t]+)?(?:Calle|Camino|Avenida|Via|Paseo|El Camino)[ \t]+{_PART}(?:[ \t]+{_PART})?{_UNIT}?",
        "[address]",
    ),
    (
        "address",
        r"\b\d{1,6}[ ](?:[nsew]\.?[ ])?(?:[a-z]{3,}[ ]){1,2}(?:street|avenue|ave\.|boulevard|blvd|road|lane)\b",
        "[address]",
    ),
    (
        "address",
        r"(?i)\b(?:P\.?[ ]?O\.?[ ]?|post office )Box[ ]+#?\d+|\b(?:R\.?R\.?|rural route)[ ]+\d+(?:,?[ ]Box[ ]+\d+)?",
        "[address]",
    ),
    ("address", r"\b(?i:suite|ste\.|apt\.?|apartment)[ \t]*#?[ ]?(?=[\w-]*\d|[A-Z]\b)[\w-]+", "[address]"),
    (
        "address",
        rf"\b(?:{_WORD}[ \t]+){{0,3}}{_WORD},?[ \t]+{_STATE}[ ,\t]+\d{{5}}(?:{_H}\d{{4}})?\b",
        "[address]",
    ),
    (
        "address",
        rf"\b(?:{_WORD}[ \t]+){{0,3}}{_WORD},[ \t]*{_STATE}(?!\w)(?![ ](?i:lic|code|labor|board))",
        "[address]",
    ),
    (
        "address",
        rf"(?i:\b(?:county|city|town) of )(?P<name>{_WORD}(?:[ ]{_WORD}){{0,2}})|\b(?:{_WORD}[ ]){{1,3}}County\b",
        "[address]",
    ),
    (
        "address",
        rf"(?i:\bzip(?:[ -]?code)?\b)[ \t]*[:#]?[ \t]*(?P<name>\d{{5}}(?:{_H}\d{{4}})?)(?!\d)",
        "[address]",
    ),
    ("address", rf"(?<![\w.,/-])\d{{5}}{_H}\d{{4}}(?![\w/-])|\b{_STATE}[ ,\t]+\d{{5}}\b", "[address]"),
    ("address", r"(?m)^[ \t]*(?P<name>9[0-6]\d{3})[ \t]*$", "[address]"),
    ("address", r"(?<![\d.])-?\d{1,3}\.\d{4,},[ ]*-?\d{1,3}\.\d{4,}", "[address]"),
    ("number", r"(?<![\w.,$/])(?:[A-Za-z]{1,5}-?)?\d{7,}(?:-\w+)*(?!\w|[.,]\d)", "[number]"),
)
_CODES = r"(?i)\b(?:cpt|hcpcs|icd(?:-?(?:9|10))?|codes?|procedures?|ndc|section|rule)\b[\w\s,;:/&-]{0,60}$"
_LIKE_NUMBER = (
    r"(?<![\w.,/$-])(?=[A-Z\d-]{0,8}\d{5}|[A-Z]{2,3}-?\d{4})[A-Z]{0,4}-?\d{4,6}(?:-[A-Z\d]{1,6}){0,2}"
    r"(?![\w/%-]|[.,]\d|[ ]?(?i:mg|mcg|units?|iu|ml|steps|hours?|dollars|pages?|times)\b)"
)

# Ages and dates.

_OLD = r"(?:9\d|1[0-2]\d)"
_TENS = r"(?:ninety(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?:[ -](?:and )?\w+)?)"
_AGES = (
    rf"(?i)(?<![\w.])(?P<age>{_OLD})(?=[\s-]*(?:years?|yrs?)[\s-]+(?:old|of age)\b|[\s-]*y[./ -]{{0,2}}o\b|"
    r"[ ]?[MF],?[ ](?:with|who|w/|presents|c/o|s/p|here|seen)\b)",
    rf"(?i)\bage[ds]?[\s:=]+(?:of[ ])?(?P<age>{_OLD})\b(?!\s*(?:mg|%|degrees|days|weeks|months))",
    rf"(?i)\b(?P<age>{_TENS})(?=[\s-]+years?[\s-]+(?:old|of age)\b)",
    r"(?i)\b(?P<age>nonagenarian|centenarian)\b",
)
# What is found in a text.


class Finder:
    """Finds identifiers and dates; `names` and `firms` are known, and stand for the same words everywhere.

    A word of the `common` ones is no name. In capitals, where every word looks like a name, neither is one with an
    everyday root. A first name that is `given` tells a name, whatever common words it is made of; one of the `surnames`,
    common words all of them, is one where it stands as only a name does.
    """

    def __init__(
        self,
        weeks: int,
        common: frozenset[str],
        roots: frozenset[str] = frozenset(),
        given: frozenset[str] = frozenset(),
        surnames: frozenset[str] = frozenset(),
    ) -> None:
        self.weeks = weeks
        self._dates = DateFinder(weeks)
        self._common = common
        self._roots = roots
        self._given = given
        self._surnames = surnames
        self._known: dict[str, tuple[str, str]] = {}
        self._suspected: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._pattern: re.Pattern[str] | None = None
        self._found: dict[tuple[str, PartialDate | None], list[Span]] = {}

    def learn(self, words: str, kind: str, sure: bool = False) -> None:
        """Takes a name or an organization up, with the other ways in which it is written.

        One that is `sure`, by a list, a title or a degree, is taken whatever common words it is made of. A common word
        as a part of a name is only suspected where it stands alone.
        """
        words = re.sub(rf",?\s+{_DEGREE}.*", "", " ".join(words.split())).strip(" ,.;:")
        words = re.sub(rf"^(?:{_TITLE}\.?\s*)+", "", words)
        parts = [one for one in re.split(r"[ ,]+", words) if one]
        told = kind == "name" and len(parts) > 1 and (self._is_given(parts[0]) or self._is_given(parts[1]))
        while told and len(parts) > 2 and self._is_common(parts[-1]):
            parts.pop()
        told = told or (kind == "name" and len(parts) == 1 and parts[0].casefold() in self._surnames)
        words, sure = (" ".join(parts), True) if told else (words, sure)
        if len(words) < 2 or (not sure and all(self._is_common(one) for one in parts)):
            return
        forms, suspected = [words], []
        if kind == "name":
            while not sure and len(parts) > 1 and self._is_common(parts[-1]):
                parts.pop()
            long = [one for one in parts if len(one.strip(".")) > 2 and one not in _SMALL]
            suspected = [one for one in long if self._is_common(one)] if len(parts) > 1 else []
            forms = [" ".join(parts), *(one for one in long if one not in suspected)]
            if len(parts) > 1:
                forms += [f"{parts[-1]}, {' '.join(parts[:-1])}", f"{parts[0]}, {' '.join(parts[1:])}"]
        same = next((self._known[one.casefold()] for one in forms if one.casefold() in self._known), None)
        if same is None:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            same = kind, f"[{kind} {self._numbers[kind]}]"
        for one in forms:
            self._known.setdefault(one.casefold(), same)
        for one in suspected:
            self._suspected.setdefault(one.casefold(), same[1])
        self._pattern = None
        self._found.clear()

    def learn_from(self, text: str) -> None:
        """Takes up the names and organizations that a text introduces by a title, a degree or a label."""
        for pattern, kind, sure in (
            (_TITLED, "name", True),
            (_WITH_DEGREE, "name", False),
            (_ONE_WITH_DEGREE, "name", False),
            (_LABELLED, "name", False),
            (_SIGNED, "name", False),
            (_EMPLOYER, "organization", False),
        ):
            for match in compiled(pattern).finditer(text):
                self.learn(match["name"], kind, sure)

    def known_in(self, text: str) -> list[str]:
        """The known names that stand in a text."""
        return [match[0] for match in self._names().finditer(text) if self._meant(match[0])]

    def spans(self, text: str, near: PartialDate | None) -> list[Span]:
        """What is found, without overlaps, in order; `near` is a day by which a date without a year is placed."""
        if (text, near) not in self._found:
            self._found[text, near] = self._sorted(text, near)
        return self._found[text, near]

    def _sorted(self, text: str, near: PartialDate | None) -> list[Span]:
        taken: list[Span] = []
        for one in self._all(text, near):
            if one.words.strip() and not any(one.start < held.end and held.start < one.end for held in taken):
                taken.append(one)
        return sorted(taken, key=lambda one: one.start)

    def _all(self, text: str, near: PartialDate | None) -> Iterator[Span]:
        for kind, pattern, becomes in _SURE:
            yield from self._by_rule(text, kind, pattern, becomes)
        for kind, pattern, becomes in _AFTER[:2]:
            yield from (
                one for one in self._by_rule(text, kind, pattern, becomes) if not _is_all_date(one.words)
            )
        dates = sorted(self._dates.dates(text, near), key=lambda one: one.start - one.end)
        yield from (one for one in dates if one.kind not in ("short-date", "year"))
        for match in self._names().finditer(text):
            if self._meant(match[0]):
                kind, becomes = self._known[" ".join(match[0].split()).casefold()]
                yield Span(*match.span(), kind, match[0], becomes)
        for kind, pattern, becomes in _AFTER[2:]:
            yield from self._by_rule(text, kind, pattern, becomes)
        for pattern in _AGES:
            yield from (
                Span(*m.span("age"), "age", m["age"], "90+") for m in compiled(pattern).finditer(text)
            )
        yield from (one for one in dates if one.kind in ("short-date", "year"))
        for match in compiled(_LIKE_NUMBER).finditer(text):
            if not compiled(_CODES).search(text[max(0, match.start() - 70) : match.start()]):
                yield Span(*match.span(), "like-number", match[0], "[number]")
        yield from self._like_names(text)

    def _by_rule(self, text: str, kind: str, pattern: str, becomes: str) -> Iterator[Span]:
        for match in compiled(pattern).finditer(text):
            group = "name" if match.re.groupindex.get("name") and match["name"] else 0
            yield Span(*match.span(group), kind, match[group], becomes)

    # Names.

    def _like_names(self, text: str) -> Iterator[Span]:
        for match in compiled(rf"(?<!\w){_WORD}").finditer(text):
            if match[0].casefold() in self._suspected:
                yield Span(*match.span(), "like-name", match[0], self._suspected[match[0].casefold()])
        for start, end in self._with_first_names(text):
            yield Span(start, end, "like-name", text[start:end], "[name]")
        for match in compiled(_NAMED_FIRM).finditer(text):
            if not all(self._is_common(one) for one in match["name"].split()):
                yield Span(*match.span("name"), "like-name", match["name"], "[organization]")
        for match in compiled(rf"(?<![\w.])(?:{_INITIAL}[ ]?){{1,2}}{_PART}").finditer(text):
            last = match[0].split()[-1].split(".")[-1]
            if not last.isupper() and (not self._is_common(last) or _is_alone(text, match.span())):
                yield Span(*match.span(), "like-name", match[0], "[name]")
        for match in compiled(rf"{_WORD}(?:[ \t]+(?:{_PART}|{_INITIAL})){{1,2}}").finditer(text):
            if not all(self._is_common(one) or _is_short(one) for one in match[0].split()):
                yield Span(*match.span(), "like-name", match[0], "[name]")
        for pattern in (rf"{_WORD}(?=[ \t]+(?:{_SPEAKS})\b)", rf"(?<=[a-z,] ){_WORD}"):
            for match in compiled(pattern).finditer(text):
                sign = compiled(_SIGN).match(text, match.end())
                known = self._is_given(match[0]) and match[0].casefold() not in _MONTH_NAMES
                if (known or not self._is_common(match[0])) and not _is_short(match[0]) and not sign:
                    yield Span(*match.span(), "like-name", match[0], "[name]")
        for pattern in _ONE_ALONE:
            for match in compiled(pattern).finditer(text):
                word = match[0].split()[-1]
                sign = compiled(_SIGN).match(text, match.end())
                if word.casefold() in self._surnames and not sign:
                    yield Span(match.end() - len(word), match.end(), "like-name", word, "[name]")
        for match in compiled(r"\b(?:dr|mr|mrs|ms)\.?[ ](?P<name>[a-z][a-z'’-]{2,})").finditer(text):
            yield Span(*match.span("name"), "like-name", match["name"], "[name]")
        for match in compiled(_LETTERS).finditer(text):
            if match[0].replace(" ", "") not in _NO_INITIALS:
                yield Span(*match.span(), "like-name", match[0], "[name]")

    def _with_first_names(self, text: str) -> Iterator[tuple[int, int]]:
        """A first name with what stands beside it, or before it and a comma; also of common words (`Bill Cook`, `COOK, BILL`)."""
        for pattern in (_PAIR, _REVERSED):
            for match in compiled(pattern).finditer(text):
                first, last = match["first"], match["last"]
                begins = min(match.start("first"), match.start("last"))
                span = begins, max(match.end("first"), match.end("last"), match.end())
                if self._is_given(first) and (
                    not self._is_doubtful(text, span, first) or not self._is_common(last)
                ):
                    yield span

    def _is_given(self, word: str) -> bool:
        return word.strip(".,'’").casefold() in self._given

    def _is_doubtful(self, text: str, span: tuple[int, int], first: str) -> bool:
        """Whether a first name is a month (`May`), or in capitals a common word as well, and no name in a line of its own."""
        doubted = first.casefold() in _MONTH_NAMES or (first.isupper() and self._is_common(first))
        return doubted and not _is_alone(text, span)

    def _names(self) -> re.Pattern[str]:
        if self._pattern is None:
            forms = sorted(self._known, key=len, reverse=True)
            said = "|".join(r"\s+".join(re.escape(word) for word in one.split()) for one in forms)
            self._pattern = re.compile(rf"(?i)(?<!\w)(?:{said})(?!\w)" if said else r"(?!)")
        return self._pattern

    def _meant(self, words: str) -> bool:
        """Whether words are the name, and no common word that is written like it."""
        return any(sign.isupper() or sign.isdigit() for sign in words)

    def _is_common(self, word: str) -> bool:
        plain = word.strip(".,'’").casefold().removesuffix("'s").removesuffix("’s")
        parts = [plain, *plain.split("-")]
        if word.isupper() and all(root(one) in self._roots for one in parts[1:]):
            return True
        return not plain or plain in self._common or all(one in self._common for one in parts[1:])


@lru_cache(maxsize=128)
def _in_small_letters(text: str) -> frozenset[str]:
    return frozenset(compiled(r"(?<![\w'’])[a-z][a-z'’]+(?!\w)").findall(text))


def common_words(texts: Iterable[str]) -> frozenset[str]:
    """The words that stand in small letters in some texts: no names, but where a list has them."""
    found = {word for text in texts for word in _in_small_letters(text)}
    months = {month.lower() for month in MONTHS}
    days = "monday tuesday wednesday thursday friday saturday sunday california".split()
    titles = "date id attn attention number county city zip dear license licence dr mr mrs ms miss prof md do dc pt np pa rn phd esq qme".split()
    labels = re.findall(r"[a-z]{2,}", _THINGS + _OWN + _LABELLED + _EMPLOYER)
    return frozenset({*found, *months, *(one[:3] for one in months), *days, *titles, *labels})


def _is_alone(text: str, span: tuple[int, int]) -> bool:
    """Whether words begin a line that says nothing more than figures and short words beside them."""
    before = text[text.rfind("\n", 0, span[0]) + 1 : span[0]]
    return not before.strip() and not compiled(r"[A-Za-z]{4}").search(text[span[1] :].split("\n", 1)[0])


def _is_short(word: str) -> bool:
    """Whether a word is rather an abbreviation (`Wt`, `CPAP`, `J.`) than a name."""
    return len(word) < 4 or (len(word) < 6 and word.isupper())


def _is_all_date(said: str) -> bool:
    """Whether what stands after a label is a date, which moves: `Claim: 03/04/2014`."""
    return any(len(words) >= len(said) - 1 for _, words, _ in dates_in(said))


def deidentified(
    text: str, finder: Finder, near: PartialDate | None = None, kept: frozenset[str] = frozenset()
) -> tuple[str, tuple[Span, ...]]:
    """A text with everything replaced that is found in it, also what is only suspected; and what that was.

    Kinds that are `kept` stay as they are.
    """
    found = tuple(one for one in finder.spans(text, near) if one.kind not in kept)
    return edited(text, found)[0], found


def edited(text: str, edits: Sequence[Span]) -> tuple[str, Callable[[int, bool], int]]:
    """The text with its edits made, and where a place of the old text lies in the new one."""
    made, at, moves = [], 0, []
    for one in edits:
        made += [text[at : one.start], one.becomes]
        at = one.end
    made.append(text[at:])
    shift = 0
    for one in edits:
        begins = one.start + shift
        shift += len(one.becomes) - (one.end - one.start)
        moves.append((one.start, one.end, begins, begins + len(one.becomes), shift))

    def place(old: int, is_end: bool) -> int:
        moved = 0
        for start, end, first, last, after in moves:
            if start < old < end:
                return last if is_end else first
            if old >= end:
                moved = after
        return old + moved

    return "".join(made), place
