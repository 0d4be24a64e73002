"""The words of a letter that are no prompt set's: headings, standing sentences, what joins those of a rationale.

They are data (`prompts/letter/frame.yaml`), for physicians to read and correct. A sentence is a template as in a prompt
set (`wording`), and names exactly what its place gives it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from assistant.core import wording, yaml
from assistant.core.problem import Refused
from assistant.core.text import visible
from assistant.core.value import Value
from assistant.core.yaml import Findings, YamlDocument

FILE = "prompts/letter/frame.yaml"
"""Where the program keeps it; `library.letter_texts` has its text."""

_WITHOUT: dict[str, str] = {
    "": "title case outcome reviewers_words",
    "banner": "draft practice training altered redacted",
    "grounds": "conflict specialty records other",
    "outcomes": "uphold overturn partial undecided",
    "decisions": "upheld overturned declined undecided",
    "why": "conflict gap open unclear unread",
    "tiers": "mtus studies national expert accepted likely_benefit",
    "made": "title parties tie_unknown unqualified hierarchy",
    "documents": "title no_author undated not_opened searched not_cited",
    "summary": "title confirmed disputed unconfirmed empty",
    "issues": "title administrator rationale declined closed draft guidelines no_guideline mtus others laws unverified",
    "rationale": "and or same_source same_guideline openings within departed own_reason",
    "sources": "title",
    "rests": "title",
    "changes": "title",
    "searches": "title intro no_document nothing all some not_attested",
    "read": "title",
    "aside": "person",
    "checks": "title open explained",
    "signature": "title",
    "addenda": "title",
    "missing": "title determination changed",
    "footer": "software",
    "determination": "title standard expedited formulary decisions considered none_relied_on",
    "effect": "title uphold overturn partial binding appeal grounds powers fraud conflict bias fact",
    "note": "title items nothing",
    "record": "title belongs of_note used lacks addressees case_number injury refused application priority unverified",
}
"""The texts that name nothing, by the part of the file that they stand in."""

_NAMING: dict[str, str] = {
    "item": "item",
    "banner.declined": "ground reason",
    **{
        f"counted.{noun}.{form}": "count"
        for noun in ("document", "page", "passage", "year", "hour", "addendum")
        for form in ("one", "many")
    },
    "made.no_tie": "parties",
    "made.tie": "parties",
    "made.certified": "certification",
    "made.licensed": "licence",
    "made.certified_and_licensed": "certification licence",
    "made.years": "years",
    "made.hours": "hours",
    "made.years_and_hours": "years hours",
    "documents.complete": "documents pages",
    "documents.incomplete": "documents pages",
    "documents.unconfirmed": "documents pages",
    "documents.document": "about id use",
    "documents.opened": "pages",
    "documents.cited": "pages",
    "documents.page": "number",
    "documents.pages": "numbers",
    "issues.item": "item service decision",
    "issues.based_on": "date guideline",
    "issues.no_basis": "date",
    "issues.no_suggestion": "why",
    "issues.suggestion": "decision",
    "issues.reference": "source edition locator",
    "issues.cited": "reference tier",
    "rationale.outweighed": "against because",
    "rationale.and_although": "before further",
    "rationale.accepted": "reason",
    "rationale.declined": "citation reason",
    "rationale.inapplicable": "citation reason",
    "rationale.misstated": "citation reason",
    "rationale.own_governs": "citation reason",
    "rationale.modified": "asked certified disputed",
    "rationale.certified": "certified",
    "rationale.dependent": "item service",
    "rationale.below": "against tier",
    "rationale.governs": "citation caution reason",
    "rationale.does_not_govern": "citation caution reason",
    "rationale.relies_on": "quoted",
    "rationale.explained": "reason",
    "sources.sentence": "number sources",
    "sources.own_sentence": "number sources",
    "rests.answer": "question answer quoted",
    "rationale.amended": "reason",
    "rationale.set_aside": "pages more",
    "rationale.set_aside_beside": "pages more held",
    "aside.newest": "date",
    "aside.date": "date",
    "aside.names": "names",
    "aside.shared": "passages documents",
    "changes.amended": "question was now reason",
    "changes.added": "question now reason",
    "changes.withdrawn": "question was reason",
    **{f"sources.{kind}": "names" for kind in ("answers", "rules", "guidelines", "facts", "pages")},
    "searches.reach": "documents pages",
    "searches.unreadable": "count",
    "searches.by_eye": "pages",
    "searches.unread": "pages",
    "searches.absent": "question",
    "searches.absent_parts": "question parts",
    "searches.terms": "terms",
    "searches.within": "documents pages",
    "searches.found": "passages",
    "searches.found_denied": "passages number",
    "searches.passage_set_aside": "quoted reason",
    "searches.set_aside": "count reason quoted",
    "searches.set_aside_more": "count reason quoted more places",
    "searches.to_deal_with": "passage",
    "searches.none": "question",
    "searches.signs": "entry signs",
    "searches.also": "terms",
    **{f"read.{said}": "question quoted" for said in ("denied", "family", "hypothetical", "printed")},
    "read.own": "question quoted",
    "checks.check": "check message facts state",
    "checks.reason": "reason",
    "checks.unread": "documents",
    "signature.signed": "date time",
    "signature.signed_on": "date time zone",
    "signature.own": "digest",
    "addenda.addendum": "number",
    "missing.of_item": "item what prompt",
    "missing.of_case": "what prompt",
    "missing.check": "check message",
    "missing.contradicted": "question",
    "missing.ruling": "criterion",
    "missing.contradicted_finding": "question",
    "missing.caution": "criterion",
    "footer.case": "provenance",
    "footer.hash": "hash",
    "footer.signed": "session entry head",
    "footer.open": "session entries head",
    "determination.to": "name",
    "determination.case_number": "number",
    "determination.claim_number": "number",
    "determination.employee": "name",
    "determination.injury": "date",
    "determination.refused": "date",
    "determination.application": "date",
    "determination.priority": "priority",
    "determination.outcome": "outcome",
    "determination.document": "number about",
    "determination.place": "number page",
    "determination.at": "places",
    "determination.note": "note",
    "determination.shared": "on",
    "note.declined": "ground",
    "note.reason": "reason",
    "note.item": "item service",
    "record.lacking": "what",
    "record.not_verified": "reference",
    "banner.reissued": "addenda",
    "rationale.outweighed_by": "citation",
    "rationale.all_outweighed_by": "citation",
    "rationale.stands_below": "tier",
    "rationale.over": "more",
    "rationale.part_absent": "absences",
    "addenda.quoting": "item quoted",
    "own.cited": "quoted",
    "own.uncited": "words",
    "own.reasoned": "",
    "footer.signed_on": "date",
    "footer.digest": "hash",
    "footer.unsigned_digest": "hash",
    "footer.page": "page pages",
}

NAMES: Mapping[str, tuple[str, ...]] = {
    **{f"{part}.{key}" if part else key: () for part, keys in _WITHOUT.items() for key in keys.split()},
    **{key: tuple(names.split()) for key, names in _NAMING.items()},
}
"""Every text of the file by its place (`made.tie`), with the names that it must show, and no others.

