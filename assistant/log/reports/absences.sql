-- question: What was said not to be documented, and what was searched before that was said?
-- note: Not every passage that was found must be set aside: one that denies what was looked for, only imagines it, or
-- note: speaks of a relative counts among the hits and needs no reason; nor do those behind an answer of which only a part
-- note: is not documented. What they were, the letter says question by question: `imr letter SESSION`.
-- order: ts DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column item: the disputed item, or `case`
-- column prompt: the question, or a part of it
-- column terms: what was looked for
-- column documents: in how many documents
-- column pages: in how many pages
-- column unread: pages that no search could read
-- column read_by_eye: how many of those the reviewer attested to have read by eye
-- column hits: passages that were found
-- column dismissed: passages that the reviewer set aside with a reason
-- column attested: 1 where the reviewer attested to having looked
-- column ts: when it was answered (UTC)
-- more: seq, searches, prompt_set, status, kind, outcome
SELECT session, case_id, reviewer, item, prompt, terms, documents, pages, unread, read_by_eye, hits,
  dismissed, attested, ts, seq, searches, prompt_set, status, kind, outcome
FROM absence
