// Before anything that a member's dashboard asks gets to the server, others ask the same: they may see and change nothing.
import { setting } from "./stack.js";

const TABLES = `
  select c.table_schema || '.' || c.table_name as name, case c.table_name when 'workspaces' then 'id' else 'workspace_id' end as key
  from information_schema.columns as c join information_schema.tables as t using (table_schema, table_name)
  where c.table_schema in ('public', 'private') and t.table_type = 'BASE TABLE'
    and (c.column_name = 'workspace_id' or c.table_name = 'workspaces' and c.column_name = 'id')`;

/** What all tenant tables hold of a workspace, by table, as one number each. */
async function snapshot(sql, workspace) {
  const tables = await sql.unsafe(TABLES);
  const sums = tables.map(
    ({ name, key }) => `select '${name}' as name, md5(coalesce(string_agg(t::text, ',' order by t::text), '')) as sum from ${name} as t where t.${key} = '${workspace}'`,
  );
  return new Map((await sql.unsafe(sums.join(" union all "))).map(({ name, sum }) => [name, sum]));
}

/** Answers the snapshot; it is taken anew only if any transaction has written since, which costs a millisecond to know. */
function snapshots(sql, workspace) {
  let known;
  return async () => {
    const [{ xid }] = await sql`select pg_snapshot_xmax(pg_current_snapshot())::text as xid`;
    if (known?.xid !== xid) known = { xid, sums: await snapshot(sql, workspace) };
    return known.sums;
  };
}

// Answers what the asker has themself, so it is not nothing; other people's texts are looked for in it all the same.
const OWN = "rpc/my_workspaces";

// Who looks at a draft, or asks how far a re-score is, makes the working out go on; and who looks at all that is held of a
// contact is in the audit log.
const BY_LOOKING = [
  /^public\.(rule_drafts|rule_draft_moves|rule_draft_mails|signals|stage_events) by \/api\/score {"preview"/,
  /^public\.(rescores|contact_states|stage_events|stage_entries|transitions|score_history) by \/api\/score {"recompute"/,
  /^public\.audit_log by \/api\/contact {"access"/,
];

/** Null, zero, empty, or full of such; times and what was asked for say nothing of the workspace. */
function isNothing(value, asked) {
  if (Array.isArray(value)) return value.every((each) => isNothing(each, asked));
  if (value && typeof value === "object") return Object.values(value).every((each) => isNothing(each, asked));
  if (typeof value === "number") return value === 0;
  return !value || /^\d{4}-\d\d-\d\dT[\d:.]+/.test(value) || asked.includes(String(value));
}

/** What an answer has told that it should not have. */
function told({ status, text }, asked) {
  if (status >= 400) return null;
  try {
    return isNothing(JSON.parse(text || "null"), asked) ? null : text;
  } catch {
    return text;
  }
}

/**
 * Lets `others` (by what they are: {token, maySee}) try all that the dashboard of `member` asks, each before the member's
 * own request goes on. Answers what they got at that they should not have, and the names of all that was asked.
 */
export async function tryEverything(member, others, sql, workspace) {
  const wrongs = [];
  const asked = new Set();
  const tried = new Set();
  const bodies = [];
  const held = snapshots(sql, workspace);
  let last = Promise.resolve();

  async function attempt(request) {
    const { pathname } = new URL(request.url());
    const name = `${/^\/rest\/v1\/(?!rpc)/.test(pathname) ? `${request.method()} ` : ""}${pathname.replace(/^\/rest\/v1\//, "")}`;
    const body = request.postData();
    const isRead = request.method() === "GET" || pathname.startsWith("/rest/v1/rpc/");
    asked.add(name);
    const same = request.url() + body;
    if (isRead && tried.has(same)) return;
    tried.add(same);
    for (const [who, { token, maySee }] of Object.entries(others)) {
      const before = await held();
      const headers = { ...request.headers(), authorization: `Bearer ${token ?? setting("SUPABASE_PUBLISHABLE_KEY")}` };
      const response = await fetch(request.url(), { method: request.method(), headers, body });
      const answer = { status: response.status, text: await response.text() };
      const seen = maySee || name === OWN ? null : told(answer, `${request.url()} ${body}`);
      if (seen) wrongs.push(`${who} sees by ${name} ${body}: ${seen.slice(0, 300)}`);
      if (!maySee) bodies.push({ who, name, text: answer.text });
      const changes = [...(await held())].filter(([table, sum]) => before.get(table) !== sum).map(([table]) => `${table} by ${name} ${body}`);
      wrongs.push(...changes.filter((change) => !maySee || !BY_LOOKING.some((known) => known.test(change))).map((change) => `${who} changes ${change}`));
    }
  }

  await member.context.route(/\/(rest\/v1|api)\//, (route) => {
    // One after the other, the member's own included, so that each change has one that made it.
    last = last.then(async () => {
      await attempt(route.request());
      const response = await route.fetch({ maxRedirects: 0 }).catch(() => null);
      await (response ? route.fulfill({ response }) : route.abort()).catch(() => {}); // the page has gone on
    });
    return last;
  });
  return { wrongs, asked, bodies };
}
