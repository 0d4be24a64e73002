-- question: Which answers were changed after the suggestion for their item had been shown, and why?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- column item: the disputed item
-- column prompt: the question, or a part of it
-- column old: what stood there when the suggestion was shown
-- column new: what was put there; after a withdrawal, what was then answered anew, and empty where nothing was
-- column reason: the reason given
-- column decision: what was decided on the item in the end
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, seq, ts, item, prompt, old, new, reason, decision, prompt_set, status, kind,
  outcome
FROM late_amendment
