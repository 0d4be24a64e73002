"""How many facts of a case a reviewer's own words find: python -m benchmarks.facts CASE TRUTH.yaml

TRUTH lists what is true of the case. Each of its `facts` has a `source` (document, document_page, quote) and `search_unseen`:
words that a reviewer might type. Each of its `pertinent_negatives` has a `source` and `search`. The documents of the case
must have the names that TRUTH gives them. A fact counts as found where a passage of its page, or one that holds its quote, is
among the first ten; a denial counts where every passage of its quote is shown as denied.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import yaml
from assistant.core.record.passages import Occurrence
from assistant.library import own_vocabulary
from assistant.records.index import RecordIndex

FIRST = 10
_LETTERS = re.compile(r"[^a-z0-9]+")


def main(name: str, truth: str) -> None:
    """Prints both figures, and what was missed."""
    case = library.find_case(name)
    documents = library.rules_for(case).case.documents.values()
    dates = {one.id: str(one.date) for one in documents if one.date is not None}
    index = RecordIndex.of(case.pages, own_vocabulary(), dates=dates)
    data = yaml.parse_yaml(library.read_text(Path(truth)), truth).data
    asked = [(fact, str(word)) for fact in data["facts"] for word in fact.get("search_unseen", ())]
    missed = [(fact, word) for fact, word in asked if not is_found(index, fact["source"], word)]
    denied = [(one, str(word)) for one in data["pertinent_negatives"] for word in one["search"]]
    shown = [(one, word) for one, word in denied if not is_denied(index, one["source"], word)]
    print(
        f"{len(asked) - len(missed)} of {len(asked)} words find their fact among the first {FIRST} passages"
    )
    for fact, word in missed:
        print(f"  missed: {word}: {fact['source']['quote'][:70]}")
    print(f"{len(denied) - len(shown)} of {len(denied)} denials are shown as denied")
    for one, word in shown:
        print(f"  not shown so: {word}: {one['source']['quote'][:70]}")


def is_found(index: RecordIndex, source: Mapping[str, Any], word: str) -> bool:
    passages = dict.fromkeys((one.document, one.page, one.quote) for one in index.find(word))
    return any(
        (document, page) == (source["document"], source["document_page"]) or _same(quote, source["quote"])
        for document, page, quote in list(passages)[:FIRST]
    )


def is_denied(index: RecordIndex, source: Mapping[str, Any], word: str) -> bool:
    def there(one: Occurrence) -> bool:
        return one.document == source["document"] and _same(one.quote, source["quote"])

    standings = {one.standing for one in index.find(word, 10_000) if there(one)}
    return standings == {"negated"}


def _same(quote: str, other: str) -> bool:
    one, two = (_LETTERS.sub("", text.lower()) for text in (quote, other))
    return one in two or two in one


if __name__ == "__main__":
    main(*sys.argv[1:3])
