"""`imr prompts new`, `import`, `try`, `diff`, `editions`, `unverified` and `verify`: a person writes a set and holds it to its source."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.ask import Asking
from assistant.cli.options import json_option
from assistant.cli.output import print_json
from assistant.core.problem import Refused, placed, refuse
from assistant.core.rules.criterion import DECISION_WORDS, WHY_WORDS
from assistant.core.rules.prompt_set import Criterion, Prompt, PromptSet, Reading
from assistant.core.text import counted, one_line, visible, with_article

if TYPE_CHECKING:
    from assistant.core.answer import Answer
    from assistant.core.dates import PartialDate
    from assistant.core.rules.answer_schema import Shape
    from assistant.core.rules.guidelines import Guideline, Guidelines
    from assistant.core.rules.rules import Sources
    from assistant.profile import Verification

_ID = re.compile(r"[a-z][a-z0-9-]*")
_ENDS = re.compile(r"(?m)^(id|title|edition):.*$")
_SIDE = {"for": "FOR the treatment", "against": "AGAINST the treatment"}


# -- finding and reading ---------------------------------------------------------------------------


def set_names() -> list[str]:
    """The ids of the sets that come with the program, and of a person's own; shared blocks are none."""
    from assistant import library

    texts = library.sources().prompts
    return [name for name, text in texts.items() if is_set(text, f"prompts/{name}.yaml")]


def is_set(text: str, where: str) -> bool:
    """Whether a prompt file is a set, and no block and no guidelines."""
    from assistant.core import yaml

    return "for" in yaml.parse_yaml(text, where).data


def found(name: str) -> tuple[str, Sources]:
    """The id of a set of the program, or of one in a file, and the texts among which it stands."""
    from assistant import library
    from assistant.core.rules.rules import Sources

    path = Path(name)
    known = library.sources()
    if name in known.prompts or not (path.suffix in (".yaml", ".yml") or os.sep in name or path.is_file()):
        return name, known
    return path.stem, Sources({**known.prompts, path.stem: library.read_text(path)}, known.schemas)


def read(name: str) -> tuple[PromptSet, ...]:
    """A set of the program by id, or one from a file, read with the program's schemas and blocks.

    One that is for several regions stands in each of them.
    """
    from assistant import library

    with named(name):
        id_, sources = found(name)
        if id_ in sources.prompts and not is_set(sources.prompts[id_], f"prompts/{id_}.yaml"):
            library.check_sources([id_], sources)
            raise refuse(
                f"`{id_}` is a block that sets share, and no set of its own.",
                f"prompts/{id_}.yaml, line 1",
                "Name a set that uses it; a set says what it is `for`.",
            )
        return library.prompt_set_instances(id_, sources)


def named(name: str) -> AbstractContextManager[None]:
    """What is refused of a file names it as it was given, or as it lies among a person's own."""
    return placed(lambda at: as_named(at, name))


def as_named(where: str, name: str) -> str:
    """A place in the file of a set, by the file as it was given, or as it lies among a person's own."""
    from assistant import library

    stem = Path(name).stem
    place = library.own_prompts_folder()
    shown = name
    if name == stem:
        own = place / f"{stem}.yaml" if place is not None else None
        if own is None or not own.is_file():
            return where
        shown = str(own)
    return where.replace(f"prompts/{stem}.yaml", one_line(shown))


def say(text: str = "") -> None:
    """A line of the standard output, with nothing in it that a terminal obeys."""
    click.echo(visible(text))


# -- a new one ---------------------------------------------------------------------------------------


