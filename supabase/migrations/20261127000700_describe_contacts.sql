-- Why: what is stored, why and how long is told where it is stored, so that the record of processing and the policy
-- page's list can't fall behind. Here: who end users are and what they did. How a comment reads: docs/processing.md.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.identities is
    'Identities: the ids and addresses that you know an end user by; kept until the contact is erased or the workspace deleted';
comment on column public.identities.id is 'end user: id of the identity; what is recorded of an end user hangs on it';
comment on column public.identities.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.identities.kind is 'nobody: whether it is a userId, an email or an anonymousId; the kinds rank in that order when identities meet';
comment on column public.identities.value is 'end user: the userId, email address or anonymousId itself; who sends a message is recognised by it';
comment on column public.identities.owner_id is 'end user: the identity that this one belongs to by the messages; joins what one person did under several identities';
comment on column public.identities.pinned_to_id is 'end user: the identity that a member moved this one to; goes before what the messages say';
comment on column public.identities.contact_id is 'end user: id of the contact that it belongs to now; finds the contact of an event';
comment on column public.identities.created_at is 'end user: when the identity was first seen; shown to members';

comment on table public.identity_links is
    'Links between identities: which two identities one message named together; kept until the contact is erased or the workspace deleted';
comment on column public.identity_links.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.identity_links.lower_id is 'end user: the lower identity of the pair; says who is who whatever order messages come in';
comment on column public.identity_links.higher_id is 'end user: the higher identity of the pair; says who is who whatever order messages come in';
comment on column public.identity_links.trusted is 'nobody: whether your server or a valid userHash said so; trusted links go before claimed ones';
comment on column public.identity_links.occurred_at is 'end user: when the first message that names both happened; the first link counts';
comment on column public.identity_links.message_id is 'end user: messageId of the first message that names both; decides between links of one moment';

comment on table public.traits is
    'Traits as they were sent: what identify and group calls say of an end user, by key; kept until the contact is erased or the workspace deleted';
comment on column public.traits.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.traits.identity_id is 'end user: the identity that the trait was sent for; traits follow the identity when contacts join';
comment on column public.traits.key is 'nobody: name of the trait; last write wins per name';
comment on column public.traits.value is 'end user: the trait''s value, or null once it was removed; segments, scores and fills in mails';
comment on column public.traits.trusted is 'nobody: whether your server or a valid userHash said so; a claim never overwrites what is trusted';
comment on column public.traits.occurred_at is 'end user: when the message that set it happened; last write wins';
comment on column public.traits.message_id is 'end user: messageId of the message that set it; decides between writes of one moment';

comment on table public.contacts is
    'Contacts: an end user as a whole, made of identities and traits; kept until the contact is erased or the workspace deleted';
comment on column public.contacts.id is 'end user: id of the contact, which is that of its highest identity; names the end user inside the product';
comment on column public.contacts.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.contacts.traits is 'end user: all current traits of the end user; shown to members, scored by and filled into mails';
comment on column public.contacts.email is 'end user: the end user''s email address; mail goes there, and members find the contact by it';
comment on column public.contacts.email_trusted is 'nobody: whether your server or a valid userHash set the address; other addresses get no mail unless you choose so';
comment on column public.contacts.created_at is 'end user: when the contact was first seen; shown to members';

comment on table public.events is
    'Events: what an end user did, as your site or server sent it, without the client''s IP address; kept until the contact is erased or the workspace deleted';
comment on column public.events.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.events.trusted is 'nobody: whether your server or a valid userHash said so; rules may require it';
comment on column public.events.message_id is 'end user: the sender''s id of the message; a message is stored once';
comment on column public.events.identity_id is 'end user: the highest identity that the message names; the event belongs to that identity''s contact';
comment on column public.events.lower_ids is 'end user: the other identities that the message names; the event stays with them when identities are moved';
comment on column public.events.type is 'nobody: track, page, screen, identify, group or alias; the types count differently';
comment on column public.events.name is 'end user: name of the event; scores and starts mails';
comment on column public.events.occurred_at is 'end user: when it happened, by the corrected clock of the sender; scores decay by it and members see it';
comment on column public.events.received_at is 'end user: when it reached the server; use is counted by it';
comment on column public.events.properties is 'end user: details of the event, without card numbers and the like unless you chose otherwise; rules and mails can ask for them';
comment on column public.events.context is 'end user: page address without its query, browser, language, time zone and the like, as the SDK sent them; shown to members';

comment on table public.rejections is
    'Refused messages: that a message was refused and why, without what it held; kept until 24 hours have passed and newer refusals come, or the workspace is deleted';
comment on column public.rejections.id is 'nobody: id of the row; old rows are deleted by it';
comment on column public.rejections.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rejections.api_key_id is 'owner: the API key that the message came by; shows you which integration sends it';
comment on column public.rejections.message_id is 'end user: the sender''s id of the message, unless it may be sensitive itself; you find the message on your side';
comment on column public.rejections.code is 'nobody: why it was refused; shown to members';
comment on column public.rejections.pointer is 'nobody: place in the message that is at fault; shown to members';
comment on column public.rejections.received_at is 'end user: when it was refused; out of sight after 24 hours';

comment on table public.redactions is
    'Redactions: how many sensitive values were removed from a message before it was stored; kept until the contact is erased or the workspace deleted';
comment on column public.redactions.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.redactions.message_id is 'end user: the sender''s id of the message; names the event that values were removed from';
comment on column public.redactions.trusted is 'nobody: whether your server or a valid userHash sent it; part of the event''s key';
comment on column public.redactions.removed is 'nobody: how many values were removed; shown to members';
comment on column public.redactions.received_at is 'end user: when the message came; removals are shown by time';

comment on table public.identity_moves is
    'Moved identities: which identity a member moved to another contact by hand; kept until the contact is erased or the workspace deleted';
comment on column public.identity_moves.id is 'nobody: id of the move; names the row';
comment on column public.identity_moves.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.identity_moves.identity_id is 'end user: the identity that was moved; the move applies to it';
comment on column public.identity_moves.contact_id is 'end user: the contact it was moved to, or null to give it back; the move applies to it';
comment on column public.identity_moves.moved_by is 'owner: id of the member who moved it; says who did it';
comment on column public.identity_moves.moved_at is 'owner: when it was moved; the last move counts';
