import type { ComponentChildren } from "preact";
import { signOut, session } from "../data/auth";
import { BASE, go } from "../data/location";
import { dateTime } from "../parts/format";
import { Icon, Logo } from "../parts/icons";
import { ShortcutsHelp } from "../parts/keyboard";
import { SCREENS } from "../routes";
import { may, type Mine, type Workspace } from "./workspaces";

interface Props {
  mine: Mine;
  workspace: Workspace;
  screen: string;
  children: ComponentChildren;
}

export function Frame({ mine, workspace, screen, children }: Props) {
  return (
    <div class="frame">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="top">
        <a class="brand" href={`${BASE}/w/${workspace.slug}/contacts`} aria-label="ConversionCRM"><Logo /><span>ConversionCRM</span></a>
        <Switcher mine={mine} workspace={workspace} />
        <nav aria-label="Screens">
          {SCREENS.filter(({ icon }) => icon).map(({ path, title, icon }) => (
            <a key={path} href={`${BASE}/w/${workspace.slug}/${path}`} aria-current={path === screen ? "page" : undefined}>
              <Icon name={icon ?? ""} />
              <span>{title}</span>
            </a>
          ))}
        </nav>
        <Account workspace={workspace} />
      </header>
      <main id="content" tabIndex={-1}>
        {workspace.deletionRequestedAt && <Deleting workspace={workspace} />}
        {workspace.payment && <Unpaid workspace={workspace} />}
        {children}
      </main>
      <ShortcutsHelp />
    </div>
  );
}

const NEW = "+";

function Switcher({ mine, workspace }: { mine: Mine; workspace: Workspace }) {
  return (
    <select
      class="switcher"
      aria-label="Workspace"
      value={workspace.slug}
      onChange={({ currentTarget }) => {
        const to = currentTarget.value;
        currentTarget.value = workspace.slug; // until its screens are there
        go(to === NEW ? `${BASE}/start` : `${BASE}/w/${to}/contacts`);
      }}
    >
      {mine.workspaces.map(({ slug, name }) => <option key={slug} value={slug}>{name}</option>)}
      <option value={NEW}>{mine.invitations.length ? "New or join …" : "New workspace …"}</option>
    </select>
  );
}

function Account({ workspace }: { workspace: Workspace }) {
  return (
    <details class="account">
      <summary aria-label="Account"><Icon name="account" /></summary>
      <div>
        <p>
          <b>{session.get()?.user.email}</b>
          <br />
          <small>{may(workspace.role, "owner") ? "Owner" : may(workspace.role, "admin") ? "Admin" : "Viewer"} of {workspace.name}</small>
        </p>
        <p><small><kbd>?</kbd> shows the keyboard shortcuts</small></p>
        <button type="button" onClick={() => void signOut()}>Sign out</button>
      </div>
    </details>
  );
}

function Deleting({ workspace }: { workspace: Workspace }) {
  return (
    <p class="strip warn" role="status">
      {workspace.name} is being deleted: its keys refuse, and no mail leaves.{" "}
      {workspace.purgeAfter && `An owner can cancel that until ${dateTime(workspace.purgeAfter)}.`}{" "}
      <a href={`${BASE}/w/${workspace.slug}/settings/data`}>What happens when</a>
    </p>
  );
}

function Unpaid({ workspace }: { workspace: Workspace }) {
  return (
    <p class="strip warn" role="status">
      {workspace.payment === "past_due"
        ? "The last payment failed. Your plan goes on while it is tried again; please look at the card."
        : "The payment failed for good, so this workspace is on Free. Paid again, the plan is back."}{" "}
      <a href={`${BASE}/w/${workspace.slug}/settings/billing`}>Billing</a>
    </p>
  );
}
