// What the agent of a tenant is and may do, as its configuration and its plan say.
import type { VisitorTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isAdmitted, type Verdict } from "../billing/usage.ts";
import type { AgentProfile } from "./model.ts";
import { pausedWords } from "./phrases.ts";
import { REDACT_DEFAULT, type Redaction } from "./redact.ts";

export interface AgentSettings {
  profile: AgentProfile;
  redaction: Redaction;
  /** In which the agent answers: the tenant's own, then those further ones that its plan lets count. BCP 47 primary tags. */
  languages: string[];
  /** Whether the plan has room for an answer right now. Only counting it says for sure. */
  hasRoom: boolean;
}

/** The columns that `settingsColumns` selects. */
export interface SettingsRow {
  name: string;
  room: Verdict | null;
  language: string;
  languages: string[] | null;
  languageLimit: string | null;
  agentName: string | null;
  greeting: string | null;
  fallback: string | null;
  instructions: string | null;
  suggestions: string[] | null;
  model: string | null;
  handoffEnabled: boolean | null;
  redaction: Partial<Redaction> | null;
}

/** States in which a tenant's agent answers (SPEC T4). */
const ANSWERING: ReadonlySet<string> = new Set(["trialing", "active", "past_due"]);

/** Whether the agent of a tenant in this state answers. */
export function isAnswering(status: string): boolean {
  return ANSWERING.has(status);
}

/** That the tenant's chat is paused, in polite words. */
export function chatPaused(
  language: string,
  reason: "tenant_suspended" | "limit_reached" = "tenant_suspended",
): AppError {
  return new AppError("forbidden", pausedWords(language), { reason });
}

/** What settings are made of, from `tenants t` and `tenant_configurations a`. */
export function settingsColumns(tx: VisitorTx) {
  return tx`t.name, t.language, a.languages, (select r.verdict from app.usage_room('messages') r) as room,
    case when cardinality(a.languages) > 0 then (select r.hard from app.usage_room('languages') r) end as language_limit, a.agent_name, a.greeting, a.fallback, a.instructions, a.suggestions, a.model,
    a.handoff_enabled, a.redaction`;
}

/**
 * Settings from a row.
 * @throws AppError forbidden (reason `tenant_suspended`) where the tenant's agent doesn't answer
 */
export function readSettings(row: SettingsRow): AgentSettings {
  const language = row.language.slice(0, 2).toLowerCase();
  if (row.room !== "limit" && !isAdmitted({ verdict: row.room ?? "unknown" })) throw chatPaused(language);
  const further = row.languageLimit === null ? undefined : Math.max(0, Number(row.languageLimit) - 1);
  return {
    languages: [...new Set([language, ...(row.languages ?? []).slice(0, further)])],
    hasRoom: row.room !== "limit",
    profile: {
      tenantName: row.name,
      agentName: row.agentName ?? row.name,
      greeting: row.greeting ?? "",
      fallback: row.fallback ?? "",
      instructions: row.instructions ?? "",
      suggestions: row.suggestions ?? [],
      handoffEnabled: row.handoffEnabled ?? true,
      language,
      model: row.model,
    },
    redaction: { ...REDACT_DEFAULT, ...row.redaction },
  };
}

/** The settings of the agent of the transaction's tenant. Throws as `readSettings` does. */
export async function agentSettings(tx: VisitorTx): Promise<AgentSettings> {
  const [row] = await tx<SettingsRow[]>`
    select ${settingsColumns(tx)} from tenants t left join tenant_configurations a on a.tenant_id = t.id
    where t.id = (select app.tenant_id())`;
  if (!row) throw new AppError("not_found", "This organisation doesn't exist any more.");
  return readSettings(row);
}
