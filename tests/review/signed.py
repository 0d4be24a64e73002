"""A real review, signed with its reviewer's own key."""

from __future__ import annotations

import shutil
from pathlib import Path

from assistant import library
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from tests import walk

PASSPHRASE = "four words for a key"
SEED = library.find_case(walk.CASE)


def real_case(folder: Path) -> library.CaseFolder:
    """The bundled case as one that is no practice case."""
    made = Path(shutil.copytree(SEED.path, folder / "real"))
    case = made / "case.yaml"
    case.write_text(case.read_text().replace("practice: yes", "practice: no"))
    return library.open_case(made)


def before_the_signature(log: Log, case: library.CaseFolder, reviewer: str, again: str = "") -> Conversation:
    """A review that waits for nothing but the signature."""
    review = Review.open(log, case, Profile(reviewer), again=again)
    answers_file.run_answers(review, answers_file.read_answers_file(SEED.path / "reference.yaml"))
    talk = Conversation(review)
    while review.turn.kind != "sign":
        walk.beside(talk)
    return talk


def signed_review(
    log: Log, case: library.CaseFolder, reviewer: str, passphrase: str = PASSPHRASE, again: str = ""
) -> str:
    """A signed real review; gives its session."""
    talk = before_the_signature(log, case, reviewer, again)
    talk.passphrase = lambda _: passphrase
    said = talk.reply("sign")
    assert talk.review.session.status == "signed", said
    talk.review.close()
    return talk.review.session.id
