-- question: Was each determination signed within its time, and by which rule?
-- note: For information only: a late determination is not void (California Highway Patrol v. W.C.A.B. (Margaris), 2016).
-- note: Time runs from what the case file states of the claim, `documents_received` and `application_received`, or from the
-- note: days that were entered at a desk, which go before it: the later one. Where neither is known, nothing is reckoned.
-- note: Working days leave holidays out (Gov. Code 6700, 6701; not yet verified). Days end at midnight in California,
-- note: daylight saving included, while the other reports and the log itself have times in UTC. A rule that is not
-- note: verified was not yet read at its source. A review that is late and has no day of signature is
-- note: still open. A month is that of the last day, or of the opening where none is known.
-- order: days DESC, session
-- date: due
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column priority: standard, expedited or formulary, as the case file has it, or a desk after it
-- column state: late, in time, open, not known (no date of receipt), or declined
-- column days: days from the last day to the signature, or to today while it is open: above 0 it is late
-- column due: the last day
-- column signed: the day of the signature, in California
-- column start: the day from which time runs
-- column start_fact: the fact of the claim that gives that day, or what was entered at a desk
-- column rule: the rule
-- column source: where it stands
-- column verified: 1 where the rule was read at its source
-- more: opened, status, outcome
-- may: state, reviewer, month, rule, priority, kind, case_id
-- counted reviews: reviews
-- counted late: of them late, signed or still open
-- counted longest: the most days that one of them is late
-- ranks: reviews, late, longest
SELECT session, case_id, reviewer, kind, priority,
  CASE
    WHEN due IS NULL THEN 'not known'
    WHEN status = 'declined' THEN 'declined'
    WHEN signed IS NULL AND now >= ends THEN 'late'
    WHEN signed IS NULL THEN 'open'
    WHEN signed <= due THEN 'in time'
    ELSE 'late'
  END AS state,
  CASE
    WHEN due IS NULL OR status = 'declined' THEN NULL
    WHEN signed IS NOT NULL THEN CAST(julianday(signed) - julianday(due) AS INTEGER)
    WHEN now >= ends THEN max(1, CAST(today - julianday(due) AS INTEGER))
    ELSE min(0, CAST(today - julianday(due) AS INTEGER))
  END AS days,
  due, signed, start, start_fact, rule, source, verified, opened, status, outcome,
  substr(coalesce(due, opened), 1, 7) AS month
FROM (
  SELECT *, (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) AS now, (SELECT julianday(date('now', CASE
    WHEN datetime('now') >= datetime('now', 'start of year', '+2 months', 'weekday 0', '+7 days', '+10 hours')
      AND datetime('now') < datetime('now', 'start of year', '+10 months', 'weekday 0', '+9 hours')
    THEN '-7 hours' ELSE '-8 hours'
  END))) AS today
  FROM deadline
)
-- query
SELECT {by}, count(*) AS reviews, sum(state = 'late') AS late, max(CASE WHEN state = 'late' THEN days END) AS longest
FROM deadlines {where} GROUP BY {by} ORDER BY {order}
