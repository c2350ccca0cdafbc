import { useState } from "preact/hooks";
import { changed, useAsk } from "../../data/asking";
import { post } from "../../data/endpoints";
import { read } from "../../data/supabase";
import { dateTime, figure } from "../../parts/format";
import { Action, useDoing } from "../../parts/forms";
import { AsOf, Failed, Panel } from "../../parts/states";
import { may, type Workspace } from "../../shell/workspaces";

interface Export {
  id: string;
  contact_id: string | null;
  status: string;
  requested_at: string;
  counts: Record<string, number>;
  parts: number;
  bytes: number;
  expires_at: string | null;
}
interface File {
  name: string;
  bytes: number;
  url: string;
}

const OPEN = ["queued", "building"];

export function Exports({ workspace }: { workspace: Workspace }) {
  const mayRead = may(workspace.role, "owner");
  const [watching, watch] = useState(true);
  const asking = useDoing();
  const key = `${workspace.id}/exports`;
  const asked = useAsk(
    mayRead ? key : null,
    async () => {
      const all = await read<Export>("exports", workspace.id, "id,contact_id,status,requested_at,counts,parts,bytes,expires_at", (query) =>
        query.order("requested_at", { ascending: false }).limit(20),
      );
      watch(all.some(({ status }) => OPEN.includes(status)));
      return all;
    },
    watching ? { every: 5000 } : {},
  );
  const ask = () => asking.run(async () => {
    await post("/api/export", workspace.id, {});
    changed(key);
  });
  return (
    <section class="card" aria-labelledby="exports">
      <header><h2 id="exports">Export</h2><AsOf asked={asked} /></header>
      <p class="muted">
        Everything that this workspace holds, as NDJSON and CSV in zips. The scheduler builds it; files are kept for 24 hours, and
        withdrawn when a contact is erased.
      </p>
      <Action role={workspace.role} needs="owner" class="main" busy={asking.busy} onClick={() => void ask()}>Export everything</Action>
      {asking.failure && <Failed failure={asking.failure} what="The export" again={() => void ask()} />}
      {mayRead && (
        <Panel asked={asked} what="The exports" lines={1} isEmpty={(all) => !all.length} empty={null}>
          {(all) => <ul class="rows spaced">{all.map((one) => <Row key={one.id} workspace={workspace} asked={one} />)}</ul>}
        </Panel>
      )}
    </section>
  );
}

const size = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

const SAID: Record<string, (rows: string) => string> = {
  queued: () => "waits for the scheduler",
  building: (rows) => `being built: ${rows} rows so far`,
  complete: (rows) => `complete: ${rows} rows`,
  withdrawn: () => "withdrawn, since a contact was erased; ask again",
  expired: () => "over; its files are deleted",
  failed: () => "given up; ask again",
};

function Row({ workspace, asked }: { workspace: Workspace; asked: Export }) {
  const [files, setFiles] = useState<File[]>();
  const looking = useDoing();
  const rows = figure(Object.values(asked.counts).reduce((sum, rows) => sum + rows, 0));
  const look = () => looking.run(async () => {
    const { files, expiresIn } = await post<{ files?: File[]; expiresIn: number }>("/api/export", workspace.id, { exportId: asked.id });
    setFiles(files);
    setTimeout(() => setFiles(undefined), expiresIn * 1000);
  });
  return (
    <li>
      <div>
        <b>{asked.contact_id ? "One contact" : "Everything"}</b>, {SAID[asked.status]?.(rows) ?? asked.status}
        <br />
        <small>
          asked for {dateTime(asked.requested_at)}
          {asked.status === "complete" && `, ${size(asked.bytes)}, until ${dateTime(asked.expires_at ?? "")}`}
        </small>
        {files && (
          <>
            <ul class="files">{files.map(({ name, url, bytes }) => <li key={name}><a href={url} download={name}>{name}</a> <small>{size(bytes)}</small></li>)}</ul>
            <small>The links work for a minute.</small>
          </>
        )}
        {looking.failure && <Failed failure={looking.failure} what="The links" again={() => void look()} />}
      </div>
      {asked.status === "complete" && !files && (
        <Action role={workspace.role} needs="owner" class="small" busy={looking.busy} onClick={() => void look()}>Show the links</Action>
      )}
    </li>
  );
}
