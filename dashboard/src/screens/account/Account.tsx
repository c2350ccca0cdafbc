import { useState } from "preact/hooks";
import { changed } from "../../data/asking";
import { changeAddress, choosePassword, signOutElsewhere } from "../../data/auth";
import { BASE } from "../../data/location";
import { download } from "../../parts/download";
import { Field, Form, useDoing } from "../../parts/forms";
import { ago, date } from "../../parts/format";
import { Failed, Notice, Panel } from "../../parts/states";
import { Entrance } from "../entrance/Entrance";
import { ACCOUNT, useAccount, type Account as Held } from "./data";
import { device } from "./device";

/** What is held of whoever is signed in: to see, to correct and to take along. */
export default function Account() {
  const asked = useAccount();
  return (
    <Entrance title="Your account" wide>
      <p class="ways"><a href={`${BASE}/`}>Back to the workspace</a></p>
      <Panel asked={asked} what="Your account" lines={8}>
        {(account) => (
          <>
            <Address account={account} />
            <Password />
            <Sessions account={account} />
            <Data account={account} />
          </>
        )}
      </Panel>
    </Entrance>
  );
}

function Address({ account }: { account: Held }) {
  const doing = useDoing();
  const [asked, setAsked] = useState<string>();
  const submit = async ({ email = "" }) => {
    await changeAddress(email);
    setAsked(email);
  };
  return (
    <section aria-labelledby="address">
      <h2 id="address">Address</h2>
      <p>{account.email}, since {date(account.createdAt)}</p>
      {asked ? (
        <Notice tone="good" title="Confirm the change">
          <p>Open the link in each mail that we have sent, to {account.email} and to {asked}. Only then does the address change.</p>
        </Notice>
      ) : (
        <Form what="The address" doing={doing} onSubmit={submit}>
          <Field label="New address" name="email" type="email" autocomplete="username" required />
          <button disabled={doing.busy}>Change the address</button>
        </Form>
      )}
    </section>
  );
}

function Password() {
  const doing = useDoing();
  const [isSaved, setSaved] = useState(false);
  const submit = async ({ password = "" }) => {
    await choosePassword(password);
    setSaved(true);
  };
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      {isSaved ? (
        <Notice tone="good" title="The new password is saved." />
      ) : (
        <Form what="The password" doing={doing} onSubmit={submit}>
          <Field label="New password" name="password" type="password" autocomplete="new-password" minLength={8} required hint="At least 8 characters." />
          <button disabled={doing.busy}>Save the password</button>
        </Form>
      )}
    </section>
  );
}

function Sessions({ account }: { account: Held }) {
  const doing = useDoing();
  const end = () => doing.run(async () => {
    await signOutElsewhere();
    changed(ACCOUNT);
  });
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <ul class="rows">
        {account.sessions.map((session) => (
          <li key={session.since}>
            <div>
              {device(session.browser ?? "")}
              <br />
              <small>{session.ip && `from ${session.ip}, `}since {date(session.since)}, last used {ago(session.refreshedAt ?? session.since)}</small>
            </div>
          </li>
        ))}
      </ul>
      {account.sessions.length > 1 && (
        <p class="row"><button type="button" disabled={doing.busy} onClick={() => void end()}>Sign out everywhere else</button></p>
      )}
      {doing.failure && <Failed failure={doing.failure} what="Signing out" again={() => void end()} />}
    </section>
  );
}

function Data({ account }: { account: Held }) {
  return (
    <section aria-labelledby="data">
      <h2 id="data">Your data</h2>
      <p>
        What we hold of this account: memberships, invitations, where you are signed in, mails about your workspaces, and what you
        did in the audit log. What we do with it is in the <a href="/privacy">privacy policy</a>.
      </p>
      <p><button type="button" onClick={() => download("conversioncrm-account.json", account)}>Download as JSON</button></p>
      <p class="muted">
        To have the account deleted, write to <a href="mailto:support@conversioncrm.co">support@conversioncrm.co</a>. Workspaces
        of which you are the only owner are deleted in their settings, or handed over, before.
      </p>
    </section>
  );
}
