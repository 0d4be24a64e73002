-- question: Which doubts about plain facts were raised, and how were they acknowledged?
-- order: raised DESC
-- date: raised
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column name: the check
-- column message: what it said
-- column facts: the facts that it put side by side
-- column reason: why it is right as it stands, in the reviewer's words; empty where nobody acknowledged it
-- column raised: when it was raised (UTC)
-- column acknowledged: when it was acknowledged (UTC)
-- more: key, seq, status, outcome
SELECT session, case_id, reviewer, name, message, facts, reason, raised, acknowledged, key, seq, status, kind,
  outcome
FROM fact_check
