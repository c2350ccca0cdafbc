-- Why: what is stored, why and how long is told where it is stored, so that the record of processing and the policy
-- page's list can't fall behind. Here: mail. How a comment reads: docs/processing.md.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.templates is
    'Templates: the mails that you write; kept until you delete it or the workspace is deleted';
comment on column public.templates.id is 'nobody: id of the template; automations and messages refer to it';
comment on column public.templates.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.templates.name is 'owner: name of the template; shown to members';
comment on column public.templates.category is 'owner: transactional or marketing; marketing mail obeys consent and caps';
comment on column public.templates.subject is 'owner: subject as it was written; mails are made from it';
comment on column public.templates.html is 'owner: text as it was written; mails are made from it';
comment on column public.templates.updated_at is 'owner: when it was last changed; shown to members';

comment on table public.automations is
    'Automations: when a mail goes out by itself; kept until you delete it or the workspace is deleted';
comment on column public.automations.id is 'nobody: id of the automation; messages refer to it';
comment on column public.automations.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.automations.name is 'owner: name of the automation; shown to members';
comment on column public.automations.entering_stage_id is 'owner: stage whose entering starts it; decides mails';
comment on column public.automations.template_id is 'owner: template that it sends; the mail is made from it';
comment on column public.automations.status is 'owner: draft, live or paused; only live ones send';
comment on column public.automations.created_at is 'owner: when it was made; what happened before starts nothing';
comment on column public.automations.event is 'owner: event that starts it; decides mails';
comment on column public.automations.condition is 'owner: properties that the event must have; decides mails';
comment on column public.automations.trusted_only is 'owner: whether the event must be trusted; decides mails';
comment on column public.automations.silence_days is 'owner: days without an event that start it; decides mails';
comment on column public.automations.delay_minutes is 'owner: how long the mail waits; decides when it goes out';
comment on column public.automations.repeats is 'owner: whether it may be sent more than once to a contact; decides mails';
comment on column public.automations.while_true is 'owner: whether its reason must still hold when it is sent; decides mails';
comment on column public.automations.goal_stage_id is 'owner: stage whose contacts get no mail from it; decides mails';

comment on table public.messages is
    'Email log: each mail to an end user, from the decision to what became of it; kept until the contact is erased or the workspace deleted';
comment on column public.messages.id is 'end user: id of the message; the provider and its reports refer to it';
comment on column public.messages.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.messages.contact_id is 'end user: id of the contact it is for; names whom it is for';
comment on column public.messages.automation_id is 'nobody: automation that decided on it; explains the mail';
comment on column public.messages.occurrence is 'end user: which time this is for the automation and the contact; a mail is decided on once';
comment on column public.messages.idempotency_key is 'end user: the sender''s own key for it; a repeated request queues nothing twice';
comment on column public.messages.template_id is 'nobody: template that it is made from; the mail is made from it';
comment on column public.messages.variables is 'end user: values that your server gave for it; filled into the mail';
comment on column public.messages.category is 'nobody: transactional or marketing; marketing mail obeys consent and caps';
comment on column public.messages.to_address is 'end user: address it goes to; the mail is sent there';
comment on column public.messages.from_address is 'owner: sender that it was sent with; every attempt sends the same';
comment on column public.messages.subject is 'end user: subject as it was sent; every attempt sends the same, and members see it';
comment on column public.messages.html is 'end user: HTML text as it was sent; every attempt sends the same, and members see it';
comment on column public.messages.plain_text is 'end user: plain text as it was sent; every attempt sends the same, and members see it';
comment on column public.messages.status is 'end user: whether it is queued, sent, skipped, failed or unknown; it goes out once, and members see it';
comment on column public.messages.reason is 'end user: why it was postponed, skipped or failed; explains the mail';
comment on column public.messages.provider is 'nobody: whether Resend or your own server took it; an attempt goes on with the provider it began with';
comment on column public.messages.provider_message_id is 'end user: the provider''s id of the mail; its reports are matched by it';
comment on column public.messages.attempts is 'nobody: how often it was tried; pauses grow with it, and it is given up in the end';
comment on column public.messages.send_at is 'end user: when it is to go out; it goes out then';
comment on column public.messages.claim is 'nobody: which run of the drain works on it; no two runs send it';
comment on column public.messages.claimed_until is 'nobody: how long that run may take; another one takes over after a crash';
comment on column public.messages.first_attempt_at is 'nobody: when a provider may first have seen it; it is not repeated once the provider may have forgotten it';
comment on column public.messages.sent_at is 'end user: when it was sent; shown to members';
comment on column public.messages.created_at is 'end user: when it was decided on; shown to members';
comment on column public.messages.address_hash is 'end user: keyed hash of the address; suppressions and caps are found by it';
comment on column public.messages.counted_at is 'end user: when it was let through; cap and quota count it from then on';
comment on column public.messages.postponed_since is 'end user: when it was to go before it was postponed; it is skipped after 72 hours';
comment on column public.messages.first_claimed is 'end user: whether it is the first mail to an address that nobody vouched for; only so many a day go out';
comment on column public.messages.delivery is 'end user: what the provider last reported of it; shown to members';
comment on column public.messages.reply_to is 'owner: address that answers go to; every attempt sends the same';

