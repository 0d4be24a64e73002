-- question: What was entered of each case: who was assigned, what came, was asked for, read, mailed, withdrawn or sent back?
-- note: What stands here was stated by whoever entered it; how far a case has come follows from it and from the reviews
-- note: (`imr work`). Whether a determination was in time is in `deadlines`, by the days of the case file.
-- order: ts DESC, seq DESC
-- date: ts
-- column ts: when it was entered (UTC)
-- column actor: the pseudonymous id of whoever entered it
-- column case_id: the case
-- column what: what was entered
-- column day: the day that was stated with it, where one was
-- column session: the review that it is about, where it is about one
-- column detail: all of it in words
-- column desk: the session in which it is logged
-- more: seq
SELECT ts, actor, case_id, what, day, session, detail, desk, seq
FROM desk_step
