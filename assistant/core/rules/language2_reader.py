"""From a file of the second language to a `PromptSet`, refusing with file and line what could be read in two ways.

A set for several regions is one file, read once for each of them: what is of another region is left out
before anything else, `<region>` is filled in, and conditions on what was left out are false.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.core.problem import Refused
from assistant.core.rules.condition import Formula, all_of
from assistant.core.rules.formula import MODES, NOT_SHOWN
from assistant.core.rules.guidelines import LAW, Guidelines
from assistant.core.rules.language2_prompts import ID, LEFT_OVER, YES, Language2Prompts, Source
from assistant.core.rules.prompt_set import (
    CASE,
    OWN,
    SEARCHED,
    Caution,
    Criterion,
    Exclusion,
    Limit,
    Note,
    Prompt,
    PromptSet,
)
from assistant.core.rules.prompt_set_reader import circles, filled
from assistant.core.value import replace
from assistant.core.yaml import YamlDocument, names_in, near, texts_in

_NAME = re.compile(r"^[a-z][a-z0-9-]*$")
_SET_KEYS = frozenset(
    "language id title edition for governed_by request conclusion together answers let questions prompts criteria "
    "never silent examples".split()
)
_CASE_SET_KEYS = frozenset("language id title edition for answers let prompts never".split())
_FOR_KEYS = frozenset({"service", "regions", "words", "beside"})
_CRITERION_KEYS = frozenset(
    "id cite editions regions applies when limit argues rebuts says unmet otherwise over partly concedes caution rows".split()
)
_OTHER_SIDE_KEYS = frozenset({"says", "concedes", "caution", "rebuts"})
_OTHER = {"for": "against", "against": "for"}

GOVERNING = ("ur_decision", "request")
PARTLY_NAMES = ("within", "asked", "certified", "more")


def regions_of(document: YamlDocument) -> tuple[str, ...]:
    """The regions for each of which a set is read; one empty one where it is for every region."""
    target = document.data.get("for")
    raw = target.get("regions") if isinstance(target, Mapping) else None
    return tuple(str(one) for one in raw) if isinstance(raw, list) and raw else ("",)


def _with_choices(data: Any, more: Mapping[str, Mapping[str, str]]) -> Any:
    """The text of a file with further values in the choices of some columns."""
    if isinstance(data, list):
        return [_with_choices(one, more) for one in data]
    if not isinstance(data, Mapping):
        return data
    return {
        key: {**one, "choice": {**one["choice"], **more[key]}}
        if key in more and isinstance(one, Mapping) and isinstance(one.get("choice"), Mapping)
        else _with_choices(one, more)
        for key, one in data.items()
    }


def read_language2(
    document: YamlDocument,
    blocks: Mapping[str, YamlDocument],
    guidelines: Guidelines,
    region: str = "",
    kept: Mapping[str, str] | None = None,
    known: Iterable[str] = (),
    own: YamlDocument | None = None,
) -> PromptSet:
    """The prompt set in `document` for one of its regions; raises `Refused` with every problem found in it.

    `kept` are the texts of compiled answer schemas, by name, that are to be used in place of what would be
    compiled now. `known` are the prompt files that there are, for one that is misspelt. `own` asks for the search
    sequence and the reviewer's own citations.
    """
    return _Reader(document, blocks, guidelines, region, kept or {}, known).read(own)


class _Reader(Language2Prompts):
    def read(self, citations: YamlDocument | None = None) -> PromptSet:
        doc, data = self.document, self.document.data
        needed = ("id", "title", "edition", "for", "prompts")
        target: Mapping[str, Any] = {"service": CASE}
        self.given_only = about_case = data.get("for") == CASE
        if about_case:
            self.keys(doc, (), data, _CASE_SET_KEYS, needed)
        else:
            self.keys(doc, (), data, _SET_KEYS, (*needed, "governed_by", "request", "conclusion"))
            target = self.mapping(doc, ("for",))
            self.keys(doc, ("for",), target, _FOR_KEYS, ("service",))
        own = Source(doc, "", self.region, self.mapping(doc, ("answers",)))
        self.left_out(own)
        self.read_all_prompts(own)
        if self.missing or self.missing_block:
            raise Refused(*dict.fromkeys(self.problems))
        lets = {
            name: self.compiled(doc, ("let", name), raw) for name, raw in self.mapping(doc, ("let",)).items()
        }
        criteria = self.read_criteria(doc)
        result = PromptSet(
            id=str(data.get("id", "")),
            title=str(data.get("title", "")),
            edition=self.whole(doc, ("edition",)),
            region=self.region,
            service=str(target.get("service", "")),
            governed_by=str(data.get("governed_by", "")),
            prompts=self.prompts,
            criteria=criteria,
            citations=self.citations,
            request=self.sentence(doc, ("request",)),
            conclusion={
                side: self.sentence(doc, ("conclusion", side))
                for side in (() if about_case else ("upheld", "overturned"))
            },
            together=self.together(doc),
            never=self.never(doc),
            silent=self.silences(doc),
            uses=tuple(self.uses),
            lines=self.lines,
            language=2,
            guidelines=self.guidelines,
            questions=() if about_case else self.questions(doc),
            notes=tuple(self.notes),
            lets=lets,
            denied=self.formulas.denied(),
            ties=self.ties,
        )
        self.check(result)
        if citations is not None and not about_case:
            result = replace(result, own=self.own_prompts(citations, result))
        if self.problems:
            raise Refused(*dict.fromkeys(self.problems))
        return result

    # -- criteria ---------------------------------------------------------------------------------

    def read_criteria(self, doc: YamlDocument) -> dict[str, Criterion]:
        found: dict[str, Criterion] = {}
        entries = doc.data.get("criteria", [])
        if not isinstance(entries, list):
            self.say("`criteria` is a list.", doc.where("criteria"), "Begin each with `- id: ...`.")
            return found
        for index, data in enumerate(entries):
            path = ("criteria", index)
            if not isinstance(data, Mapping):
                self.say("A criterion is a map.", doc.where(*path))
                continue
            self.keys(doc, path, data, _CRITERION_KEYS, ("id", "cite", "argues", "says"))
            rows = data.get("rows", [{}])
            if not isinstance(rows, list) or any(not isinstance(row, Mapping) for row in rows):
                self.say("`rows` is a list of maps.", doc.where(*path, "rows"))
                rows = [{}]
            self.unused_columns(doc, path, rows, entries)
            plain = {key: value for key, value in data.items() if key != "rows"}
            for row in rows:
                self.criterion_in(doc, path, filled(plain, row), found)
        for one in found.values():
            for other in one.rebuts:
                if other not in found and other not in self.names_of_criteria:
                    self.say(
                        f"`{one.id}` rebuts `{other}`, which is no criterion.",
                        self.lines[one.id],
                        near(other, found),
                    )
        return {n: replace(c, rebuts=tuple(r for r in c.rebuts if r in found)) for n, c in found.items()}

    def known_regions(self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any]) -> None:
        """What is of a region that the set isn't for is read by nobody."""
        known = regions_of(self.document)
        named = data.get("regions")
        for region in map(str, named if isinstance(named, list) else ()):
            if region not in known and not LEFT_OVER.search(region):
                fix = near(region, known) or f"It is for {', '.join(filter(None, known)) or 'every region'}."
                self.say(f"The set isn't for the region `{region}`.", doc.where(*path, "regions"), fix)

    def unused_columns(
        self, doc: YamlDocument, path: tuple[Any, ...], rows: list[Any], entries: list[Any]
    ) -> None:
        alike = [one for one in entries if isinstance(one, Mapping) and one.get("rows") == rows]
        text = json.dumps([{k: v for k, v in one.items() if k != "rows"} for one in alike])
        for column in dict.fromkeys(name for row in rows for name in row):
            if f"<{column}>" not in text:
                self.say(
                    f"Nothing uses the column `{column}`.",
                    doc.where(*path, "rows"),
                    f"Write <{column}>, or leave it out.",
                )

    def criterion_in(
        self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any], found: dict[str, Criterion]
    ) -> None:
        name = str(data.get("id", ""))
        others = {key: data[key] for key in ("otherwise", "over") if data.get(key) is not None}
        self.names_of_criteria.update({name, *(f"{name}-{key}" for key in others)})
        if not _NAME.match(name):
            self.say(
                f"`{name}` can't be a criterion's id.", doc.where(*path, "id"), "Use small letters and -."
            )
        for _, text in texts_in(data):
            for left in LEFT_OVER.findall(text):
                self.say(
                    f"Nothing fills in {left} in `{name}`.", doc.where(*path), "Name a column of `rows`."
                )
        self.known_regions(doc, path, data)
        if self.elsewhere(data, self.region):
            return
        limit = self.limit(doc, path, data)
        for key, other in others.items():
            if not isinstance(other, Mapping) or set(other) - _OTHER_SIDE_KEYS or "says" not in other:
                self.say(f"`{key}` has says, concedes, caution and rebuts.", doc.where(*path, key))
                return
        if limit is not None and "otherwise" in others:
            self.say(
                "Beside a `limit` stands `over`, and no `otherwise`.",
                doc.where(*path, "otherwise"),
                "Write a criterion of its own for what argues where it is not shown.",
            )
        if "limit" not in data and "over" in others:
            self.say("`over` needs a `limit`.", doc.where(*path, "over"), "Add `limit: {of, up_to}`.")
        if "otherwise" in others and "when" not in data:
            self.say("`otherwise` needs a `when`.", doc.where(*path, "otherwise"))
        if "partly" in data and "over" not in others:
            self.say("`partly` needs `over`.", doc.where(*path, "partly"))
        reference = self.cite(doc, (*path, "cite"), data.get("cite"))
        editions = self.editions(doc, path, data, reference)
        law = bool(reference) and self.citations[reference].tier == LAW
        argues = str(data.get("argues"))
        if law != (argues == "nothing") or argues not in ("for", "against", "nothing"):
            self.say(
                "A law argues nothing, and nothing else does."
                if law or argues == "nothing"
                else "`argues` is for or against.",
                doc.where(*path, "argues"),
                f"Write `argues: {'nothing' if law else 'for'}`.",
            )
            return
        when = self.formula_of(doc, (*path, "when"), data.get("when"))
        if limit is not None:
            within = self.compiled(doc, (*path, "limit"), {limit.of: f"up to {limit.up_to}"})
            when = all_of((when, within))
        applies = self.formula_of(doc, (*path, "applies"), data.get("applies"))
        if law:
            says = self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",))
            self.notes.append(Note(name, reference, applies, when, says))
            self.lines[name] = doc.where(*path)
            return
        made = Criterion(
            id=name,
            cite=reference,
            applies=applies,
            when=when,
            argues=argues,
            rebuts=tuple(self.names(doc, (*path, "rebuts"), data.get("rebuts"))),
            says=self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",)),
            unmet=self.sentence_of(doc, (*path, "unmet"), data.get("unmet"), ("citation",)),
            concedes=self.sentence_of(doc, (*path, "concedes"), data.get("concedes"), ("citation",)),
            caution=self.caution(doc, (*path, "caution"), data.get("caution")),
            editions=editions,
            limit=limit,
            partly=self.sentence_of(doc, (*path, "partly"), data.get("partly"), ("citation", *PARTLY_NAMES)),
        )
        self.add(doc, path, made, found)
        for key, other in others.items():
            if key == "otherwise":
                against = (
                    self.compiled(doc, (*path, "when"), data.get("when", {}), NOT_SHOWN)
                    if "when" in data
                    else False
                )
            elif limit is not None:
                against = self.compiled(doc, (*path, "limit"), {limit.of: f"over {limit.up_to}"})
            else:
                continue
            self.add(doc, path, self.other_side(doc, (*path, key), made, key, against, other), found)

    def other_side(
        self,
        doc: YamlDocument,
        path: tuple[Any, ...],
        base: Criterion,
        key: str,
        when: Formula,
        data: Mapping[str, Any],
    ) -> Criterion:
        return Criterion(
            id=f"{base.id}-{key}",
            cite=base.cite,
            applies=base.applies,
            when=when,
            argues=_OTHER[base.argues],
            rebuts=tuple(self.names(doc, (*path, "rebuts"), data.get("rebuts"))),
            says=self.sentence_of(doc, (*path, "says"), data.get("says"), ("citation",)),
            concedes=self.sentence_of(doc, (*path, "concedes"), data.get("concedes"), ("citation",)),
            caution=self.caution(doc, (*path, "caution"), data.get("caution")),
            editions=base.editions,
            limit=base.limit,
            partly=base.partly if key == "over" else (),
            other_side_of=base.id,
        )

    def add(
        self, doc: YamlDocument, path: tuple[Any, ...], made: Criterion, found: dict[str, Criterion]
    ) -> None:
        if made.id in found:
            self.say(f"The criterion `{made.id}` is defined twice.", doc.where(*path), "Rename one.")
        found[made.id] = made
        self.lines[made.id] = doc.where(*path)

    def names(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> list[str]:
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.say(f"`{path[-1]}` is a list of criteria.", doc.where(*path), f"Write `{path[-1]}: [a, b]`.")
            return []
        return [str(one) for one in raw]

    def limit(self, doc: YamlDocument, path: tuple[Any, ...], data: Mapping[str, Any]) -> Limit | None:
        if "limit" not in data:
            return None
        raw = data["limit"]
        where = doc.where(*path, "limit")
        if (
            not isinstance(raw, Mapping)
            or not {"of", "up_to"} <= set(raw)
            or set(raw) - {"of", "up_to", "asked"}
        ):
            self.say(
                "`limit` has of, up_to and asked.",
                where,
                "Write limit: {of: in_all, up_to: 10, asked: requested}.",
            )
            return None
        if not isinstance(raw["up_to"], int | float):
            self.say(f"`up_to` is a number, not `{raw['up_to']}`.", where)
            return None
        for key in ("of", "asked"):
            prompt = self.prompts.get(str(raw[key])) if key in raw else None
            if key in raw and (prompt is None or prompt.spec is None or prompt.spec.kind != "number"):
                self.say(
                    f"`{raw[key]}` is no prompt with a number.", where, near(str(raw[key]), self.prompts)
                )
                return None
        return Limit(str(raw["of"]), raw["up_to"], str(raw.get("asked", "")))

    def caution(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> Caution | None:
        if raw is None:
            return None
        if not isinstance(raw, Mapping) or set(raw) != {"when", "says"}:
            self.say("`caution` needs `when` and `says`.", doc.where(*path))
            return None
        return Caution(self.formula_of(doc, (*path, "when"), raw["when"]), str(raw["says"]))

    # -- the reviewer's own ------------------------------------------------------------------------

    def own_prompts(self, doc: YamlDocument, made: PromptSet) -> dict[str, Prompt]:
        """The questions of the search sequence: its places are those of the set, and what can be rebutted its criteria."""
        for name in (SEARCHED, OWN):
            if name in made.prompts or name in made.lets:
                where = self.lines.get(name, self.document.name)
                self.say(f"`{name}` is a question of the program's own.", where, "Give it another name.")
        if self.problems:
            return {}
        more = {
            "place": {name: one.name for name, one in made.citations.items()},
            "rebuts": {
                name: f"{name}: {made.citations[one.cite].name}" for name, one in made.criteria.items()
            },
        }
        self.prompts, self.given_only = {}, True
        data = _with_choices(doc.data, more)
        self.read_all_prompts(Source(replace(doc, data=data), "", self.region, {}))
        return self.prompts

    # -- what cannot be, and what is left unsaid ---------------------------------------------------

    def never(self, doc: YamlDocument) -> tuple[Exclusion, ...]:
        made = []
        for path, entry in self.listed(doc, "never", {"when", "says"}, {"blocks", "regions"}):
            blocks = self.one_of(doc, (*path, "blocks"), YES, False)
            made.append(Exclusion(self.formula(doc, (*path, "when")), str(entry["says"]), blocks))
        return tuple(made)

    def silences(self, doc: YamlDocument) -> tuple[Exclusion, ...]:
        made = []
        for path, entry in self.listed(doc, "silent", {"says"}, {"gap", "conflict", "regions"}):
            kinds = [kind for kind in ("gap", "conflict") if kind in entry]
            if len(kinds) != 1:
                self.say(
                    "A silence covers a gap or a conflict.",
                    doc.where(*path),
                    "Write {gap: formula, says: ...}.",
                )
                continue
            formula = self.formula(doc, (*path, kinds[0]))
            made.append(Exclusion(formula, str(entry["says"]), covers=kinds[0]))
        return tuple(made)

    def listed(
        self, doc: YamlDocument, key: str, needed: set[str], more: set[str]
    ) -> Iterator[tuple[tuple[Any, ...], Mapping[str, Any]]]:
        entries = doc.data.get(key, [])
        for index, entry in enumerate(entries if isinstance(entries, list) else [None]):
            path = (key, index)
            if not isinstance(entry, Mapping) or not needed <= set(entry) or set(entry) - needed - more:
                words = ", ".join([*sorted(needed), *sorted(more)])
                self.say(f"An entry of `{key}` has {words}.", doc.where(*path))
            else:
                self.known_regions(doc, path, entry)
                if not self.elsewhere(entry, self.region):
                    yield path, entry

    # -- the whole ----------------------------------------------------------------------------------

    def check(self, made: PromptSet) -> None:
        doc = self.document
        if not _NAME.match(made.id):
            self.say(f"`{made.id}` can't be a set's id.", doc.where("id"), "Use small letters and -.")
        if made.governed_by and made.governed_by not in GOVERNING:
            self.say(
                f"`{made.governed_by}` can't govern.",
                doc.where("governed_by"),
                f"Use {' or '.join(GOVERNING)}.",
            )
        if made.service != CASE and set(self.mapping(doc, ("conclusion",))) != {"upheld", "overturned"}:
            self.say("A set needs `conclusion: {upheld, overturned}`.", doc.where("conclusion"))
        self.no_left_overs(doc)
        for index, prompt in enumerate(doc.data["prompts"]):
            self.known_regions(doc, ("prompts", index), prompt)
        for name, question in self.mapping(doc, ("questions",)).items():
            if isinstance(question, Mapping):
                self.known_regions(doc, ("questions", name), question)
        for circle in circles(made.criteria):
            self.say(
                f"These criteria rebut each other in a circle: {' → '.join(circle)}.",
                self.lines[circle[0]],
                "Remove one of the rebuttals.",
            )
        keys = set(names_in({k: v for k, v in doc.data.items() if k != "let"}))
        for name, raw in self.formulas.lets.items():
            others = {
                k for other, written in self.formulas.lets.items() if other != name for k in names_in(written)
            }
            if name not in keys and name not in others:
                self.say(
                    f"Nothing uses the formula `{name}`.", doc.where("let", name), "Use it, or leave it out."
                )
            if name in MODES or not ID.match(name):
                self.say(
                    f"`{name}` can't be a formula's name.", doc.where("let", name), "Use small letters and _."
                )
            if not isinstance(raw, list | Mapping):
                self.say("A formula is a map of conditions, or a list of such maps.", doc.where("let", name))
        read = self.formulas.used | self.operands
        for prompt in made.prompts.values():
            if prompt.id not in read and not prompt.says and not prompt.record and not prompt.speaks:
                here, give = self.lines[prompt.id], "`says` or `record: yes`"
                called = self.borrowed.get(prompt.id, "")
                fix = (
                    f"Read it there, leave it out by `only`, or give it {give} in {here}."
                    if called
                    else f"Give it {give}."
                )
                self.say(f"Nothing reads `{prompt.id}`, and it says nothing.", called or here, fix)
