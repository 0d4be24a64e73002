-- question: What was the record searched for, where, and with what result?
-- note: A hit that is denied says that the thing is absent, only imagines it, or speaks of a relative: nothing has to be done
-- note: about it. Where `denied` is empty, the search found more than its entry in the log lists.
-- order: ts DESC, seq DESC
-- date: ts
-- column session: the review
-- column case_id: the case
-- column reviewer: the reviewer's pseudonymous id
-- column kind: real, practice or training
-- column item: the disputed item, or `case`
-- column prompt: the question it was searched for
-- column searched_by: `look for` (the question's own words), `reviewer`, or `amendment` (the case file had changed)
-- column terms: what was looked for
-- column documents: the documents searched
-- column pages: how many pages could be searched
-- column unread: the pages that could not
-- column hits: places where something was found
-- column denied: how many of those deny it, only imagine it, or speak of a relative; empty where the log can't tell
-- column seq: the number of the entry in the review
-- column ts: when (UTC)
-- more: prompt_set, status, outcome
SELECT session, case_id, reviewer, item, prompt, searched_by, terms, documents, pages, unread, hits, denied,
  seq, ts, prompt_set, status, kind, outcome
FROM search
