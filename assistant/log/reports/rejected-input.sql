-- question: What was typed that was not accepted, and what was said of it?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item, or `case`
-- column prompt: the question
-- column input: what was typed
-- column says: what the program said of it
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, item, prompt, input, says, seq, ts, prompt_set, status, kind, outcome
FROM rejection
