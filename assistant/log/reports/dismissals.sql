-- question: Which passages did a search find that the reviewer set aside, and why?
-- order: ts DESC, seq DESC, n
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item, or `case`
-- column prompt: the question
-- column page: document:page
-- column quote: the passage
-- column reason: why it doesn't speak of what was asked
-- column ts: when (UTC)
-- more: seq, n, prompt_set, status, outcome
SELECT session, case_id, reviewer, item, prompt, page, quote, reason, ts, seq, n, prompt_set, status, kind,
  outcome
FROM dismissal
