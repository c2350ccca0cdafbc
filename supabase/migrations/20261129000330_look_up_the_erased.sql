-- Why: each question for events asks, by its policy, who is being erased. Within functions that don't scan tables
-- (enable_seqscan is off) that answer had no index that holds it all, so before PostgreSQL 18 it cost as much as is added to a scan
-- that is not wanted, beside which the planner could no longer tell a good plan from one that reads all events.
-- Not breaking (an index for an index). Locks: of a table that is empty nearly always. Undo: the index before.

create index erased_identities_known_idx on public.erased_identities (workspace_id, identity_id);
drop index public.erased_identities_workspace_idx;
