-- question: What was answered, changed, taken back or set aside, in which order, and why?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- column item: the disputed item, or `case`
-- column prompt: the question, or a part of it
-- column what: recorded, amended, withdrawn, set aside or restored
-- column old: what stood there before
-- column new: what was put there
-- column reason: the reason given; of what was set aside, the question whose answer made it so
-- column origin: typed, proposed (confirmed with a key) or file
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, seq, ts, item, prompt, what, old, new, reason, origin, prompt_set, status,
  kind, outcome
FROM answer_change
