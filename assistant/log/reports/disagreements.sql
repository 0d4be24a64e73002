-- question: Where do two items of one review say different things of the same fact?
-- note: The same question, asked for two items of one review, with different answers. Some questions may well be
-- note: answered otherwise from item to item; what the record says of the patient may not.
-- order: session, prompt, item, other_item
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column prompt: the question
-- column item: one item
-- column answer: what it says
-- column other_item: another item
-- column other_answer: what that says
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, prompt, item, answer, other_item, other_answer, prompt_set, status, kind,
  outcome
FROM disagreement
