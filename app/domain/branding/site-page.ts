// A tenant's public page: what its host shows to visitors.
import type { VisitorTx } from "#app/platform/db.ts";
import { defaultTheme } from "./presets.ts";
import { ThemeTokens } from "./theme.schema.ts";

export interface SitePage {
  name: string;
  language: string;
  greeting: string;
  agentName: string;
  /** Null where the tenant has taken its key back; then the page shows no agent. */
  widgetKey: string | null;
  theme: ThemeTokens;
}

interface Row extends Omit<SitePage, "theme"> {
  tokens: unknown;
}

/** Reads the public page of the visitor's tenant; null where there is none. */
export async function loadSitePage(tx: VisitorTx): Promise<SitePage | null> {
  const [row] = await tx<Row[]>`
    select t.name, t.language, c.greeting, c.agent_name, coalesce(h.published_tokens, h.tokens) as tokens,
      (select k.public_key from widget_keys k where k.tenant_id = t.id and k.revoked_at is null
        order by k.created_at desc limit 1) as widget_key
    from tenants t
    join tenant_configurations c on c.tenant_id = t.id
    join themes h on h.tenant_id = t.id
    where t.id = app.tenant_id()`;
  if (!row) return null;
  const { tokens, ...page } = row;
  const theme = ThemeTokens.safeParse(tokens);
  return { ...page, theme: theme.success ? theme.data : defaultTheme };
}
