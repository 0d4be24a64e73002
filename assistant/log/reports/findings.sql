-- question: Which findings did those who read the log make, how grave, whose to answer, and how do they stand?
-- order: ts DESC, seq DESC
-- date: ts
-- column finding: its name
-- column standing: open, answered or closed
-- column severity: observation, minor, major or critical
-- column owner: who is to answer it
-- column session: the review that it is on
-- column case_id: the case
-- column kind: real, practice or training
-- column text: the finding
-- column answer: the newest answer
-- column closed_because: why it was closed
-- column days: days that it has been open, or was until it was closed
-- column reader: the pseudonymous id of whoever made it
-- column ts: when (UTC)
-- more: reviewer, sitting, seq
SELECT n.finding,
  CASE WHEN c.finding IS NOT NULL THEN 'closed' WHEN w.finding IS NOT NULL THEN 'answered' ELSE 'open' END AS standing,
  n.severity, n.owner, n.session, s.case_id, s.kind, n.text, w.text AS answer, c.text AS closed_because,
  CAST(julianday(coalesce(c.ts, 'now')) - julianday(n.ts) AS INTEGER) AS days,
  n.reader, n.ts, s.reviewer, n.sitting, n.seq
FROM audit_note AS n
LEFT JOIN session AS s ON s.session = n.session
LEFT JOIN (SELECT finding, text, max(ts || substr('0000000' || seq, -8)) FROM finding_step WHERE what = 'answered' GROUP BY finding)
  AS w ON w.finding = n.finding
LEFT JOIN (SELECT finding, text, ts, max(ts || substr('0000000' || seq, -8)) FROM finding_step WHERE what = 'closed' GROUP BY finding)
  AS c ON c.finding = n.finding
WHERE n.finding IS NOT NULL