@click.command()
@click.argument("id_", metavar="ID")
@click.option(
    "--like", required=True, metavar="SET", help="The set that it begins as a copy of: an id, or a file."
)
@click.option("-o", "file", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def new(id_: str, like: str, file: Path | None) -> None:
    """Begin a prompt set ID of your own as a copy of SET, in the folder that IMR_PROMPTS names.

    The copy tells editors the schema that it is held to, so that they complete and check it.
    """
    from assistant import library
    from assistant.core.rules.rules import CASE_SCOPE, is_language2
    from assistant.files import write_file

    if not _ID.fullmatch(id_):
        raise refuse(f"“{one_line(id_, 60)}” can't be a set's id.", "", "Use small letters, digits and -.")
    stem, sources = found(like)
    read(like)
    document = sources.document(stem)
    if document.data.get("for") == CASE_SCOPE:
        raise refuse(
            f"`{stem}` is asked of every case, and not of a service.", f"prompts/{stem}.yaml", "Name a set."
        )
    if not is_language2(document):
        raise refuse(
            f"`{stem}` is written in the first language, in which no new sets are begun.",
            f"prompts/{stem}.yaml",
            "Name a set with `language: 2`.",
        )
    if id_ in sources.prompts:
        raise refuse(f"There is a prompt file `{id_}` already.", f"{id_}.yaml", "Give the set another id.")
    place = file or (library.own_prompts_folder() or Path()) / f"{id_}.yaml"
    ends = {"id": id_, "title": f"(a title) like {document.data['title']}", "edition": "1"}
    body = _ENDS.sub(lambda line: f"{line[1]}: {ends[line[1]]}", sources.prompts[stem])
    while body.startswith("#"):
        body = body.partition("\n")[2]
    schema = library.folder("schemas") / "prompt-set-2.schema.json"
    head = f"# yaml-language-server: $schema={schema}\n# Begun as a copy of {stem}.\n"
    write_file(place, f"{head}{body}".encode())
    shown = one_line(str(place))
    say(
        f"{shown} is a copy of {stem}. Change it, and let `imr prompts check --watch {shown}` look at every save."
    )
    if library.own_prompts_folder() is None:
        say(
            "IMR_PROMPTS names no folder: a case finds the set once the file lies in the folder that it names."
        )


@click.command("import")
@click.argument("file", metavar="QUESTIONNAIRE.json", type=click.Path(path_type=Path))
@click.option(
    "--id", "id_", default="", metavar="ID", help="The set's id; without it, made of the file's name."
)
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
def import_(file: Path, id_: str, output: Path | None) -> None:
    """Begin a prompt set with the questions of a FHIR Questionnaire (R4), and say what could not be carried over.

    It has no criteria: what the guidelines argue is yours to write. Exit status 1 where something was left out.
    """
    from assistant import library
    from assistant.core.rules.questionnaire import read_questionnaire
    from assistant.files import write_file

    where = one_line(str(file))
    twice: list[str] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            twice.extend(sorted({name for name, _ in pairs if [one for one, _ in pairs].count(name) > 1}))
        return found

    try:
        data = json.loads(library.read_text(file).removeprefix("\ufeff"), object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise refuse(
            f"This is not JSON: {error.msg}.", f"{where}:{error.lineno}", "Export it again."
        ) from None
    except RecursionError:
        raise refuse("This is nested too deep to be read.", where) from None
    except ValueError:
        raise refuse("A number in it is too long to be read.", where, "Export it again.") from None
    name = id_ or re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-")
    name = name if id_ or name[:1].isalpha() else f"set-{name}".strip("-")
    if not _ID.fullmatch(name):
        raise refuse(
            f"“{one_line(name, 60)}” can't be a set's id.",
            "",
            "Name one with --id: small letters, digits and -.",
        )
    if name in library.sources().prompts:
        raise refuse(
            f"There is a prompt file `{name}` already.", f"{name}.yaml", "Give the set another id with --id."
        )
    with placed(lambda at: f"{where}, {one_line(at, 120)}" if at else where):
        made = read_questionnaire(data, name)
    made.notes.extend(
        (f"`{one}`", "it stands twice in one object; only the last was read") for one in dict.fromkeys(twice)
    )
    place = output or (library.own_prompts_folder() or Path()) / f"{name}.yaml"
    schema = library.folder("schemas") / "prompt-set-2.schema.json"
    head = f"# yaml-language-server: $schema={schema}\n# Begun with the questions of a FHIR Questionnaire; it has no criteria yet.\n"
    write_file(place, f"{head}{_as_yaml(made.made)}".encode())
    shown = one_line(str(place))
    say(
        f"{shown}: {counted(made.questions, 'question')}. Write what the guidelines argue; `imr prompts check {shown}` looks at it."
    )
    if not made.notes:
        return
    say(f"\nNot carried over, or not as it stood ({len(made.notes):,}):")
    for at, what in made.notes[:MOST_TOLD]:
        say(f"  {one_line(at, 120)}: {one_line(what)}")
    if len(made.notes) > MOST_TOLD:
        say(f"  and {len(made.notes) - MOST_TOLD:,} more")
    raise click.exceptions.Exit(1)


MOST_TOLD = 200
"""Lines on what was not carried over, at most."""


def _as_yaml(made: dict[str, Any]) -> str:
    """A set as YAML; what a reader could take for something else stands in quotes."""
    import yaml

    class Plain(yaml.SafeDumper):
        def ignore_aliases(self, _data: Any) -> bool:
            return True

    text: str = yaml.dump(made, Dumper=Plain, sort_keys=False, allow_unicode=True, width=110)
    return text


# -- trying it ---------------------------------------------------------------------------------------


@click.command("try")
@click.argument("name", metavar="SET")
@click.option(
    "--on", "day", default="", metavar="DAY", help="The day that governs editions; today without it."
)
@click.option("--region", default="", help="The region, of a set for several.")
def try_(name: str, day: str, region: str) -> None:
    """Walk the prompt set SET (an id, or a YAML file) without a case, with its findings after every answer.

    Nothing is logged. A set whose proof doesn't hold can be tried, too.
    """
    from assistant.core.dates import parse_date
    from assistant.core.rules.editions import on_day, unread_editions

    sets = read(name)
    chosen = [one for one in sets if region in ("", one.region)]
    if not chosen:
        known = ", ".join(one.region for one in sets)
        raise refuse(f"“{one_line(region, 60)}” is no region of this set.", "", f"It is for {known}.")
    on = parse_date(day or datetime.now(UTC).date().isoformat())
    if on is None:
        raise refuse(f"“{one_line(day, 60)}” is no date.", "--on", "Write it as 2014-07-12.")
    made = on_day(chosen[0], on)
    asking = Asking()
    asking.say(f"{made.title}{f', {made.region}' if made.region else ''}, as of {on.prose()}.")
    asking.say("Answer by number, word or value; n not documented, u unclear, ? why, < back, q ends.")
    for place, edition in unread_editions(made, on) if made.language > 1 else ():
        asking.say(f"  unread: {place}, {edition.name}")
    with suppress(KeyboardInterrupt):  # nothing is lost by it
        _Walk(made, on, asking).walk()


class _Left(Exception):
    """The walk is to go back (`back`), or to end."""

    def __init__(self, back: bool) -> None:
        self.back = back


class _Walk:
    def __init__(self, made: PromptSet, on: PartialDate, asking: Asking) -> None:
        self.made = made
        self.on = on
        self.asking = asking
        self.answers: dict[str, Any] = {}

    def walk(self) -> None:
        while True:
            prompt = next(self.reading().open_prompts(), None)
            if prompt is None:
                self.asking.say("\nEvery question that applies is answered.")
                return
            try:
                self.answers[prompt.id] = self.answer(prompt)
            except _Left as left:
                if not left.back:
                    return
                if self.answers:
                    self.asking.say(f"Back to {self.answers.popitem()[0]}.")
                continue
            self.tell()

    def reading(self) -> Reading:
        return Reading(self.made, self.answers)

    def answer(self, prompt: Prompt) -> Any:
        from assistant.core.answer_reader import read_answer
        from assistant.core.rules.examples import worked_out

        self.asking.say(f"\n{prompt.ask}")
        facts = {"ur_decision": {"date": str(self.on)}, "request": {"date": str(self.on)}}
        proposed = worked_out(prompt, self.reading(), facts, self.on)
        if proposed is not None:
            self.asking.say(f"  the other answers come to {proposed}")
        while True:
            raw = self.value(prompt, (), prompt.schema.shape, "" if proposed is None else str(proposed))
            try:
                return read_answer(prompt.schema, raw, prompt.id)
            except Refused as refused:
                for problem in refused.problems:
                    self.asking.say(f"  ! {problem.what}")

    def value(self, prompt: Prompt, path: tuple[str, ...], shape: Shape, proposed: str = "") -> Any:
        """What is answered at a place, as an answers file has it."""
        from assistant.core.rules.answer_schema import GroupShape, ListingShape

        if isinstance(shape, ListingShape):
            return self.rows(prompt, path, shape)
        if not isinstance(shape, GroupShape):
            return self.line(prompt, path, shape, proposed)
        if shape.instead or not shape.uniform:
            words = [*shape.instead.items(), ("", "answer its parts")]
            first = self.line(prompt, path, None, "", dict(words)) if shape.instead else ""
            if first:
                return first
        parts = {}
        for name, part in shape.parts.items():
            self.asking.say(f"  {part.ask or name}")
            parts[name] = self.line(prompt, (*path, name), part.shape)
        return parts

    def rows(self, prompt: Prompt, path: tuple[str, ...], shape: Any) -> Any:
        rows: list[Any] = []
        while True:
            first = self.line(prompt, path, None, "", {"row": with_article(shape.noun), "": "no more"})
            if first in ("not_documented", "unclear"):
                return rows or first
            if not first:
                return rows
            rows.append(self.value(prompt, (*path, str(len(rows) + 1)), shape.element))

    def line(
        self,
        prompt: Prompt,
        path: tuple[str, ...],
        shape: Any,
        proposed: str = "",
        among: Mapping[str, str] | None = None,
    ) -> Any:
        """One reply: a choice by number, `n` or `u`, or whatever the place takes."""
        from assistant.core.answer_reader import read_reply
        from assistant.core.rules.answer_schema import ChoiceShape, SeveralShape

        labels = dict(among) if among is not None else {}
        if among is None and isinstance(shape, ChoiceShape | SeveralShape):
            labels = dict(shape.labels)
        for number, label in enumerate(labels.values(), 1):
            self.asking.say(f"    {number}  {label}")
        values = list(labels)

        def taken(reply: str) -> Any:
            if reply == "q":
                raise _Left(back=False)
            if reply == "<":
                raise _Left(back=True)
            if reply == "?":
                raise refuse(prompt.why or "The set gives no reason.")
            if reply in ("n", "u"):
                return {"n": "not_documented", "u": "unclear"}[reply]
            numbers = [one.strip() for one in reply.split(",")]
            if labels and all(one.isdecimal() and 1 <= int(one) <= len(values) for one in numbers):
                chosen = [values[int(one) - 1] for one in numbers]
                if len(chosen) == 1 or isinstance(shape, SeveralShape):
                    return chosen if isinstance(shape, SeveralShape) else chosen[0]
            if among is not None:
                raise refuse("Type a number.")
            answer = read_reply(prompt.schema, path, reply)
            return answer.plain() if answer.given else answer.status.value

        try:
            return self.asking.ask("", proposed, taken)
        except Refused:
            raise _Left(back=False) from None  # the input has ended

    def tell(self) -> None:
        """What stands now, and what that comes to."""
        from assistant.core.rules.criterion import findings
        from assistant.core.rules.suggestion import suggest

        reading = self.reading()
        for name, one in findings(reading, self.on, {}).items():
            if one.stands:
                self.asking.say(f"  stands: {name} argues {_SIDE[self.made.criteria[name].argues]}")
            elif one.rebutted_by:
                self.asking.say(f"  rebutted: {name} by {', '.join(one.rebutted_by)}")
            if one.caution:
                self.asking.say(f"  caution on {name}: {one.caution}")
        for exclusion in self.made.never:
            if reading.holds(exclusion.when) is True:
                self.asking.say(f"  can't be: {exclusion.says}")
        got = suggest(reading, self.on, {})
        waits = f"; it waits for {', '.join(got.settle)}" if got.settle else ""
        self.asking.say(f"  → {DECISION_WORDS[got.decision]}: {WHY_WORDS[got.why]}{waits}")


# -- what a change turns -----------------------------------------------------------------------------


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new_", metavar="NEW")
@json_option
def diff(old: str, new_: str, as_json: bool) -> None:
    """Show which answers come out otherwise under the prompt set NEW than under OLD (ids, or YAML files).

    First stand those nearest to an example of NEW. Exit status 1 where some do.
    """
    from assistant.core.rules.difference import compare

    before = {one.region: one for one in read(old)}
    rows = []
    for after in read(new_):
        earlier = before.get(after.region, next(iter(before.values())) if len(before) == 1 else None)
        if earlier is None:
            say(f"{after.id}: {one_line(old)} is not for the {after.region}.")
            continue
        rows.append((after, compare(earlier, after, likely=_exemplary(new_, after))))
    if as_json:
        print_json([_difference_as_json(made, one) for made, one in rows])
    for made, one in [] if as_json else rows:
        region = f" ({made.region})" if made.region else ""
        for each in one.found:
            answers = "; ".join(f"{name} is “{told}”" for name, told in each.answers.items()) or "any answers"
            say(f"{made.id}{region}, from {', '.join(each.since)}: {answers}")
            say(f"    was {_outcome(each.old)}")
            say(f"    is  {_outcome(each.new)}")
        known = "all that there are" if one.whole else "not all that there are"
        least = " at least" if len(one.found) >= 20 else ""
        found = counted(len(one.found), "difference") if one.found else "no differences"
        say(
            f"{made.id}{region}: {found}{least}; {counted(one.tried, 'combination')} of answers tried, {known}."
        )
    if any(one.found for _, one in rows):
        click.get_current_context().exit(1)


def _exemplary(name: str, made: PromptSet) -> list[Mapping[str, Answer]]:
    """The answers of the examples of a set; none where they can't be tried, which `check` says."""
    from assistant.core.rules.examples import try_examples

    stem, sources = found(name)
    with suppress(Refused):
        return [one.reading.answers for one in try_examples(sources.document(stem), made)]
    return []


def _outcome(outcome: tuple[str | None, str]) -> str:
    decision, why = outcome
    return DECISION_WORDS[decision] if decision is not None else f"{DECISION_WORDS[None]}: {WHY_WORDS[why]}"


def _difference_as_json(made: PromptSet, one: Any) -> dict[str, Any]:
    return {
        "prompt_set": made.id,
        "region": made.region or None,
        "tried": one.tried,
        "whole": one.whole,
        "differences": [
            {
                "since": list(each.since),
                "answers": dict(each.answers),
                "old": {"decision": each.old[0], "why": each.old[1]},
                "new": {"decision": each.new[0], "why": each.new[1]},
            }
            for each in one.found
        ],
    }


# -- editions, and what was held against them --------------------------------------------------------


def _guidelines() -> Guidelines:
    from assistant import library
    from assistant.core.rules.rules import GUIDELINES, OWN_GUIDELINES, guidelines_in

    texts = library.sources().prompts
    return guidelines_in(*(texts[name] for name in (GUIDELINES, OWN_GUIDELINES) if name in texts))


@click.command()
@click.argument("names", metavar="[GUIDELINE or SET]...", nargs=-1)
@json_option
def editions(names: tuple[str, ...], as_json: bool) -> None:
    """List the editions of each GUIDELINE (all without one), when each was in force, and what is known of its places.

    Of a prompt SET a table says which edition of each place that it cites was in force in a year, and what is known of
    it.
    """
    from assistant.core.yaml import near

    known = _guidelines().by_name
    sets = [] if as_json else [name for name in names if name in set_names() and name not in known]
    for name in sets:
        _print_years(name)
    names = tuple(name for name in names if name not in sets)
    if sets and not names:
        return
    unknown = [name for name in names if name not in known]
    if unknown:
        raise refuse(
            f"There is no guideline `{one_line(unknown[0], 60)}`.",
            "prompts/guidelines.yaml",
            near(unknown[0], known),
        )
    chosen = [one for name, one in known.items() if not names or name in names]
    if as_json:
        print_json([_guideline_as_json(one) for one in chosen])
        return
    for one in chosen:
        say(f"{one.name} ({one.tier})")
        for edition in one.editions.values():
            dated = f", dated {edition.dated}" if edition.dated else ""
            say(f"  {edition.key}: {edition.source}{dated}; {_force(edition.starts, edition.ends)}")
        for first, last in one.holes():
            say(f"  NO EDITION was in force from {first} to {last}")
        for place, words in one.places.items():
            told = "; ".join(f"{key} {_word(word)}" for key, word in words.items())
            say(f"    {one.name}/{place}: {told}")


YEARS = ("2014", "2016", "2018", "2020", "2022")
"""The years that a set's table shows before today."""
_MARKS = {"rules": "", "silent": "-", "unread": "?"}


def _print_years(name: str) -> None:
    """The editions of each place that a set cites, by years: two where one followed another within the year."""
    from assistant import library
    from assistant.clock import today
    from assistant.core.dates import parse_date

    guidelines = _guidelines()
    spans = [*((f"{year}-01-01", f"{year}-12-31") for year in YEARS), (today(),)]
    places = dict.fromkeys(
        place
        for made in library.prompt_set_instances(name, library.sources())
        for place in (*made.citations, *(one for question in made.questions for one in question.asks))
        if guidelines.split(place) is not None
    )
    rows = [["", *YEARS, "today"]]
    names = list(dict.fromkeys(place.partition("/")[0] for place in places))
    for place in sorted(places, key=lambda one: names.index(one.partition("/")[0])):
        guideline, _, where = place.partition("/")
        if [guideline] not in rows:
            rows.append([guideline])
        found = [[guidelines.word(place, day) for one in span if (day := parse_date(one))] for span in spans]
        told = [dict.fromkeys(f"{e.key}{_MARKS[w.says]}" for e, w in filter(None, each)) for each in found]
        rows.append([f"  {where}", *(" ".join(each) or "none" for each in told)])
    widths = [
        max(len(row[n]) for row in rows if len(row) > n and (n or len(row) > 1)) for n in range(len(rows[0]))
    ]
    say(f"{name}: the editions that govern in a year, two where one followed another")
    say("  ?: unread, your own citation is wanted; -: read, and silent on it; none: no edition then")
    for row in rows:
        say("  " + "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)).rstrip())


def _force(starts: PartialDate | None, ends: PartialDate | None) -> str:
    return f"in force {starts or '...'} to {ends or 'today'}"


def _word(word: Any) -> str:
    where = f" ({word.where})" if word.where else ""
    by = f", by {word.by[0]} on {word.by[1]}" if word.by else ""
    seen = f", seen in {word.seen}" if word.seen else ""
    return f"{word.says}{where}{by}{seen}"


def _guideline_as_json(one: Guideline) -> dict[str, Any]:
    return {
        "guideline": one.name,
        "tier": one.tier,
        "editions": [
            {
                "edition": edition.key,
                "source": edition.source,
                "from": str(edition.starts) if edition.starts else None,
                "until": str(edition.ends) if edition.ends else None,
            }
            for edition in one.editions.values()
        ],
        "places": [
            {"place": place, "edition": key, "says": word.says, "where": word.where or None}
            for place, words in one.places.items()
            for key, word in words.items()
        ],
    }


def criteria_by_edition(made: PromptSet) -> Iterator[tuple[Criterion, str, str]]:
    """Each criterion of a set, the other sides too, with each edition that it argues in, and the place there."""
    from assistant.core.rules.guidelines import RULES

    for criterion in made.criteria.values():
        split = made.guidelines.split(criterion.cite) if made.guidelines is not None else None
        if split is None:
            cited = made.citations[criterion.cite]
            yield criterion, cited.edition, cited.locator
            continue
        for key, word in split[0].places[split[1]].items():
            if word.says == RULES and key in (criterion.editions or (key,)):
                yield criterion, key, word.where


def open_criteria(sets: list[PromptSet]) -> Iterator[tuple[PromptSet, Criterion, str, str]]:
    """The criteria by edition that nobody has held against their source, as they stand now."""
    from assistant.profile import verifications

    kept = verifications()
    told = set()
    for made in sets:
        for criterion, edition, where in criteria_by_edition(made):
            checked = made.language == 1 and made.citations[criterion.cite].verified is not None
            if checked or any(one.of(made.id, criterion, edition) for one in kept):
                continue
            if (made.id, criterion.id, edition) not in told:
                told.add((made.id, criterion.id, edition))
                yield made, criterion, edition, where


def _resting(names: Iterable[str]) -> Counter[tuple[str, str, str]]:
    """How many examples of each set rest on each criterion, by the edition that governed."""
    from assistant.core.rules.examples import try_examples

    counts: Counter[tuple[str, str, str]] = Counter()
    for name in names:
        stem, sources = found(name)
        for made in (one for one in read(name) if one.language > 1):
            for tried in try_examples(sources.document(stem), made):
                cited = tried.reading.prompt_set
                counts.update(
                    (made.id, one, cited.citations[cited.criteria[one].cite].key)
                    for one in tried.suggestion.because
                    if one in made.criteria
                )
    return counts


@click.command()
@click.argument("names", metavar="[SET]...", nargs=-1)
@json_option
def unverified(names: tuple[str, ...], as_json: bool) -> None:
    """List each criterion, by edition, that nobody has held against its source, to tick off (of all sets without SET).

    Those come first on which most examples of the sets rest. Exit status 1 where there are some.
    """
    chosen = names or tuple(set_names())
    rows = list(open_criteria([made for name in chosen for made in read(name)]))
    resting = _resting(chosen)
    rows.sort(key=lambda row: -resting[row[0].id, row[1].id, row[2]])
    if as_json:
        print_json(
            [
                {
                    "prompt_set": made.id,
                    "criterion": one.id,
                    "cite": one.cite,
                    "edition": edition,
                    "where": where,
                    "examples": resting[made.id, one.id, edition],
                }
                for made, one, edition, where in rows
            ]
        )
    for made, one, edition, where in [] if as_json else rows:
        cited = made.guidelines.split(one.cite) if made.guidelines is not None else None
        source = cited[0].editions[edition].source if cited is not None else made.citations[one.cite].source
        count = counted(resting[made.id, one.id, edition], "example")
        say(f"- [ ] {made.id}/{one.id} --edition {edition}   ({count})")
        say(f"      {source}, {where or 'no place given'}; argues {_SIDE[one.argues]}")
        for branch in one.says:
            say(f"      “{_plain_sentence(branch.says)}”")
    if not as_json:
        say(
            f"{len(rows)} to be held against their source, those first on which most examples rest; tick one off with "
            "`imr prompts verify`."
            if rows
            else "Nothing is left."
        )
    if rows:
        click.get_current_context().exit(1)


def _plain_sentence(says: str) -> str:
    """A sentence of a criterion as it is read beside its source: what is filled in stands in brackets."""
    told = re.sub(r"\{%.*?%\}", "", says)
    told = re.sub(r"\{\{ *citation *\}\}", "The guideline", told)
    return " ".join(
        re.sub(r"\{\{ *([\w.]+).*?\}\}", lambda one: f"[{one[1].replace('_', ' ')}]", told).split()
    )


@click.command()
@click.argument("criterion", metavar="CRITERION")
@click.option("--edition", required=True, help="The edition that you held it against.")
@click.option("--by", required=True, metavar="NAME", help="Who held it against its source.")
def verify(criterion: str, edition: str, by: str) -> None:
    """Keep that CRITERION (SET/criterion, or its name where one set has it) was held against an EDITION of its source.

    It is kept by the digest of the criterion, in a file of your own; any change of its conditions, numbers or
    sentences drops it.
    """
    from assistant.core.rules.criterion import digest_of
    from assistant.profile import Verification, keep_verification

    if not by.strip():
        raise refuse("Nobody is named.", "--by", "Name who held it against its source.")
    made, one = _named_criterion(criterion)
    known = [key for each, key, _ in criteria_by_edition(made) if each.id == one.id]
    if edition not in known:
        raise refuse(
            f"`{one.id}` argues in no edition “{one_line(edition, 40)}”.",
            "--edition",
            f"It argues in {', '.join(known) or 'none'}.",
        )
    day = datetime.now(UTC).date().isoformat()
    kept: Verification = Verification(made.id, one.id, edition, digest_of(one, edition), by.strip(), day)
    path = keep_verification(kept)
    say(
        f"{made.id}/{one.id} was held against the edition {edition} by {one_line(kept.by)} on {day}: {one_line(str(path))}."
    )


def _named_criterion(name: str) -> tuple[PromptSet, Criterion]:
    from assistant.core.yaml import near

    set_, _, criterion = name.rpartition("/")
    sets = [made for each in ([set_] if set_ else set_names()) for made in read(each)]
    hits = {made.id: (made, made.criteria[criterion]) for made in sets if criterion in made.criteria}
    if len(hits) == 1:
        return next(iter(hits.values()))
    if hits:
        raise refuse(
            f"Several sets have `{criterion}`: {', '.join(hits)}.",
            "",
            f"Write {next(iter(hits))}/{criterion}.",
        )
    known = [one for made in sets for one in made.criteria]
    raise refuse(
        f"There is no criterion `{one_line(name, 80)}`.", "", near(criterion, list(dict.fromkeys(known)))
    )


COMMANDS = (new, import_, try_, diff, editions, unverified, verify)
