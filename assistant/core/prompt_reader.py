"""The prompts, citations and sentences of a prompt file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.core import wording
from assistant.core.answer_schema import AnswerSchema
from assistant.core.condition import ALWAYS, Formula
from assistant.core.field_reader import FieldReader, near
from assistant.core.formula_reader import read_formula
from assistant.core.plain_yaml import Document
from assistant.core.prompt_set import TIERS, Branch, Citation, Prompt, Proposal, Sentence
from assistant.core.proposal import RULES
from assistant.core.shape import Group, Listing

_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_PROMPT_KEYS = frozenset(
    "id ask why answer when cite look_for propose says speaks documentable record shows".split()
)
_CITATION_KEYS = frozenset("tier source edition locator name in_force verified".split())
_PROPOSAL_KEYS = frozenset("fact rule of than where gives weights".split())
_SAYS_KEYS = frozenset("given not_documented unclear together parts".split())
_YES = {"yes": True, "no": False}
_FACTS = frozenset({"item", "case", "reviewer"})
_SHOWN = ("documents", "timeline")


class PromptReader(FieldReader):
    """Gathers prompts and citations, from the set's own file and from the blocks that it uses."""

    def __init__(self, schemas: Mapping[str, AnswerSchema]) -> None:
        super().__init__()
        self.schemas = schemas
        self.prompts: dict[str, Prompt] = {}
        self.citations: dict[str, Citation] = {}
        self.lines: dict[str, str] = {}

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
                near(answer, self.schemas),
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
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), near(cite, self.citations))
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
                self.say("A proposal has only fact, rule, of, than, where, gives, weights.", doc.where(*path))
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
                        near(root, self.prompts),
                    )
            maps = [name for name in ("where", "gives") if not isinstance(data.get(name, {}), Mapping)]
            if maps:
                self.say(
                    f"`{maps[0]}` of a proposal is a map.", doc.where(*path), f"Write {maps[0]}: {{a: b}}."
                )
                continue
            made.append(
                Proposal(
                    fact=str(data.get("fact", "")),
                    rule=rule,
                    of=str(data.get("of", "")),
                    than=str(data.get("than", "")),
                    where={str(k): str(v) for k, v in dict(data.get("where", {})).items()},
                    gives=dict(data.get("gives", {})),
                    weights=str(data.get("weights", "")),
                )
            )
        return tuple(made)
