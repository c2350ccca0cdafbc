import { changed, useAsk } from "../../data/asking";
import { change, differing, left, read } from "../../data/supabase";

export interface Settings {
  name: string;
  website: string | null;
  reply_to: string | null;
  postal_address: string | null;
  marketing_cap: number;
  quiet_from: string | null;
  quiet_to: string | null;
  time_zone: string;
  require_verification: boolean;
  redact: "redact" | "reject" | "off";
  mail_claimed: boolean;
  claimed_a_day: number;
}

const COLUMNS =
  "name,website,reply_to,postal_address,marketing_cap,quiet_from,quiet_to,time_zone,require_verification,redact,mail_claimed,claimed_a_day";

const MEANINGS = {
  workspaces_name_length: "A name has 1 to 100 characters.",
  workspaces_website_address: "A website is written as https://example.com.",
  workspaces_marketing_cap_range: "The cap is between 1 and 100 mails.",
  workspaces_claimed_a_day_range: "The ceiling is between 0 and 10,000 addresses.",
};

export const useSettings = (workspace: string) =>
  useAsk(`${workspace}/settings`, async () => (await read<Settings>("workspaces", workspace, COLUMNS))[0] ?? left());

export async function saveSettings(workspace: string, settings: Partial<Settings>, before: Settings): Promise<void> {
  const changes = differing(settings, before);
  if (Object.keys(changes).length) await change("workspaces", workspace, {}, changes, MEANINGS);
  changed(`${workspace}/settings`);
}

/** What was left empty is not set. */
export const orNull = (text = "") => text.trim() || null;
