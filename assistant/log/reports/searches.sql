-- question: What was the record searched for, where, and with what result?
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column item: the disputed item, or `case`
-- column prompt: the question it was searched for
-- column searched_by: `look for` (the question's own words), `reviewer`, or `amendment` (the case file had changed)
-- column terms: what was looked for
-- column documents: the documents searched
-- column pages: how many pages could be searched
-- column unread: the pages that could not
-- column hits: passages found
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- more: prompt_set, status, kind, outcome
SELECT session, case_id, reviewer, item, prompt, searched_by, terms, documents, pages, unread, hits, seq, ts,
  prompt_set, status, kind, outcome
FROM search