Sessions keep old files, so a place keeps its names for good: a text that needs others gets a new place, and its first
wording stands in a new file of `prompts/letter/first-wording/`.
"""

_TAG = re.compile(r"\{[{%].*?[%}]\}")

TEMPLATE = "prompts/letter/template.yaml"
"""What an organization adds to its letters; `library.letter_texts` has its text."""

ORDER = ("decisions", "made", "documents", "summary", "issues", "effect")
"""The parts of a determination, by the names that a template puts them in order by."""


class OwnParagraph(Value):
    """A paragraph of the organization's, which stands after a part."""

    after: str
    title: str
    text: str


class Template(Value):
    """What an organization gives its letters: letterhead, the order of the parts, paragraphs of its own."""

    letterhead: tuple[str, ...] = ()
    order: tuple[str, ...] = ORDER
    paragraphs: tuple[OwnParagraph, ...] = ()


def read_template(text: str, name: str = TEMPLATE) -> Template:
    """The template in a YAML text of the form of `schemas/letter-template.schema.json`; raises `Refused`."""
    document = yaml.parse_yaml(text, name)
    found = Findings()
    for path, value in yaml.plain(document.data):
        if visible(str(value)) != str(value):
            found.say(
                "The text holds an invisible or control character.",
                document.where(*path),
                "Type it again without it.",
            )
    if found.problems:
        raise Refused(*found.problems)
    data = document.data
    return Template(
        tuple(str(line) for line in data["letterhead"]),
        tuple(str(part) for part in data["order"]),
        tuple(
            OwnParagraph(str(one["after"]), str(one.get("title", "")), str(one["text"]))
            for one in data["paragraphs"]
        ),
    )


