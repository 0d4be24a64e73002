"""From the `when` of a prompt set to a formula: a map is all-of, a list of maps is any-of."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.core import wording
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import (
    AnswerSchema,
    ChoiceShape,
    GroupShape,
    ListingShape,
    SeveralShape,
    absent_words,
    at,
    inline,
    over,
    reserved,
)
from assistant.core.rules.condition import ALWAYS, RESERVED, AllOf, AnyOf, Atom, Condition, Formula, atoms
from assistant.core.rules.prompt_set import (
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
        return AnyOf(tuple(_all_of(entry, prompts, say) for entry in raw))
    return _all_of(raw, prompts, say)


def _all_of(raw: Mapping[str, Any], prompts: Mapping[str, Prompt], say: Say) -> Formula:
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


_FACTS = frozenset({"item", "case", "reviewer"})


class PromptReader(FieldReader):
    """Gathers prompts and citations, from the set's own file and from the blocks that it uses."""

    def __init__(self, schemas: Mapping[str, AnswerSchema]) -> None:
        super().__init__()
        self.schemas = schemas
        self.prompts: dict[str, Prompt] = {}
        self.citations: dict[str, Citation] = {}
        self.lines: dict[str, str] = {}

    def formula(self, doc: YamlDocument, path: tuple[Any, ...]) -> Formula:
        return self.formula_of(doc, path, doc.find(*path))

    def formula_of(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> Formula:
        if raw is None:
            return ALWAYS
        return read_formula(raw, self.prompts, lambda what, fix="": self.say(what, doc.where(*path), fix))

    def together(self, doc: YamlDocument) -> str:
        """The sentence that says together what was not found: it names that, and nothing else."""
        text = str(doc.find("together") or "")
        faults = list(wording.template_problems(text, ("absences",)))
        if text and not faults and "absences" not in wording.names(text):
            faults = ["`{{ absences }}` is missing from this sentence."]
        for what in faults:
            fix = "Name `{{ absences }}`, which stands for what was not found, and nothing else."
            self.say(what, doc.where("together"), fix)
        return text

    def sentence(self, doc: YamlDocument, path: tuple[Any, ...], names: Iterable[str] = ()) -> Sentence:
        return self.sentence_of(doc, path, doc.find(*path), names)

    def sentence_of(
        self, doc: YamlDocument, path: tuple[Any, ...], raw: Any, names: Iterable[str] = ()
    ) -> Sentence:
        if raw is None:
            return ()
        made = []
        for branch in raw if isinstance(raw, list) else [{"says": raw}]:
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
        for name, data in (doc.find("citations") or {}).items():
            path = ("citations", name)
            if name in self.citations:
                self.say(f"The citation `{name}` is defined twice.", doc.where(*path), "Rename one of them.")
            verified = data["verified"]
            checked = None
            if isinstance(verified, Mapping):
                self.date(doc, (*path, "verified", "on"))
                checked = (str(verified["by"]), str(verified["on"]))
            self.citations[name] = Citation(
                id=name,
                tier=data["tier"],
                source=str(data["source"]),
                edition=str(data["edition"]),
                locator=str(data["locator"]),
                name=str(data.get("name") or f"{data['source']}, {data['locator']}"),
                starts=self.date(doc, (*path, "in_force", "from")),
                ends=self.date(doc, (*path, "in_force", "until")),
                verified=checked,
            )

    def read_prompts(self, doc: YamlDocument, block: str) -> None:
        for index, data in enumerate(doc.data["prompts"]):
            path = ("prompts", index)
            prompt = self.prompt(doc, path, data, block)
            if prompt is None:
                continue
            self.prompts[prompt.id] = prompt
            self.lines[prompt.id] = doc.where(*path)

    def prompt(
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], block: str
    ) -> Prompt | None:
        name, answer = data["id"], data["answer"]
        schema = self.schemas.get(answer)
        if schema is None:
            self.say(
                f"There is no answer schema `{answer}`.",
                doc.where(*path, "answer"),
                near(answer, self.schemas),
            )
            return None
        says = data.get("says", {})
        cite = data.get("cite", "")
        if cite and cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), near(cite, self.citations))
        when = self.formula(doc, (*path, "when"))
        entries = self.entries(doc, path, schema, data.get("entries", {}))
        words = [*map(str, data.get("look_for", ())), *(w for one in entries.values() for w in one.words)]
        beside = tuple(word for word in dict.fromkeys(absent_words(schema.shape)) if word not in words)
        if name in self.prompts:
            self.say(f"The prompt `{name}` is defined twice.", doc.where(*path), "Rename one of them.")
        self.prompts[name] = Prompt(name, "", "", schema)  # so that its own sentences may name it
        made = Prompt(
            id=name,
            ask=str(data["ask"]),
            why=str(data.get("why", "")),
            schema=schema,
            when=when,
            cite=cite,
            look_for=tuple(dict.fromkeys(words)),
            beside=beside,
            propose=self.proposals(doc, (*path, "propose")),
            says={
                key: self.sentence(doc, (*path, "says", key), ("value",))
                for key in ("given", "not_documented", "unclear")
                if key in says
            },
            absence=str(says.get("together", "")),
            absent_parts=self.absent_parts(doc, path, schema, says.get("parts", {})),
            speaks=data.get("speaks") == "always",
            documentable=data.get("documentable") == "yes",
            record=data.get("record") == "yes",
            shows=data.get("shows", ""),
            block=block,
            about=data.get("about", ""),
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
        if set(raw) - set(known):
            self.say(
                "`parts` says of parts of the answer what is missing.",
                doc.where(*path, "says", "parts"),
                f"Parts: {', '.join(known)}.",
            )
            return {}
        return {str(name): str(text) for name, text in raw.items()}

    def confirms(self, doc: YamlDocument, path: tuple[Any, ...], schema: AnswerSchema, raw: Any) -> str:
        if raw is None:
            return ""
        shape = schema.shape  # `problem` would load jsonschema at every start
        words = shape.labels if isinstance(shape, ChoiceShape) else None
        if raw not in words if words is not None else schema.problem(raw):
            self.say(f"`{raw}` is no answer to this question.", doc.where(*path, "confirms"))
        return str(raw)

    def entries(
        self, doc: YamlDocument, path: tuple[Any, ...], schema: AnswerSchema, raw: Mapping[str, Any]
    ) -> dict[str, Entry]:
        """The words of each entry of a checklist."""
        shape = schema.shape
        known = shape.parts if isinstance(shape, GroupShape) and shape.uniform else {}
        if raw and set(raw) != set(known):
            self.say(
                "`entries` gives each entry of a checklist its words.",
                doc.where(*path, "entries"),
                f"Entries: {', '.join(known) or 'this answer has none'}.",
            )
            return {}
        return {
            str(name): Entry(
                {sign: tuple(map(str, words)) for sign, words in entry["signs"].items()},
                tuple(map(str, entry.get("look_for", ()))),
            )
            for name, entry in raw.items()
        }

    def proposals(self, doc: YamlDocument, path: tuple[Any, ...]) -> tuple[Proposal, ...]:
        raw = doc.find(*path)
        if raw is None:
            return ()
        made = []
        for data in raw if isinstance(raw, list) else [raw]:
            for operand in ("of", "than", "weights"):
                root = str(data.get(operand, "")).split(".", 1)[0]
                if root and root not in self.prompts and root not in _FACTS:
                    self.say(
                        f"`{root}` is no prompt above and no case fact.",
                        doc.where(*path),
                        near(root, self.prompts),
                    )
            made.append(
                Proposal(
                    fact=str(data.get("fact", "")),
                    rule=str(data.get("rule", "")),
                    of=str(data.get("of", "")),
                    than=str(data.get("than", "")),
                    where={str(k): str(v) for k, v in dict(data.get("where", {})).items()},
                    gives=dict(data.get("gives", {})),
                    weights=str(data.get("weights", "")),
                )
            )
        return tuple(made)


# From a YAML file to a `PromptSet`, refusing with file and line whatever could be read in two ways.


_NAME = re.compile(r"[a-z][a-z0-9-]*")


def read_prompt_set(
    document: YamlDocument, schemas: Mapping[str, AnswerSchema], blocks: Mapping[str, YamlDocument]
) -> PromptSet:
    """The prompt set in `document`; raises `Refused` with every problem found in it that no schema can say.

    The documents have the form of `schemas/prompt-set.schema.json` and `schemas/block.schema.json`. `schemas` are the
    answer schemas by name, `blocks` the shared files that `use` may name.
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
        uses = data.get("use", [])
        self.read_citations(doc)
        for index, name in enumerate(uses):
            block = self.blocks.get(name)
            if block is None or "for" in block.data:
                known = [other for other, held in self.blocks.items() if "for" not in held.data]
                self.say(
                    f"There is no block `{name}` in prompts/.", doc.where("use", index), near(name, known)
                )
                continue
            self.read_citations(block)
            self.read_prompts(block, name)
        self.read_prompts(doc, "")
        criteria = self.read_criteria(doc)
        target = data.get("for", {})
        for_item = isinstance(target, Mapping)
        result = PromptSet(
            id=data["id"],
            title=str(data["title"]),
            edition=int(data["edition"]),
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
            together=self.together(doc),
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
        for index, data in enumerate(doc.data.get("criteria", ())):
            path = ("criteria", index)
            plain = {key: value for key, value in data.items() if key != "rows"}
            for row in data.get("rows") or [{}]:
                criterion = self.criterion(doc, path, filled(plain, row))
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
        name, cite = str(data["id"]), str(data["cite"])
        if not _NAME.fullmatch(name):
            self.say(
                f"`{name}` can't be a criterion's id.", doc.where(*path, "id"), "Use small letters and -."
            )
        if cite not in self.citations:
            self.say(f"There is no citation `{cite}`.", doc.where(*path, "cite"), near(cite, self.citations))
        caution = data.get("caution")
        return Criterion(
            id=name,
            cite=cite,
            applies=self.formula_of(doc, (*path, "applies"), data.get("applies")),
            when=self.formula_of(doc, (*path, "when"), data.get("when")),
            argues=data["argues"],
            rebuts=tuple(str(other) for other in data.get("rebuts", ())),
            says=self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",)),
            unmet=self.sentence_of(doc, (*path, "unmet"), data.get("unmet"), ("citation",)),
            concedes=self.sentence_of(doc, (*path, "concedes"), data.get("concedes"), ("citation",)),
            caution=None
            if caution is None
            else Caution(
                self.formula_of(doc, (*path, "caution", "when"), caution["when"]), str(caution["says"])
            ),
            parts=tuple(str(part) for part in data.get("parts", ())),
        )

    def exclusions(self, doc: YamlDocument, key: str) -> tuple[Exclusion, ...]:
        made = []
        for index, entry in enumerate(doc.data.get(key, ())):
            path = (key, index)
            made.append(
                Exclusion(
                    self.formula(doc, (*path, "when")), str(entry["says"]), entry.get("blocks") == "yes"
                )
            )
        return tuple(made)

    def check_whole(self, made: PromptSet, for_item: bool) -> None:
        for circle in circles(made.criteria):
            self.say(
                f"These criteria rebut each other in a circle: {' → '.join(circle)}.",
                self.lines[circle[0]],
                "Remove one of the rebuttals.",
            )
        if not for_item:
            return
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


def filled(value: Any, row: Mapping[str, Any]) -> Any:
    """The value with each `<name>` of a row filled in, in texts and in the names of maps."""
    if isinstance(value, str):
        if "<" not in value:
            return value
        whole = value[1:-1] if value[:1] == "<" and value[-1:] == ">" else ""
        if isinstance(row.get(whole), int | float):
            return row[whole]
        for name, text in row.items():
            value = value.replace(f"<{name}>", str(text))
        return value
    if isinstance(value, list):
        return [filled(entry, row) for entry in value]
    if isinstance(value, dict):
        return {filled(key, row): filled(entry, row) for key, entry in value.items()}
    return value


def _opens(made: PromptSet, name: str) -> bool:
    return any(atom.prompt == name for other in made.prompts.values() for atom in atoms(other.when))


def circles(criteria: Mapping[str, Criterion]) -> list[list[str]]:
    """The criteria that rebut each other in a circle, each circle once."""
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
