-- Why: what is stored, why and how long is told where it is stored, so that the record of processing and the policy
-- page's list can't fall behind. Here: scores, stages and rules. How a comment reads: docs/processing.md.
-- Not breaking. Locks: each table's definition, for a moment. Undo: none needed.

comment on table public.signal_counts is
    'Daily counts: how often an end user did what a score rule counts, per UTC day; kept until the contact is erased or the workspace deleted';
comment on column public.signal_counts.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.signal_counts.identity_id is 'end user: the identity that did it; counts follow the identity when contacts join';
comment on column public.signal_counts.day is 'end user: UTC day on which it was done; points decay by the day';
comment on column public.signal_counts.signal is 'nobody: number of the signal that is counted; finds the rules that use it';
comment on column public.signal_counts.count is 'end user: how often it was done on that day; the score is computed from it';

comment on table public.stage_events is
    'Last events for stages: when an end user last did what leads to a stage; kept until the contact is erased or the workspace deleted';
comment on column public.stage_events.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.stage_events.identity_id is 'end user: the identity that did it; follows the identity when contacts join';
comment on column public.stage_events.trusted is 'nobody: whether your server or a valid userHash said so; trusted events go before claimed ones';
comment on column public.stage_events.occurred_at is 'end user: when it last happened; the latest one decides the stage';
comment on column public.stage_events.message_id is 'end user: messageId of that event; decides between events of one moment';
comment on column public.stage_events.signal is 'nobody: number of the signal that leads to the stage; finds the stage';

comment on table public.contact_states is
    'Scores and stages: where an end user stands now; kept until the contact is erased or the workspace deleted';
comment on column public.contact_states.contact_id is 'end user: id of the contact; names whose score it is';
comment on column public.contact_states.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.contact_states.score is 'end user: score from 0 to 100; shown to members and decides stages';
comment on column public.contact_states.stage_id is 'end user: lifecycle stage the contact is in; shown to members and starts mails';
comment on column public.contact_states.fit is 'end user: points from traits; part of the score';
comment on column public.contact_states.last_event_at is 'end user: when the end user was last active; silence moves the stage';
comment on column public.contact_states.event_stage_id is 'end user: stage that the latest stage event leads to; goes before score and silence';
comment on column public.contact_states.sums is 'end user: decayed count of each score rule; makes the score at the next event quick';
comment on column public.contact_states.sums_on is 'nobody: UTC day as of which the sums stand; decay is applied from there';
comment on column public.contact_states.rules_version is 'nobody: version of the rules that the row was computed by; says whether to compute it anew';
comment on column public.contact_states.due_on is 'nobody: UTC day on which decay or silence changes it next at the earliest; the sweep looks only at what is due';
comment on column public.contact_states.changed_on is 'end user: UTC day since which score and stage are what they are; the history begins before it';
comment on column public.contact_states.pinned_stage_id is 'end user: stage that a member pinned the contact to; goes before everything else';

comment on table public.score_history is
    'Past scores: score and stage of an end user on each day on which they changed; kept until the contact is erased or the workspace deleted';
comment on column public.score_history.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.score_history.contact_id is 'end user: id of the contact; names whose score it was';
comment on column public.score_history.day is 'end user: first UTC day on which it was so; answers what the score was on a day';
comment on column public.score_history.score is 'end user: score from then on; shown to members';
comment on column public.score_history.stage_id is 'end user: stage from then on; shown to members';

comment on table public.transitions is
    'Stage changes: each move of an end user from one stage to another; kept until the contact is erased or the workspace deleted';
comment on column public.transitions.id is 'nobody: id of the transition; mails refer to it';
comment on column public.transitions.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.transitions.contact_id is 'end user: id of the contact; names who moved';
comment on column public.transitions.from_stage_id is 'end user: stage before; shown to members';
comment on column public.transitions.to_stage_id is 'end user: stage after; shown to members and starts mails';
comment on column public.transitions.cause is 'end user: whether a message, decay, silence, changed rules or a member caused it; explains the move';
comment on column public.transitions.score is 'end user: score at that moment; explains the move';
comment on column public.transitions.created_at is 'end user: when it happened; shown to members, and coming back soon starts no mail';

