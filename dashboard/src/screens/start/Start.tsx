import { useState } from "preact/hooks";
import { signOut } from "../../data/auth";
import { renewed } from "../../data/asking";
import { BASE, go } from "../../data/location";
import { Field, Form, useDoing } from "../../parts/forms";
import { MINE, type Invitation, type Mine } from "../../shell/workspaces";
import { Entrance } from "../entrance/Entrance";
import { joinWorkspace, makeWorkspace, refuseInvitation } from "./data";

const KINDS = [
  ["saas_trial", "SaaS with a trial"],
  ["freemium", "Freemium"],
  ["developer_tool", "Developer tool"],
  ["default", "Something else"],
];

const suggested = (name: string) =>
  name.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");

/** Makes the first workspace, or another one, or joins one that somebody else made. */
export default function Start({ mine }: { mine: Mine }) {
  const doing = useDoing();
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string>();
  const address = slug ?? suggested(name);
  const submit = async ({ kind = "" }) => {
    await makeWorkspace(name, address, kind);
    await renewed(MINE);
    go(`${BASE}/w/${address}/setup`);
  };
  return (
    <Entrance title={mine.workspaces.length ? "Another workspace" : "Your workspace"}>
      {mine.invitations.map((invitation) => <Invited key={invitation.id} invitation={invitation} />)}
      <Form what="The workspace" doing={doing} onSubmit={submit}>
        <Field
          label="Name of your product" name="name" required maxLength={100} value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
          hint="Your users see it in the mails they get."
        />
        <Field
          label="Short name" name="slug" required pattern="[a-z0-9]([a-z0-9\-]{0,38}[a-z0-9])?" maxLength={40} value={address}
          title="Small letters, digits and hyphens"
          onInput={({ currentTarget }) => setSlug(currentTarget.value)}
          hint="In this page's address and in the sender's: small letters, digits and hyphens."
        />
        <div class="field">
          <label for="kind">Kind of product</label>
          <select id="kind" name="kind" aria-describedby="kind-hint">
            {KINDS.map(([value, label]) => <option key={value} value={value}>{label}</option>)}
          </select>
          <small id="kind-hint">Decides which score rules you start with. You can change all of them later.</small>
        </div>
        <button class="main" disabled={doing.busy}>Make the workspace</button>
      </Form>
      <p class="ways">
        {mine.workspaces[0] && <a href={`${BASE}/`}>Back</a>}
        <button type="button" class="bare" onClick={() => void signOut()}>Sign out</button>
      </p>
    </Entrance>
  );
}

function Invited({ invitation }: { invitation: Invitation }) {
  const doing = useDoing();
  const answer = (act: () => Promise<void>) => async () => {
    await act();
    const mine = await renewed<Mine>(MINE);
    const joined = mine?.workspaces.find(({ id }) => id === invitation.workspace);
    if (joined) go(`${BASE}/w/${joined.slug}/contacts`);
  };
  return (
    <div class="invited">
      <Form what="The invitation" doing={doing} onSubmit={answer(() => joinWorkspace(invitation))}>
        <p><b>{invitation.name}</b> has invited you as {invitation.role}.</p>
        <div class="row">
          <button class="main" disabled={doing.busy}>Join {invitation.name}</button>
          <button type="button" disabled={doing.busy} onClick={() => void doing.run(answer(() => refuseInvitation(invitation)))}>
            Decline
          </button>
        </div>
      </Form>
      <hr />
    </div>
  );
}
