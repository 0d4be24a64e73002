-- question: What was decided on each item, by whom, and what had been suggested?
-- order: decided DESC
-- date: decided
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item
-- column service: the treatment that was requested
-- column suggested: what the guidelines were found to suggest; empty where they suggest nothing
-- column decision: what the reviewer decided
-- column departs: 1 where the decision departs from the suggestion
-- column decided: when (UTC)
-- column decisions: how often the item was decided in this review; the last one stands
-- column status: open, signed or declined
-- column prompt_set: the prompt set
-- column edition: its edition
-- more: outcome, first_decision
SELECT session, case_id, reviewer, item, service, suggested, decision, departs, decided, decisions, status,
  prompt_set, edition, kind, outcome, first_decision
FROM item WHERE decision IS NOT NULL
