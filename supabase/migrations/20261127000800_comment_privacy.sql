-- Why: the record of processing covers what privacy itself needs to keep. How a comment reads: docs/processing.md.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.audit_log is
    'Audit log: who did what to which workspace or contact, without what it said; kept until 3 years have passed, also when what it is about was erased';
comment on column public.audit_log.id is 'nobody: id of the row; old rows are deleted by it';
comment on column public.audit_log.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.audit_log.actor is 'owner: the member, API key or script that did it; shows who answers for it';
comment on column public.audit_log.action is 'owner: what was done to what kind of thing; shows what happened';
comment on column public.audit_log.contact_id is 'end user: id of the contact it was done to, which leads nowhere once that is erased; shows to whom it happened';
comment on column public.audit_log.detail is 'owner: ids, names of columns and counts; shows what of it changed';
comment on column public.audit_log.at is 'owner: when it was done; orders the log and ends its keeping';

comment on table public.erasures is
    'Receipts of erasures: which contact was erased when, and how many rows of which table went; kept until the workspace is deleted';
comment on column public.erasures.id is 'nobody: number of the receipt; names it to whoever asks';
comment on column public.erasures.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.erasures.contact_id is 'end user: id that the contact had, which leads nowhere any more; answers whoever asks for the same erasure again';
comment on column public.erasures.requested_by is 'owner: the member, API key or script that asked; shows who answers for it';
comment on column public.erasures.requested_at is 'owner: when the contact was taken out of sight; shows that it was done in time';
comment on column public.erasures.is_forever is 'owner: whether you chose that the contact never comes back; sets how long its hashes stay';
comment on column public.erasures.tombstones is 'end user: keyed hashes of the identities and addresses, which nobody can read back; erases again what a restored backup brings back';
comment on column public.erasures.addresses is 'end user: keyed hashes of the addresses, which nobody can read back; keeps them from being mailed after a backup was restored';
comment on column public.erasures.counts is 'nobody: rows that went, by table; proves the erasure';
comment on column public.erasures.finished_at is 'nobody: when nothing was left; proves the erasure';
comment on column public.erasures.stored_at is 'nobody: when a copy of the receipt was put into storage; a restored backup does not undo that';

comment on table public.erased_identities is
    'Identities being erased: whose events are out of sight and on their way out; kept until these are gone, which takes minutes';
comment on column public.erased_identities.identity_id is 'end user: id that the identity had; hides and finds its events';
comment on column public.erased_identities.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.erased_identities.erasure_id is 'nobody: the receipt it goes with; counts what goes';

comment on table private.tombstones is
    'Tombstones: that somebody was erased, without whom; kept until 35 days have passed, or the workspace is deleted where you chose that they never come back';
comment on column private.tombstones.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.tombstones.hash is 'end user: keyed hash of an identity, which nobody can read back; refuses its return';
comment on column private.tombstones.expires_at is 'nobody: when the tombstone goes; ends its keeping';

comment on table public.deletion_requests is
    'Deletion requests and their receipts: that a workspace was to be deleted, and how many rows of which table went; kept until 3 years after the end, also when the workspace is gone';
comment on column public.deletion_requests.id is 'nobody: number of the request and of its receipt; names it to whoever asks';
comment on column public.deletion_requests.workspace_id is 'nobody: the workspace that the row belongs to; finds it and guards it';
comment on column public.deletion_requests.requested_by is 'owner: the owner or script that asked; shows who answers for it';
comment on column public.deletion_requests.received_at is 'owner: when the request reached us; 30 days count from then';
comment on column public.deletion_requests.requested_at is 'owner: when it took effect; keys refuse from then on';
comment on column public.deletion_requests.purge_after is 'owner: until when it can be cancelled; the data goes after that';
comment on column public.deletion_requests.due_by is 'owner: when it has to be done; what is overdue is reported';
comment on column public.deletion_requests.cancelled_at is 'owner: when it was cancelled; ends it';
comment on column public.deletion_requests.cancelled_by is 'owner: who cancelled it; shows who answers for it';
comment on column public.deletion_requests.purging_since is 'nobody: when the first rows went; nothing can be cancelled from then on';
comment on column public.deletion_requests.emptied_at is 'nobody: when the last rows but the memberships had gone; these go then';
comment on column public.deletion_requests.untold is 'owner: addresses of owners who have not got their receipt yet and the workspace''s name, for a week at most; mails it to them';
comment on column public.deletion_requests.finished_at is 'nobody: when nothing was left; proves the deletion';
comment on column public.deletion_requests.counts is 'nobody: rows that went, by table; proves the deletion';
comment on column public.deletion_requests.stored_at is 'nobody: when a copy of the receipt was put into storage; a restored backup does not undo that';

comment on table private.subscription_orders is
    'Orders to Lemon Squeezy: subscriptions to cancel or resume because a workspace is deleted or kept; kept until the workspace is deleted and Lemon Squeezy was told, or the subscription resumed';
comment on column private.subscription_orders.subscription_id is 'owner: the subscription''s number at Lemon Squeezy; says which one is meant';
comment on column private.subscription_orders.workspace_id is 'nobody: the workspace that the row belongs to; finds it and deletes it';
comment on column private.subscription_orders.wish is 'owner: cancel or resume; says what to ask for';
comment on column private.subscription_orders.due_at is 'nobody: when Lemon Squeezy is to be told; what could not be resumed waits until it is too late to think again';
comment on column private.subscription_orders.cancelled_at is 'nobody: when Lemon Squeezy was first told to cancel; what was not cancelled by us is not resumed by us';
comment on column private.subscription_orders.done_at is 'nobody: when Lemon Squeezy was told; ends the order';

comment on table public.rejections is
    'Refused messages: that a message was refused and why, without what it held; kept until 24 hours have passed, or the workspace is deleted';
comment on table private.checkouts is
    'Opened checkouts: that an owner went to buy a plan; kept until 30 days have passed, or the workspace is deleted';
