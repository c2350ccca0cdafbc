-- Why: what is stored, why and how long is told where it is stored, so that the record of processing and the policy
-- page's list can't fall behind. Here: workspaces, their members and billing. How a comment reads: docs/processing.md.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.workspaces is
    'Workspaces: your workspace and its settings; kept until the workspace is deleted';
comment on column public.workspaces.id is 'nobody: id of the workspace; everything in it refers to it';
comment on column public.workspaces.name is 'owner: name of the workspace; shown to members and named in mail to owners';
comment on column public.workspaces.slug is 'owner: first part of the address that its mail is sent from; every mail names its sender';
comment on column public.workspaces.reply_to is 'owner: address that answers to its mail go to; every mail carries it';
comment on column public.workspaces.postal_address is 'owner: your postal address; the law wants it in marketing mail';
comment on column public.workspaces.require_verification is 'owner: whether messages that name a userId need a userHash; keeps forged identities out';
comment on column public.workspaces.redact is 'owner: what becomes of card numbers and the like; ingestion obeys it';
comment on column public.workspaces.rate_multiplier is 'owner: how many times the base rate limit its keys may send; ingestion obeys it';
comment on column public.workspaces.half_life_days is 'owner: days in which points lose half; scores are computed with it';
comment on column public.workspaces.rules_version is 'owner: version of the rules in force; says which scores are out of date';
comment on column public.workspaces.created_at is 'owner: when it was made; shown to members';
comment on column public.workspaces.deletion_requested_at is 'owner: when its deletion was asked for; keys and mail stop from then on, and the deletion is due';
comment on column public.workspaces.marketing_cap is 'owner: how many marketing mails one address gets in 24 hours; holds mail back';
comment on column public.workspaces.quiet_from is 'owner: hour from which no marketing mail goes out; holds mail back';
comment on column public.workspaces.quiet_to is 'owner: hour until which no marketing mail goes out; holds mail back';
comment on column public.workspaces.time_zone is 'owner: time zone of these hours where an end user has none; holds mail back';
comment on column public.workspaces.monthly_emails is 'owner: emails a month that the operator granted instead of the plan; marketing mail pauses above it';
comment on column public.workspaces.mail_claimed is 'owner: whether addresses that nobody vouched for get mail; decides whom mail goes to';
comment on column public.workspaces.claimed_a_day is 'owner: how many such addresses may get their first mail a day; holds mail back';
comment on column public.workspaces.website is 'owner: address of your product; mails link to it';
comment on column public.workspaces.is_billed is 'owner: whether there is a subscription; ingestion looks for a plan only then';

comment on table public.members is
    'Members: who may use the workspace, and as what; kept until the member leaves, or the workspace or the account is deleted';
comment on column public.members.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.members.user_id is 'owner: id of the account; says who may read and change what';
comment on column public.members.role is 'owner: owner, admin or viewer; says who may read and change what';
comment on column public.members.created_at is 'owner: when the member joined; shown to members';

comment on table public.api_keys is
    'API keys: what your site and server send with; kept until the workspace is deleted';
comment on column public.api_keys.id is 'nobody: id of the key; refused messages refer to it';
comment on column public.api_keys.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.api_keys.kind is 'owner: publishable or secret; says what the key may do';
comment on column public.api_keys.hint is 'owner: first 7 and last 4 characters of the key; you recognise it by them';
comment on column public.api_keys.origins is 'owner: sites that a publishable key works on; keeps others from using it';
comment on column public.api_keys.rate_multiplier is 'owner: how many times the base rate limit it may send; ingestion obeys it';
comment on column public.api_keys.created_at is 'owner: when it was made; shown to members';
comment on column public.api_keys.revoked_at is 'owner: when it was revoked; it is refused from then on';

comment on table private.api_key_hashes is
    'Hashes of API keys: the keys themselves are not stored; kept until the workspace is deleted';
comment on column private.api_key_hashes.key_hash is 'owner: SHA-256 of the key; a key is recognised by it';
comment on column private.api_key_hashes.api_key_id is 'owner: id of the key; finds what the key may do';