comment on table public.stage_pins is
    'Pinned stages: which stage a member put an end user into by hand; kept until the contact is erased or the workspace deleted';
comment on column public.stage_pins.id is 'nobody: id of the pin; names the row';
comment on column public.stage_pins.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.stage_pins.contact_id is 'end user: the identity that the contact had as its highest one then; the pin applies to it';
comment on column public.stage_pins.stage_id is 'end user: stage that was chosen, or null to let the rules decide again; the pin applies it';
comment on column public.stage_pins.pinned_by is 'owner: id of the member who did it; says who did it';
comment on column public.stage_pins.pinned_at is 'owner: when it was done; the last pin counts';

comment on table public.signals is
    'Signals: which events your rules count; kept until no rule uses it any more, or the workspace is deleted';
comment on column public.signals.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.signals.number is 'nobody: number of the signal within the workspace; counts are stored under it';
comment on column public.signals.event is 'owner: name of the event that is counted; an event is matched by it';
comment on column public.signals.condition is 'owner: properties that the event must have; an event is matched by it';
comment on column public.signals.trusted_only is 'owner: whether only trusted events count; an event is matched by it';
comment on column public.signals.kind is 'nobody: whether each day is counted or the last occurrence is kept; scores need counts, stages the last one';
comment on column public.signals.counted_back is 'nobody: whether the events from before have been counted; rules take effect only after that';

comment on table public.score_rules is
    'Score rules: how many points a signal gives; kept until the rules are changed or the workspace is deleted';
comment on column public.score_rules.id is 'nobody: id of the rule; names the rule';
comment on column public.score_rules.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.score_rules.signal is 'owner: number of the signal; the rule gives points for it';
comment on column public.score_rules.points is 'owner: points for each occurrence; the score is computed with it';
comment on column public.score_rules.cap is 'owner: most points that the rule can give or take; the score is computed with it';
comment on column public.score_rules.name is 'owner: name of the rule; explains a score';

comment on table public.fit_rules is
    'Fit rules: how many points a trait gives; kept until the rules are changed or the workspace is deleted';
comment on column public.fit_rules.id is 'nobody: id of the rule; names the rule';
comment on column public.fit_rules.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.fit_rules.trait is 'owner: name of the trait; the rule looks at it';
comment on column public.fit_rules.operator is 'owner: how the trait is compared; the rule is computed with it';
comment on column public.fit_rules.operand is 'owner: what the trait is compared with; the rule is computed with it';
comment on column public.fit_rules.points is 'owner: points when it matches; the score is computed with it';

comment on table public.stages is
    'Stages: the lifecycle stages of your workspace; kept until the workspace is deleted, since past moves still name a stage that the rules no longer have';
comment on column public.stages.id is 'nobody: id of the stage; states and transitions refer to it';
comment on column public.stages.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.stages.name is 'owner: name of the stage; shown to members';
comment on column public.stages.position is 'owner: place in the order of stages, or null once the rules no longer have it; higher stages go first';
comment on column public.stages.threshold is 'owner: score that leads to the stage; decides stages';
comment on column public.stages.silence_days is 'owner: days without an event that lead to the stage; decides stages';
comment on column public.stages.signal is 'owner: number of the signal that leads to the stage; decides stages';

comment on table public.rescores is
    'Re-scoring: how far the scores of a workspace have been computed anew; kept until the workspace is deleted';
comment on column public.rescores.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rescores.recount is 'nobody: whether events are counted again too; the sweep does so';
comment on column public.rescores.requested_at is 'owner: when it was asked for; oldest first';
comment on column public.rescores.done_to is 'nobody: id of the last contact that is done; the sweep goes on there';
comment on column public.rescores.done is 'nobody: how many contacts are done; shows progress';
comment on column public.rescores.total is 'nobody: how many contacts there are to do; shows progress';
comment on column public.rescores.finished_at is 'nobody: when it was finished; shows progress';

