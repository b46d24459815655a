// What each step does. A step looks before it creates, so running it twice changes nothing, and no call to the outside
// happens inside a transaction.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { publishTheme } from "../branding/themes.ts";
import { queueMail } from "../mail/outbox.ts";
import type { StepName } from "./plan.ts";

export type Outcome =
  | { kind: "done"; reason?: string }
  /** Not there yet, and nothing is wrong: look again after these seconds. */
  | { kind: "waiting"; reason: string; seconds: number }
  /** Something went wrong: try again with growing delays, then give up. */
  | { kind: "failed"; reason: string };

export interface StepContext {
  db: Db;
  env: Env;
  /** Asks a tenant's own host who it is, over HTTP. Null: no answer. */
  probe: HostProbe;
  tenantId: string;
}

/** A real HTTP request to `{origin}/site/identity`; the tenant id that the host answers with. */
export type HostProbe = (origin: string) => Promise<{ tenantId: string | null; problem: string | null }>;

type Step = (context: StepContext) => Promise<Outcome>;

const inTenant = <T>(context: StepContext, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  context.db.asSystem({ reason: "provisioning", tenantId: context.tenantId }, fn);

export const STEPS: Record<StepName, Step> = {
  async subdomain(context) {
    const host = await subdomainOf(context);
    return host ? { kind: "done" } : { kind: "failed", reason: "No address has been chosen yet." };
  },

  async theme(context) {
    await inTenant(context, publishTheme);
    return { kind: "done" };
  },

  async host(context) {
    const host = await subdomainOf(context);
    if (!host) return { kind: "failed", reason: "No address has been chosen yet." };
    const { tenantId, problem } = await context.probe(tenantOrigin(context.env, host.slug));
    if (tenantId !== context.tenantId) {
      return { kind: "failed", reason: problem ?? "Your address doesn't lead to your page yet." };
    }
    await inTenant(
      context,
      (tx) => tx`
      update domains set status = 'live', activated_at = coalesce(activated_at, now())
      where host = ${host.host} and status <> 'live'`,
    );
    return { kind: "done" };
  },

  async knowledge(context) {
    const [state] = await inTenant(
      context,
      (tx) => tx<{ open: number; failed: number; total: number }[]>`
      select count(*) filter (where status in ('pending', 'reading'))::int as open,
        count(*) filter (where status = 'failed')::int as failed, count(*)::int as total
      from knowledge_sources`,
    );
    if (state && state.open > 0) {
      return { kind: "waiting", reason: "Your agent already answers; it is still reading the rest.", seconds: 2 };
    }
    if (!state || state.total === 0)
      return { kind: "done", reason: "Nothing to read yet. Add your website or files whenever you like." };
    if (state.failed > 0)
      return { kind: "done", reason: "Some sources could not be read. Knowledge shows which and why." };
    return { kind: "done" };
  },

  async welcome(context) {
    await inTenant(context, async (tx) => {
      const [tenant] = await tx<
        { contactEmail: string | null }[]
      >`select contact_email from tenants where id = ${context.tenantId}`;
      if (tenant?.contactEmail) {
        await queueMail(tx, {
          to: tenant.contactEmail,
          template: "welcome",
          data: {},
          key: `welcome:${context.tenantId}`,
        });
      }
    });
    return { kind: "done" };
  },
};

async function subdomainOf(context: StepContext): Promise<{ host: string; slug: string } | null> {
  const [row] = await inTenant(
    context,
    (tx) => tx<{ host: string; slug: string }[]>`
    select d.host, t.slug from domains d join tenants t on t.id = d.tenant_id
    where d.tenant_id = ${context.tenantId} and d.kind = 'subdomain' and t.slug is not null`,
  );
  return row ?? null;
}
