"""How much of made-up packets is proposed rightly: python -m benchmarks.packets FOLDER [--keep WORK] [--lines]

Each folder in FOLDER holds `packet.pdf` and `truth.yaml`, which says what is true of it: documents with their pages, author
and date, the claim, the decision, the services and the events, each with the page of the file. With `--keep` the pages that
were read stay in WORK for the next time; `--lines` prints every line that is proposed, to be held against the pages.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import yaml

from assistant.core.record.chronology_lines import KINDS, WORK
from assistant.core.record.sentences import cleared
from assistant.records.intake import Intake
from assistant.records.intake_proposals import DOCUMENT, ITEM, LINE, Proposal

_READABLE = 0.8
"""From so much of a quote's words on, the recogniser has read it."""


def main(arguments: Sequence[str]) -> int:
    """Prints a row for each packet and the sums."""
    folder = Path(arguments[0])
    keep = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else None
    sums: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as made:
        work = keep or Path(made)
        for place in sorted(one for one in folder.iterdir() if (one / "truth.yaml").is_file()):
            counted = measure(place, work, "--lines" in arguments)
            print(f"{place.name}: {_shown(counted)}", flush=True)
            sums += counted
    print(f"all: {_shown(sums)}")
    return 0


def _shown(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {counted[name]}" for name in sorted(counted))


def measure(place: Path, work: Path, show: bool) -> Counter[str]:
    """What is right, wrong, asked and missing of one packet."""
    truth = yaml.safe_load((place / "truth.yaml").read_text("utf-8"))
    with Intake(work / place.name, lambda *_: None) as intake:
        intake.arrive([place / "packet.pdf"])
        counted = Counter(_documents(intake, truth))
        counted.update(_services(intake, truth))
        counted.update(_events(intake, truth))
        lines = [one for one in intake.proposals if one.group == LINE]
        counted["lines proposed"] = len(lines)
        if show:
            for one in lines:
                print(f"    {intake.where(one.evidence[0])}: {one.fields['says']}")
    return counted


def _documents(intake: Intake, truth: Mapping[str, Any]) -> Iterator[str]:
    scanned = set(truth.get("scanned_pages", ()))
    proposed = [one for one in intake.proposals if one.group == DOCUMENT]
    pages = {_pages(intake, one)[0]: one for one in proposed}
    for document in truth["documents"]:
        kind = "scanned" if document["pages"][0] in scanned else "text"
        one = pages.get(document["pages"][0])
        yield f"documents {kind}"
        if one is None:
            yield f"documents {kind} not begun"
            print(f"    not begun: {document['id']}, page {document['pages'][0]}")
            continue
        if _pages(intake, one) != document["pages"]:
            yield "documents with other pages"
        for name in ("author", "date"):
            said, true = one.fields[name], str(document[name])
            if _same(said, true):
                yield f"{name} right"
            elif said:
                yield f"{name} WRONG"
                print(f"    {document['id']}: {name} {said!r}, true is {true!r}")
            else:
                yield f"{name} asked"


def _pages(intake: Intake, one: Proposal) -> list[int]:
    return [intake.place(place)[1] for place in one.evidence]


def _same(said: str, true: str) -> bool:
    return re.sub(r"[\W_]", "", said).lower() == re.sub(r"[\W_]", "", true).lower()


def _services(intake: Intake, truth: Mapping[str, Any]) -> Iterator[str]:
    items = [one for one in intake.proposals if one.group == ITEM]
    for number, item in truth["items"].items():
        page, wanted = item["source"]["page"], _words(item["service"])
        near = [one for one in items if page in [intake.place(place)[1] for place in one.evidence]]
        hit = max(near, key=lambda one: len(wanted & _words(one.fields["service"])), default=None)
        if hit is None or len(wanted & _words(hit.fields["service"])) < 0.6 * len(wanted):
            yield "services MISSED"
            print(f"    missed: item {number}, {item['service']}")
            continue
        yield "services right"
        for name in ("region", "side", "levels", "quantity", "certified", "decision", "prompt_set"):
            said, true = hit.fields[name] or "", str(item.get(name) or "")
            if (
                true
                and true != "0"
                and not _same(said, re.split(r"\s", true)[0] if name == "quantity" else true)
            ):
                yield f"services with another {name}"
                print(f"    item {number}: {name} {said!r}, true is {true!r}")
    if len(items) > len(truth["items"]):
        yield "services too many"


def _words(said: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", said.lower()))


def _events(intake: Intake, truth: Mapping[str, Any]) -> Iterator[str]:
    """Each event whose words could be read, found where a line stands on its page with its date, as far as that goes."""
    lines = [one for one in intake.proposals if one.group == LINE]
    work = [{"kind": WORK, **one} for one in truth["work_status"]]
    told = [*truth["events"], *work, *(one for one in truth["drugs"] if "source" in one)]
    undated = {
        page
        for one in intake.proposals
        if one.group == DOCUMENT and not one.fields["date"]
        for page in _pages(intake, one)
    }
    for event in told:
        page = event["source"]["page"]
        hits = [one for one in lines if page in [intake.place(place)[1] for place in one.evidence]]
        if "drug" in event:
            hits = [one for one in hits if one.fields["kind"] == "drug" and _drug(event, one)]
        elif event.get("kind") in KINDS:
            hits = [one for one in hits if one.fields["kind"] == event["kind"]]
        day = str(event.get("date", ""))[:7]
        if any(one.fields["date"].startswith(day) or one.fields["date"] in (day, day[:4]) for one in hits):
            yield "events found"
        elif page in undated or not _read(intake, page, str(event["source"]["quote"])):
            yield "events lost by the recogniser"
        else:
            yield "events MISSED"
            print(
                f"    missed: {event.get('date', '')} {event.get('kind', event.get('drug', ''))}, page {page}"
            )


def _drug(event: Mapping[str, Any], one: Proposal) -> bool:
    """Whether a line is of the drug that is meant: one of the words of its name stands in it."""
    said = one.fields["says"].lower()
    return any(word in said for word in re.findall(r"[a-z]{4,}", str(event["drug"]).lower()))


def _read(intake: Intake, page: int, quote: str) -> bool:
    text = next(
        (
            intake.page(place)
            for one in intake.proposals
            if one.group == DOCUMENT
            for place in one.evidence
            if intake.place(place)[1] == page
        ),
        "",
    )
    words = re.findall(r"\w+", cleared(text).lower())
    wanted = re.findall(r"\w+", quote.lower())
    match = SequenceMatcher(None, wanted, words, autojunk=False)
    return sum(block.size for block in match.get_matching_blocks()) >= _READABLE * len(wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
