-- question: Who read, listed, queried or drew what from the log?
-- order: ts DESC, seq DESC, n
-- date: ts
-- column ts: when (UTC)
-- column reader: the pseudonymous id of whoever read
-- column what: the command
-- column session: the review that was read, where it was one
-- column detail: the filters, the query or the draw
-- column sitting: the session in which this reading is logged
-- more: seq, n
SELECT ts, reader, what, session, detail, sitting, seq, n
FROM reading
