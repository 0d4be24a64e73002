-- question: Which facts on a page had the program misread, in the reviewer's words?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column page: document:page
-- column fact: dates, levels or sides
-- column was: what the program had read
-- column says: what the page says
-- column ts: when (UTC)
-- more: seq, status, outcome
SELECT session, case_id, reviewer, page, fact, was, says, ts, seq, status, kind, outcome
FROM correction
