"""`imr prompts`: the prompt sets, one as a physician reads it, and the proof of one or all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import json_option
from assistant.cli.output import print_json
from assistant.core.rules.completion import formula_in_words
from assistant.core.rules.condition import all_of
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.rules.prompt_set import TIER_NAMES, Citation, Criterion, Prompt, PromptSet, Sentence
from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.core.rules.examples import Tried
    from assistant.core.rules.proof import Proof
    from assistant.core.rules.rules import Sources


@click.group()
def prompts() -> None:
    """List, show and check prompt sets."""


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
        for name in _set_names()
        for made in _read(name)
    ]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        about = f"{row['region']} · " if row["region"] else ""
        _say(f"{row['id']}")
        _say(
            f"    {row['title']} · edition {row['edition']} · {about}"
            f"{row['prompts']} prompts, {row['criteria']} criteria"
        )


@prompts.command()
@click.argument("name", metavar="SET")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show the prompt set SET (an id, or a YAML file) as a physician reads it.

    One that is for several regions is told for each of them; --json tells it for the first.
    """

    every = _read(name)
    if as_json:
        print_json(set_as_json(every[0]))
        return
    for made in every:
        for line in lines(made):
            _say(line)


@prompts.command()
@click.argument("names", metavar="[SET]...", nargs=-1)
@json_option
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Prove the prompt sets SET (ids, or YAML files; all without one), with every reference case.

    Without one the words of the letter's frame are checked too; their file may also be named alone.

    Exit status 1 where the proof finds a gap, an undeclared conflict, a dead prompt or criterion, or a
    missing sentence, and where an example comes out otherwise than the set says.
    """
    from assistant.core.rules.proof import prove, untested
    from assistant.library import reference_items

    framed = [name for name in names if _is_frame(name)]
    frames = list(map(_frame_checked, framed or ([] if names else [""])))
    rows = []
    sound = True
    for name in [name for name in names if name not in framed] or ([] if names else _set_names()):
        for made in _read(name):
            proof = prove(made)
            items = list(reference_items(made))
            tried = list(_examples(name, made))
            sound = sound and proof.sound and not any(one.differs for one in tried)
            row = proof.to_json()
            row["untested_conditions"] = untested(
                made, [*(item.reading for item in items), *(one.reading for one in tried)]
            )
            row["exempt"] = {name: one.about for name, one in made.prompts.items() if one.about}
            row["examples"] = [_example_as_json(one) for one in tried]
            row["reference_cases"] = [
                {
                    "case": item.case,
                    "item": item.item,
                    "published": item.published,
                    "suggested": item.suggestion.decision,
                    "agrees": item.agrees,
                }
                for item in items
            ]
            rows.append(row)
            for line in [] if as_json else proof_lines(made, proof, row):
                _say(line)
    for line in [] if as_json else frames:
        _say(line)
    if as_json:
        print_json(rows)
    if not sound:
        click.get_current_context().exit(1)


@prompts.command("compile")
@click.option("-o", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where the schemas go.")
def compile_(folder: Path | None) -> None:
    """Write the answer schemas that the sets of the second language are compiled to, for other programs to read."""
    from assistant import library
    from assistant.core.rules.rules import schema_text

    place = folder or library.folder("schemas") / "answers"
    place.mkdir(parents=True, exist_ok=True)
    written: set[str] = set()
    for made in (made for name in _set_names() for made in _read(name) if made.language > 1):
        for prompt in made.prompts.values():
            file = place / f"{prompt.schema.name}.schema.json"
            file.write_text(schema_text(prompt.schema), encoding="utf-8")
            written.add(file.name)
    _say(f"{len(written)} answer schemas are in {place}.")


# -- finding and reading ---------------------------------------------------------------------------


def _set_names() -> list[str]:
    """The ids of the sets that come with the program; shared blocks are none."""
    from assistant import library

    texts = library.sources().prompts
    return [name for name, text in texts.items() if _is_set(text, f"prompts/{name}.yaml")]


def _is_set(text: str, where: str) -> bool:
    from assistant.core import yaml

    return "for" in yaml.parse_yaml(text, where).data


def _found(name: str) -> tuple[str, Sources]:
    """The id of a set of the program, or of one in a file, and the texts among which it stands."""
    from assistant import library
    from assistant.core.rules.rules import Sources

    path = Path(name)
    known = library.sources()
    if name in known.prompts or not (path.suffix in (".yaml", ".yml") or os.sep in name or path.is_file()):
        return name, known
    return path.stem, Sources({**known.prompts, path.stem: library.read_text(path)}, known.schemas)


def _read(name: str) -> tuple[PromptSet, ...]:
    """A set of the program by id, or one from a file, read with the program's schemas and blocks.

    One that is for several regions stands in each of them.
    """
    with _named(name):
        return _checked(*_found(name))


def _examples(name: str, made: PromptSet) -> Iterator[Tried]:
    """The examples of a set, tried; raises `Refused` for one that can't be."""
    from assistant.core.rules.examples import try_examples
    from assistant.core.rules.rules import parse_prompt_file

    if made.language == 1:
        return
    with _named(name):
        stem, sources = _found(name)
        yield from try_examples(parse_prompt_file(stem, sources.prompts[stem]), made)


def _example_as_json(one: Tried) -> dict[str, Any]:
    return {
        "is": one.name,
        "suggested": one.suggestion.decision,
        "why": one.suggestion.why,
        "because": list(one.suggestion.because),
        "differs": list(one.differs),
        "published": one.published,
        "agrees": one.agrees,
    }


