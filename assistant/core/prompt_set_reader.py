"""From a YAML file to a `PromptSet`, refusing with file and line whatever could be read in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.core import wording
from assistant.core.answer_schema import AnswerSchema
from assistant.core.condition import ALWAYS, Formula
from assistant.core.formula_reader import read_formula
from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.plain_yaml import Document
from assistant.core.problem import Problem, Refused
from assistant.core.prompt_set import (
    TIERS,
    Branch,
    Caution,
    Citation,
    Criterion,
    Exclusion,
    Prompt,
    PromptSet,
    Proposal,
    Sentence,
)
from assistant.core.proposal import RULES
from assistant.core.shape import Group, Listing

_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_NAME = re.compile(r"^[a-z][a-z0-9-]*$")

_SET_KEYS = frozenset(
    "id title edition for governed_by use citations request conclusion together prompts criteria never "
    "silent".split()
)
_PROMPT_KEYS = frozenset(
    "id ask why answer when cite look_for propose says speaks documentable record shows".split()
)
_CRITERION_KEYS = frozenset(
    "id cite applies when argues rebuts says unmet concedes caution parts rows".split()
)
_CITATION_KEYS = frozenset("tier source edition locator name in_force verified".split())
_PROPOSAL_KEYS = frozenset("fact rule of than where gives unit weights".split())
_SAYS_KEYS = frozenset("given not_documented unclear together parts".split())
_YES = {"yes": True, "no": False}
_FACTS = frozenset({"item", "case", "reviewer"})
_SHOWN = ("documents", "timeline")


def read(
    document: Document, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, Document]
) -> PromptSet:
    """The prompt set in `document`; raises `Refused` with every problem found in it.

    `schemas` are the answer schemas by name, `blocks` the shared files that `use` may name.
    """
    return _Reader(document, schemas, blocks).read()


class _Reader:
    def __init__(
        self, document: Document, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, Document]
    ) -> None:
        self.document = document
        self.schemas = schemas
        self.blocks = blocks
        self.problems: list[Problem] = []
        self.prompts: dict[str, Prompt] = {}
        self.citations: dict[str, Citation] = {}
        self.lines: dict[str, str] = {}

    def read(self) -> PromptSet:
        doc, data = self.document, self.document.data
        self.keys(doc, (), data, _SET_KEYS, ("id", "title", "edition", "prompts"))
        uses = self.texts(doc, ("use",))
        self.read_citations(doc)
        for name in uses:
            block = self.blocks.get(name)
            if block is None:
                self.say(
                    f"There is no block `{name}` in prompts/.", doc.where("use"), _near(name, self.blocks)
                )
                continue
            self.read_citations(block)
            self.read_prompts(block, name)
        self.read_prompts(doc, "")
        criteria = self.read_criteria(doc)
        target = data.get("for", {})
        for_item = isinstance(target, Mapping)
        if for_item and target:
            self.keys(doc, ("for",), target, frozenset({"region", "service"}), ("region", "service"))
        result = PromptSet(
            id=str(data.get("id", "")),
            title=str(data.get("title", "")),
            edition=self.whole(doc, ("edition",)),
            region=str(target.get("region", "")) if for_item else "",
            service=str(target.get("service", "")) if for_item else str(target),
            governed_by=str(data.get("governed_by", "")),
            prompts=self.prompts,
            criteria=criteria,
            citations=self.citations,
            request=self.sentence(doc, ("request",)),
            conclusion={
                side: self.sentence(doc, ("conclusion", side))
                for side in ("upheld", "overturned")
                if side in data.get("conclusion", {})
            },
            together=str(data.get("together", "")),
            never=self.exclusions(doc, "never"),
            silent=self.exclusions(doc, "silent"),
            uses=tuple(uses),
            lines=self.lines,
        )
        self.check_whole(result, for_item and bool(target))
        if self.problems:
            raise Refused(*self.problems)
        return result

    # -- the sections -------------------------------------------------------------------------

    def read_citations(self, doc: Document) -> None:
        section = self.mapping(doc, ("citations",))
        for name, data in section.items():
            path = ("citations", name)
            if not isinstance(data, Mapping):
                self.say(f"The citation `{name}` is not a map.", doc.where(*path))
                continue
            self.keys(doc, path, data, _CITATION_KEYS, ("tier", "source", "edition", "locator", "verified"))
            if data.get("tier") not in TIERS:
                self.say(
                    f"`{data.get('tier')}` is not a tier.",
                    doc.where(*path, "tier"),
                    f"Use one of {', '.join(TIERS)}.",
                )
            if name in self.citations:
                self.say(f"The citation `{name}` is defined twice.", doc.where(*path), "Rename one of them.")
            verified = data.get("verified")
            checked = None
            if isinstance(verified, Mapping) and {"by", "on"} == set(verified):
                checked = (str(verified["by"]), str(verified["on"]))
            elif verified not in ("false", "no"):
                self.say("`verified` is either false or {by, on}.", doc.where(*path, "verified"))
            force = data.get("in_force", {})
            if not isinstance(force, Mapping) or set(force) - {"from", "until"}:
                self.say("`in_force` has only `from` and `until`.", doc.where(*path, "in_force"))
                force = {}
            self.citations[name] = Citation(
                id=name,
                tier=str(data.get("tier")),
                source=str(data.get("source", "")),
                edition=str(data.get("edition", "")),
                locator=str(data.get("locator", "")),
                name=str(data.get("name") or f"{data.get('source', '')}, {data.get('locator', '')}"),
                starts=self.date(doc, (*path, "in_force", "from"), force.get("from")),
                ends=self.date(doc, (*path, "in_force", "until"), force.get("until")),
                verified=checked,
            )

    def read_prompts(self, doc: Document, block: str) -> None:
        entries = doc.data.get("prompts", [])
        if not isinstance(entries, list):
            self.say("`prompts` is a list.", doc.where("prompts"), "Begin each prompt with `- id: ...`.")
            return
        for index, data in enumerate(entries):
            path = ("prompts", index)
            if not isinstance(data, Mapping):
                self.say("A prompt is a map.", doc.where(*path), "Begin it with `- id: ...`.")
                continue
            prompt = self.prompt(doc, path, data, block)
            if prompt is None:
                continue
            self.prompts[prompt.id] = prompt
            self.lines[prompt.id] = doc.where(*path)

    def prompt(
        self, doc: Document, path: tuple[Any, ...], data: Mapping[str, Any], block: str
    ) -> Prompt | None:
        self.keys(doc, path, data, _PROMPT_KEYS, ("id", "ask", "answer"))
        name, answer = str(data.get("id", "")), str(data.get("answer", ""))
        if not _ID.match(name):
            self.say(f"`{name}` can't be a prompt's id.", doc.where(*path, "id"), "Use small letters and _.")
            return None
        schema = self.schemas.get(answer)
        if schema is None:
            self.say(
                f"There is no answer schema `{answer}`.",
                doc.where(*path, "answer"),
                _near(answer, self.schemas),
            )
            return None
        says = data.get("says", {})
        if not isinstance(says, Mapping) or set(says) - _SAYS_KEYS:
            self.say(
                "`says` has only given, not_documented, unclear, together and parts.",
                doc.where(*path, "says"),
            )
            says = {}
        cite = str(data.get("cite", ""))
        if cite and cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), _near(cite, self.citations))
        when = self.formula(doc, (*path, "when"))
        if name in self.prompts:
            self.say(f"The prompt `{name}` is defined twice.", doc.where(*path), "Rename one of them.")
        self.prompts[name] = Prompt(name, "", "", schema)  # so that its own sentences may name it
        made = Prompt(
            id=name,
            ask=str(data.get("ask", "")),
            why=str(data.get("why", "")),
            schema=schema,
            when=when,
            cite=cite,
            look_for=tuple(self.texts(doc, (*path, "look_for"))),
            propose=self.proposals(doc, (*path, "propose")),
            says={
                key: self.sentence(doc, (*path, "says", key), ("value",))
                for key in ("given", "not_documented", "unclear")
                if key in says
            },
            absence=str(says.get("together", "")),
            absent_parts=self.absent_parts(doc, path, schema, says.get("parts", {})),
            speaks=self.one_of(doc, (*path, "speaks"), {"always": True}, False),
            documentable=self.one_of(doc, (*path, "documentable"), _YES, False),
            record=self.one_of(doc, (*path, "record"), _YES, False),
            shows=self.shown(doc, path, data.get("shows")),
            block=block,
        )
        del self.prompts[name]
        return made

    def absent_parts(
        self, doc: Document, path: tuple[Any, ...], schema: AnswerSchema, raw: Any
    ) -> dict[str, str]:
        shape = schema.shape.element if isinstance(schema.shape, Listing) else schema.shape
        known = shape.parts if isinstance(shape, Group) else {}
        if not isinstance(raw, Mapping) or set(raw) - set(known):
            self.say(
                "`parts` says of parts of the answer what is missing.",
                doc.where(*path, "says", "parts"),
                f"Parts: {', '.join(known)}.",
            )
            return {}
        return {str(name): str(text) for name, text in raw.items()}

    def shown(self, doc: Document, path: tuple[Any, ...], raw: Any) -> str:
        if raw is not None and raw not in _SHOWN:
            self.say(
                f"`{raw}` can't be shown.", doc.where(*path, "shows"), f"Use one of {', '.join(_SHOWN)}."
            )
        return str(raw or "")

    def proposals(self, doc: Document, path: tuple[Any, ...]) -> tuple[Proposal, ...]:
        raw = self.get(doc, path)
        if raw is None:
            return ()
        made = []
        for data in raw if isinstance(raw, list) else [raw]:
            if not isinstance(data, Mapping) or set(data) - _PROPOSAL_KEYS:
                self.say("A proposal has only fact, rule, of, than, where, gives, unit.", doc.where(*path))
                continue
            rule = str(data.get("rule", ""))
            if rule and rule not in RULES:
                self.say(
                    f"`{rule}` is not a rule of proposals.",
                    doc.where(*path),
                    f"Use one of {', '.join(RULES)}.",
                )
            if bool(rule) == bool(data.get("fact")):
                self.say("A proposal needs either `fact` or `rule`.", doc.where(*path))
            for operand in ("of", "than", "weights"):
                root = str(data.get(operand, "")).split(".", 1)[0]
                if root and root not in self.prompts and root not in _FACTS:
                    self.say(
                        f"`{root}` is no prompt above and no case fact.",
                        doc.where(*path),
                        _near(root, self.prompts),
                    )
            made.append(
                Proposal(
                    fact=str(data.get("fact", "")),
                    rule=rule,
                    of=str(data.get("of", "")),
                    than=str(data.get("than", "")),
                    where={str(k): str(v) for k, v in dict(data.get("where", {})).items()},
                    gives=dict(data.get("gives", {})),
                    unit=str(data.get("unit", "")),
                    weights=str(data.get("weights", "")),
                )
            )
        return tuple(made)

    def read_criteria(self, doc: Document) -> dict[str, Criterion]:
        found: dict[str, Criterion] = {}
        entries = doc.data.get("criteria", [])
        for index, data in enumerate(entries if isinstance(entries, list) else []):
            path = ("criteria", index)
            if not isinstance(data, Mapping):
                self.say("A criterion is a map.", doc.where(*path))
                continue
            rows = data.get("rows", [{}])
            plain = {key: value for key, value in data.items() if key != "rows"}
            for row in rows if isinstance(rows, list) and rows else [{}]:
                criterion = self.criterion(doc, path, _filled(plain, row))
                if criterion.id in found:
                    self.say(
                        f"The criterion `{criterion.id}` is defined twice.", doc.where(*path), "Rename one."
                    )
                found[criterion.id] = criterion
                self.lines[criterion.id] = doc.where(*path)
        for criterion in found.values():
            for other in criterion.rebuts:
                if other not in found:
                    self.say(
                        f"`{criterion.id}` rebuts `{other}`, which is no criterion.",
                        self.lines[criterion.id],
                        _near(other, found),
                    )
        return found

    def criterion(self, doc: Document, path: tuple[Any, ...], data: Mapping[str, Any]) -> Criterion:
        self.keys(doc, path, data, _CRITERION_KEYS, ("id", "cite", "when", "argues", "says"))
        name, cite = str(data.get("id", "")), str(data.get("cite", ""))
        if not _NAME.match(name):
            self.say(
                f"`{name}` can't be a criterion's id.", doc.where(*path, "id"), "Use small letters and -."
            )
        if cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), _near(cite, self.citations))
        if data.get("argues") not in ("for", "against"):
            self.say("`argues` is for or against.", doc.where(*path, "argues"))
        caution = data.get("caution")
        if caution is not None and (not isinstance(caution, Mapping) or set(caution) != {"when", "says"}):
            self.say("`caution` needs `when` and `says`.", doc.where(*path, "caution"))
            caution = None
        return Criterion(
            id=name,
            cite=cite,
            applies=self.formula_of(doc, (*path, "applies"), data.get("applies")),
            when=self.formula_of(doc, (*path, "when"), data.get("when")),
            argues=str(data.get("argues")),
            rebuts=tuple(self.texts(doc, (*path, "rebuts"))),
            says=self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",)),
            unmet=self.sentence_of(doc, (*path, "unmet"), data.get("unmet"), ("citation",)),
            concedes=self.sentence_of(doc, (*path, "concedes"), data.get("concedes"), ("citation",)),
            caution=None
            if caution is None
            else Caution(
                self.formula_of(doc, (*path, "caution", "when"), caution["when"]), str(caution["says"])
            ),
            parts=tuple(self.texts(doc, (*path, "parts"))),
        )

    def exclusions(self, doc: Document, key: str) -> tuple[Exclusion, ...]:
        entries = doc.data.get(key, [])
        if not isinstance(entries, list) or any(
            not isinstance(entry, Mapping) or set(entry) != {"when", "says"} for entry in entries
        ):
            self.say(f"`{key}` is a list of {{when, says}}.", doc.where(key))
            return ()
        return tuple(
            Exclusion(self.formula(doc, (key, index, "when")), str(entry["says"]))
            for index, entry in enumerate(entries)
        )

    # -- formulas and sentences ---------------------------------------------------------------

    def formula(self, doc: Document, path: tuple[Any, ...]) -> Formula:
        return self.formula_of(doc, path, self.get(doc, path))

    def formula_of(self, doc: Document, path: tuple[Any, ...], raw: Any) -> Formula:
        if raw is None:
            return ALWAYS
        return read_formula(raw, self.prompts, lambda what, fix="": self.say(what, doc.where(*path), fix))

    def sentence(self, doc: Document, path: tuple[Any, ...], names: Iterable[str] = ()) -> Sentence:
        return self.sentence_of(doc, path, self.get(doc, path), names)

    def sentence_of(
        self, doc: Document, path: tuple[Any, ...], raw: Any, names: Iterable[str] = ()
    ) -> Sentence:
        if raw is None:
            return ()
        branches = raw if isinstance(raw, list) else [{"says": raw}]
        made = []
        for branch in branches:
            if not isinstance(branch, Mapping) or "says" not in branch or set(branch) - {"when", "says"}:
                self.say("A sentence is text, or a list of {when, says}.", doc.where(*path))
                continue
            text = str(branch["says"])
            allowed = {*names, *_FACTS, *self.prompts}
            for what in wording.problems(text, allowed):
                self.say(
                    what,
                    doc.where(*path),
                    "Name only a prompt, `value`, `citation`, `item` or `case.<fact>`.",
                )
            made.append(Branch(self.formula_of(doc, path, branch.get("when")), text))
        return tuple(made)

    # -- the whole ----------------------------------------------------------------------------

    def check_whole(self, made: PromptSet, for_item: bool) -> None:
        top = self.document.where()
        if not _NAME.match(made.id):
            self.say(
                f"`{made.id}` can't be a set's id.", self.document.where("id"), "Use small letters and -."
            )
        for circle in _circles(made.criteria):
            self.say(
                f"These criteria rebut each other in a circle: {' → '.join(circle)}.",
                self.lines[circle[0]],
                "Remove one of the rebuttals.",
            )
        if not for_item:
            return
        for key in ("request", "governed_by"):
            if not getattr(made, key):
                self.say(f"A set for a service needs `{key}`.", top)
        if set(made.conclusion) != {"upheld", "overturned"}:
            self.say("A set needs `conclusion: {upheld, overturned}`.", top)
        read = {atom.prompt for criterion in made.criteria.values() for atom in criterion.atoms()}
        for prompt in made.prompts.values():
            if (
                prompt.id not in read
                and not prompt.says
                and not prompt.record
                and not _opens(made, prompt.id)
            ):
                self.say(
                    f"Nothing reads `{prompt.id}`, and it says nothing.",
                    self.lines[prompt.id],
                    "Give it `says` or `record: yes`.",
                )

    # -- small readers ------------------------------------------------------------------------

    def say(self, what: str, where: str, fix: str = "") -> None:
        self.problems.append(Problem(what, where, fix))

    def get(self, doc: Document, path: tuple[Any, ...]) -> Any:
        try:
            return doc.at(*path)
        except (KeyError, IndexError, TypeError):
            return None

    def keys(
        self,
        doc: Document,
        path: tuple[Any, ...],
        data: Mapping[str, Any],
        allowed: frozenset[str],
        needed: tuple[str, ...],
    ) -> None:
        for key in data:
            if key not in allowed:
                self.say(f"`{key}` is not known here.", doc.where(*path, key), _near(key, allowed))
        for key in needed:
            if data.get(key) in (None, ""):
                self.say(f"`{key}` is missing.", doc.where(*path), f"Add `{key}: ...`.")

    def mapping(self, doc: Document, path: tuple[Any, ...]) -> Mapping[str, Any]:
        raw = self.get(doc, path)
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.say(f"`{path[-1]}` is a map.", doc.where(*path))
        return {}

    def texts(self, doc: Document, path: tuple[Any, ...]) -> list[str]:
        raw = self.get(doc, path)
        if raw is None:
            return []
        if not isinstance(raw, list) or any(isinstance(entry, list | Mapping) for entry in raw):
            self.say(f"`{path[-1]}` is a list of words.", doc.where(*path), f"Write `{path[-1]}: [a, b]`.")
            return []
        return [str(entry) for entry in raw]

    def one_of(
        self, doc: Document, path: tuple[Any, ...], words: Mapping[str, bool], otherwise: bool
    ) -> bool:
        raw = self.get(doc, path)
        if raw is None:
            return otherwise
        if raw not in words:
            self.say(
                f"`{raw}` is not possible for `{path[-1]}`.", doc.where(*path), f"Write {' or '.join(words)}."
            )
        return words.get(str(raw), otherwise)

    def whole(self, doc: Document, path: tuple[Any, ...]) -> int:
        raw = self.get(doc, path)
        if not isinstance(raw, int):
            self.say(f"`{path[-1]}` is a whole number.", doc.where(*path))
            return 0
        return raw

    def date(self, doc: Document, path: tuple[Any, ...], raw: Any) -> PartialDate | None:
        if raw is None:
            return None
        made = parse_date(str(raw))
        if made is None:
            self.say(f"`{raw}` is not a date.", doc.where(*path), "Write it as 2014-07-12.")
        return made


def _filled(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        for name, text in row.items():
            value = value.replace(f"<{name}>", str(text))
        return value
    if isinstance(value, list):
        return [_filled(entry, row) for entry in value]
    if isinstance(value, Mapping):
        return {_filled(key, row): _filled(entry, row) for key, entry in value.items()}
    return value


def _near(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    near = get_close_matches(str(name), known, 1)
    if near:
        return f"Did you mean `{near[0]}`?"
    return f"Known: {', '.join(known)}." if known else ""


def _opens(made: PromptSet, name: str) -> bool:
    from assistant.core.condition import atoms

    return any(atom.prompt == name for other in made.prompts.values() for atom in atoms(other.when))


def _circles(criteria: Mapping[str, Criterion]) -> list[list[str]]:
    found: list[list[str]] = []

    def walk(name: str, trail: list[str]) -> None:
        if name in trail:
            circle = [*trail[trail.index(name) :], name]
            if not any(set(circle) == set(other) for other in found):
                found.append(circle)
            return
        for other in criteria[name].rebuts if name in criteria else ():
            walk(other, [*trail, name])

    for name in criteria:
        walk(name, [])
    return found
