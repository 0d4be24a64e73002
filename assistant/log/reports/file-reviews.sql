-- question: What came of each review that was drawn for review?
-- order: drawn DESC, draw, place
-- date: drawn
-- column draw: the name of the draw
-- column place: its place in the draw
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column outcome: how it ended
-- column result: acceptable, deficient, not applicable, or empty: not yet reviewed
-- column text: what was said of it
-- column findings: findings on it that are not closed
-- column reviewed_by: the pseudonymous id of whoever reviewed it
-- column ts: when it was reviewed (UTC)
-- more: drawn, status
SELECT r.sitting || '.' || r.seq AS draw, r.n AS place, r.session, s.case_id, s.reviewer, s.kind, s.outcome, f.result,
  f.text,
  (SELECT count(*) FROM audit_note AS n WHERE n.session = r.session AND n.finding IS NOT NULL AND NOT EXISTS
    (SELECT 1 FROM finding_step AS c WHERE c.finding = n.finding AND c.what = 'closed')) AS findings,
  f.reader AS reviewed_by, f.ts, r.ts AS drawn, s.status
FROM reading AS r
LEFT JOIN session AS s ON s.session = r.session
LEFT JOIN (SELECT draw, session, result, text, reader, ts, max(ts || substr('0000000' || seq, -8)) FROM file_review GROUP BY draw, session)
  AS f ON f.draw = r.sitting || '.' || r.seq AND f.session = r.session
WHERE r.what = 'sample' AND r.session IS NOT NULL