comment on table public.message_events is
    'Delivery reports: whether a mail arrived, bounced, was called spam, opened or clicked, without IP address or browser; kept until the contact is erased or the workspace deleted';
comment on column public.message_events.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.message_events.svix_id is 'nobody: id of the report; a report counts once';
comment on column public.message_events.message_id is 'end user: id of the message; says which mail it is about';
comment on column public.message_events.kind is 'end user: what happened; shown to members, and bounces and complaints stop mail';
comment on column public.message_events.occurred_at is 'end user: when it happened; reports are ordered by it';
comment on column public.message_events.detail is 'end user: codes of a bounce, or the clicked address without its query; explains what happened';

comment on table public.suppressions is
    'Suppressed addresses: who must get no mail any more, as a keyed hash of the address and never the address; kept until the end user comes back by a confirmed mail, or the workspace is deleted, and an erasure does not lift it';
comment on column public.suppressions.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.suppressions.address_hash is 'end user: keyed hash of workspace and address, whose key is not in the database; mail to it is stopped, and the address can''t be read off it';
comment on column public.suppressions.category is 'end user: category of mail that is stopped, or null for all; decides which mail is stopped';
comment on column public.suppressions.reason is 'end user: unsubscribed, bounced, complained, erased or by hand; says what may lift it';
comment on column public.suppressions.created_at is 'end user: when it began; shown to members';

comment on table public.smtp_settings is
    'SMTP settings: your own mail server; kept until you remove it or the workspace is deleted';
comment on column public.smtp_settings.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.smtp_settings.host is 'owner: name of the server; mail goes through it';
comment on column public.smtp_settings.port is 'owner: port of the server; mail goes through it';
comment on column public.smtp_settings.username is 'owner: user name at the server; the login needs it';
comment on column public.smtp_settings.from_address is 'owner: address that mail is sent from; every mail names its sender';
comment on column public.smtp_settings.from_name is 'owner: name beside that address; every mail names its sender';
comment on column public.smtp_settings.revision is 'nobody: another one after every change; a test counts for the settings that were tested';
comment on column public.smtp_settings.verified_at is 'owner: when a test mail went through; mail goes through it only then';
comment on column public.smtp_settings.last_error is 'owner: code of the last failure; shown to owners and admins';
comment on column public.smtp_settings.last_error_at is 'owner: when it last failed; shown to owners and admins';
comment on column public.smtp_settings.updated_at is 'owner: when it was last changed; shown to owners and admins';

comment on table private.smtp_passwords is
    'SMTP passwords: the password of your own mail server, encrypted with a key outside the database; kept until you remove the server or the workspace is deleted';
comment on column private.smtp_passwords.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.smtp_passwords.password is 'owner: ciphertext of the password; the login needs it';
