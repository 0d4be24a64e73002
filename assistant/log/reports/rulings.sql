-- question: How did reviewers rule on the criteria, and why?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item
-- column criterion: the criterion ruled on
-- column ruling: accepted, declined or inapplicable
-- column reason: the reason given
-- column standing: 1 where this is the last ruling on the criterion
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, item, criterion, ruling, reason, standing, seq, ts, prompt_set, status,
  kind, outcome
FROM ruling
