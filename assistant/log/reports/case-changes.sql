-- question: Which case files, and which sets of an item, were changed while they were reviewed, and in what?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column added: documents that were added
-- column changed: documents that read otherwise than before
-- column removed: documents that were taken out
-- column facts: 1 where the stated facts of the case had changed
-- column sets: the item that went on under another prompt set, with that and the one before
-- column seq: the number of the entry with which the review took the new file over, or changed the set
-- column ts: when (UTC)
-- more: status, outcome
SELECT session, case_id, reviewer, added, changed, removed, facts, sets, seq, ts, status, kind, outcome
FROM case_change
