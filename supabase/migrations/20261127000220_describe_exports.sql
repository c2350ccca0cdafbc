-- Why: what is stored, why and how long is told where it is stored.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.exports is
    'Exports: who asked for which export, and how far it is; kept until 30 days after its files were deleted or the workspace is deleted';
comment on column public.exports.id is 'nobody: id of the export; its files are stored under it';
comment on column public.exports.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.exports.contact_id is 'end user: the contact whose export it is, if it is not of the whole workspace; says what to read';
comment on column public.exports.requested_by is 'owner: the member, API key or script that asked; tells owners who took data along';
comment on column public.exports.status is 'owner: queued, building, complete, withdrawn, expired or failed; says whether there are links';
comment on column public.exports.requested_at is 'owner: when it was asked for; the oldest is built first, and given up after a week';
comment on column public.exports.as_of is 'owner: when reading began; what was there then is in it';
comment on column public.exports.counts is 'owner: rows read so far, by table; shown as progress and in the manifest';
comment on column public.exports.parts is 'nobody: how many parts there are; shown as progress';
comment on column public.exports.bytes is 'nobody: size of its files; shown to owners';
comment on column public.exports.finished_at is 'owner: when it was complete; shown to owners';
comment on column public.exports.expires_at is 'owner: when its files are deleted; no link is handed out from then on';
comment on column public.exports.cleaned_at is 'nobody: when its files were gone; ends the deletion and, 30 days later, the row';

comment on table private.export_builds is
    'Builds of exports: where the builder of an export goes on; kept until 30 days after its files were deleted or the workspace is deleted';
comment on column private.export_builds.export_id is 'nobody: the export; finds the row';
comment on column private.export_builds.plan is 'nobody: tables and columns that are read; keeps a migration from changing an export that is under way';
comment on column private.export_builds.cursor is 'end user: key of the last row that was read, such as a userId or an address, until the export ends; the next part goes on there';
comment on column private.export_builds.files is 'nobody: names, sizes and digests of what is uploaded; links and the manifest are made from it';
comment on column private.export_builds.claim is 'nobody: which builder is at work; nobody else may record a part';
comment on column private.export_builds.claimed_until is 'nobody: until when it is; another one may take over then';
comment on column private.export_builds.worked_at is 'nobody: when it was worked on last; gives each workspace its turn';

comment on table private.export_exclusions is
    'What is in no export: tables and columns with a reason each, the same for all workspaces; kept until a migration changes it';
comment on column private.export_exclusions.table_name is 'nobody: name of a table; finds the row';
comment on column private.export_exclusions.column_name is 'nobody: name of a column, empty for the whole table; finds the row';
comment on column private.export_exclusions.reason is 'nobody: why it is left out; tells whoever adds the next one';
