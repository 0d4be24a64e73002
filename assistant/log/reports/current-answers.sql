-- question: What does each question of a review stand at now?
-- order: ts DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item; `case` for the questions about the case as a whole
-- column prompt: the question
-- column answer: what stands there now, with its parts
-- column evidence: the pages it rests on
-- column changes: how often it was changed since it was first given
-- column set_aside: 1 where the question no longer applies and the answer is not read
-- column ts: when it was last changed (UTC)
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, item, prompt, value AS answer, evidence, changes, set_aside, ts,
  prompt_set, status, kind, outcome
FROM answer
