-- question: Was each determination signed within its time, and by which rule?
-- note: For information only: a late determination is not void (California Highway Patrol v. W.C.A.B. (Margaris), 2016).
-- note: Time runs from what the case file states of the claim: `documents_received`, `application_received`, the later
-- note: one. Where it states neither, nothing is reckoned. Holidays are not known. Days end at
-- note: midnight in California, daylight saving included, while the other reports and the log itself have times in UTC. A
-- note: rule that is not verified was not yet read at its source.
-- order: due DESC
-- date: due
-- column session: the review
-- column case_id: the case
-- column priority: standard, expedited or formulary, as the case file has it
-- column due: the last day
-- column signed: the day of the signature, in California
-- column state: in time, days late, open, or why nothing can be said
-- column start: the day from which time runs
-- column start_fact: the fact of the claim that gives that day
-- column rule: the rule
-- column source: where it stands
-- column verified: 1 where the rule was read at its source
-- more: reviewer, opened, status, kind, outcome
SELECT session, case_id, priority, start, start_fact, due, signed,
  CASE
    WHEN due IS NULL THEN 'not known: no date of receipt'
    WHEN status = 'declined' THEN 'declined'
    WHEN signed IS NULL AND strftime('%Y-%m-%dT%H:%M:%fZ', 'now') >= ends THEN 'open, past its day'
    WHEN signed IS NULL THEN 'open'
    WHEN signed <= due THEN 'in time'
    WHEN julianday(signed) - julianday(due) = 1 THEN '1 day late'
    ELSE CAST(julianday(signed) - julianday(due) AS INTEGER) || ' days late'
  END AS state,
  rule, source, verified, reviewer, opened, status, kind, outcome
FROM deadline
