-- Why: a founder sees a template as a contact would, and has it mailed to themselves, before it is live.
-- Not breaking (new function). Locks: none. Undo: drop the function.

-- What private.renderable() says of a message that is only tried out. p_mail: {"to": address, "template" | "subject" and
-- "html" or "text", "category", "contact"?: who it is rendered for, "variables"?}; a template has its own category.
-- Raises PT404, PT409 and PT410.
create function public.preview_mail(p_workspace uuid, p_mail jsonb) returns jsonb
    language plpgsql stable
    set search_path = ''
    as $$
    declare
        contact  uuid := case when p_mail ? 'contact' then private.contact_named(p_workspace, p_mail -> 'contact') end;
        template public.templates := private.template_named(p_workspace, p_mail ->> 'template');
        message  public.messages;
    begin
        message.id := gen_random_uuid();
        message.workspace_id := p_workspace;
        message.template_id := template.id;
        message.category := coalesce(template.category, p_mail ->> 'category');
        message.variables := coalesce(p_mail -> 'variables', '{}');
        message.subject := p_mail ->> 'subject';
        message.html := p_mail ->> 'html';
        message.plain_text := p_mail ->> 'text';
        return private.renderable(
            message, p_mail ->> 'to', coalesce((select c.traits from public.contacts as c where c.id = contact), '{}')
        );
    end
    $$;
revoke all on function public.preview_mail(uuid, jsonb) from public;
grant execute on function public.preview_mail(uuid, jsonb) to service_role;