@contextmanager
def _named(name: str) -> Iterator[None]:
    """What is refused of a file names it as it was given."""
    from assistant.core.problem import Problem, Refused
    from assistant.core.text import one_line

    shown, stem = one_line(name), Path(name).stem
    try:
        yield
    except Refused as refused:
        if name == stem:
            raise
        inside = f"prompts/{stem}.yaml"
        raise Refused(
            *(Problem(p.what, p.where.replace(inside, shown), p.fix) for p in refused.problems)
        ) from None


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


def _checked(name: str, sources: Sources) -> tuple[PromptSet, ...]:
    from assistant import library
    from assistant.core.problem import refuse

    if name in sources.prompts and not _is_set(sources.prompts[name], f"prompts/{name}.yaml"):
        library.check_sources([name], sources)
        raise refuse(
            f"`{name}` is a block that sets share, and no set of its own.",
            f"prompts/{name}.yaml, line 1",
            "Name a set that uses it; a set says what it is `for`.",
        )
    return library.prompt_set_instances(name, sources)


def _say(text: str) -> None:
    click.echo(visible(text))


# A prompt set, and its proof, as lines that a physician can read.


def lines(made: PromptSet) -> Iterator[str]:
    """The set: each prompt, each criterion with its citation, and what was not yet verified."""
    yield f"{made.title} ({made.id}, edition {made.edition})"
    if made.region:
        yield f"{made.service} of the {made.region}; editions in force on the date of the {_governs(made)}"
    yield "\nPrompts"
    for number, prompt in enumerate(made.prompts.values(), 1):
        yield from _prompt(number, prompt, made)
    if made.criteria:
        yield "\nCriteria"
    for criterion in made.criteria.values():
        yield from _criterion(criterion, made)
    for note in made.notes:
        yield f"\n  {note.id}: a law, which is noted and argues nothing"
        yield f"     Noted where: {formula_in_words(all_of((note.applies, note.when)))}"
        yield f"     {_cited(made.citations[note.cite])}"
    for title, exclusions in (("Cannot be", made.never), ("Silence is meant", made.silent)):
        if exclusions:
            yield f"\n{title}"
        for exclusion in exclusions:
            yield f"  {formula_in_words(exclusion.when)}\n      {exclusion.says}"
    unverified = sum(citation.verified is None for citation in made.citations.values())
    if unverified:
        yield (
            f"\nUNVERIFIED: {unverified} of {len(made.citations)} citations were not yet checked "
            "against their source."
        )


def _prompt(number: int, prompt: Prompt, made: PromptSet) -> Iterator[str]:
    marks = [
        *(["the treating physician can document it"] if prompt.documentable else []),
        *([f"from the block {prompt.block}"] if prompt.block else []),
    ]
    yield f"\n  {number}. {prompt.ask}"
    yield f"     {prompt.id}: {prompt.schema.title}{''.join(f' · {mark}' for mark in marks)}"
    if prompt.when is not True:
        yield f"     Asked where {formula_in_words(prompt.when)}."
    if prompt.why:
        yield f"     Why: {prompt.why}"
    if prompt.cite:
        yield f"     {_cited(made.citations[prompt.cite])}"


def _criterion(criterion: Criterion, made: PromptSet) -> Iterator[str]:
    side = "FOR the treatment" if criterion.argues == "for" else "AGAINST the treatment"
    yield f"\n  {criterion.id} argues {side}"
    if criterion.applies is not True:
        yield f"     Speaks of: {formula_in_words(criterion.applies)}"
    yield f"     Met where: {formula_in_words(criterion.when)}"
    if criterion.rebuts:
        yield f"     Rebuts: {', '.join(criterion.rebuts)}"
    yield f"     {_cited(made.citations[criterion.cite])}"
    for title, sentence in (
        ("Says", criterion.says),
        ("Not met", criterion.unmet),
        ("Concedes", criterion.concedes),
    ):
        for line in _told(sentence):
            yield f"     {title}: {line}"
    if criterion.caution is not None:
        yield f"     CAUTION where {formula_in_words(criterion.caution.when)}: {criterion.caution.says}"


def _told(sentence: Sentence) -> Iterator[str]:
    for branch in sentence:
        where = "" if branch.when is True else f"[where {formula_in_words(branch.when)}] "
        yield where + (" ".join(branch.says.split()) or "(nothing)")


def _cited(citation: Citation) -> str:
    starts, ends = citation.starts, citation.ends
    force = f"; in force {starts or '...'} to {ends or '...'}" if starts or ends else ""
    checked = "UNVERIFIED" if citation.verified is None else f"verified by {', '.join(citation.verified)}"
    return (
        f"[{citation.tier}: {TIER_NAMES.get(citation.tier, citation.tier)}] {citation.source}, edition {citation.edition}, "
        f"{citation.locator}{force} ({checked})"
    )


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
            yield f"  EXAMPLE {one['is']}: {differs}"
        if one["published"] is not None and not one["differs"]:
            agrees = {True: "agrees", False: "differs", None: f"none ({one['why']})"}[one["agrees"]]
            yield f"  {one['is']}: published {DECISION_WORDS[one['published']]}: {agrees}"
    for name, about in row["exempt"].items():
        cites = ", and still cites it" if about == "request" else ""
        yield f"  no finding about the patient: {name} asks of the {about}{cites}"
    for one in row["reference_cases"]:
        agrees = "agrees" if one["agrees"] else "DIFFERS"
        yield (
            f"  {one['case']}, item {one['item']}: published {DECISION_WORDS[one['published']]}, "
            f"suggested {DECISION_WORDS[one['suggested']]}: {agrees}"
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
