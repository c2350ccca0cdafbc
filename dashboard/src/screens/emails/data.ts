import { changed, useAsk } from "../../data/asking";
import { read } from "../../data/supabase";

export type Category = "marketing" | "transactional";

export interface Template {
  id: string;
  name: string;
  category: Category;
  subject: string;
  updated_at: string;
}

export interface Automation {
  id: string;
  name: string;
  template_id: string;
  status: "draft" | "live" | "paused";
  entering_stage_id: string | null;
  event: string | null;
  condition: Record<string, unknown> | null;
  trusted_only: boolean;
  silence_days: number | null;
  delay_minutes: number;
  repeats: boolean;
  while_true: boolean;
  goal_stage_id: string | null;
}

export const useTemplates = (workspace: string) =>
  useAsk(`${workspace}/templates`, () =>
    read<Template>("templates", workspace, "id,name,category,subject,updated_at", (query) => query.order("name").limit(500)),
  );

export const useAutomations = (workspace: string) =>
  useAsk(`${workspace}/automations`, () =>
    read<Automation>(
      "automations", workspace,
      "id,name,template_id,status,entering_stage_id,event,condition,trusted_only,silence_days,delay_minutes,repeats,while_true,goal_stage_id",
      (query) => query.order("name").limit(500),
    ),
  );

export function changedMails(workspace: string): void {
  changed(`${workspace}/template`);
  changed(`${workspace}/automations`);
}
