-- Why: a founder starts from five mails that read like a person's, each with one thing to do, instead of one.
-- Not breaking: existing workspaces keep what they have; the new column is null, and create_workspace()'s new argument has a
-- default. Locks: workspaces, for a moment.
-- Undo: drop the column and the functions, restore add_ready_automation() and create_workspace().

alter table public.workspaces
    -- Where the product is; templates call it product.url, and leave their button out without it.
    add column website text,
    add constraint workspaces_website_address check (website ~ '^https?://[^[:space:]"<>]+$' and char_length(website) <= 500);

grant update (website) on public.workspaces to authenticated;

-- What a new workspace's templates are made of. Each works without any trait or variable: what is missing is left out.
create function private.starter_templates() returns table (name text, category text, subject text, html text)
    language sql immutable
    set search_path = ''
    as $$
        values
            ('Welcome', 'marketing', 'Welcome to {{ product.name }}', $html$
<div class="preheader">Your account is ready. Here is a good first step.</div>
<h1>Welcome to {{ product.name }}</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>Thank you for signing up. Your account is ready.</p>
<p>The quickest way to find out whether {{ product.name }} is for you is to try it on something real: pick one small task
from today's list, and do it there.</p>
{% if product.url %}<p><a class="button" href="{{ product.url }}">Open {{ product.name }}</a></p>{% endif %}
{% if product.reply_to %}<p>Have a question, or got stuck? Just reply to this email. A person reads it.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            ('Stalled setup', 'marketing', 'Need a hand setting up {{ product.name }}?', $html$
<div class="preheader">You can pick up where you left off.</div>
{% assign link = setup_url | default: product.url %}
<h1>Shall we finish your setup?</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>You started setting up {{ product.name }}, and there is a little left to do before it can be of use to you.
{% if next_step %}The next step: <strong>{{ next_step }}</strong>.{% endif %}</p>
{% if link %}<p><a class="button" href="{{ link }}">Continue the setup</a></p>{% endif %}
{% if product.reply_to %}<p>Is something in the way? Reply and tell us what it is, and we will help you past it.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
<p class="muted">Not the right time? Then there is nothing you need to do.</p>
$html$),
            ('Ready to upgrade', 'marketing', 'You are getting a lot out of {{ product.name }}', $html$
<div class="preheader">Your plan may soon be too small for what you do.</div>
{% assign link = plans_url | default: product.url %}
<h1>Time for a bigger plan?</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>You have been busy in {{ product.name }} lately, and it looks as if you may soon outgrow your current plan. A larger one
gives you more room.</p>
{% if link %}<p><a class="button" href="{{ link }}">See the plans</a></p>{% endif %}
{% if product.reply_to %}<p>Not sure that you need one? Reply to this email, and a person will give you an honest
answer.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            -- About an account that the reader has, so it comes also to those who want no marketing.
            ('Trial ending', 'transactional',
             'Your {{ product.name }} trial ends {% if trial_ends %}on {{ trial_ends }}{% else %}soon{% endif %}', $html$
<div class="preheader">Choose a plan to keep working without a break.</div>
{% assign link = plans_url | default: product.url %}
<h1>Your trial ends {% if trial_ends %}on {{ trial_ends }}{% else %}soon{% endif %}</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>Your trial of {{ product.name }} is almost over. If it has been useful to you, choose a plan before it ends, and you can
carry on without a break.</p>
{% if link %}<p><a class="button" href="{{ link }}">Choose a plan</a></p>{% endif %}
{% if product.reply_to %}<p>Do you need more time, or is something missing? Reply to this email and tell us.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$),
            ('Win-back', 'marketing', 'Is {{ product.name }} still useful to you?', $html$
<div class="preheader">We have not seen you for a while.</div>
<h1>We have not seen you for a while</h1>
<p>Hi {{ contact.firstName | default: contact.name | default: "there" }},</p>
<p>It has been quiet in your {{ product.name }} account. If you have simply been busy, you can pick it up again any time.</p>
{% if product.url %}<p><a class="button" href="{{ product.url }}">Go back to {{ product.name }}</a></p>{% endif %}
{% if product.reply_to %}<p>If it did not do what you had hoped for, we would like to know why. One line in reply helps us
a lot.</p>{% endif %}
<p>Best wishes,<br>{{ product.name }}</p>
$html$)
    $$;
revoke all on function private.starter_templates() from public;
grant execute on function private.starter_templates() to service_role;

-- All the templates, and an automation for each. Only the one that was always live is.
create function private.add_starter_mail(p_workspace uuid) returns void
    language sql
    set search_path = ''
    as $$
        with made as (
            insert into public.templates (workspace_id, name, category, subject, html)
            select p_workspace, t.name, t.category, t.subject, btrim(t.html, E'\n') from private.starter_templates() as t
            returning id, name
        )
        insert into public.automations
            (workspace_id, name, entering_stage_id, event, delay_minutes, template_id, status)
        select p_workspace, made.name, s.id, a.event, a.delay_minutes, made.id, a.status
        from (values
            ('Welcome', 'signed_up', null, 0, 'draft'),
            -- Who is still in the first stage then has not got far.
            ('Stalled setup', 'signed_up', null, 3 * 24 * 60, 'draft'),
            ('Ready to upgrade', 'ready', null, 0, 'live'),
            ('Trial ending', null, 'Trial Ending', 0, 'draft'),
            ('Win-back', 'at_risk', null, 0, 'draft')
        ) as a (name, stage, event, delay_minutes, status)
        join made on made.name = a.name
        left join public.stages as s on s.workspace_id = p_workspace and s.name = a.stage
        where num_nonnulls(s.id, a.event) = 1
    $$;
revoke all on function private.add_starter_mail(uuid) from public;
grant execute on function private.add_starter_mail(uuid) to service_role;

drop function public.create_workspace(uuid, text, text);

-- p_rules: the kind of a template of rules.
create function public.create_workspace(p_owner uuid, p_name text, p_slug text, p_rules text default 'default') returns uuid
    language plpgsql
    set search_path = ''
    as $$
    declare
        workspace uuid;
        rules     jsonb;
    begin
        select t.rules into strict rules from public.rule_templates as t where t.kind = p_rules;
        insert into public.workspaces (name, slug) values (p_name, p_slug) returning id into workspace;
        insert into public.members (workspace_id, user_id, role) values (workspace, p_owner, 'owner');
        perform private.begin_with_rules(workspace, rules);
        perform private.add_starter_mail(workspace);
        return workspace;
    end
    $$;
revoke all on function public.create_workspace(uuid, text, text, text) from public;
grant execute on function public.create_workspace(uuid, text, text, text) to service_role;

drop function private.add_ready_automation(uuid);
