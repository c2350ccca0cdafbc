import { changed, useAsk } from "../../data/asking";
import { session } from "../../data/auth";
import { go, BASE } from "../../data/location";
import { add, callIn } from "../../data/supabase";
import { date } from "../../parts/format";
import { Action, Choice, Confirm, Editable, Field, Form, useDoing } from "../../parts/forms";
import { AsOf, Failed, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { may, MINE, type Role, type Workspace } from "../../shell/workspaces";
import { Invitation, type Invited } from "./Invitation";

interface Member {
  userId: string;
  email: string;
  role: Role;
  since: string;
}
interface Team {
  members: Member[];
  limit: number | null;
}

const ROLES: [Role, string][] = [
  ["viewer", "Viewer: sees everything"],
  ["admin", "Admin: also changes rules, mails and settings"],
  ["owner", "Owner: also members, keys, billing, deletion"],
];

export default function Members({ workspace }: ScreenProps) {
  const team = useAsk(`${workspace.id}/team`, () => callIn<Team>("team", workspace.id));
  const invited = useAsk(`${workspace.id}/invitations`, () =>
    callIn<Invited[]>("list_invitations", workspace.id),
  );
  return (
    <div class="stack">
      <section class="card" aria-labelledby="members">
        <header><h2 id="members">Members</h2><AsOf asked={team} /></header>
        <Panel asked={team} what="The members">
          {({ members, limit }) => (
            <>
              <ul class="rows">
                {members.map((member) => <Row key={member.userId} workspace={workspace} member={member} />)}
              </ul>
              {limit && <p><small>Your plan allows {limit} members, open invitations included.</small></p>}
            </>
          )}
        </Panel>
        <Panel asked={invited} what="The invitations" lines={1} isEmpty={(all) => !all.length} empty={null}>
          {(all) => (
            <>
              <h3>Invited</h3>
              <ul class="rows">{all.map((one) => <Invitation key={one.id} workspace={workspace} invited={one} />)}</ul>
            </>
          )}
        </Panel>
      </section>
      <Invite workspace={workspace} />
    </div>
  );
}

function Row({ workspace, member }: { workspace: Workspace; member: Member }) {
  const doing = useDoing();
  const isMe = member.userId === session.get()?.user.id;
  const set = (role: Role | null) => async () => {
    await add("member_changes", workspace.id, { user_id: member.userId, role });
    changed(`${workspace.id}/team`);
    if (isMe) {
      changed(MINE);
      if (role === null) go(`${BASE}/`);
    }
  };
  const isOwner = may(workspace.role, "owner");
  return (
    <li>
      <div><b>{member.email}</b>{isMe && <small> (you)</small>}<br /><small>since {date(member.since)}</small></div>
      <div class="row">
        <select
          aria-label={`Role of ${member.email}`} disabled={!isOwner || doing.busy}
          onChange={({ currentTarget }) => void doing.run(set(currentTarget.value as Role)).then((done) => {
            if (!done) currentTarget.value = member.role;
          })}
        >
          {ROLES.map(([role]) => <option key={role} value={role} selected={role === member.role}>{role}</option>)}
        </select>
        <Confirm
          title={isMe ? "Leave" : "Remove"} question={isMe ? `Leave ${workspace.name}?` : `Remove ${member.email}?`}
          does={isMe ? "Leave" : "Remove them"} what="The member" role={workspace.role} needs={isMe ? "viewer" : "owner"}
          class="small bad" act={set(null)}
        >
          <p>{isMe ? "You see" : "They see"} nothing of this workspace from then on. An owner can invite {isMe ? "you" : "them"} again.</p>
        </Confirm>
      </div>
      {doing.failure && <Failed failure={doing.failure} what="The role" />}
    </li>
  );
}

function Invite({ workspace }: { workspace: Workspace }) {
  const doing = useDoing();
  const submit = async ({ email = "", role = "" }) => {
    await add("invitations", workspace.id, { email: email.trim().toLowerCase(), role }, {
      invitations_email_key: "They are invited already: see above.",
      invitations_email_format: "This is not an email address.",
    });
    changed(`${workspace.id}/invitations`);
    document.querySelector<HTMLFormElement>("#invite form")?.reset();
  };
  return (
    <section class="card" aria-labelledby="invite-title" id="invite">
      <header><h2 id="invite-title">Invite somebody</h2></header>
      <Form what="The invitation" doing={doing} onSubmit={submit}>
        <Editable role={workspace.role} needs="owner">
          <Field label="Email" name="email" type="email" required autocomplete="off" />
          <Choice label="Role" name="role" options={ROLES} />
        </Editable>
        <Action role={workspace.role} needs="owner" type="submit" class="main" busy={doing.busy}>Invite</Action>
        <p>
          <small>
            We mail them how to join, once a day at most. They sign up at {location.origin}/app with this address, where the
            invitation waits for two weeks, mailed or not.
          </small>
        </p>
      </Form>
    </section>
  );
}
