-- question: Was each determination signed within its time, and by which rule?
-- note: For information only: a late determination is not void (California Highway Patrol v. W.C.A.B. (Margaris), 2016).
-- note: Time runs from what the case file states of the claim, `documents_received` and `application_received`, or from the
-- note: days that were entered at a desk, which go before it: the later one. Where neither is known, nothing is reckoned.
-- note: Working days leave holidays out (Gov. Code 6700, 6701; not yet verified). Days end at midnight in California,
-- note: daylight saving included, while the other reports and the log itself have times in UTC. A rule that is not
-- note: verified was not yet read at its source. A review that is late and has no day of signature is
-- note: still open, as of the day on which a command last read the log for its reports. A month is that of the last day, or
-- note: of the opening where none is known.
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
SELECT session, case_id, reviewer, kind, priority, state, days, due, signed, start, start_fact, rule, source, verified,
  opened, status, outcome, substr(coalesce(due, opened), 1, 7) AS month
FROM deadline
-- query
SELECT {by}, count(*) AS reviews, sum(state = 'late') AS late, max(CASE WHEN state = 'late' THEN days END) AS longest
FROM deadlines {where} GROUP BY {by} ORDER BY {order}
