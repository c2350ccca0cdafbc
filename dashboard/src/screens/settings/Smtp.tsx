import { useState } from "preact/hooks";
import { changed, useAsk } from "../../data/asking";
import { post } from "../../data/endpoints";
import { read } from "../../data/supabase";
import { dateTime } from "../../parts/format";
import { Action, Choice, Confirm, Editable, Field, Form, useDoing } from "../../parts/forms";
import { Failed, Notice, Panel } from "../../parts/states";
import { may, type Workspace } from "../../shell/workspaces";

interface Server {
  host: string;
  port: number;
  username: string;
  from_address: string;
  from_name: string | null;
  verified_at: string | null;
  last_error: string | null;
}

const PORTS: [string, string][] = [["587", "587 (STARTTLS)"], ["465", "465 (TLS)"], ["2525", "2525 (STARTTLS)"]];

/** A submission server of the founder's own. Its password goes in and never comes out. */
export function Smtp({ workspace }: { workspace: Workspace }) {
  const mayRead = may(workspace.role, "admin");
  const key = `${workspace.id}/smtp`;
  const asked = useAsk(mayRead ? key : null, async () =>
    (await read<Server>("smtp_settings", workspace.id, "host,port,username,from_address,from_name,verified_at,last_error"))[0] ?? null,
  );
  return (
    <section class="card" aria-labelledby="smtp">
      <header><h2 id="smtp">Your own mail server (SMTP)</h2></header>
      <p class="muted">Mail then comes from your own address. Until a test has gone through it, mail goes through ours.</p>
      {mayRead ? (
        <Panel asked={asked} what="The mail server">
          {(server) => <Known key={server?.host} workspace={workspace} server={server} onChanged={() => changed(key)} />}
        </Panel>
      ) : (
        <Fields workspace={workspace} server={null} onSaved={() => {}} />
      )}
    </section>
  );
}

interface KnownProps {
  workspace: Workspace;
  server: Server | null;
  onChanged: () => void;
}

function Known({ workspace, server, onChanged }: KnownProps) {
  const [editing, edit] = useState(!server);
  return (
    <>
      {server && <State workspace={workspace} server={server} onChanged={onChanged} onEdit={() => edit(!editing)} />}
      {editing && <Fields workspace={workspace} server={server} onSaved={() => { edit(false); onChanged(); }} />}
    </>
  );
}

interface StateProps {
  workspace: Workspace;
  server: Server;
  onChanged: () => void;
  onEdit: () => void;
}

function State({ workspace, server, onChanged, onEdit }: StateProps) {
  const testing = useDoing();
  const test = async () => {
    await testing.run(() => post("/api/settings", workspace.id, { testSmtp: true }));
    onChanged(); // a test that failed is noted as well
  };
  const remove = async () => {
    await post("/api/settings", workspace.id, { smtp: null });
    onChanged();
  };
  return (
    <>
      {server.verified_at
        ? <Notice tone="good" title={`In use since ${dateTime(server.verified_at)}.`} />
        : <Notice tone="warn" title="Not in use yet: send yourself a test." />}
      <dl class="facts">
        <div><dt>Server</dt><dd>{server.host}:{server.port}, as {server.username}</dd></div>
        <div><dt>From</dt><dd>{server.from_name ? `${server.from_name} <${server.from_address}>` : server.from_address}</dd></div>
        {server.last_error && <div><dt>Last error</dt><dd>{server.last_error.replaceAll("_", " ")}</dd></div>}
      </dl>
      {testing.failure && <Failed failure={testing.failure} what="The test" />}
      <div class="row spaced">
        <Action role={workspace.role} needs="admin" class="main" busy={testing.busy} onClick={() => void test()}>
          {testing.busy ? "Testing …" : "Send me a test"}
        </Action>
        <Action role={workspace.role} needs="admin" onClick={onEdit}>Change</Action>
        <Confirm
          title="Remove" question="Stop using this server?" does="Remove it" what="The mail server" role={workspace.role} needs="admin"
          class="bad" act={remove}
        >
          <p>Mail goes through our server again, from {workspace.slug}@ our sending domain.</p>
        </Confirm>
      </div>
    </>
  );
}

function Fields({ workspace, server, onSaved }: { workspace: Workspace; server: Server | null; onSaved: () => void }) {
  const doing = useDoing();
  const submit = async ({ host, port, username, password, from, fromName }: Record<string, string>) => {
    const smtp = { host, port: Number(port), username, password, from, ...(fromName && { fromName }) };
    await post("/api/settings", workspace.id, { smtp });
    onSaved();
  };
  return (
    <Form what="The mail server" doing={doing} onSubmit={submit}>
      <Editable role={workspace.role} needs="admin">
        <div class="pair">
          <Field label="Server" name="host" required maxLength={253} placeholder="smtp.example.com" defaultValue={server?.host ?? ""} />
          <Choice label="Port" name="port" options={PORTS} chosen={server ? `${server.port}` : "587"} />
          <Field label="User name" name="username" required maxLength={255} autocomplete="off" defaultValue={server?.username ?? ""} />
          <Field
            label="Password" name="password" type="password" required maxLength={1024} autocomplete="new-password"
            hint="Stored encrypted, and never shown again."
          />
          <Field label="From" name="from" type="email" required maxLength={254} placeholder="hello@example.com" defaultValue={server?.from_address ?? ""} />
          <Field label="Sender's name" name="fromName" maxLength={100} hint="Beside the address; may be empty." defaultValue={server?.from_name ?? ""} />
        </div>
      </Editable>
      <Action role={workspace.role} needs="admin" type="submit" class={server ? "" : "main"} busy={doing.busy}>Save the server</Action>
    </Form>
  );
}