comment on table private.identity_secrets is
    'Identity secrets: what a userHash is checked with; kept until the workspace is deleted';
comment on column private.identity_secrets.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.identity_secrets.inner_key is 'owner: inner HMAC key made from the secret; a userHash is checked with it';
comment on column private.identity_secrets.outer_key is 'owner: outer HMAC key made from the secret; a userHash is checked with it';

comment on table private.notices is
    'Notices: mail from us to owners about their workspace; kept until the owner''s account or the workspace is deleted';
comment on column private.notices.id is 'nobody: id of the notice; the provider sends it once by it';
comment on column private.notices.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.notices.user_id is 'owner: account of the owner it goes to; the mail is sent to its address';
comment on column private.notices.kind is 'owner: what it is about; the mail is made from it';
comment on column private.notices.variables is 'owner: figures and links that it names; the mail is made from it';
comment on column private.notices.status is 'owner: whether it is queued, sent, failed or unknown; it goes out once';
comment on column private.notices.send_at is 'nobody: when it is to go out; it goes out then';
comment on column private.notices.attempts is 'nobody: how often it was tried; pauses grow with it';
comment on column private.notices.claim is 'nobody: which run works on it; no two runs send it';
comment on column private.notices.claimed_until is 'nobody: how long that run may take; another one takes over after a crash';
comment on column private.notices.first_attempt_at is 'nobody: when the provider may first have seen it; it is not repeated once the provider may have forgotten it';

comment on table public.audit_log is
    'Audit log: who did what to which workspace or contact, in ids and counts and never in personal data; kept until 3 years have passed, so that deletions and erasures can be proved';
comment on column public.audit_log.id is 'nobody: id of the entry; old entries are deleted by it';
comment on column public.audit_log.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.audit_log.actor is 'owner: id of the member or API key that did it, or that a script or a sweep did; says who did it';
comment on column public.audit_log.action is 'owner: what was done; says what was done';
comment on column public.audit_log.contact_id is 'end user: id of the contact it was done to, which leads nowhere after an erasure; says to whom it was done';
comment on column public.audit_log.detail is 'owner: names of what changed, ids and counts; says what was done';
comment on column public.audit_log.at is 'owner: when it was done; says when it was done';

comment on table public.plans is
    'Plans: what can be bought, the same for everyone; kept until the operator changes it';
comment on column public.plans.name is 'nobody: name of the plan; subscriptions refer to it';
comment on column public.plans.position is 'nobody: order of the plans; the higher of two counts';
comment on column public.plans.rate_multiplier is 'nobody: how many times the base rate limit a key may send; ingestion obeys it';
comment on column public.plans.contacts is 'nobody: contacts that the plan includes; owners are warned and marketing mail pauses above it';
comment on column public.plans.emails is 'nobody: emails a month that the plan includes; owners are warned and marketing mail pauses above it';
comment on column public.plans.members is 'nobody: members that the plan includes; shown to owners';

comment on table public.plan_variants is
    'Prices: which product of Lemon Squeezy is which plan, the same for everyone; kept until the operator deletes it';
comment on column public.plan_variants.variant_id is 'nobody: Lemon Squeezy''s id of the product; a subscription is matched by it';
comment on column public.plan_variants.plan is 'nobody: the plan that it buys; says what it includes';
comment on column public.plan_variants.interval is 'nobody: paid by month or by year; shown to owners';
comment on column public.plan_variants.is_sold is 'nobody: whether it can still be bought; a checkout opens it';

comment on table public.subscriptions is
    'Subscriptions: what you have bought, without names, addresses or cards, which Lemon Squeezy keeps; kept until the workspace is deleted';
