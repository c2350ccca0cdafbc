import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Action, Editable, Form, useDoing } from "../../parts/forms";
import type { Workspace } from "../../shell/workspaces";
import { saveSettings, type Settings } from "./data";

interface Props {
  workspace: Workspace;
  id: string;
  title: string;
  what: string;
  now: Settings;
  /** What the form's values mean. */
  settings: (values: Record<string, string>) => Partial<Settings>;
  onSaved?: () => void;
  children: ComponentChildren;
}

/** Some columns of the workspace, in a card that owners and admins save. */
export function SettingsForm({ workspace, id, title, what, now, settings, onSaved, children }: Props) {
  const doing = useDoing();
  const [saved, setSaved] = useState(false);
  const submit = async (values: Record<string, string>) => {
    setSaved(false);
    await saveSettings(workspace.id, settings(values), now);
    setSaved(true);
    onSaved?.();
  };
  return (
    <section class="card" aria-labelledby={id}>
      <header><h2 id={id}>{title}</h2></header>
      <Form what={what} doing={doing} onSubmit={submit}>
        <Editable role={workspace.role} needs="admin">{children}</Editable>
        <div class="row">
          <Action role={workspace.role} needs="admin" type="submit" class="main" busy={doing.busy}>Save</Action>
          <small role="status">{saved && !doing.busy ? "Saved." : ""}</small>
        </div>
      </Form>
    </section>
  );
}
