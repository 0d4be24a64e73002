-- question: How often is the refusal upheld?
-- note: Items of signed reviews. Upheld means that the treatment is not approved. The interval is Wilson's, 95%: with few
-- note: decisions it is wide, and says how little they prove. Below 10 decisions no rate is given at all. The rows are
-- note: in the order of their names, never of their rates: cases are not alike, and no rate by itself is right or wrong.
-- note: `mix` says which prompt sets the decisions were under, and `expected` what the same mix of prompt sets and
-- note: suggestions came to among all decisions of the same kind that were asked for here.
-- by: kind, prompt_set
-- may: reviewer, month, case_id, edition
-- date: month
-- plot: rate low high
-- column kind: real, practice or training
-- column prompt_set: the prompt set
-- column decisions: items decided
-- column upheld: of them upheld
-- column rate: the share of upheld, in percent; empty below 10 decisions
-- column low: where the interval begins, in percent
-- column high: where it ends, in percent
-- column expected: the share that the same mix of cases came to among all, in percent; empty below 10 decisions
-- column mix: the prompt sets of the decisions, with how many there are of each
SELECT session, case_id, reviewer, kind, prompt_set, edition, item, month, decision, suggested
FROM item WHERE status = 'signed' AND decision IS NOT NULL
-- query
SELECT {by}, n AS decisions, k AS upheld, CASE WHEN n >= 10 THEN round(100.0 * k / n, 1) END AS rate,
  round(100 * max(0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS low,
  round(100 * min(1, (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS high,
  CASE WHEN n >= 10 THEN round(100 * x / n, 1) END AS expected, mix
FROM (
  SELECT {by}, sum(n) AS n, sum(k) AS k, 1.0 * sum(k) / sum(n) AS p, sum(x) AS x, 1.959964 AS z,
    group_concat(of_set || ' ' || n, '; ') AS mix
  FROM (
    SELECT {by}, of_set, sum(n) AS n, sum(k) AS k, sum(x) AS x
    FROM (
      SELECT *, 1.0 * n * sum(k) OVER alike / sum(n) OVER alike AS x
      FROM (
        SELECT {by}, kind AS of_kind, prompt_set AS of_set, suggested AS of_suggestion, count(*) AS n,
          count(*) * (decision = 'upheld') AS k
        FROM uphold_rate {where} GROUP BY {alike}, decision
      )
      WINDOW alike AS (PARTITION BY of_kind, of_set, of_suggestion)
    )
    GROUP BY {by}, of_set ORDER BY of_set
  )
  GROUP BY {by}
)
ORDER BY {order}
