-- question: What did those who read the log note on the reviews?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review that the note is on
-- column case_id: the case
-- column kind: real, practice or training
-- column reader: the pseudonymous id of whoever noted
-- column text: the note
-- column ts: when (UTC)
-- more: sitting, seq, reviewer
SELECT n.session, s.case_id, n.reader, n.text, n.ts, n.sitting, n.seq, s.reviewer, s.kind
FROM audit_note AS n LEFT JOIN session AS s ON s.session = n.session
