-- question: Who read, listed, queried or drew what from the log, or accepted that it was rolled back?
-- note: `unnamed` is whoever read where no profile could be read or kept, and was told so. A copy of the log that is
-- note: read elsewhere, and a look at its file with another program, leave nothing here.
-- order: ts DESC, seq DESC, n
-- date: ts
-- column ts: when (UTC)
-- column reader: the pseudonymous id of whoever read
-- column what: the command, or what was done
-- column session: the review that was read, where it was one
-- column detail: the filters, the query, the draw, or what was accepted and why
-- column sitting: the session in which this reading is logged
-- more: seq, n
SELECT ts, reader, what, session, detail, sitting, seq, n
FROM reading
