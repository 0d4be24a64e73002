-- question: What was said not to be documented, and what was searched before that was said?
-- note: Hits are of the whole question, and a hit that is denied needs no reason to be set aside: it says that the thing is
-- note: absent, only imagines it, or speaks of a relative. The other hits of the question's own words must be cited or set
-- note: aside before the signature where a finding or the letter rests on the absence, unless only a part of the answer is
-- note: not documented. `hits` and `denied` count every place where the words stand,
-- note: `cited` and `dismissed` each wording once, so that they need not add up. Where `denied` is empty, a search found more
-- note: than its entry in the log lists. What the passages were, the letter says question by question: `imr letter SESSION`.
-- order: ts DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item, or `case`
-- column prompt: the question, or a part of it
-- column terms: what was looked for
-- column documents: in how many documents
-- column pages: in how many pages
-- column unread: pages that no search could read
-- column read_by_eye: how many of those the reviewer attested to have read by eye
-- column hits: places where a search found something
-- column denied: how many of those deny it, only imagine it, or speak of a relative; empty where the log can't tell
-- column cited: passages that the answer cites
-- column dismissed: passages that the reviewer set aside with a reason
-- column attested: 1 where the reviewer attested to having looked
-- column ts: when it was answered (UTC)
-- more: seq, searches, prompt_set, status, outcome
SELECT session, case_id, reviewer, item, prompt, terms, documents, pages, unread, read_by_eye, hits,
  denied, cited, dismissed, attested, ts, seq, searches, prompt_set, status, kind, outcome
FROM absence
