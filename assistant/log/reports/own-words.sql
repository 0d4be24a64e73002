-- question: Which sentences of a draft did the reviewer put into words of their own?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item
-- column was: the sentence as it was drafted
-- column text: the reviewer's words; empty where the draft's were taken back
-- column standing: 1 where these words stand
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- more: sentence, prompt_set, status, outcome
SELECT session, case_id, reviewer, item, was, text, standing, seq, ts, sentence, prompt_set, status, kind,
  outcome
FROM sentence
