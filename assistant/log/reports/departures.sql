-- question: Where did a reviewer depart from the suggestion, and for what reason?
-- order: decided DESC
-- date: decided
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column item: the disputed item
-- column suggested: what the guidelines were found to suggest
-- column decision: what the reviewer decided
-- column reason: the reason given
-- column decided: when (UTC)
-- column seq: the number of the entry in the review
-- more: prompt_set, status, kind, outcome, service, first_decision
SELECT session, case_id, reviewer, item, suggested, decision, reason, decided, seq, prompt_set, status, kind,
  outcome, service, first_decision
FROM item WHERE departs = 1 AND decision IS NOT NULL
