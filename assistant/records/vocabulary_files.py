"""The vocabulary that comes with the program, from `prompts/vocabulary/`."""

from __future__ import annotations

from functools import lru_cache

from assistant import library
from assistant.core.vocabulary import Vocabulary, read_vocabulary


def vocabulary_texts() -> dict[str, str]:
    """The texts of the vocabulary's files, by file name."""
    folder = library.folder("prompts") / "vocabulary"
    return {
        f"prompts/vocabulary/{path.name}": library.read_text(path) for path in sorted(folder.glob("*.yaml"))
    }


@lru_cache(1)
def own_vocabulary() -> Vocabulary:
    """The vocabulary as the files say; raises `Refused` with file and line for every fault."""
    return read_vocabulary(vocabulary_texts())