class Frame(Value):
    """The texts by their place; white space is folded."""

    texts: Mapping[str, str]
    first: frozenset[str] = frozenset()
    """The places whose text is the first wording, since the session's own file has none."""
    template: Template = Template()

    def say(self, place: str, **values: object) -> str:
        """The text at a place with its names filled in; foreign white space stays as it is."""
        return wording.words_filled(self.texts[place], values)

    def is_first(self, place: str) -> bool:
        """Whether the session's own file lacks this place, being older than it."""
        return place in self.first

    @property
    def in_two_parts(self) -> bool:
        """Whether its letters are a determination and a record beside it; older ones are one text."""
        return not self.is_first("determination.title")

    @property
    def flows(self) -> bool:
        """Whether sentences that follow each other are joined up: openings vary, lists stand as lists, cautions beside what they limit."""
        return not self.is_first("rationale.openings")

    @property
    def repeats(self) -> bool:
        """Whether its letters print a quote anew for each question that rests on it, confirm an empty timeline, and list what was open in a declined review; older ones do."""
        return self.is_first("summary.empty")

    @property
    def counts_one(self) -> bool:
        """Whether a lone 1 has its unit in the singular; in older letters it has the plural."""
        return not self.is_first("rests.title")

    @property
    def tells_parts(self) -> bool:
        """Whether a missing part of an answer is told as such, and a source of the reviewer's own begins and ends as sentences do."""
        return not self.is_first("rationale.part_absent")

    def counted(self, number: int, noun: str) -> str:
        """`1 page`, `6 pages`."""
        return self.say(f"counted.{noun}.{'one' if number == 1 else 'many'}", count=f"{number:,}")


def read_frame(text: str, name: str = FILE, first: Callable[[], Frame] | None = None) -> Frame:
    """The frame in the YAML `text` of the file `name`, in the form of `schemas/letter-frame.schema.json`.

    Raises `Refused` with file and line for a text that names what its place doesn't give it, or lacks what it gives.
    With `first`, the frame in its first wording, the text is one that a session keeps, perhaps from another version
    of the program: what it lacks is taken from `first`, and places that are no longer used don't matter.
    """
    document = yaml.parse_yaml(text, name)
    found = Findings()
    texts: dict[str, str] = {}
    for path, value in yaml.plain(document.data):
        place = ".".join(map(str, path))
        if place in NAMES:
            texts[place] = " ".join(str(value).split())
            _check(found, texts[place], NAMES[place], document.where(*path))
    if found.problems:
        raise Refused(*sorted(found.problems, key=lambda one: int(one.where.rpartition(" ")[2])))
    return (
        Frame(texts) if first is None else Frame({**first().texts, **texts}, frozenset(NAMES) - texts.keys())
    )


def sentence_lengths(frame: Frame) -> list[int]:
    """How many words each whole sentence of a frame has, a name that is filled in counting as one."""
    bare = (re.sub(r"\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "x", text)) for text in frame.texts.values())
    said = (sentence for text in bare for sentence in re.split(r"(?<=[.!?:])\s+(?=[A-Z])", text))
    return [len(sentence.split()) for sentence in said if sentence.endswith(".")]


def is_frame(document: YamlDocument) -> bool:
    """Whether a file is written as the letter's frame is, and not as a prompt set."""
    parts = {place.split(".", 1)[0] for place in NAMES}
    return "id" not in document.data and len(parts & document.data.keys()) > len(parts) // 2


def _check(found: Findings, text: str, names: tuple[str, ...], where: str) -> None:
    only = (
        f"Name only {', '.join(f'`{name}`' for name in names)}."
        if names
        else "This text can't name anything."
    )
    if visible(text) != text:
        found.say("The text holds an invisible or control character.", where, "Type it again without it.")
    for what in wording.template_problems(text, names):
        found.say(what, where, only)
    for tag in _TAG.findall(text):
        if "." in tag:
            found.say(f"`{tag}` names a part of something.", where, only)
    for name in names:
        if not re.search(rf"\{{\{{\s*{name}\s*\}}\}}", text):
            found.say(
                f"`{{{{ {name} }}}}` is missing from this text.",
                where,
                "It stands for what the letter has to say here; put it back.",
            )