comment on table public.rescore_requests is
    'Requests to re-score: who asked for scores to be computed anew; kept until the workspace is deleted';
comment on column public.rescore_requests.id is 'nobody: id of the request; names the row';
comment on column public.rescore_requests.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rescore_requests.requested_by is 'owner: id of the member who asked; says who did it';
comment on column public.rescore_requests.requested_at is 'owner: when it was asked for; says when it was done';

comment on table public.rule_drafts is
    'Drafts of rules: rules that you are trying out; kept until the workspace is deleted';
comment on column public.rule_drafts.id is 'nobody: id of the draft; its preview refers to it';
comment on column public.rule_drafts.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rule_drafts.rules is 'owner: the rules as they were written; they are previewed and published';
comment on column public.rule_drafts.completed is 'owner: the rules with the signals and stages that are there for them; they are counted and published';
comment on column public.rule_drafts.status is 'nobody: how far the draft has come; shown to members';
comment on column public.rule_drafts.decision is 'owner: whether a member wants it published or discarded; the sweep does so';
comment on column public.rule_drafts.previewed_on is 'nobody: UTC day as of which the preview was made; shown to members';
comment on column public.rule_drafts.done_to is 'nobody: id of the last contact that is done; the sweep goes on there';
comment on column public.rule_drafts.done is 'nobody: how many contacts are done; shows progress';
comment on column public.rule_drafts.total is 'nobody: how many contacts there are to do; shows progress';
comment on column public.rule_drafts.created_by is 'owner: id of the member who wrote it; says who did it';
comment on column public.rule_drafts.created_at is 'owner: when it was written; shown to members';
comment on column public.rule_drafts.changed_at is 'owner: when it was last changed; oldest first';
comment on column public.rule_drafts.decided_at is 'owner: when it was published or discarded; shown to members';

comment on table public.rule_draft_moves is
    'Previews of moves: how many end users a draft would move between two stages, with some of them as examples; kept until the draft is previewed anew, a contact among the examples is erased or the workspace deleted';
comment on column public.rule_draft_moves.draft_id is 'nobody: id of the draft; the preview belongs to it';
comment on column public.rule_draft_moves.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rule_draft_moves.from_stage_id is 'nobody: stage before; names the move';
comment on column public.rule_draft_moves.to_stage_id is 'nobody: stage after; names the move';
comment on column public.rule_draft_moves.contacts is 'nobody: how many contacts would move; shown to members before they decide';
comment on column public.rule_draft_moves.examples is 'end user: ids of some of these contacts; shown to members before they decide';

comment on table public.rule_draft_mails is
    'Previews of mail: how many mails a draft would send; kept until the draft is previewed anew or the workspace deleted';
comment on column public.rule_draft_mails.draft_id is 'nobody: id of the draft; the preview belongs to it';
comment on column public.rule_draft_mails.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column public.rule_draft_mails.automation_id is 'nobody: the automation that would send them; names the mail';
comment on column public.rule_draft_mails.mails is 'nobody: how many mails it would decide on; shown to members before they decide';
comment on column public.rule_draft_mails.mailable is 'nobody: how many of them have an address to go to; shown to members before they decide';

comment on table public.rule_templates is
    'Rules to begin with: what a new workspace can start from, the same for everyone; kept until a release changes it';
comment on column public.rule_templates.kind is 'nobody: kind of product; chosen when a workspace is made';
comment on column public.rule_templates.title is 'nobody: title for people; shown to owners';
comment on column public.rule_templates.description is 'nobody: what it is good for; shown to owners';
comment on column public.rule_templates.rules is 'nobody: the rules; a workspace starts with them';

comment on table private.compiled_rules is
    'Compiled rules: the rules in force in the form that ingestion reads; kept until the rules are changed or the workspace is deleted';
