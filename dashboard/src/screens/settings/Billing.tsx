import { useState } from "preact/hooks";
import { useAsk } from "../../data/asking";
import { post } from "../../data/endpoints";
import { call, callIn } from "../../data/supabase";
import { date, dateTime, figure, month, words } from "../../parts/format";
import { Action, useDoing } from "../../parts/forms";
import { AsOf, Failed, Notice, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";

interface Meter {
  used: number;
  quota: number | null;
}
interface Subscription {
  plan: string | null;
  interval: string | null;
  status: string;
  served: boolean;
  trialEndsAt: string | null;
  renewsAt: string | null;
  endsAt: string | null;
}
interface Account {
  plan: { name: string; messagesPerMinute: number; members: number | null };
  subscription: Subscription | null;
  usage: { month: string; measuredAt: string | null; events: number; contacts: Meter; emails: Meter };
  marketingPaused: boolean;
  warnings: { meter: string; percent: number; at: string }[];
}
interface Offer {
  name: string;
  messagesPerMinute: number;
  contacts: number | null;
  emails: number | null;
  members: number | null;
  intervals: ("month" | "year")[];
}

const upTo = (quota: number | null) => (quota === null ? "any number of" : figure(quota));

export default function Billing({ workspace }: ScreenProps) {
  const asked = useAsk(`${workspace.id}/billing`, () => callIn<Account>("billing", workspace.id));
  // Null also where nothing is for sale.
  const offers = useAsk(`${workspace.id}/offers`, () => call<Offer[] | null>("offers", { p_workspace: workspace.id }));
  return (
    <div class="stack">
      <Panel asked={asked} what="Billing" lines={8}>
        {(account) => (
          <>
            <section class="card" aria-labelledby="usage">
              <header><h2 id="usage">Usage in {month(account.usage.month)}</h2><AsOf asked={asked} /></header>
              {account.marketingPaused && (
                <Notice tone="warn" title="Marketing mail is paused.">
                  <p>More is used than the plan includes. Nothing is lost: events are taken and scored, transactional mail goes on.</p>
                </Notice>
              )}
              <Bar label="Contacts with a userId or email" meter={account.usage.contacts} />
              <Bar label="Mails this month" meter={account.usage.emails} />
              <p class="muted">
                {figure(account.usage.events)} events{account.usage.measuredAt && `, as of ${dateTime(account.usage.measuredAt)}`}: as many
                as you like, {figure(account.plan.messagesPerMinute)} messages a minute and key.
              </p>
              {account.warnings.map(({ meter, percent, at }) => (
                <p key={meter + percent}><small>Owners were told on {date(at)} that {percent} % of the {meter} were used.</small></p>
              ))}
            </section>
            <Plan workspace={workspace} account={account} offers={offers.data ?? []} />
          </>
        )}
      </Panel>
      {offers.failure && <Failed failure={offers.failure} what="The plans" again={offers.again} />}
    </div>
  );
}

function Bar({ label, meter: { used, quota } }: { label: string; meter: Meter }) {
  const share = quota ? Math.min(used / quota, 1) : 0;
  return (
    <div class="meter">
      <div class="spread"><span>{label}</span><span class="number">{figure(used)}{quota === null ? ", without limit" : ` of ${figure(quota)}`}</span></div>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" class={share >= 1 ? "over" : share >= 0.8 ? "near" : ""}>
        <rect class="track" width="100" height="6" />
        <rect class="fill" width={share * 100} height="6" />
      </svg>
    </div>
  );
}

const SAID: Record<string, (subscription: Subscription) => string> = {
  on_trial: ({ trialEndsAt }) => `On trial${trialEndsAt ? ` until ${date(trialEndsAt)}` : ""}.`,
  active: ({ renewsAt }) => `Active${renewsAt ? `, renews on ${date(renewsAt)}` : ""}.`,
  past_due: () => "The last payment failed and is being tried again. Your plan goes on meanwhile.",
  unpaid: () => "The payment failed for good. Pay in the portal, and the plan is back.",
  cancelled: ({ endsAt }) => `Cancelled${endsAt ? `; may be used until ${date(endsAt)}` : ""}.`,
  paused: ({ served }) => `Paused${served ? ", and may be used" : ""}.`,
  expired: () => "It has ended.",
};

function Plan({ workspace, account, offers }: { workspace: Workspace; account: Account; offers: Offer[] }) {
  const { subscription, plan } = account;
  const following = useDoing();
  const follow = (kind: "checkout" | "portal", body: object) =>
    following.run(async () => {
      const { [kind]: link } = await post<Record<string, { url: string }>>("/api/settings", workspace.id, { ...body });
      location.assign(link?.url ?? "");
    });
  const current = subscription && subscription.status !== "expired" ? subscription : null;
  return (
    <section class="card" aria-labelledby="plan">
      <header><h2 id="plan">Plan: {words(plan.name)}</h2></header>
      {subscription && (
        <p>
          {subscription.interval && `Paid by the ${subscription.interval}. `}
          {SAID[subscription.status]?.(subscription) ?? words(subscription.status)}
        </p>
      )}
      {current ? (
        <Action role={workspace.role} needs="owner" class="main" busy={following.busy} onClick={() => void follow("portal", { portal: true })}>
          Change plan, card or cancel
        </Action>
      ) : (
        <Offers
          workspace={workspace} offers={offers} plan={plan.name} busy={following.busy}
          onBuy={(name, interval) => void follow("checkout", { checkout: { plan: name, interval } })}
        />
      )}
      {following.failure && <Failed failure={following.failure} what="The link" />}
      <p class="spaced"><small>Lemon Squeezy sells the plans and keeps the payment data; we never see a card.</small></p>
    </section>
  );
}

interface OffersProps {
  workspace: Workspace;
  offers: Offer[];
  plan: string;
  busy: boolean;
  onBuy: (plan: string, interval: string) => void;
}

function Offers({ workspace, offers, plan, busy, onBuy }: OffersProps) {
  const [interval, setInterval] = useState<"month" | "year">("month");
  const isYearly = offers.some(({ intervals }) => intervals.includes("year"));
  return (
    <>
      {isYearly && (
        <div class="row" role="group" aria-label="Paid by the">
          {(["month", "year"] as const).map((one) => (
            <button key={one} type="button" class="small" aria-pressed={one === interval} onClick={() => setInterval(one)}>By the {one}</button>
          ))}
        </div>
      )}
      <ul class="offers">
        {offers.map((offer) => (
          <li key={offer.name} class="card">
            <h3>{words(offer.name)}</h3>
            <ul class="plain">
              <li>{upTo(offer.contacts)} contacts</li>
              <li>{upTo(offer.emails)} mails a month</li>
              <li>{upTo(offer.members)} members</li>
              <li>{figure(offer.messagesPerMinute)} messages a minute</li>
            </ul>
            {offer.name === plan ? <small>Your plan</small> : offer.intervals.includes(interval) ? (
              <Action role={workspace.role} needs="owner" class="main" busy={busy} onClick={() => onBuy(offer.name, interval)}>
                Choose {words(offer.name)}
              </Action>
            ) : offer.intervals.length > 0 ? <small>By the {offer.intervals[0]} only</small> : offer.name !== "free" && <small>Not for sale here</small>}
          </li>
        ))}
      </ul>
    </>
  );
}
