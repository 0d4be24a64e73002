"""`imr prompts`: the prompt sets, one as a physician reads it, and the proof of one or all, on every save if wanted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.authoring import (
    COMMANDS,
    as_named,
    criteria_by_edition,
    found,
    named,
    open_criteria,
    read,
    say,
    set_names,
)
from assistant.cli.options import Group, json_option
from assistant.cli.output import print_json
from assistant.core.problem import Refused
from assistant.core.rules.completion import formula_in_words
from assistant.core.rules.condition import Formula, all_of, atoms
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.rules.guidelines import TIER_NAMES
from assistant.core.rules.prompt_set import Citation, Criterion, Prompt, PromptSet, Sentence
from assistant.core.text import singular, visible

if TYPE_CHECKING:
    from assistant.core.rules.examples import Tried
    from assistant.core.rules.proof import Proof


@click.group(cls=Group)
def prompts() -> None:
    """List, show, check, try and write prompt sets."""


for command in COMMANDS:
    prompts.add_command(command)


@prompts.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the prompt sets."""
    rows = [
        {
            "id": made.id,
            "title": made.title,
            "edition": made.edition,
            "region": made.region,
            "service": made.service,
            "prompts": len(made.prompts),
            "criteria": len(made.criteria),
        }
        for name in set_names()
        for made in read(name)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        about = f"{row['region']} · " if row["region"] else ""
        say(f"{row['id']}")
        say(
            f"    {row['title']} · edition {row['edition']} · {about}"
            f"{row['prompts']} prompts, {row['criteria']} criteria"
        )


@prompts.command()
@click.argument("name", metavar="SET")
@click.option("--fhir", is_flag=True, help="Print its questions as a FHIR Questionnaire (R4).")
@json_option
def show(name: str, fhir: bool, as_json: bool) -> None:
    """Show the prompt set SET (an id, or a YAML file) as a physician reads it.

    One that is for several regions is told for each of them; --json and --fhir tell it for the first.
    """

    every = read(name)
    if fhir:
        from assistant.log.export.fhir import questionnaire

        print_json(questionnaire(every[0]))
        return
    if as_json:
        print_json(set_as_json(every[0]))
        return
    for made in every:
        for line in lines(made):
            say(singular(line, letter=False))


@prompts.command()
@click.argument("names", metavar="[SET]...", nargs=-1)
@click.option("--watch", is_flag=True, help="Check again on every save, until Ctrl-C.")
@json_option
def check(names: tuple[str, ...], watch: bool, as_json: bool) -> None:
    """Prove the prompt sets SET (ids, or YAML files; all without one), with every reference case.

    Without one the words of the letter's frame are checked too; their file may also be named alone.

    Exit status 1 where the proof finds a gap, an undeclared conflict, a dead prompt or criterion, or a
    missing sentence, and where an example comes out otherwise than the set says.
    """
    if watch and as_json:
        raise click.UsageError("--watch is for reading, and --json for one answer. Use one of them.")
    if watch:
        with suppress(KeyboardInterrupt):  # that is how it is ended
            for _ in saves(names):
                say(f"{time.strftime('%H:%M:%S')}  {', '.join(names) or 'all sets'}")
                _check_and_tell(names)
        return
    if not _check(names, as_json):
        click.get_current_context().exit(1)


def _check_and_tell(names: Sequence[str]) -> None:
    """The check, with what is refused told instead of ending it."""
    try:
        _check(names, False)
    except Refused as refused:
        for problem in refused.problems:
            say(
                "  "
                + " ".join(
                    part
                    for part in (f"{problem.where}:" * bool(problem.where), problem.what, problem.fix)
                    if part
                )
            )


def saves(names: Sequence[str], wait: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """One at once, and one whenever a prompt file, or one of those named, was saved."""
    before: object = None
    while True:
        now = _as_saved(names)
        if now != before:
            before = now
            yield
        wait(_EVERY)


_EVERY = 0.5
"""Seconds from one look at the files to the next."""
_SLOW = 5.0
"""Seconds that a step of the proof may take before it is named."""


def _as_saved(names: Sequence[str]) -> object:
    """What changes with a save: the texts of the prompt files, and of the files that are named."""
    from assistant import library

    seen: list[object] = []
    try:
        seen.append(library.sources().prompts)
        seen += [library.read_text(Path(name)) for name in names if Path(name).suffix in (".yaml", ".yml")]
    except Refused as refused:
        seen.append(refused.problems)
    return seen


def _check(names: Sequence[str], as_json: bool) -> bool:
    from assistant.core.rules.proof import prove, untested
    from assistant.library import reference_items

    framed = [name for name in names if _is_frame(name)]
    frames = list(map(_frame_checked, framed or ([] if names else [""])))
    rows = []
    sound = True
    for name in [name for name in names if name not in framed] or ([] if names else set_names()):
        for made in read(name):
            steps = Steps(made.id)
            proof = prove(made, progress=steps)
            steps.end()
            items = list(reference_items(made))
            tried = list(_examples(name, made))
            sound = sound and proof.sound and not any(one.differs for one in tried)
            row = proof.to_json()
            row["untested_conditions"] = untested(
                made, [*(item.reading for item in items), *(one.reading for one in tried)]
            )
            row["exempt"] = {name: one.about for name, one in made.prompts.items() if one.about}
            row["examples"] = [_example_as_json(name, one) for one in tried]
            row["reference_cases"] = [
                {
                    "case": item.case,
                    "item": item.item,
                    "published": item.published,
                    "decided": item.decided,
                    "suggested": item.suggestion.decision,
                    "agrees": item.agrees,
                }
                for item in items
            ]
            rows.append(row)
            for line in [] if as_json else proof_lines(made, proof, row):
                say(line)
            for line in [] if as_json else steps.slow(proof):
                say(line)
    for line in [] if as_json else frames:
        say(line)
    if as_json:
        print_json(rows)
    return sound


class Steps:
    """The step of a proof that is being taken, on one line of a terminal, and those that were slow."""

    def __init__(self, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.clock = clock
        self.taken: list[tuple[str, float]] = []
        self._now = ("", clock())

    def __call__(self, step: str) -> None:
        self.end()
        self._now = (step, self.clock())
        self._show(f"{self.name}: {step}")

    def end(self) -> None:
        """The step has been taken; its line goes away."""
        step, begun = self._now
        if step:
            self.taken.append((step, self.clock() - begun))
        self._now = ("", self.clock())
        self._show("")

    def slow(self, proof: Proof) -> Iterator[str]:
        """What took long, and the prompt with the most kinds of answers, which is mostly why."""
        late = [(step, seconds) for step, seconds in self.taken if seconds > _SLOW]
        for step, seconds in late:
            yield f"  SLOW {step}: {seconds:.0f} s"
        if late and proof.widest[0]:
            yield f"  SLOW mostly for {proof.widest[0]}, whose conditions tell {proof.widest[1]} kinds of answers apart"

    @staticmethod
    def _show(text: str) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{visible(text)[:78]}", nl=False, err=True)


@prompts.command("compile")
@click.option("-o", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where the schemas go.")
def compile_(folder: Path | None) -> None:
    """Write the answer schemas that the sets of the second language are compiled to, for other programs to read."""
    from assistant import library
    from assistant.core.rules.rules import published

    place = folder or library.folder("schemas") / "answers"
    place.mkdir(parents=True, exist_ok=True)
    texts = published(made for name in set_names() for made in read(name) if made.language > 1)
    for name, text in texts.items():
        (place / f"{name}.schema.json").write_text(text, encoding="utf-8")
    for file in place.glob("*.*.schema.json") if folder is None else ():
        if file.name.removesuffix(".schema.json") not in texts:
            file.unlink()  # of a set or a question that is there no longer; the name of a shared one has no dot
    say(f"{len(texts)} answer schemas are in {place}.")


# -- reading ----------------------------------------------------------------------------------------


def _examples(name: str, made: PromptSet) -> Iterator[Tried]:
    """The examples of a set, tried; raises `Refused` for one that can't be."""
    from assistant.core.rules.examples import try_examples

    if made.language == 1:
        return
    with named(name):
        stem, sources = found(name)
        yield from try_examples(sources.document(stem), made)


def _example_as_json(name: str, one: Tried) -> dict[str, Any]:
    return {
        "is": one.name,
        "where": as_named(one.where, name),
        "suggested": one.suggestion.decision,
        "why": one.suggestion.why,
        "because": list(one.suggestion.because),
        "differs": list(one.differs),
        "published": one.published,
        "agrees": one.agrees,
    }


def _is_frame(name: str) -> bool:
    """Whether `name` is a file of the letter's words."""
    from assistant import library
    from assistant.core import yaml
    from assistant.core.letter_frame import is_frame
    from assistant.core.text import one_line

    path = Path(name)
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        return False
    return is_frame(yaml.parse_yaml(library.read_text(path), one_line(name)))


def _frame_checked(name: str) -> str:
    """What is said of a file of the letter's words that reads, or of the program's; raises `Refused`."""
    from assistant import library
    from assistant.core.letter_frame import FILE, sentence_lengths
    from assistant.core.text import one_line

    where = one_line(name) or FILE
    text = library.read_text(Path(name)) if name else library.letter_texts()[library.FRAME]
    frame = library.letter_frame(text, where)
    lengths = sentence_lengths(frame)
    return (
        f"{where}: {len(frame.texts)} texts of the letter, none missing, each naming what it has to. "
        f"Its sentences have {sum(lengths) / max(1, len(lengths)):.0f} words on average, {max(lengths, default=0)} at most."
    )


# A prompt set, and its proof, as lines that a physician can read.


_LONG_FORMULA = 80
"""The characters beyond which a formula that has a name is told by it, and written out once."""

Words = Callable[[Formula], str]


def lines(made: PromptSet) -> Iterator[str]:
    """The set: each prompt, each criterion with its citation, what its names stand for, and what was not yet verified."""
    every = [(called(name), one) for name, one in made.lets.items()]
    every += [(f"{called(name)} {mode.replace('_', ' ')}", one) for (name, mode), one in made.denied.items()]
    size = {label: len(formula_in_words(one)) for label, one in every}
    names = {label: one for label, one in every if size[label] > _LONG_FORMULA}
    names = dict(sorted(names.items(), key=lambda one: -size[one[0]]))
    said = list(_set_lines(made, partial(formula_in_words, names=names)))
    yield from said
    stands_for = {
        label: formula_in_words(one, {other: names[other] for other in names if other != label})
        for label, one in every
        if label.endswith("”")
    }
    used = _used(said, stands_for)
    if used:
        yield "\nNames"
    for label in used:
        yield f"  {label} is so where {stands_for[label]}."
    waiting = sum(1 for _ in open_criteria([made]))
    if waiting:
        yield (
            f"\nUNVERIFIED: {waiting} of {sum(1 for _ in criteria_by_edition(made))} criteria, by edition, were not yet held "
            f"against their source: `imr prompts unverified {made.id}` lists them."
        )


def called(name: str) -> str:
    """A formula that a set has a name for, by that name."""
    return f"“{name.replace('_', ' ')}”"


def _used(said: Iterable[str], stands_for: Mapping[str, str]) -> list[str]:
    """The names that these lines use, and those by which these names are told."""
    found: list[str] = []
    text = "\n".join(said)
    while more := [label for label in stands_for if label not in found and label in text]:
        found += more
        text = "\n".join(stands_for[label] for label in more)
    return [label for label in stands_for if label in found]


def _set_lines(made: PromptSet, words: Words) -> Iterator[str]:
    yield f"{made.title} ({made.id}, edition {made.edition})"
    if made.region:
        yield f"{made.service} of the {made.region}; editions in force on the date of the {_governs(made)}"
    yield "\nPrompts"
    for number, prompt in enumerate(made.prompts.values(), 1):
        yield from _prompt(number, prompt, made, words)
    if made.criteria:
        yield "\nCriteria"
    for criterion in made.criteria.values():
        yield from _criterion(criterion, made, words)
        if criterion.other_side_of:
            yield from _where_not_found(criterion, made)
    for note in made.notes:
        yield f"\n  {note.id}: a law, which is noted and argues nothing"
        yield f"     Noted where: {words(all_of((note.applies, note.when)))}"
        yield f"     {_cited(made.citations[note.cite], made)}"
    for title, exclusions in (("Cannot be", made.never), ("Silence is meant", made.silent)):
        if exclusions:
            yield f"\n{title}"
        for exclusion in exclusions:
            yield f"  {words(exclusion.when)}\n      {exclusion.says}"


def _prompt(number: int, prompt: Prompt, made: PromptSet, words: Words) -> Iterator[str]:
    marks = [
        *(["the treating physician can document it"] if prompt.documentable else []),
        *([f"from the block {prompt.block}"] if prompt.block else []),
    ]
    yield f"\n  {number}. {prompt.ask}"
    yield f"     {prompt.id}: {prompt.schema.title}{''.join(f' · {mark}' for mark in marks)}"
    if prompt.when is not True:
        yield f"     Asked where {words(prompt.when)}."
    if prompt.why:
        yield f"     Why: {prompt.why}"
    if prompt.cite:
        yield f"     {_cited(made.citations[prompt.cite], made)}"


def _criterion(criterion: Criterion, made: PromptSet, words: Words) -> Iterator[str]:
    side = "FOR the treatment" if criterion.argues == "for" else "AGAINST the treatment"
    yield f"\n  {criterion.id} argues {side}"
    if criterion.applies is not True:
        yield f"     Speaks of: {words(criterion.applies)}"
    yield f"     Met where: {words(criterion.when)}"
    if criterion.rebuts:
        yield f"     Rebuts: {', '.join(criterion.rebuts)}"
    yield f"     {_cited(made.citations[criterion.cite], made)}"
    for title, sentence in (
        ("Says", criterion.says),
        ("Not met", criterion.unmet),
        ("Concedes", criterion.concedes),
    ):
        for line in _told(sentence, words):
            yield f"     {title}: {line}"
    if criterion.caution is not None:
        yield f"     CAUTION where {words(criterion.caution.when)}: {criterion.caution.says}"


def _told(sentence: Sentence, words: Words) -> Iterator[str]:
    for branch in sentence:
        where = "" if branch.when is True else f"[where {words(branch.when)}] "
        yield where + (" ".join(branch.says.split()) or "(nothing)")


def _where_not_found(criterion: Criterion, made: PromptSet) -> Iterator[str]:
    """The questions of which *not documented* alone lets the other side of a criterion argue."""
    silent = [
        made.prompts[atom.prompt].ask
        for atom in (atoms(criterion.when) if criterion.limit is None else ())
        if atom.condition.name == "not_documented"
    ]
    if silent:
        yield f"     Argues {criterion.argues.upper()} where not found in the record: {' '.join(dict.fromkeys(silent))}"


def _cited(citation: Citation, made: PromptSet) -> str:
    tier = f"[{citation.tier}: {TIER_NAMES.get(citation.tier, citation.tier)}]"
    split = made.guidelines.split(citation.id) if made.guidelines is not None else None
    if split is not None:
        told = [
            f"{edition.source}, edition {edition.dated or key}, {word.where or word.says}; "
            f"in force {edition.starts or '...'} to {edition.ends or '...'}"
            for key, word in split[0].places[split[1]].items()
            if (edition := split[0].editions[key])
        ]
        return f"{tier} {' | '.join(told)}"
    starts, ends = citation.starts, citation.ends
    force = f"; in force {starts or '...'} to {ends or '...'}" if starts or ends else ""
    checked = "UNVERIFIED" if citation.verified is None else f"verified by {', '.join(citation.verified)}"
    return f"{tier} {citation.source}, edition {citation.edition}, {citation.locator}{force} ({checked})"


def _governs(made: PromptSet) -> str:
    return {"ur_decision": "refusal", "request": "request"}.get(made.governed_by, made.governed_by)


def set_as_json(made: PromptSet) -> dict[str, Any]:
    """The set as `imr prompts show --json` prints it."""
    return {
        "id": made.id,
        "title": made.title,
        "edition": made.edition,
        "region": made.region,
        "service": made.service,
        "prompts": [
            {
                "id": prompt.id,
                "ask": prompt.ask,
                "why": prompt.why,
                "answer": prompt.schema.name,
                "when": formula_in_words(prompt.when),
                "cite": prompt.cite or None,
                "documentable": prompt.documentable,
            }
            for prompt in made.prompts.values()
        ],
        "criteria": [
            {
                "id": criterion.id,
                "argues": criterion.argues,
                "cite": criterion.cite,
                "applies": formula_in_words(criterion.applies),
                "when": formula_in_words(criterion.when),
                "rebuts": list(criterion.rebuts),
                "caution": None if criterion.caution is None else criterion.caution.says,
            }
            for criterion in made.criteria.values()
        ],
        "citations": [
            {
                "id": citation.id,
                "tier": citation.tier,
                "source": citation.source,
                "edition": citation.edition,
                "locator": citation.locator,
                "verified": citation.verified is not None,
            }
            for citation in made.citations.values()
        ],
    }


def proof_lines(made: PromptSet, proof: Proof, row: Mapping[str, Any]) -> Iterator[str]:
    """The proof of a set; `row` is what its JSON says, with the reference cases."""
    region = f" ({proof.region})" if proof.region else ""
    yield f"{made.id}{region}, edition {made.edition}: {_count(proof.cells)} combinations of answers"
    for gap in proof.gaps:
        yield f"  GAP {_eras(gap.eras)}: {_witness(gap.answers)}"
    for conflict in proof.conflicts:
        declared = f"declared: {conflict.declared}" if conflict.declared else "CONFLICT"
        sides = f"{', '.join(conflict.for_)} against {', '.join(conflict.against)}"
        yield f"  {declared} {_eras(conflict.eras)}: {sides}: {_witness(conflict.answers)}"
    for more in proof.more:
        yield f"  and more: {more}"
    for kind, dead in proof.dead.items():
        for name, why in dead.items():
            yield f"  DEAD {_DEAD[kind]} {name}: {why}"
    for silence in proof.silences:
        if not silence.sets:
            yield f"  SILENCE that covers nothing: {silence.says}"
        elif silence.alone is None:
            yield f"  silence that others cover too: {silence.says}"
    for unread in proof.unread:
        yield f"  unread {unread}"
    for era in proof.ungoverned:
        yield f"  no edition of the MTUS that it cites is in force {era}"
    for missing in proof.missing_sentences:
        yield f"  MISSING SENTENCE {missing}"
    for name in proof.bare_citations:
        yield f"  CITATION {name} without edition or locator"
    for name, decision in proof.not_documented.items():
        if decision is not None:
            yield f"  not documented, {name}: always {DECISION_WORDS[decision]}"
    for name in proof.from_silence:
        yield f"  from silence: {name}"
    for era, outcome in proof.empty_record.items():
        yield f"  an empty record {era}: {outcome}"
    for one in row["examples"]:
        for differs in one["differs"]:
            yield f"  EXAMPLE {one['is']} ({one['where']}): {differs}"
        if one["published"] is not None and not one["differs"]:
            agrees = {True: "agrees", False: "differs", None: f"none ({one['why']})"}[one["agrees"]]
            yield f"  {one['is']}: published {DECISION_WORDS[one['published']]}: {agrees}"
    for name, about in row["exempt"].items():
        cites = ", and still cites it" if about == "request" else ""
        yield f"  affirmed, no finding about the patient: {name} asks of the {about}{cites}"
    for one in row["reference_cases"]:
        suggested = f"suggested {DECISION_WORDS[one['suggested']]}"
        if one["published"] is None:
            same = (
                "agrees" if one["decided"] == one["suggested"] else "rests on a source of the reviewer's own"
            )
            yield f"  {one['case']}, item {one['item']}: made up, decided {DECISION_WORDS[one['decided']]}, {suggested}: {same}"
            continue
        agrees = "agrees" if one["agrees"] else "DIFFERS"
        yield (
            f"  {one['case']}, item {one['item']}: published {DECISION_WORDS[one['published']]}, {suggested}: {agrees}"
        )
    if cases := row["reference_cases"]:
        decided = [item["decided"] for item in cases]
        agree = sum(item["decided"] == item["suggested"] for item in cases)
        yield (
            f"  decided items of the case bank: {decided.count('upheld')} upheld, {decided.count('overturned')} overturned; "
            f"{agree} of {len(cases)} as suggested"
        )
    if row["untested_conditions"]:
        yield f"  no case tests both ways: {', '.join(row['untested_conditions'])}"
    yield "  sound" if proof.sound else "  NOT sound"


_DEAD = {"prompts": "PROMPT", "criteria": "CRITERION", "formulas": "FORMULA", "questions": "QUESTION"}


def _count(number: int) -> str:
    return f"{number:,}" if number < 10**12 else f"more than 10^{len(str(number)) - 1}"


def _eras(eras: Sequence[str]) -> str:
    return "; ".join(eras)


def _witness(answers: Mapping[str, str]) -> str:
    return "; ".join(f"{name} is “{label}”" for name, label in answers.items()) or "any answers"
