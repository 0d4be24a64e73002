-- question: On which guidelines, in which editions, did reviews rest?
-- note: The citations of the prompt sets under which items were signed, as pinned when each review began. Which of them
-- note: carried a determination, the letter says sentence by sentence: `imr letter SESSION`.
-- by: kind, citation, edition, source, locator, in_force, verified, prompt_set, rules_edition
-- may: tier, criteria
-- more: reviewer, month, session, case_id
-- date: month
-- column kind: real, practice or training
-- column citation: the citation's name in the prompt set
-- column edition: its edition
-- column source: the guideline
-- column locator: where in it
-- column in_force: from when until when it was in force; empty where the set doesn't say
-- column verified: when it was checked against the guideline itself; `not yet` where nobody has
-- column prompt_set: the prompt set
-- column rules_edition: the edition of the prompt set
-- column items: signed items that were reviewed under it
-- column first: the month of the first of them
-- column latest: the month of the latest
SELECT i.session, i.case_id, i.reviewer, i.kind, i.month, i.prompt_set, i.edition AS rules_edition, c.citation,
  c.tier, c.source, c.edition, c.locator,
  iif(coalesce(c.starts, c.ends) IS NULL, '', coalesce(c.starts, '') || ' to ' || coalesce(c.ends, '')) AS in_force,
  coalesce(c.verified_on, 'not yet') AS verified, c.criteria
FROM item AS i JOIN citation AS c ON c.rules = i.rules
WHERE i.status = 'signed'
-- query
SELECT {by}, sum(n) AS items, min(begun) AS first, max(ended) AS latest
FROM (
  SELECT c.*, i.kind, i.prompt_set, i.rules_edition, i.n, i.begun, i.ended,
    iif(coalesce(c.starts, c.ends) IS NULL, '', coalesce(c.starts, '') || ' to ' || coalesce(c.ends, '')) AS in_force,
    coalesce(c.verified_on, 'not yet') AS verified
  FROM (
    SELECT rules, kind, prompt_set, edition AS rules_edition, count(*) AS n, min(month) AS begun, max(month) AS ended
    FROM (SELECT * FROM item WHERE status = 'signed') {where} GROUP BY rules, kind, prompt_set
  ) AS i JOIN citation AS c ON c.rules = i.rules
)
GROUP BY {by} ORDER BY {order}
