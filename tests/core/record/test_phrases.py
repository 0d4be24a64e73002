"""The phrases by which a packet is read, as a person writes them."""

from __future__ import annotations

from assistant.core.record.phrases import any_of


def test_a_phrase_finds_its_words() -> None:
    for phrase, text, found in [
        ("date of (the) visit|exam", "Date of the  Exam: May 1", "Date of the  Exam"),
        ("date of (the) visit|exam", "date of visits", "date of visits"),
        ("date of (the) visit|exam", "date of exampling", ""),
        ("* progress note", "Pain Management Progress Note", "Pain Management Progress Note"),
        ("* progress note", "one two three four progress note", "two three four progress note"),
        ("(daily) note", "note", "note"),
        ("x-ray", "XRAY", "XRAY"),
        ("x-ray", "x ray", "x ray"),
        ("follow-up", "followup", "followup"),
        ("doctor's first report", "Doctor’s First Report", "Doctor’s First Report"),
        ("EMG/NCV", "EMG / NCV", "EMG / NCV"),
        ("a b", "‹a› ‹b›", "a› ‹b"),
        ("date of birth", "Date ‹of› birth", "Date ‹of› birth"),
    ]:
        match = any_of((phrase,)).search(text)
        assert (match[0] if match else "") == found
