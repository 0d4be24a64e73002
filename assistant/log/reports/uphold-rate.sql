-- question: How often is the refusal upheld?
-- note: Items of signed reviews. Upheld means that the treatment is not approved. The interval is Wilson's, 95%: with few
-- note: decisions it is wide, and says how little they prove. Below 10 decisions no rate is given at all. The rows are
-- note: in the order of their names, never of their rates: cases are not alike, and no rate by itself is right or wrong.
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
SELECT session, case_id, reviewer, kind, prompt_set, edition, item, month, decision
FROM item WHERE status = 'signed' AND decision IS NOT NULL
-- query
SELECT {by}, n AS decisions, k AS upheld, CASE WHEN n >= 10 THEN round(100.0 * k / n, 1) END AS rate,
  round(100 * max(0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS low,
  round(100 * min(1, (p + z * z / (2 * n) + z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)), 1)
    AS high
FROM (
  SELECT {by}, count(*) AS n, sum(decision = 'upheld') AS k, 1.0 * sum(decision = 'upheld') / count(*) AS p,
    1.959964 AS z
  FROM uphold_rate {where} GROUP BY {by}
)
ORDER BY {by}
