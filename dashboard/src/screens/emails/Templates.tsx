import { BASE } from "../../data/location";
import { date } from "../../parts/format";
import { AsOf, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { useAutomations, useTemplates } from "./data";
import { Template } from "./Template";

export default function Templates({ workspace, rest: [id] }: ScreenProps) {
  const templates = useTemplates(workspace.id);
  const automations = useAutomations(workspace.id);
  if (id) return <Template key={id} workspace={workspace} id={id} />;
  const base = `${BASE}/w/${workspace.slug}/emails/templates`;
  const users = (template: string) => automations.data?.filter(({ template_id }) => template_id === template).map(({ name }) => name);
  return (
    <section class="card" aria-labelledby="templates">
      <header><h2 id="templates">Templates</h2><AsOf asked={templates} /></header>
      <Panel
        asked={templates} what="The templates" lines={6} isEmpty={(all) => !all.length}
        empty={<p class="muted">No templates. What you write here, automations and your servers can send.</p>}
      >
        {(all) => (
          <ul class="rows">
            {all.map((template) => (
              <li key={template.id}>
                <div>
                  <a href={`${base}/${template.id}`}><b>{template.name}</b></a> <span class="chip">{template.category}</span>
                  <br />
                  <small>{template.subject}</small>
                </div>
                <small>{users(template.id)?.length ? `sent by ${users(template.id)?.join(", ")}` : `changed on ${date(template.updated_at)}`}</small>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <p class="spaced"><a class="button" href={`${base}/new`}>Write a template</a></p>
    </section>
  );
}
