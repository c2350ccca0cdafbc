// A workspace with something on every screen, and nothing in it that means well.
import { openDashboard, send } from "./founder.js";
import { buildExports, drain } from "./stack.js";

/** In every text of the workspace's, so that it is found wherever it gets. */
export const MARKER = "Xyzzy";

export const HOSTILE = [
  `${MARKER} <img src=x onerror="window.hacked=1"><script>window.hacked=2</script>`,
  `${MARKER} "><svg onload='window.hacked=3'> {{ contact.email }} '); drop table x; --`,
  `${MARKER} \u202eright to left\u202c \u05d0\u05d1\u05d2 \u0627\u0644\u0639\u0631\u0628\u064a\u0629`,
  `${MARKER}${"W".repeat(9_995)}`,
  `${MARKER} \u{1f469}\u200d\u{1f469}\u200d\u{1f467} Z\u0351\u036b\u0343\u036a\u0302`,
  "__proto__",
  "constructor",
];

/** What the browser says when the frame of a mail refuses what is in a hostile template. */
export const REFUSED = /preview\.html|directive: "img-src https: data:"/;

/** Puts all of it into the workspace that `alice` made last, and answers the ids that the screens' addresses need. */
export async function fill(alice, sql, texts = HOSTILE) {
  const workspace = await alice.workspaceId();
  await sql`update public.workspaces set postal_address = ${HOSTILE[0]}, website = 'https://xyzzy.example', reply_to = 'a@xyzzy.example' where id = ${workspace}`;
  await people(await alice.makeSecretKey(), texts);
  await rules(alice, workspace, texts);
  const template = await mails(alice, sql, workspace, texts);
  await drain();
  await settings(alice, sql, workspace);
  await alice.post("/api/export", { workspaceId: workspace });
  await buildExports();
  await alice.post("/api/export", { workspaceId: workspace });
  const [{ contact }] = await sql`select contact_id as contact from public.identities where workspace_id = ${workspace} and value = 'user-0'`;
  const [{ automation }] = await sql`select id as automation from public.automations where workspace_id = ${workspace} and event is not null limit 1`;
  const [{ mail }] = await sql`select id as mail from public.messages where workspace_id = ${workspace} and status = 'sent'`;
  return { workspace, contact, template, automation, mail };
}

async function people(key, texts) {
  const batch = texts.flatMap((text, n) => {
    const who = { userId: n ? text.slice(0, 255) : "user-0" };
    const traits = { name: text, email: `p${n}@xyzzy.example`, [text.slice(0, 255)]: { text }, ["__proto__"]: text.slice(0, 99) };
    const properties = { [text.slice(0, 255)]: [text], url: "javascript:window.hacked=4" };
    return [
      { type: "identify", ...who, traits },
      ...["Onboarding Completed", "Upgrade Clicked", "Upgrade Clicked", text.slice(0, 200)].map((event) => ({ type: "track", event, ...who, properties })),
    ];
  });
  await send(key, batch);
  await send(key, [{ type: "track", userId: "user-1", event: "Subscription Started" }, { type: "track", event: MARKER, messageId: HOSTILE[0] }]);
}

async function rules(alice, workspace, texts) {
  const force = await alice.rest("rpc/rules_in_force", { p_workspace: workspace });
  const signals = texts.map((text) => ({ name: text.slice(0, 100), event: text.slice(0, 200), condition: { [text.slice(0, 50)]: text.slice(0, 50) }, points: 5, cap: 30 }));
  const fit = texts.map((text) => ({ trait: text.slice(0, 100), operator: "contains", operand: text.slice(0, 100), points: 5 }));
  const stages = [...force.stages, { name: HOSTILE[0].slice(0, 100), event: HOSTILE[1].slice(0, 100) }];
  await alice.rest("rule_drafts", { workspace_id: workspace, rules: { ...force, signals: [...force.signals, ...signals], fit, stages } });
}

async function mails(alice, sql, workspace, texts) {
  const names = texts.map((text) => text.slice(0, 100));
  const html = `<h1>${MARKER}</h1>${texts.join("")}`;
  for (const name of names) {
    await alice.rest("templates", { workspace_id: workspace, name, category: "marketing", subject: name, html });
  }
  const [{ id: template }] = await sql`select id from public.templates where workspace_id = ${workspace} and name = ${names[0]}`;
  for (const name of names) {
    await alice.rest("automations", { workspace_id: workspace, name, template_id: template, event: name, condition: { [name]: name } });
  }
  await sql`
    insert into public.messages (workspace_id, contact_id, category, status, reason, subject, to_address)
    select ${workspace}, c.id, 'marketing', 'skipped', 'unsubscribed', ${HOSTILE[0]}, 'p1@xyzzy.example' from public.contacts as c where c.workspace_id = ${workspace}`;
  await sql`insert into public.suppressions (workspace_id, address_hash, category, reason) values (${workspace}, ${"f".repeat(64)}, 'marketing', 'unsubscribed')`;
  return template;
}

async function settings(alice, sql, workspace) {
  await sql`insert into public.plan_variants (variant_id, plan, interval, is_sold) values ('xyzzy', 'growth', 'month', false) on conflict do nothing`;
  await sql`
    insert into public.subscriptions (id, workspace_id, variant_id, status, created_at, updated_at)
    values (${`xyzzy-${workspace}`}, ${workspace}, 'xyzzy', 'past_due', now(), now())`;
  await alice.rest("invitations", { workspace_id: workspace, email: "sam@xyzzy.example", role: "viewer" });
  await sql`update private.notices set status = 'skipped', reason = 'address_limit' where workspace_id = ${workspace} and invitation_id is not null`;
  await sql`
    insert into public.smtp_settings (workspace_id, host, port, username, from_address, from_name, verified_at, last_error, last_error_at)
    values (${workspace}, 'smtp.xyzzy.example', 587, ${HOSTILE[0]}, 'a@xyzzy.example', ${HOSTILE[0]}, now(), ${HOSTILE[0]}, now())`;
}

/** Somebody with an account of their own, who is a member of that workspace if a role is given. */
export async function join(browser, sql, workspace, role, options = {}) {
  const somebody = await openDashboard(browser, "/app/", options);
  await somebody.signUp();
  if (role) {
    await sql`
      insert into public.members (workspace_id, user_id, role)
      select ${workspace}, u.id, ${role} from auth.users as u where u.email = ${somebody.email}`;
  }
  return somebody;
}
