import { useState } from "preact/hooks";
import { changed, useAsk } from "../../data/asking";
import { makeIdentitySecret } from "../../data/keys";
import { callIn } from "../../data/supabase";
import { Check, Choice, Confirm, Copyable, Field } from "../../parts/forms";
import { Notice, Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import type { Workspace } from "../../shell/workspaces";
import { useSettings, type Settings } from "./data";
import { SettingsForm } from "./SettingsForm";

const REDACT: [Settings["redact"], string][] = [
  ["redact", "Redact: store “[redacted]” in their place"],
  ["reject", "Reject the whole message"],
  ["off", "Off: store what comes"],
];

export default function Privacy({ workspace }: ScreenProps) {
  const asked = useSettings(workspace.id);
  return (
    <div class="stack">
      <Panel asked={asked} what="The settings" lines={10}>
        {(now) => (
          <>
            <SettingsForm
              workspace={workspace} now={now} id="guard" title="Sensitive data" what="The guard"
              settings={({ redact }) => ({ redact: redact as Settings["redact"] })}
            >
              <Choice
                label="Card numbers, IBANs, social security numbers, passwords" name="redact" options={REDACT} chosen={now.redact}
                hint="Looked for in every text that your product sends, addresses of pages included. Off is for those who know that nothing such is sent."
              />
            </SettingsForm>
            <SettingsForm
              workspace={workspace} now={now} id="verification" title="Verification" what="The verification"
              settings={({ verify }) => ({ require_verification: verify === "on" })}
            >
              <Check
                label="Refuse a userId that nobody vouches for" name="verify" defaultChecked={now.require_verification}
                hint="A publishable key is public, so anybody can claim to be any user. With this, what names a userId needs a userHash, made on your server with the identity secret."
              />
            </SettingsForm>
            <Claimed workspace={workspace} now={now} />
          </>
        )}
      </Panel>
      <Secret workspace={workspace} />
    </div>
  );
}

function Claimed({ workspace, now }: { workspace: Workspace; now: Settings }) {
  const [on, setOn] = useState(now.mail_claimed);
  return (
    <SettingsForm
      workspace={workspace} now={now} id="claimed" title="Addresses that nobody vouched for" what="The setting"
      settings={({ claimed, ceiling }) => ({ mail_claimed: claimed === "on", claimed_a_day: Number(ceiling) })}
    >
      <Check label="Mail claimed addresses too" name="claimed" defaultChecked={now.mail_claimed} onChange={setOn} />
      {on && (
        <Notice tone="warn" title="Anybody can have you write to an address of their choice.">
          <p>
            Your publishable key is in your pages. Whoever has it can name any address, and your mail goes there, once each and
            within the ceiling below. That costs your sender's reputation. Leave it off unless you can't send a userHash.
          </p>
        </Notice>
      )}
      <Field
        label="First mails to claimed addresses a day" name="ceiling" type="number" required min={0} max={10_000}
        defaultValue={now.claimed_a_day} hint="On a UTC day. Only the first address ever seen for a contact gets any."
      />
    </SettingsForm>
  );
}

function Secret({ workspace }: { workspace: Workspace }) {
  const [secret, setSecret] = useState<string>();
  const key = `${workspace.id}/setup`;
  const asked = useAsk(key, () => callIn<{ identitySecret: boolean }>("setup_progress", workspace.id));
  const make = async () => {
    setSecret(await makeIdentitySecret(workspace.id));
    changed(key);
  };
  return (
    <section class="card" aria-labelledby="secret">
      <header><h2 id="secret">Identity secret</h2></header>
      <p class="muted">
        Your server makes a userHash with it: the HMAC-SHA256 of the userId, in hex. What comes with one is trusted, and the
        address in it may be mailed.
      </p>
      {secret && (
        <>
          <Copyable label="The identity secret" text={secret} />
          <p>Copy it now: nobody can show it again.</p>
        </>
      )}
      <Panel asked={asked} what="The secret" lines={1}>
        {({ identitySecret }) => (
          <Confirm
            title={identitySecret ? "Make another secret" : "Make the secret"} does="Make it" what="The secret" class=""
            question={identitySecret ? "Replace the identity secret?" : "Make the identity secret?"}
            role={workspace.role} needs="owner" act={make}
          >
            <p>
              {identitySecret
                ? "User hashes made with the present one are not trusted any more, from the next request on."
                : "It is made in your browser and shown once."}
            </p>
          </Confirm>
        )}
      </Panel>
    </section>
  );
}
