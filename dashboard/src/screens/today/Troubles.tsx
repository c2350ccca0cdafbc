import type { ComponentChildren } from "preact";
import { ago, figure, words } from "../../parts/format";
import { Panel } from "../../parts/states";
import type { Workspace } from "../../shell/workspaces";
import { To } from "./Changes";
import { useTroubles, type Troubles as Found } from "./data";

interface Trouble {
  tone: "bad" | "warn";
  title: string;
  said: ComponentChildren;
}

/** What needs somebody, the worst first; a line when nothing does. */
export function Troubles({ workspace }: { workspace: Workspace }) {
  const asked = useTroubles(workspace.id);
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles" class="hidden">What is broken</h2>
      <Panel asked={asked} what="What is broken" lines={1}>
        {(found) => {
          const troubles = all(workspace, found);
          if (!found.events.any && !troubles.length) return <Unused workspace={workspace} />;
          if (!troubles.length) return <p class="strip good">Nothing is broken: events come in, and no mail has failed.</p>;
          return (
            <ul class="troubles">
              {troubles.map(({ tone, title, said }) => (
                <li key={title} class={`notice ${tone}`}><b>{title}</b><p>{said}</p></li>
              ))}
            </ul>
          );
        }}
      </Panel>
    </section>
  );
}

function Unused({ workspace }: { workspace: Workspace }) {
  return <p class="strip">No event has come in yet. <To workspace={workspace} screen="setup">Put the tag in your product</To>, and it all begins.</p>;
}

const FULL = 0.8;

function all(workspace: Workspace, found: Found): Trouble[] {
  const to = (screen: string, text: string) => <To workspace={workspace} screen={screen}>{text}</To>;
  const { smtp, rejections, mails, usage, events } = found;
  const lost = mails.failed + mails.unknown;
  const refused = rejections.reduce((sum, { count }) => sum + count, 0);
  const troubles: (Trouble | false)[] = [
    workspace.deletionRequestedAt !== null && {
      tone: "bad", title: "This workspace is being deleted",
      said: <>It was asked for {ago(workspace.deletionRequestedAt)}. An owner can cancel within 7 days, in {to("settings", "Settings")} or by the link in the mail.</>,
    },
    smtp !== null && {
      tone: "bad", title: `${smtp.host} takes no mail`,
      said: <>It last said, {ago(smtp.at)}: {smtp.error} Mail waits until {to("settings", "the SMTP settings")} work again.</>,
    },
    events.silent && {
      tone: "bad", title: "No event has come in for a day",
      said: <>{events.lastAt && `The last one came ${ago(events.lastAt)}. `}If people use your product, look whether the tag is still in it: {to("setup", "Setup")} shows what comes in.</>,
    },
    found.marketingPaused && { tone: "bad", title: "Marketing mail is paused", said: <>The plan's quota is used up. {to("settings", "See the plans")}. Events are still counted.</> },
    ...(["contacts", "emails"] as const).map((meter): Trouble | false => {
      const { used, quota } = usage[meter];
      return quota !== null && used >= FULL * quota && !found.marketingPaused && {
        tone: "warn", title: `${Math.floor((used / quota) * 100)} % of the plan's ${meter} are used`,
        said: <>{figure(used)} of {figure(quota)}{meter === "emails" && " this month"}. {to("settings", "See the plans")}.</>,
      };
    }),
    found.lacksAddress && {
      tone: "warn", title: "Marketing mail needs your postal address",
      said: <>The law asks for one in each, so none leaves without. Enter it in {to("settings", "Settings")}.</>,
    },
    refused > 0 && {
      tone: "warn", title: `Refused in the last 24 hours: ${figure(refused)}${refused >= 10_000 ? " or more" : ""} ${refused === 1 ? "message" : "messages"}`,
      said: <>{rejections.slice(0, 3).map(({ code, count }) => `${words(code)} (${figure(count)})`).join(", ")}. {to("setup", "The debugger")} says what to change.</>,
    },
    lost > 0 && { tone: "warn", title: `${figure(lost)} of the last ${figure(mails.looked)} mails may not have arrived`, said: <>{to("emails", "The log")} has the reason of each.</> },
    mails.bounced + mails.complained > 0 && {
      tone: "warn", title: `${figure(mails.bounced)} bounced and ${figure(mails.complained)} complained`,
      said: <>Of the last {figure(mails.looked)} mails in 7 days. None of these gets another one.</>,
    },
  ];
  return troubles.filter((trouble) => trouble !== false);
}
