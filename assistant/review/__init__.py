"""A review at work: the one road for whatever changes a session, and what is shown and said of it."""