comment on column public.subscriptions.id is 'owner: Lemon Squeezy''s id of the subscription; its reports are matched by it';
comment on column public.subscriptions.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.subscriptions.variant_id is 'owner: what was bought; says which plan it is';
comment on column public.subscriptions.status is 'owner: whether it runs, is paused, cancelled or unpaid; says what the workspace may use';
comment on column public.subscriptions.pause_mode is 'owner: whether a paused one may be used meanwhile; says what the workspace may use';
comment on column public.subscriptions.trial_ends_at is 'owner: when its trial ends; shown to owners';
comment on column public.subscriptions.renews_at is 'owner: when it is paid next; shown to owners';
comment on column public.subscriptions.ends_at is 'owner: when it ends; says until when the plan counts';
comment on column public.subscriptions.created_at is 'owner: when it was bought; shown to owners';
comment on column public.subscriptions.updated_at is 'owner: when Lemon Squeezy last changed it; nothing older is applied';
comment on column public.subscriptions.told_at is 'nobody: when we were told so; decides between two reports of one second';
comment on column public.subscriptions.is_guessed is 'nobody: whether the workspace was found by the buyer''s address; a signed report knows better';

comment on table public.payments is
    'Payments: whether the last payment of a subscription went through; kept until the workspace is deleted';
comment on column public.payments.subscription_id is 'owner: Lemon Squeezy''s id of the subscription; says which subscription it is about';
comment on column public.payments.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.payments.status is 'owner: paid or failed; shown to owners';
comment on column public.payments.updated_at is 'owner: when Lemon Squeezy last changed it; nothing older is applied';

comment on table private.checkouts is
    'Checkouts: that an owner opened a page to pay at; kept until 30 days have passed and somebody opens another one, or the workspace is deleted';
comment on column private.checkouts.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.checkouts.variant_id is 'owner: what was to be bought; a subscription is matched by it';
comment on column private.checkouts.address_hash is 'owner: keyed hash of the owner''s address; a subscription is matched by it';
comment on column private.checkouts.opened_at is 'owner: when it was opened; the latest one counts';

comment on table private.reconciliation is
    'Reconciliation: how far the comparison with Lemon Squeezy has come; kept until the deployment ends, as one row that is written over';
comment on column private.reconciliation.is_only is 'nobody: always true; there is one row';
comment on column private.reconciliation.page is 'nobody: page of the list that comes next; the sweep goes on there';
comment on column private.reconciliation.claim is 'nobody: which run works on it; no two runs do';
comment on column private.reconciliation.claimed_until is 'nobody: how long that run may take; another one takes over after a crash';
comment on column private.reconciliation.rests_until is 'nobody: how long Lemon Squeezy asked to wait; it is obeyed';

comment on table public.usage is
    'Usage: how many events, contacts and emails a workspace has a month; kept until the workspace is deleted';
comment on column public.usage.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.usage.month is 'owner: the UTC month; usage is counted by month';
comment on column public.usage.events is 'owner: how many events came; shown to members';
comment on column public.usage.contacts is 'owner: how many identified contacts there are; compared with the plan';
comment on column public.usage.emails is 'owner: how many emails were let through; compared with the plan';
comment on column public.usage.emails_until is 'nobody: until when emails are counted here; later ones are added to them';
comment on column public.usage.measured_at is 'nobody: when contacts and emails were counted; shown to members';

comment on table public.usage_warnings is
    'Warnings: that a workspace has used 80 or 100 % of its plan; kept until the workspace is deleted';
comment on column public.usage_warnings.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.usage_warnings.month is 'owner: the UTC month; one warning a month';
comment on column public.usage_warnings.meter is 'owner: contacts or emails; the owner is told';
comment on column public.usage_warnings.percent is 'owner: 80 or 100; the owner is told';
comment on column public.usage_warnings.used is 'owner: how much was used; the owner is told';
comment on column public.usage_warnings.quota is 'owner: how much the plan includes; the owner is told';
comment on column public.usage_warnings.created_at is 'owner: when it was reached; shown to members';

comment on table private.metering is
    'Counting events: until when events have been counted into usage; kept until the deployment ends, as one row that is written over';
comment on column private.metering.is_only is 'nobody: always true; there is one row';
comment on column private.metering.counted_until is 'nobody: until when events have been counted; the sweep goes on there';

comment on table private.usage_clock is
    'Measuring: when a workspace''s usage was last measured; kept until the workspace is deleted';
comment on column private.usage_clock.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.usage_clock.measured_at is 'nobody: when it was measured; the longest ago comes first';
