"""From the `when` of a prompt set to a formula: a map is all-of, a list of maps is any-of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.core import wording
from assistant.core.problem import Refused
from assistant.core.proposal import RULES
from assistant.core.rules.answer_schema import (
    AnswerSchema,
    GroupShape,
    ListingShape,
    SeveralShape,
    at,
    inline,
    over,
    reserved,
)
from assistant.core.rules.condition import ALWAYS, RESERVED, AllOf, AnyOf, Atom, Condition, Formula, atoms
from assistant.core.rules.prompt_set import (
    ABOUT,
    TIERS,
    Branch,
    Caution,
    Citation,
    Criterion,
    Entry,
    Exclusion,
    Prompt,
    PromptSet,
    Proposal,
    Sentence,
)
from assistant.core.yaml import FieldReader, YamlDocument, near

Say = Callable[..., None]


def read_formula(raw: Any, prompts: Mapping[str, Prompt], say: Say) -> Formula:
    """The formula that `raw` states over `prompts`; problems go to `say(what, fix)`, which notes the place."""
    if isinstance(raw, list):
        if not raw or any(not isinstance(entry, Mapping) for entry in raw):
            say("A list of conditions is a list of maps, of which one must hold.")
            return True
        return AnyOf(tuple(_all_of(entry, prompts, say) for entry in raw))
    if isinstance(raw, Mapping):
        return _all_of(raw, prompts, say)
    say(f"`{raw}` is not a condition.", "Write {prompt: condition}.")
    return True


def _all_of(raw: Mapping[str, Any], prompts: Mapping[str, Prompt], say: Say) -> Formula:
    if not raw:
        say("An empty map of conditions would always hold.", "Say what must hold, or leave the line out.")
    items = tuple(_on(str(key), spec, prompts, say) for key, spec in raw.items())
    return items[0] if len(items) == 1 else AllOf(items)


def _on(path: str, spec: Any, prompts: Mapping[str, Prompt], say: Say) -> Formula:
    root, *rest = path.split(".")
    prompt = prompts.get(root)
    if prompt is None:
        near = get_close_matches(root, list(prompts), 1)
        say(
            f"`{root}` is no prompt that stands above this one.",
            f"Did you mean `{near[0]}`?" if near else f"Known here: {', '.join(prompts) or 'none'}.",
        )
        return True
    shape = at(prompt.schema.shape, tuple(rest))
    if shape is None:
        say(f"`{root}` has no part `{'.'.join(rest)}`.")
        return True
    if isinstance(spec, list):
        return AnyOf(tuple(_on(path, one, prompts, say) for one in spec))
    gathered = bool(rest) and isinstance(prompt.schema.shape, ListingShape) and not rest[0].isdigit()
    condition = _condition(prompt.schema, tuple(rest), spec, shape, gathered, say)
    return True if condition is None else Atom(path, condition)


def _condition(
    schema: AnswerSchema, rest: tuple[str, ...], spec: Any, shape: Any, gathered: bool, say: Say
) -> Condition | None:
    if isinstance(spec, Mapping) and len(spec) == 1 and next(iter(spec)) in ("some", "every"):
        kind, wanted = next(iter(spec.items()))
        if not gathered and (
            not isinstance(shape, GroupShape | ListingShape) or isinstance(shape, SeveralShape)
        ):
            say(f"`{kind}` speaks of the parts of a group, and this answer has none.")
            return None
        inner = [
            _inner(schema, rest, one, shape, gathered, say)
            for one in (wanted if isinstance(wanted, list) else [wanted])
        ]
        if not inner or None in inner:
            return None
        return over(kind, tuple(one for one in inner if one is not None))
    if gathered:
        say("This names a part of every element of a list.", "Write {some: ...} or {every: ...}.")
        return None
    return _plain(schema, rest, spec, say)


def _inner(
    schema: AnswerSchema, rest: tuple[str, ...], spec: Any, shape: Any, gathered: bool, say: Say
) -> Condition | None:
    if gathered or not isinstance(spec, str) or spec in RESERVED:
        return _plain(schema, rest, spec, say)
    if isinstance(shape, GroupShape):
        for name in shape.parts:
            found = schema.condition(spec, (*rest, name))
            if found is not None:
                return found
    say(f"No part of `{schema.name}` has a condition `{spec}`.")
    return None


def _plain(schema: AnswerSchema, rest: tuple[str, ...], spec: Any, say: Say) -> Condition | None:
    if isinstance(spec, str):
        if spec in RESERVED:
            return reserved(spec)
        found = schema.condition(spec, rest)
        if found is None:
            near = get_close_matches(spec, list(schema.conditions), 1)
            say(
                f"The answer `{schema.name}` has no condition `{spec}`.",
                f"Did you mean `{near[0]}`?"
                if near
                else f"It has: {', '.join([*schema.conditions, *sorted(RESERVED)])}.",
            )
        return found
    try:
        return inline(spec, "")
    except Refused as refused:
        for problem in refused.problems:
            say(problem.what, problem.fix)
        return None


# The prompts, citations and sentences of a prompt file.


_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_PROMPT_KEYS = frozenset(
    "id ask why answer when cite look_for propose says speaks documentable record shows about confirms entries".split()
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

    def formula(self, doc: YamlDocument, path: tuple[Any, ...]) -> Formula:
        return self.formula_of(doc, path, self.get(doc, path))

    def formula_of(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> Formula:
        if raw is None:
            return ALWAYS
        return read_formula(raw, self.prompts, lambda what, fix="": self.say(what, doc.where(*path), fix))

    def sentence(self, doc: YamlDocument, path: tuple[Any, ...], names: Iterable[str] = ()) -> Sentence:
        return self.sentence_of(doc, path, self.get(doc, path), names)

    def sentence_of(
        self, doc: YamlDocument, path: tuple[Any, ...], raw: Any, names: Iterable[str] = ()
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
            for what in wording.template_problems(text, allowed):
                self.say(
                    what,
                    doc.where(*path),
                    "Name only a prompt, `value`, `citation`, `item` or `case.<fact>`.",
                )
            made.append(Branch(self.formula_of(doc, path, branch.get("when")), text))
        return tuple(made)

    def read_citations(self, doc: YamlDocument) -> None:
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

    def read_prompts(self, doc: YamlDocument, block: str) -> None:
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
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], block: str
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
        entries = self.entries(doc, path, schema, data.get("entries", {}))
        words = [*self.texts(doc, (*path, "look_for")), *(w for one in entries.values() for w in one.words)]
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
            look_for=tuple(dict.fromkeys(words)),
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
            about=self.about(doc, path, data.get("about")),
            confirms=self.confirms(doc, path, schema, data.get("confirms")),
            entries=entries,
        )
        del self.prompts[name]
        return made

    def absent_parts(
        self, doc: YamlDocument, path: tuple[Any, ...], schema: AnswerSchema, raw: Any
    ) -> dict[str, str]:
        shape = schema.shape.element if isinstance(schema.shape, ListingShape) else schema.shape
        known = shape.parts if isinstance(shape, GroupShape) else {}
        if not isinstance(raw, Mapping) or set(raw) - set(known):
            self.say(
                "`parts` says of parts of the answer what is missing.",
                doc.where(*path, "says", "parts"),
                f"Parts: {', '.join(known)}.",
            )
            return {}
        return {str(name): str(text) for name, text in raw.items()}

    def about(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> str:
        if raw is not None and raw not in ABOUT:
            self.say(
                f"`{raw}` is nothing that a question can be about.",
                doc.where(*path, "about"),
                f"Use one of {', '.join(ABOUT)}, or leave it out where the record is asked.",
            )
        return str(raw or "")

    def confirms(self, doc: YamlDocument, path: tuple[Any, ...], schema: AnswerSchema, raw: Any) -> str:
        if raw is not None and schema.problem(raw):
            self.say(f"`{raw}` is no answer to this question.", doc.where(*path, "confirms"))
        return str(raw or "")

    def entries(
        self, doc: YamlDocument, path: tuple[Any, ...], schema: AnswerSchema, raw: Any
    ) -> dict[str, Entry]:
        """The words of each entry of a checklist; a list of words is an entry of one sign."""
        shape = schema.shape
        known = shape.parts if isinstance(shape, GroupShape) and shape.uniform else {}
        if not isinstance(raw, Mapping) or (raw and set(raw) != set(known)):
            self.say(
                "`entries` gives each entry of a checklist its words.",
                doc.where(*path, "entries"),
                f"Entries: {', '.join(known) or 'this answer has none'}.",
            )
            return {}
        made = {}
        for name in raw:
            place = (*path, "entries", name)
            entry = self.mapping(doc, place)
            self.keys(doc, place, entry, frozenset({"signs", "look_for"}), ("signs",))
            signs = self.mapping(doc, (*place, "signs"))
            if not signs:
                self.say(
                    "An entry has at least one sign.", doc.where(*place), "Write `signs: {name: [words]}`."
                )
            made[str(name)] = Entry(
                {str(sign): tuple(self.texts(doc, (*place, "signs", sign))) for sign in signs},
                tuple(self.texts(doc, (*place, "look_for"))),
            )
        return made

    def shown(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> str:
        if raw is not None and raw not in _SHOWN:
            self.say(
                f"`{raw}` can't be shown.", doc.where(*path, "shows"), f"Use one of {', '.join(_SHOWN)}."
            )
        return str(raw or "")

    def proposals(self, doc: YamlDocument, path: tuple[Any, ...]) -> tuple[Proposal, ...]:
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


# From a YAML file to a `PromptSet`, refusing with file and line whatever could be read in two ways.


_GOVERNING = ("ur_decision", "request")
_EXCLUSION_KEYS = {"never": {"when", "says", "blocks"}, "silent": {"when", "says"}}
_NAME = re.compile(r"^[a-z][a-z0-9-]*$")
_SET_KEYS = frozenset(
    "id title edition for governed_by use citations request conclusion together prompts criteria never "
    "silent".split()
)
_CRITERION_KEYS = frozenset(
    "id cite applies when argues rebuts says unmet concedes caution parts rows".split()
)


def read_prompt_set(
    document: YamlDocument, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, YamlDocument]
) -> PromptSet:
    """The prompt set in `document`; raises `Refused` with every problem found in it.

    `schemas` are the answer schemas by name, `blocks` the shared files that `use` may name.
    """
    return _Reader(document, schemas, blocks).read()


class _Reader(PromptReader):
    def __init__(
        self, document: YamlDocument, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, YamlDocument]
    ) -> None:
        super().__init__(schemas)
        self.document = document
        self.blocks = blocks

    def read(self) -> PromptSet:
        doc, data = self.document, self.document.data
        self.keys(doc, (), data, _SET_KEYS, ("id", "title", "edition", "prompts"))
        uses = self.texts(doc, ("use",))
        self.read_citations(doc)
        for name in uses:
            block = self.blocks.get(name)
            if block is None:
                self.say(
                    f"There is no block `{name}` in prompts/.", doc.where("use"), near(name, self.blocks)
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

    def read_criteria(self, doc: YamlDocument) -> dict[str, Criterion]:
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
                        near(other, found),
                    )
        return found

    def criterion(self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any]) -> Criterion:
        self.keys(doc, path, data, _CRITERION_KEYS, ("id", "cite", "when", "argues", "says"))
        name, cite = str(data.get("id", "")), str(data.get("cite", ""))
        if not _NAME.match(name):
            self.say(
                f"`{name}` can't be a criterion's id.", doc.where(*path, "id"), "Use small letters and -."
            )
        if cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), near(cite, self.citations))
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

    def exclusions(self, doc: YamlDocument, key: str) -> tuple[Exclusion, ...]:
        entries = doc.data.get(key, [])
        if not isinstance(entries, list):
            self.say(f"`{key}` is a list of {{when, says}}.", doc.where(key))
            return ()
        made = []
        for index, entry in enumerate(entries):
            path = (key, index)
            if (
                not isinstance(entry, Mapping)
                or not {"when", "says"} <= set(entry)
                or set(entry) - _EXCLUSION_KEYS[key]
            ):
                more = " and may have blocks" if key == "never" else ""
                self.say(f"`{key}` is a list of {{when, says}}{more}.", doc.where(*path))
                continue
            blocks = self.one_of(doc, (*path, "blocks"), {"yes": True, "no": False}, False)
            made.append(Exclusion(self.formula(doc, (*path, "when")), str(entry["says"]), blocks))
        return tuple(made)

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
        if made.governed_by and made.governed_by not in _GOVERNING:
            self.say(
                f"`{made.governed_by}` can't govern.",
                self.document.where("governed_by"),
                f"Use {' or '.join(_GOVERNING)}.",
            )
        read_prompt_set = {atom.prompt for criterion in made.criteria.values() for atom in criterion.atoms()}
        for prompt in made.prompts.values():
            if (
                prompt.id not in read_prompt_set
                and not prompt.says
                and not prompt.record
                and not _opens(made, prompt.id)
            ):
                self.say(
                    f"Nothing reads `{prompt.id}`, and it says nothing.",
                    self.lines[prompt.id],
                    "Give it `says` or `record: yes`.",
                )


def _filled(value: Any, row: Mapping[str, Any]) -> Any:
    if isinstance(value, str):
        whole = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else ""
        if isinstance(row.get(whole), int | float):
            return row[whole]
        for name, text in row.items():
            value = value.replace(f"<{name}>", str(text))
        return value
    if isinstance(value, list):
        return [_filled(entry, row) for entry in value]
    if isinstance(value, Mapping):
        return {_filled(key, row): _filled(entry, row) for key, entry in value.items()}
    return value


def _opens(made: PromptSet, name: str) -> bool:
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
