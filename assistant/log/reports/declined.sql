-- question: Which reviews did a reviewer decline, and on what ground?
-- order: closed DESC
-- date: closed
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column ground: conflict, specialty, records or other
-- column reason: the reason given
-- column closed: when (UTC)
-- more: status, opened
SELECT session, case_id, reviewer, ground, reason, closed, status, kind, opened
FROM session WHERE status = 'declined'
