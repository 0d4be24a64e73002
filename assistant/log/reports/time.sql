-- question: How long are reviewers with each question?
-- note: Seconds by the computer's monotonic clock. A pause above 5 minutes between two steps is idle time and
-- note: stands apart; answers from a file are left out. Persons are not told apart unless you ask with --by reviewer,
-- note: and are never ranked. `(decision)` is the time with a decision, `(letter)` with the letter and signature.
-- by: kind, prompt_set, prompt
-- may: item, case_id, reviewer, month, session
-- date: month
-- plot: median
-- column kind: real, practice or training
-- column prompt_set: the prompt set
-- column prompt: the question
-- column reviews: how many reviews had it, counted once for each item
-- column median: half of them took no longer than this, in seconds
-- column p90: nine in ten took no longer than this, in seconds
-- column idle_minutes: idle time of all of them together, in minutes
-- column visits: how often it was put, on average
SELECT session, case_id, reviewer, kind, prompt_set, item, prompt, work, seconds, idle, visits, month
FROM prompt_time
-- query
SELECT {by}, max(total) AS reviews, min(CASE WHEN 2 * upto >= total THEN seconds END) AS median,
  min(CASE WHEN 10 * upto >= 9 * total THEN seconds END) AS p90, round(sum(idle) / 60, 1) AS idle_minutes,
  round(1.0 * sum(visits) / max(total), 1) AS visits
FROM (
  SELECT {by}, seconds, idle, visits, sum(n) OVER (PARTITION BY {by} ORDER BY seconds) AS upto,
    sum(n) OVER (PARTITION BY {by}) AS total
  FROM (
    SELECT {by}, seconds, count(*) AS n, sum(idle) AS idle, sum(visits) AS visits
    FROM time {where} GROUP BY {by}, seconds
  )
)
GROUP BY {by} ORDER BY {order}