comment on column private.compiled_rules.workspace_id is 'nobody: the workspace that the row belongs to; finds it, guards it and deletes it';
comment on column private.compiled_rules.version is 'owner: version of the rules; says which scores are out of date';
comment on column private.compiled_rules.half_life_days is 'owner: days in which points lose half; the score is computed with it';
comment on column private.compiled_rules.signals is 'owner: numbers of the signals that are counted; an event is matched with them';
comment on column private.compiled_rules.signal_events is 'owner: event of each of them; an event is matched with them';
comment on column private.compiled_rules.signal_conditions is 'owner: properties that each of them asks for; an event is matched with them';
comment on column private.compiled_rules.signal_trusted is 'owner: whether each of them needs a trusted event; an event is matched with them';
comment on column private.compiled_rules.rule_signals is 'owner: signal of each score rule; the score is computed with them';
comment on column private.compiled_rules.rule_points is 'owner: points of each score rule; the score is computed with them';
comment on column private.compiled_rules.rule_caps is 'owner: cap of each score rule; the score is computed with them';
comment on column private.compiled_rules.score_stages is 'owner: stages that a score leads to; decides stages';
comment on column private.compiled_rules.thresholds is 'owner: score of each of them; decides stages';
comment on column private.compiled_rules.event_stages is 'owner: stages that an event leads to; decides stages';
comment on column private.compiled_rules.silence_stages is 'owner: stages that silence leads to; decides stages';
comment on column private.compiled_rules.silence_days is 'owner: days of each of them; decides stages';
comment on column private.compiled_rules.fit_traits is 'owner: trait of each fit rule; the score is computed with them';
comment on column private.compiled_rules.fit_operators is 'owner: operator of each fit rule; the score is computed with them';
comment on column private.compiled_rules.fit_operands is 'owner: operand of each fit rule; the score is computed with them';
comment on column private.compiled_rules.fit_points is 'owner: points of each fit rule; the score is computed with them';
comment on column private.compiled_rules.event_signals is 'owner: signal of each stage that an event leads to; decides stages';
comment on column private.compiled_rules.last_signals is 'owner: signals of which the last occurrence is kept, drafts'' too; an event is matched with them';
comment on column private.compiled_rules.last_events is 'owner: event of each of them; an event is matched with them';
comment on column private.compiled_rules.last_conditions is 'owner: properties that each of them asks for; an event is matched with them';
comment on column private.compiled_rules.last_trusted is 'owner: whether each of them needs a trusted event; an event is matched with them';
comment on column private.compiled_rules.mail_automations is 'owner: live automations that an event starts; decides mails';
comment on column private.compiled_rules.mail_events is 'owner: event of each of them; an event is matched with them';
comment on column private.compiled_rules.mail_conditions is 'owner: properties that each of them asks for; an event is matched with them';
comment on column private.compiled_rules.mail_trusted is 'owner: whether each of them needs a trusted event; an event is matched with them';
comment on column private.compiled_rules.mail_silences is 'owner: days of silence that start a mail; the day a contact is due is found with them';

comment on table private.decay_factors is
    'Decay: what is left of a point after so many days; kept until a release changes it';
comment on column private.decay_factors.half_life_days is 'nobody: days in which points lose half; finds the factor';
comment on column private.decay_factors.age is 'nobody: days since the event; finds the factor';
comment on column private.decay_factors.factor is 'nobody: what is left of one point; the score is computed with it';

comment on table private.drift_checks is
    'Nightly checks: whether stored scores are what the events say; kept until the operator deletes it';
comment on column private.drift_checks.checked_on is 'nobody: UTC day of the check; one check a day';
comment on column private.drift_checks.contacts is 'nobody: how many contacts were looked at; says how far to rely on it';
comment on column private.drift_checks.differences is 'nobody: how many of them differed; shows faults to the operator';
comment on column private.drift_checks.checked_at is 'nobody: when it was done; says when it was done';
