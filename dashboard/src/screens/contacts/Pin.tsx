import { changed } from "../../data/asking";
import { add } from "../../data/supabase";
import { words } from "../../parts/format";
import { Action, Choice, Editable, Form, useDoing } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import type { Shown } from "./Contact";
import { useStages } from "./data";

interface Props {
  workspace: Workspace;
  contact: Shown;
}

/** Sometimes a person knows better than the rules: a deal signed on paper. */
export function Pin({ workspace, contact }: Props) {
  const doing = useDoing();
  const stages = useStages(workspace.id).data ?? [];
  const pin = async (stage: string | null) => {
    await add("stage_pins", workspace.id, { contact_id: contact.id, stage_id: stage });
    changed(`${workspace.id}/`);
  };
  if (contact.pinned) {
    return (
      <Form what="The pin" doing={doing} onSubmit={() => pin(null)}>
        <Action role={workspace.role} needs="admin" type="submit" busy={doing.busy}>Let the rules decide again</Action>
      </Form>
    );
  }
  return (
    <details class="more">
      <summary>Pin to a stage by hand</summary>
      <Form what="The pin" doing={doing} onSubmit={({ stage = "" }) => pin(stage)}>
        <Editable role={workspace.role} needs="admin">
          <Choice
            label="Stage" name="stage" options={stages.map(({ id, name }) => [id, words(name)])}
            hint="Neither score nor silence moves them from it until somebody lets go. Automations see it as any other change."
          />
        </Editable>
        <Action role={workspace.role} needs="admin" type="submit" unready={!stages.length} busy={doing.busy}>Pin them</Action>
      </Form>
    </details>
  );
}
