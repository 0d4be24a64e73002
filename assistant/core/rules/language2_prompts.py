"""The prompts of a file of the second language, and of the blocks that it uses, with what they cite and compute."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from assistant.core.rules.answer_schema import AnswerSchema, absent_words, parse_schema
from assistant.core.rules.answers_inline import BUILT_IN, Spec, compile_answer
from assistant.core.rules.computed import Computed, read_computed
from assistant.core.rules.condition import ALWAYS, Formula, all_of
from assistant.core.rules.formula import Asked, Formulas
from assistant.core.rules.guidelines import RULES, Guidelines
from assistant.core.rules.prompt_set import (
    ABOUT,
    Citation,
    Note,
    Prompt,
    Proposal,
    Question,
    Sentence,
)
from assistant.core.rules.prompt_set_reader import PromptReader, filled
from assistant.core.value import replace
from assistant.core.yaml import YamlDocument, near, texts_in

ID = re.compile(r"^[a-z][a-z0-9_]*$")
LEFT_OVER = re.compile(r"<[a-z_]+>")
_BLOCK_KEYS = frozenset("language id title edition regions answers prompts".split())
_PROMPT_KEYS = frozenset(
    "id ask why answer when cite look_for propose computed gives says speaks documentable record shows once regions "
    "requested elsewhere about confirms entries".split()
)
_USE_KEYS = frozenset({"use", "when", "of", "only"})
_SAYS_KEYS = frozenset("given not_documented unclear together parts".split())
YES = {"yes": True, "no": False}
_SHOWN = ("documents", "timeline")
_TIED_ROWS = 40
"""How many rows of a table can be told apart by number when they are tied to an item."""


class Source(msgspec.Struct):
    """A file whose prompts are read: its document as filled in, its name as a block, its region, and which are asked alone."""

    doc: YamlDocument
    block: str
    region: str
    answers: Mapping[str, Any]
    gate: Any = None
    gated: tuple[YamlDocument, tuple[Any, ...]] | None = None
    only: tuple[str, ...] = ()
    specs: dict[str, Spec] = msgspec.field(default_factory=dict)


class Language2Prompts(PromptReader):
    """Gathers prompts, named formulas and citations, for one region."""

    def __init__(
        self,
        document: YamlDocument,
        blocks: Mapping[str, YamlDocument],
        guidelines: Guidelines,
        region: str,
        kept: Mapping[str, str],
        known: Iterable[str],
    ) -> None:
        super().__init__({})
        self.kept = kept
        self.region = region
        data = filled(document.data, {"region": region}) if region else document.data
        self.document = replace(document, data=data)
        self.blocks = blocks
        self.guidelines = guidelines
        lets = data.get("let", {})
        self.formulas = Formulas(lets if isinstance(lets, Mapping) else {})
        self.notes: list[Note] = []
        self.ties: dict[str, str] = {}
        self.operands: set[str] = set()
        self.uses: list[str] = []
        self.borrowed: dict[str, str] = {}
        """Where the set itself calls for a prompt, by those that stand in a block."""
        self.known = known
        self.missing_block = self.missing = False
        """Whether a block or an answer is missing, so that what else is said would follow from that."""
        self.names_of_criteria: set[str] = set()
        self.given_only = False

    def formula_of(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> Formula:
        return ALWAYS if raw is None else self.compiled(doc, path, raw)

    def compiled(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any, mode: str = "yes") -> Formula:
        return self.formulas.read(raw, lambda what, fix="": self.say(what, doc.where(*path), fix), mode)

    # -- regions ---------------------------------------------------------------------------------

    def left_out(self, source: Source) -> None:
        """Notes the prompts of other regions, on which every condition is false."""
        found = set(self.formulas.left_out)
        entries = source.doc.data.get("prompts")
        for data in entries if isinstance(entries, list) else []:
            if isinstance(data, Mapping) and self.elsewhere(data, source.region):
                found.add(str(data.get("id", "")))
        self.formulas.left_out = frozenset(found)

    def elsewhere(self, data: Mapping[str, Any], region: str) -> bool:
        regions = data.get("regions", [])
        return bool(regions) and isinstance(regions, list) and region not in [str(one) for one in regions]

    # -- prompts ---------------------------------------------------------------------------------

    def read_all_prompts(self, source: Source) -> None:
        entries = source.doc.data.get("prompts", [])
        if not isinstance(entries, list):
            self.say(
                "`prompts` is a list.", source.doc.where("prompts"), "Begin each prompt with `- id: ...`."
            )
            return
        for index, data in enumerate(entries):
            path = ("prompts", index)
            if not isinstance(data, Mapping):
                self.say("A prompt is a map.", source.doc.where(*path), "Begin it with `- id: ...`.")
            elif "use" in data and not source.block:
                self.use(source.doc, path, data)
            elif source.only and str(data.get("id", "")) not in source.only:
                continue
            elif not self.elsewhere(data, source.region) and not self.missing_block:
                self.one_prompt(source, path, data)

    def use(self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any]) -> None:
        """Puts a block's prompts in this place, its words filled in for the region."""
        self.keys(doc, path, data, _USE_KEYS, ("use",))
        name = str(data.get("use"))
        block = self.blocks.get(name)
        if block is None:
            self.say(
                f"There is no block `{name}` in prompts/.", doc.where(*path, "use"), near(name, self.known)
            )
            self.missing_block = True
            return
        self.keys(block, (), block.data, _BLOCK_KEYS, ("id", "title", "edition", "prompts"))
        region = str(data.get("of", self.region))
        regions = self.mapping(block, ("regions",))
        words: Mapping[str, Any] = {}
        if regions:
            if region not in regions:
                self.say(
                    f"The block `{name}` has nothing for the region `{region}`.",
                    doc.where(*path, "of" if "of" in data else "use"),
                    near(region, regions),
                )
                self.missing_block = True
                return
            words = regions[region] if isinstance(regions[region], Mapping) else {}
        plain = {key: value for key, value in block.data.items() if key != "regions"}
        made = replace(block, data=filled(plain, {**words, "region": region}))
        self.uses.append(name)
        only = self.texts(doc, (*path, "only"))
        asked = [str(one.get("id")) for one in made.data["prompts"] if isinstance(one, Mapping)]
        for number, unknown in enumerate(only):
            if unknown not in asked:
                where = doc.where(*path, "only", number)
                self.say(f"The block `{name}` has no prompt `{unknown}`.", where, near(unknown, asked))
        gated = doc, (*path, "when")
        answers = self.mapping(made, ("answers",))
        source = Source(made, name, region, answers, data.get("when"), gated, tuple(only))
        self.no_left_overs(made)
        self.left_out(source)
        self.read_all_prompts(source)

    def spec(self, source: Source, path: tuple[Any, ...], raw: Any, name: str) -> Spec:
        """The answer of a prompt: one that the file names, one that needs no definition, or its own."""

        def say(what: str, steps: Iterable[Any] = (), fix: str = "") -> None:
            here = ("answers", raw) if isinstance(raw, str) and raw in source.answers else (*path, "answer")
            self.say(what, source.doc.where(*here, *steps), fix)

        if isinstance(raw, str):
            self.missing = self.missing or raw not in {*source.answers, *BUILT_IN}
            if raw not in source.specs:
                source.specs[raw] = compile_answer(raw, raw, source.region, say, source.answers)
            return source.specs[raw]
        return compile_answer(name, raw, source.region, say)

    def schema(self, source: Source, spec: Spec, name: str, given_only: bool) -> AnswerSchema:
        owner = source.block or str(self.document.data.get("id", ""))
        parts = [owner, *([source.region.replace(" ", "-")] if source.region else []), name]
        data = spec.schema(name.replace("_", " ").replace("-", " ").capitalize())
        if given_only:
            data["statuses"] = ["given"]
        return self.compiled_schema(data, ".".join(parts))

    def compiled_schema(self, data: Mapping[str, Any], name: str) -> AnswerSchema:
        return parse_schema(json.loads(self.kept[name] if name in self.kept else json.dumps(data)), name)

    def one_prompt(self, source: Source, path: tuple[Any, ...], data: Mapping[str, Any]) -> None:
        doc = source.doc
        self.keys(doc, path, data, _PROMPT_KEYS, ("id", "ask", "answer"))
        name = str(data.get("id", ""))
        if not ID.match(name):
            self.say(f"`{name}` can't be a prompt's id.", doc.where(*path, "id"), "Use small letters and _.")
            return
        if name in self.prompts or name in self.formulas.lets:
            self.say(f"`{name}` is defined twice.", doc.where(*path), "Rename one of them.")
            return
        raw = data.get("answer", "text")
        spec = self.spec(source, path, raw, name)
        says = self.says_of(doc, path, data)
        computed = self.computed(doc, path, data, spec)
        gates = [gate for gate in (source.gate, data.get("when")) if gate is not None]
        need = self.needed(computed) if computed is not None else None
        gates = [*([need] if need else []), *gates]
        documentable = self.one_of(doc, (*path, "documentable"), YES, False)
        if computed is not None:
            documentable = documentable or any(
                self.prompts[root].documentable
                for root in (one.split(".", 1)[0] for one in computed.paths())
                if root in self.prompts
            )
        tie = self.tie_of(doc, path, data, spec, name)
        own = doc, (*path, "when")
        when = all_of(
            self.compiled(*(source.gated or own if gate is source.gate else own), gate) for gate in gates
        )
        given_only = self.given_only or (computed is not None and computed.arithmetic)
        shared = isinstance(raw, str) and not given_only
        schema = self.schema(source, spec, str(raw) if shared else name, given_only)
        told = self.mapping(doc, (*path, "entries"))
        here = {entry: words for entry, words in told.items() if entry not in spec.left_out}
        entries = self.entries(doc, path, schema, here)
        words = [*self.texts(doc, (*path, "look_for")), *(w for one in entries.values() for w in one.words)]
        beside = tuple(word for word in dict.fromkeys(absent_words(schema.shape)) if word not in words)
        self.formulas.prompts[name] = Asked(name, spec, documentable, tuple(gates), tie)
        self.lines[name] = doc.where(*path)
        if source.gated is not None:
            using, (*called, _) = source.gated
            self.borrowed[name] = using.where(*called)
        made = Prompt(
            id=name,
            ask=str(data.get("ask", "")),
            why=str(data.get("why", "")),
            schema=schema,
            when=when,
            cite=self.cite(doc, (*path, "cite"), data.get("cite")),
            look_for=tuple(dict.fromkeys(words)),
            beside=beside,
            propose=self.proposals(doc, (*path, "propose")),
            absence=str(says.get("together", "")),
            absent_parts=self.absent_parts(doc, path, schema, says.get("parts", {})),
            speaks=self.one_of(doc, (*path, "speaks"), {"always": True}, False),
            documentable=documentable,
            record=self.one_of(doc, (*path, "record"), YES, False),
            shows=self.shown(doc, path, data.get("shows")),
            block=source.block,
            once=self.one_of(doc, (*path, "once"), YES, False),
            elsewhere=self.one_of(doc, (*path, "elsewhere"), YES, False),
            about=self.about(doc, (*path, "about"), data.get("about")),
            confirms=self.confirms(doc, path, schema, data.get("confirms")),
            entries=entries,
            computed=computed,
            spec=spec,
        )
        self.prompts[name] = made  # its own sentences may name it
        spoken = {
            key: self.sentence(doc, (*path, "says", key), ("value",))
            for key in ("given", "not_documented", "unclear")
            if key in says
        }
        self.prompts[name] = replace(made, says=spoken)
        if tie:
            self.add_tie(name, tie, spec, str(data["requested"]))

    def says_of(self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any]) -> Mapping[str, Any]:
        says = data.get("says", {})
        if isinstance(says, Mapping) and not set(says) - _SAYS_KEYS:
            return says
        self.say(
            "`says` has only given, not_documented, unclear, together and parts.", doc.where(*path, "says")
        )
        return {}

    def about(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> str:
        if raw is not None and raw not in ABOUT:
            self.say(
                f"A question can't be about `{raw}`.", doc.where(*path), f"Use one of {', '.join(ABOUT)}."
            )
        return str(raw or "")

    def shown(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> str:
        if raw is not None and raw not in _SHOWN:
            self.say(
                f"`{raw}` can't be shown.", doc.where(*path, "shows"), f"Use one of {', '.join(_SHOWN)}."
            )
        return str(raw or "")

    def sentence_of(
        self, doc: YamlDocument, path: tuple[Any, ...], raw: Any, names: Iterable[str] = ()
    ) -> Sentence:
        for branch in raw if isinstance(raw, list) else []:
            if not isinstance(branch, Mapping) or "says" not in branch or set(branch) - {"when", "says"}:
                self.say("A sentence is text, or a list of {when, says}.", doc.where(*path))
                return ()
        if isinstance(raw, Mapping):
            self.say("A sentence is text, or a list of {when, says}.", doc.where(*path))
            return ()
        return super().sentence_of(doc, path, raw, names)

    def proposals(self, doc: YamlDocument, path: tuple[Any, ...]) -> tuple[Proposal, ...]:
        raw = doc.find(*path)
        for one in raw if isinstance(raw, list) else [] if raw is None else [raw]:
            rule = isinstance(one, Mapping) and "rule" in one
            known = {"rule", "of", "than", "where", "gives"} if rule else {"fact", "where"}
            named = (
                [one.get(key) for key in (("of", "than") if rule else ("fact",))]
                if isinstance(one, Mapping)
                else []
            )
            if not named or not all(isinstance(name, str) for name in named) or set(one) - known:
                self.say(
                    "A proposal names a fact of the case file, or asks whether a row is dated after a day.",
                    doc.where(*path),
                    "Write {fact: item.quantity.requested}, or {rule: any_after, of: table.date, than: DAY, gives: ...}.",
                )
                return ()
            if rule and one["rule"] != "any_after":
                self.say(
                    f"No proposal comes from the rule `{one['rule']}`.",
                    doc.where(*path),
                    "Write `computed` for what other answers give; `any_after` alone is a rule here.",
                )
                return ()
            if any(not isinstance(one.get(key, {}), Mapping) for key in ("where", "gives")):
                self.say(
                    "`where` and `gives` of a proposal are maps.", doc.where(*path), "Write where: {a: b}."
                )
                return ()
            if rule:
                self.operands |= {str(name).split(".", 1)[0] for name in named}
                self.columns(doc, path, str(one["of"]), one.get("where", {}))
        return super().proposals(doc, path)

    def columns(self, doc: YamlDocument, path: tuple[Any, ...], table: str, where: Mapping[str, Any]) -> None:
        """Notes what `where` names that is no column of the table, or no value of a column."""
        prompt = self.prompts.get(table.split(".", 1)[0])
        if prompt is None or prompt.spec is None or prompt.spec.kind != "table":
            return
        for column, value in where.items():
            spec = prompt.spec.parts.get(column)
            if spec is None:
                self.say(f"There is no column `{column}`.", doc.where(*path), near(column, prompt.spec.parts))
            elif spec.values and str(value) not in {*spec.values, "not_documented", "unclear"}:
                self.say(
                    f"`{value}` is no value of `{column}`.", doc.where(*path), near(str(value), spec.values)
                )

    # -- what other answers give ------------------------------------------------------------------

    def computed(
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], spec: Spec
    ) -> Computed | None:
        if "computed" not in data:
            if "gives" in data:
                self.say("`gives` needs `computed`.", doc.where(*path, "gives"))
            return None
        where = doc.where(*path, "computed")

        def say(what: str, fix: str = "") -> None:
            self.say(what, where, fix)

        made = read_computed(data["computed"], say, data.get("gives"))
        if made is None:
            return None
        for operand in made.paths():
            self.operand(operand, say)
        for one in made.rules():
            self.columns(doc, (*path, "computed"), str(one.of[0]), one.where)
        for _, _, value in made.gives:
            if spec.kind != "choice" or value not in spec.values:
                say(f"`gives` names `{value}`, which is no value of the answer.", near(value, spec.values))
        return made

    def operand(self, path: str, say: Any) -> None:
        root, *rest = path.split(".")
        if root in ("item", "case"):
            return
        prompt = self.prompts.get(root)
        if prompt is None or prompt.spec is None:
            say(f"`{root}` is no prompt above, and no fact.", near(root, self.prompts))
            return
        self.operands.add(root)
        if rest and (len(rest) > 1 or rest[0] not in prompt.spec.parts):
            say(f"`{root}` has no part `{'.'.join(rest)}`.", near(rest[0], prompt.spec.parts))

    def needed(self, computed: Computed) -> dict[str, Any]:
        """When it can be asked for: its operands given, for arithmetic; else where they apply."""
        need: dict[str, Any] = {}
        for path in computed.paths():
            root = path.split(".", 1)[0]
            prompt = self.prompts.get(root)
            if prompt is None or prompt.spec is None:
                continue
            if computed.arithmetic:
                need[path] = "given"
            elif prompt.spec.kind == "table":
                need[root] = "given" if computed.counts() else "any"
            else:
                need[path] = ["given", "not_documented", "unclear"]
        return need

    # -- ties -------------------------------------------------------------------------------------

    def tie_of(
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], spec: Spec, name: str
    ) -> str:
        if "requested" not in data:
            return ""
        if spec.kind != "table" or not str(data["requested"]).startswith("item."):
            self.say(
                "`requested` ties rows of a table to a fact of the item.",
                doc.where(*path, "requested"),
                "Write `requested: item.<fact>` on a prompt whose answer is a table.",
            )
            return ""
        return f"{name}_requested"

    def add_tie(self, table: str, tie: str, spec: Spec, fact: str) -> None:
        """The prompt whose answer names the rows of the table that are what is asked for."""
        numbers = {str(n): {"label": f"entry {n}"} for n in range(1, _TIED_ROWS + 1)}
        tied = compile_answer(tie, {"choices": numbers}, "", lambda *_: None)
        gate = {table: "any"}
        asked = self.formulas.read(gate, lambda *_: None)
        data = tied.schema(f"Which {spec.noun} is asked for")
        data["minItems"] = 1
        data["statuses"] = ["given"]
        self.formulas.prompts[tie] = Asked(tie, tied, False, (gate,))
        self.ties[table] = tie
        self.lines[tie] = self.lines[table]
        self.prompts[tie] = Prompt(
            id=tie,
            ask=f"Which {spec.noun} of these is what is asked for?",
            why="The others are taken beside it, and are judged as such.",
            schema=self.compiled_schema(data, f"{self.prompts[table].schema.name}.{tie}"),
            when=asked,
            block=self.prompts[table].block,
            record=True,
            about="request",
            spec=tied,
            ties=table,
            fact=fact,
        )

    # -- guidelines -------------------------------------------------------------------------------

    def cite(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> str:
        if raw is None:
            return ""
        reference = str(raw)
        found = self.guidelines.split(reference)
        if found is None:
            name = reference.partition("/")[0]
            known = (
                [f"{name}/{place}" for place in self.guidelines.by_name[name].places]
                if name in self.guidelines.by_name
                else self.guidelines.references
            )
            self.say(f"There is no place `{reference}`.", doc.where(*path), near(reference, known))
            return ""
        guideline, place = found
        words = guideline.places[place]
        ruling = [key for key, word in words.items() if word.says == RULES]
        last = guideline.editions[ruling[-1] if ruling else next(iter(guideline.editions))]
        word = words.get(last.key)
        self.citations.setdefault(
            reference,
            Citation(
                id=reference,
                tier=guideline.tier,
                source=last.source,
                edition=last.dated or last.key,
                locator=word.where if word is not None else "",
                name=f"{last.name} ({word.where})" if word is not None and word.where else last.name,
            ),
        )
        return reference

    def editions(
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], reference: str
    ) -> tuple[str, ...]:
        found = self.guidelines.split(reference)
        if found is None:
            return ()
        words = found[0].places[found[1]]
        wanted = [str(one) for one in data["editions"]] if isinstance(data.get("editions"), list) else []
        for key in wanted:
            word = words.get(key)
            if word is None:
                self.say(
                    f"`{reference}` says nothing of an edition {key}.",
                    doc.where(*path, "editions"),
                    near(key, words),
                )
            elif word.says != RULES:
                self.say(
                    f"The edition {key} is {word.says} at `{reference}`, and no criterion can come from it.",
                    doc.where(*path, "editions"),
                    "Name an edition that rules there.",
                )
        if not wanted and not any(word.says == RULES for word in words.values()):
            self.say(f"No edition rules at `{reference}`.", doc.where(*path, "cite"), "Cite another place.")
        return tuple(wanted)

    def questions(self, doc: YamlDocument) -> tuple[Question, ...]:
        if "questions" not in doc.data:
            asked = [name for name, one in self.citations.items() if one.tier == "mtus"]
            return (Question("what is asked", True, tuple(asked)),)
        made = []
        for name, data in self.mapping(doc, ("questions",)).items():
            path = ("questions", name)
            if not isinstance(data, Mapping):
                self.say(
                    "A question is a map.", doc.where(*path), "Write {when: ..., asks: [guideline/place]}."
                )
                continue
            self.keys(doc, path, data, frozenset({"when", "asks", "regions"}), ("asks",))
            if self.elsewhere(data, self.region):
                continue
            asks = [self.cite(doc, (*path, "asks"), one) for one in self.texts(doc, (*path, "asks"))]
            for reference in asks:
                if reference and self.citations[reference].tier != "mtus":
                    self.say(f"`{reference}` is not of the MTUS.", doc.where(*path, "asks"))
            made.append(Question(name, self.formula(doc, (*path, "when")), tuple(one for one in asks if one)))
        return tuple(made)

    def no_left_overs(self, doc: YamlDocument) -> None:
        for path, text in texts_in(doc.data) if "<" in str(doc.data) else ():
            if path[:1] != ("criteria",):
                for left in LEFT_OVER.findall(text):
                    hint = near(left, ["<region>"])
                    if not hint.startswith("Did"):
                        hint = "Name it under `regions` of the block."
                    self.say(f"Nothing fills in {left}.", doc.where(*path), hint)
