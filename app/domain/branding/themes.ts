// A tenant's theme: the draft that its members edit and what its host, widget and mails show.
import type { MemberActor } from "#app/platform/actor.ts";
import type { InTenantTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { defaultTheme } from "./presets.ts";
import { ThemeTokens } from "./theme.schema.ts";

export interface Theme {
  tokens: ThemeTokens;
  publishedTokens: ThemeTokens | null;
  publishedAt: Date | null;
}

/** Stored tokens as this version understands them; what it can't read becomes the default. */
function readTokens(stored: unknown): ThemeTokens {
  const parsed = ThemeTokens.safeParse(stored);
  return parsed.success ? parsed.data : defaultTheme;
}

/** The draft and what is published. */
export async function getTheme(tx: TenantTx): Promise<Theme> {
  const [row] = await tx<{ tokens: unknown; publishedTokens: unknown; publishedAt: Date | null }[]>`
    select tokens, published_tokens, published_at from themes where tenant_id = app.tenant_id()`;
  if (!row) throw new AppError("not_found", "This organisation has no theme yet.");
  return {
    tokens: readTokens(row.tokens),
    publishedTokens: row.publishedTokens === null ? null : readTokens(row.publishedTokens),
    publishedAt: row.publishedAt,
  };
}

/** Saves the draft. */
export async function saveTheme(tx: TenantTx, actor: MemberActor, tokens: ThemeTokens): Promise<void> {
  await tx`update themes set tokens = ${tx.json(tokens)} where tenant_id = app.tenant_id()`;
  await recordAudit(tx, actor, "theme.saved", null, { preset: tokens.preset });
}

/** Shows the draft to visitors. Publishing the same again changes nothing. */
export async function publishTheme(tx: InTenantTx): Promise<void> {
  await tx`
    update themes set published_tokens = tokens, published_at = now()
    where tenant_id = app.tenant_id() and published_tokens is distinct from tokens`;
}

/** What visitors see: the published tokens, before the first publication the draft. */
export async function publishedTheme(tx: InTenantTx): Promise<ThemeTokens> {
  const [row] = await tx<{ tokens: unknown }[]>`
    select coalesce(published_tokens, tokens) as tokens from themes where tenant_id = app.tenant_id()`;
  return readTokens(row?.tokens);
}
