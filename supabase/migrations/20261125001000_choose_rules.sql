-- Why: a founder starts from rules that suit their product.
-- Breaking until 20261126000400_start_with_mail.sql: no workspace can be made meanwhile. Undo: drop the table and the
-- function, and restore add_default_rules().

create table public.rule_templates (
    kind        text  not null,
    title       text  not null,
    description text  not null,
    rules       jsonb not null,

    constraint rule_templates_pkey primary key (kind)
);

alter table public.rule_templates enable row level security;

grant select on public.rule_templates to authenticated, service_role;

create policy "Members of any workspace see the templates of rules"
    on public.rule_templates for select to authenticated
    using (exists (select from public.members where user_id = (select auth.uid())));

insert into public.rule_templates (kind, title, description, rules) values
('default', 'Any product', 'What a new workspace starts with: a few events that most products have.', '{
    "halfLifeDays": 14,
    "signals": [
        {"name": "Page Viewed", "event": "Page Viewed", "points": 1, "cap": 10},
        {"name": "Feature Used", "event": "Feature Used", "points": 5, "cap": 30},
        {"name": "Project Created", "event": "Project Created", "points": 10, "cap": 30},
        {"name": "Invite Sent", "event": "Invite Sent", "points": 10, "cap": 20},
        {"name": "Pricing Viewed", "event": "Pricing Viewed", "points": 15, "cap": 30},
        {"name": "Upgrade Clicked", "event": "Upgrade Clicked", "points": 25, "cap": 50}
    ],
    "fit": [],
    "stages": [
        {"name": "signed_up", "score": 0},
        {"name": "activated", "score": 20},
        {"name": "engaged", "score": 40},
        {"name": "ready", "score": 70},
        {"name": "customer", "event": "Subscription Started"},
        {"name": "at_risk", "silenceDays": 14},
        {"name": "churned", "event": "Subscription Cancelled"}
    ]
}'),
('saas_trial', 'SaaS with a trial', 'A trial of a few weeks: setting up, inviting the team and coming back for prices.', '{
    "halfLifeDays": 7,
    "signals": [
        {"name": "Setup finished", "event": "Onboarding Completed", "points": 20, "cap": 20},
        {"name": "Core feature used", "event": "Feature Used", "points": 4, "cap": 32},
        {"name": "Data imported", "event": "Data Imported", "points": 10, "cap": 20},
        {"name": "Integration connected", "event": "Integration Connected", "points": 10, "cap": 20},
        {"name": "Teammate invited", "event": "Invite Sent", "points": 10, "cap": 30},
        {"name": "Prices looked at", "event": "Page Viewed", "condition": {"path": "/pricing"}, "points": 15, "cap": 30},
        {"name": "Upgrade clicked", "event": "Upgrade Clicked", "points": 25, "cap": 50},
        {"name": "Met an error", "event": "Error Shown", "points": -3, "cap": 15}
    ],
    "fit": [
        {"trait": "companySize", "operator": "between", "operand": [5, null], "points": 10},
        {"trait": "role", "operator": "contains", "operand": "founder", "points": 5}
    ],
    "stages": [
        {"name": "signed_up", "score": 0},
        {"name": "activated", "score": 25},
        {"name": "engaged", "score": 45},
        {"name": "ready", "score": 70},
        {"name": "customer", "event": "Subscription Started"},
        {"name": "at_risk", "silenceDays": 5},
        {"name": "churned", "event": "Subscription Cancelled"}
    ]
}'),
('freemium', 'Freemium', 'Free for as long as one likes: a habit first, then the limits of the free plan.', '{
    "halfLifeDays": 21,
    "signals": [
        {"name": "Came back", "event": "Session Started", "points": 2, "cap": 20},
        {"name": "Core feature used", "event": "Feature Used", "points": 2, "cap": 20},
        {"name": "Something shared", "event": "Content Shared", "points": 6, "cap": 24},
        {"name": "Teammate invited", "event": "Invite Sent", "points": 8, "cap": 24},
        {"name": "Limit reached", "event": "Limit Reached", "points": 20, "cap": 40},
        {"name": "Paid feature tried", "event": "Feature Used", "condition": {"plan": "paid"}, "points": 10, "cap": 30},
        {"name": "Prices looked at", "event": "Page Viewed", "condition": {"path": "/pricing"}, "points": 12, "cap": 24},
        {"name": "Upgrade clicked", "event": "Upgrade Clicked", "points": 25, "cap": 50}
    ],
    "fit": [
        {"trait": "plan", "operator": "equals", "operand": "free", "points": 5},
        {"trait": "company", "operator": "exists", "points": 10}
    ],
    "stages": [
        {"name": "signed_up", "score": 0},
        {"name": "activated", "score": 20},
        {"name": "engaged", "score": 40},
        {"name": "ready", "score": 65},
        {"name": "customer", "event": "Subscription Started"},
        {"name": "at_risk", "silenceDays": 30},
        {"name": "churned", "event": "Subscription Cancelled"}
    ]
}'),
('developer_tool', 'Developer tool', 'An API or a library: from the first key and the first call to production traffic.', '{
    "halfLifeDays": 14,
    "signals": [
        {"name": "Docs read", "event": "Docs Viewed", "points": 1, "cap": 10},
        {"name": "Key created", "event": "API Key Created", "points": 10, "cap": 20},
        {"name": "First call succeeded", "event": "API Call Succeeded", "points": 15, "cap": 15},
        {"name": "Used in production", "event": "Deployment Created", "condition": {"environment": "production"},
         "points": 20, "cap": 40},
        {"name": "Limit reached", "event": "Limit Reached", "points": 20, "cap": 40},
        {"name": "Teammate invited", "event": "Invite Sent", "points": 10, "cap": 20},
        {"name": "Prices looked at", "event": "Page Viewed", "condition": {"path": "/pricing"}, "points": 12, "cap": 24},
        {"name": "Call failed", "event": "API Call Failed", "points": -1, "cap": 10}
    ],
    "fit": [
        {"trait": "role", "operator": "in", "operand": ["CTO", "Engineering Manager", "Lead Developer"], "points": 10}
    ],
    "stages": [
        {"name": "signed_up", "score": 0},
        {"name": "activated", "score": 25},
        {"name": "engaged", "score": 45},
        {"name": "ready", "score": 70},
        {"name": "customer", "event": "Subscription Started", "trustedOnly": true},
        {"name": "at_risk", "silenceDays": 21},
        {"name": "churned", "event": "Subscription Cancelled", "trustedOnly": true}
    ]
}');

drop function private.add_default_rules(uuid);

-- For a workspace that has no events yet, so that there is nothing to count back.
create function private.begin_with_rules(p_workspace uuid, p_document jsonb) returns void
    language plpgsql
    set search_path = ''
    as $$
    begin
        perform private.apply_rules(p_workspace, private.completed_rules(p_workspace, p_document));
        update public.signals set counted_back = true where workspace_id = p_workspace;
    end
    $$;
revoke all on function private.begin_with_rules(uuid, jsonb) from public;
grant execute on function private.begin_with_rules(uuid, jsonb) to service_role;
