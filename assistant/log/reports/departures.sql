-- question: Where did a reviewer depart from the suggestion, and for what reason?
-- note: Counted, it is the share of departures among the items of signed reviews for which something was suggested, with
-- note: Wilson's interval, 95%. Below 10 decisions no rate is given at all. To depart is the reviewer's right and no fault,
-- note: and cases are not alike: the rows are in the order of their names, never of their rates. A criterion is one that
-- note: stood and argued for what was suggested; an item may have several, and then counts under each of them.
-- order: decided DESC
-- date: decided
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item
-- column suggested: what the guidelines were found to suggest
-- column decision: what the reviewer decided
-- column reason: the reason given
-- column criteria: the criteria that stood and argued for what was suggested
-- column decided: when (UTC)
-- column seq: the number of the entry in the review
-- more: prompt_set, status, outcome, service, first_decision
-- may: reviewer, prompt_set, criterion, suggested, kind, month, case_id
-- assumed status: signed
-- plot: rate low high
-- counted decisions: items decided for which something was suggested
-- counted departures: of them decided otherwise
-- counted rate: the share of departures, in percent; empty below 10 decisions
-- counted low: where the interval begins, in percent
-- counted high: where it ends, in percent
SELECT session, case_id, reviewer, kind, item, suggested, decision, reason, criteria, decided, seq, prompt_set, status,
  outcome, service, first_decision
FROM item WHERE departs = 1 AND decision IS NOT NULL
-- query
SELECT {by}, n AS decisions, k AS departures, CASE WHEN n >= 10 THEN round(100.0 * k / n, 1) END AS rate,
  round(100 * max(0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS low,
  round(100 * min(1, (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS high
FROM (
  SELECT {by}, count(*) AS n, sum(departs) AS k, 1.0 * sum(departs) / count(*) AS p, 1.959964 AS z
  FROM (
    SELECT DISTINCT session AS of_session, item AS of_item, departs, {by}
    FROM (
      SELECT i.*, coalesce(g.criterion, '(none)') AS criterion
      FROM item AS i LEFT JOIN ground AS g ON g.session = i.session AND g.item = i.item
      WHERE i.decision IS NOT NULL AND i.suggested IS NOT NULL
    ) {where}
  )
  GROUP BY {by}
)
ORDER BY {order}
