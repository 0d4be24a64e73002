"""A real review is signed with its reviewer's own key: on every road, and with nothing less."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.problem import Refused
from assistant.core.record.finding_checks import unverified_criteria
from assistant.core.rules.criterion import digest_of
from assistant.core.text import digest
from assistant.core.value import replace
from assistant.letter import to_text
from assistant.log import Log
from assistant.log import reviewer_keys as keys
from assistant.log.keys import VerifierKey
from assistant.log.verify import verify
from assistant.profile import Profile, Verification, keep_verification
from assistant.review import answers_file, signing
from assistant.review.conversation import Conversation
from assistant.review.determination import compose_from_log, sign
from assistant.review.rederive import rederive
from assistant.review.review import Review
from assistant.review.views import context
from tests.review.signed import PASSPHRASE, SEED, before_the_signature, real_case, signed_review

ONE = "r-one"
OTHER = "another passphrase of mine"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture
def case(tmp_path: Path) -> library.CaseFolder:
    return real_case(tmp_path)


def kinds(log: Log) -> list[str]:
    return [entry.kind for entry in log.read(keys.REGISTER)]


def held(log: Log, *people: VerifierKey) -> bool | None:
    return verify(log.path, reviewers=people).verdicts["reviewers"].ok


def test_the_first_signature_makes_the_key_and_registers_it(log: Log, case: library.CaseFolder) -> None:
    asked: list[signing.Ask] = []
    talk = before_the_signature(log, case, ONE)

    def ask(what: signing.Ask) -> str:
        asked.append(what)
        return PASSPHRASE

    talk.passphrase = ask
    talk.reply("sign")
    talk.review.close()
    assert talk.review.session.status == "signed"
    assert asked == [signing.NEW]
    assert kinds(log) == ["access.opened", "access.key_registered"]
    own = keys.own_key()
    assert own is not None
    assert own.key.name == ONE
    assert held(log, own.key) is True
    assert b"ENCRYPTED" in keys.key_file().read_bytes()
    assert keys.key_file().stat().st_mode & 0o077 == 0
    assert rederive(log, talk.review.session.id).ok


def test_the_letter_has_a_digest_of_the_signature_and_no_key(log: Log, case: library.CaseFolder) -> None:
    session = signed_review(log, case, ONE)
    signature = log.read(session)[-1].body["signature"]
    letter, own = to_text(compose_from_log(log, session)), keys.own_key()
    assert own is not None
    assert digest(signature) in letter
    for hidden in (signature, str(own.key), own.key.id.hex(), keys.fingerprint(own.key), ONE):
        assert hidden not in letter


def test_a_wrong_passphrase_signs_nothing_and_can_be_given_again(log: Log, case: library.CaseFolder) -> None:
    keys.make_key(ONE, PASSPHRASE)
    talk = before_the_signature(log, case, ONE)
    talk.passphrase = lambda _: "not the one that it is"
    (line,) = talk.reply("sign")
    assert "not the passphrase" in line.text
    done = {entry.kind for entry in log.read(talk.review.session.id)}
    assert not done & {"session.signed", "absences.attested", "denials.read"}
    assert kinds(log) == []
    talk.passphrase = lambda _: PASSPHRASE
    talk.reply("sign")
    assert talk.review.session.status == "signed"
    talk.review.close()


@pytest.mark.parametrize("given", ["", "short", "x" * (keys.SHORTEST - 1)])
def test_a_key_is_made_under_no_short_passphrase(given: str) -> None:
    with pytest.raises(Refused, match="characters at least"):
        keys.make_key(ONE, given)
    assert keys.own_key() is None


def test_a_passphrase_is_the_same_however_a_keyboard_composes_it() -> None:
    keys.make_key(ONE, "caf\u00e9 au lait, deux fois")
    assert keys.unlock("cafe\u0301 au lait, deux fois").own == keys.own_key()


def test_there_is_no_side_door_to_a_real_signature(log: Log, case: library.CaseFolder) -> None:
    talk = before_the_signature(log, case, ONE)
    (line,) = talk.reply("sign")  # nobody can be asked here
    assert "passphrase" in line.text
    with closing(talk.review) as review:
        with pytest.raises(Refused, match="nobody here to be asked"):
            sign(review)
        review.perform(c.AttestAbsences())
        with pytest.raises(Refused, match="own key"):
            review.perform(c.Sign("0" * 64, "uphold", "It is mine."))
        assert review.session.status == "open"


def test_the_key_of_another_signs_nothing(log: Log, case: library.CaseFolder) -> None:
    keys.make_key("r-other", PASSPHRASE)
    talk = before_the_signature(log, case, ONE)
    talk.passphrase = lambda _: PASSPHRASE
    (line,) = talk.reply("sign")
    assert "r-other" in line.text
    assert talk.review.session.status == "open"
    talk.review.close()


def test_practice_is_signed_without_a_key(log: Log) -> None:
    with closing(
        Review.open(log, library.find_case("cervical-radiographs-after"), signing_profile())
    ) as review:
        assert signing.asks(review) is None


def signing_profile() -> Any:
    from assistant.profile import Profile

    return Profile(ONE)


# -- changed, revoked, countersigned -------------------------------------------------------------


def test_a_changed_key_goes_on_and_the_one_before_signs_nothing_more(
    log: Log, case: library.CaseFolder
) -> None:
    signed_review(log, case, ONE)
    old = keys.unlock(PASSPHRASE)
    new = keys.change_key(old, OTHER)
    signing.register(log, new)
    signed_review(log, case, ONE, OTHER, again="Another look was asked for.")
    assert held(log, old.own.key) is True
    assert held(log, new.own.key) is True
    with pytest.raises(Refused, match="another one was registered"):
        signing.is_registered(log, ONE, str(old.own.key))


def test_a_key_after_a_lost_one_needs_an_officer(
    log: Log, case: library.CaseFolder, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_review(log, case, ONE)
    lost = keys.own_key()
    assert lost is not None
    signing.revoke(log, lost, "The passphrase is lost.", None)
    with pytest.raises(Refused, match="revoked"):
        signing.is_registered(log, ONE, str(lost.key))
    keys.put_aside()
    made = keys.make_key(ONE, OTHER)
    with pytest.raises(Refused, match="countersign"):
        signing.register(log, made)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "officer"))
    officer = keys.make_key("officer", PASSPHRASE)
    said = officer.sign(keys.vouching_words(ONE, str(made.own.key)))
    monkeypatch.setenv("IMR_CONFIG", str(config))
    with pytest.raises(Refused, match="no signature on your key"):
        keys.add_vouchers(made.own, {str(officer.own.key): made.sign(b"other words")})
    own = keys.add_vouchers(made.own, {str(officer.own.key): said})
    (config / "organization.yaml").write_text(f"officers:\n- {officer.own.key}\n")
    signing.register(log, replace(made, own=own))
    signed_review(log, case, ONE, OTHER, again="Another look was asked for.")
    assert verify(log.path).verdicts["reviewers"].ok is True  # by the officer whom the profile names
    assert verify(log.path, officers=[officer.own.key]).verdicts["reviewers"].ok is True
    assert held(log, lost.key) is False
    assert verify(log.path, reviewers=[lost.key], officers=[officer.own.key]).verdicts["reviewers"].ok is True


def test_a_damaged_or_foreign_key_file_is_refused_in_words(config: Path) -> None:
    keys.make_key(ONE, PASSPHRASE)
    shown, sealed = config / "reviewer-key.json", config / "reviewer-key.pem"
    good, closed = shown.read_text(), sealed.read_bytes()
    for bad in ("", "[]", '{"key": 1, "vouchers": {}}', '{"key": "x", "vouchers": []}'):
        shown.write_text(bad)
        with pytest.raises(Refused):
            keys.own_key()
    shown.write_text(good)
    sealed.write_bytes(b"no key")
    with pytest.raises(Refused, match="not the key"):
        keys.unlock(PASSPHRASE)
    sealed.write_bytes(closed)
    sealed.chmod(0o644)
    with pytest.raises(Refused, match="Others can read"):
        keys.unlock(PASSPHRASE)


# -- what decides and was not held against its source --------------------------------------------


def at_the_source(log: Log, case: library.CaseFolder) -> Conversation:
    """A real review that waits for what its deciding criterion rests on."""
    talk = Conversation(Review.open(log, case, Profile(ONE)))
    answers_file.run_answers(talk.review, answers_file.read_answers_file(SEED.path / "reference.yaml"))
    assert talk.turn.check is not None
    assert talk.turn.check.check == "unverified-criterion"
    return talk


@pytest.mark.parametrize(
    "said",
    [
        "It is right as it stands there.",
        "the edition of 2004; p. 178",
        "the edition of 2004; ; films are not needed in the first weeks",
        "the edition of 2004; p. 178; it is so",
        "the edition of 2013; p. 178; films are not needed in the first weeks",
        "2004; -; films are not needed in the first weeks",
    ],
)
def test_what_decides_is_not_explained_away(log: Log, case: library.CaseFolder, said: str) -> None:
    talk = at_the_source(log, case)
    talk.press("1")
    with pytest.raises(Refused):
        talk.reply(said)
    check = talk.turn.check
    assert check is not None
    with pytest.raises(Refused):
        talk.review.perform(c.Acknowledge(check.check, check.key, said))
    with pytest.raises(Refused, match="not held against its source"):
        sign(talk.review)
    with pytest.raises(Refused, match="not held against its source"):
        talk.review.perform(c.Sign("0" * 64, "uphold", "Signed.", "key", "signature"))
    talk.review.close()


def test_a_source_of_the_reviewers_own_may_be_cited_in_its_place(log: Log, case: library.CaseFolder) -> None:
    talk = at_the_source(log, case)
    talk.reply("own")
    assert talk.turn.path == "searched.1"
    talk.review.close()


def test_what_this_person_held_against_its_source_is_entered_as_it_was_and_no_longer_once_it_changed(
    log: Log, case: library.CaseFolder
) -> None:
    talk = at_the_source(log, case)
    (one,) = unverified_criteria(talk.review.session, "1")
    digest_ = digest_of(one.criterion, one.edition)
    talk.review.close()
    for held, kind in (("0" * 64, "check"), (digest_, "sign")):
        made = Verification(one.set, one.criterion.id, one.edition, held, "A. Reader", "2026-11-02")
        keep_verification(made)
        again = Conversation(Review.open(log, case, Profile(ONE)))
        answers_file.run_answers(again.review, answers_file.read_answers_file(SEED.path / "reference.yaml"))
        assert again.turn.kind == kind
        said = [*again.review.session.acknowledged.values()]
        assert any("A. Reader on 2026-11-02" in text for text in said) is (kind == "sign")
        again.review.close()


def test_practice_is_told_and_not_stopped(log: Log) -> None:
    talk = Conversation(Review.open(log, SEED, Profile(ONE)))
    file = answers_file.read_answers_file(SEED.path / "reference.yaml")
    answers_file.run_answers(talk.review, replace(file, sign=False))
    assert talk.turn.kind == "sign"
    assert any("Not held against its source" in line for line in context(talk.review, talk.turn))
    talk.review.close()
