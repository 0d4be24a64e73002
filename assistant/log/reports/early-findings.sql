-- question: Who looked at the findings of an item before its questions were answered?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- column answered_after: answers to the item that were given or changed after that
-- column decision: what was decided on the item in the end
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, item, seq, ts, answered_after, decision, prompt_set, status, kind, outcome
FROM early_look
