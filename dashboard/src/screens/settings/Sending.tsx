import { changed } from "../../data/asking";
import { Failure } from "../../data/failure";
import { Choice, Field, Lines } from "../../parts/forms";
import { Panel } from "../../parts/states";
import type { ScreenProps } from "../../routes";
import { MINE } from "../../shell/workspaces";
import { orNull, useSettings } from "./data";
import { SettingsForm } from "./SettingsForm";
import { Smtp } from "./Smtp";

const zones = () => ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];

/** As the database writes times. */
const seconds = (time: string | null) => time && `${time}:00`;

function quietHours(from: string | null, to: string | null) {
  if (!from !== !to) throw new Failure("Quiet hours need both a beginning and an end.", "quiet_hours", 0, "");
  return { quiet_from: seconds(from), quiet_to: seconds(to) };
}

export default function Sending({ workspace }: ScreenProps) {
  const asked = useSettings(workspace.id);
  return (
    <div class="stack">
      <Panel asked={asked} what="The settings" lines={10}>
        {(now) => (
          <>
            <SettingsForm
              workspace={workspace} now={now} id="sender" title="Whom mail is from" what="The sender" onSaved={() => changed(MINE)}
              settings={({ name = "", website, reply, postal }) => ({
                name: name.trim(), website: orNull(website), reply_to: orNull(reply), postal_address: orNull(postal),
              })}
            >
              <Field
                label="Name of your product" name="name" required maxLength={100} defaultValue={now.name}
                hint="In mails and on the page to unsubscribe."
              />
              <Field
                label="Website" name="website" type="url" maxLength={500} defaultValue={now.website ?? ""} placeholder="https://example.com"
                hint="Templates call it product.url; their buttons lead there."
              />
              <Field
                label="Reply-To" name="reply" type="email" maxLength={254} defaultValue={now.reply_to ?? ""}
                hint={`Where answers go. Without SMTP of your own, mail is sent from ${workspace.slug}@ our sending domain.`}
              />
              <Lines
                label="Postal address" name="postal" rows={3} defaultValue={now.postal_address ?? ""}
                hint="The law wants it in marketing mail: without it none goes out."
              />
            </SettingsForm>
            <SettingsForm
              workspace={workspace} now={now} id="limits" title="How much, and when not" what="The limits"
              settings={({ cap, from, to, zone = "UTC" }) => ({
                marketing_cap: Number(cap), time_zone: zone, ...quietHours(orNull(from), orNull(to)),
              })}
            >
              <Field
                label="Marketing mails per address in 24 hours" name="cap" type="number" required min={1} max={100}
                defaultValue={now.marketing_cap} hint="All automations together."
              />
              <div class="pair">
                <Field label="Quiet from" name="from" type="time" defaultValue={now.quiet_from?.slice(0, 5) ?? ""} />
                <Field label="Quiet until" name="to" type="time" defaultValue={now.quiet_to?.slice(0, 5) ?? ""} />
              </div>
              <Choice
                label="Time zone" name="zone" options={zones().map((zone) => [zone, zone.replaceAll("_", " ")])} chosen={now.time_zone}
                hint="Of contacts whose trait timezone does not say theirs. Marketing mail waits, up to 72 hours, and is skipped then. Transactional mail never waits."
              />
            </SettingsForm>
          </>
        )}
      </Panel>
      <Smtp workspace={workspace} />
    </div>
  );
}
