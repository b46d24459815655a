// What each step does, and how it is taken back. A step looks before it creates, so running it twice changes nothing, and
// no call to the outside happens inside a transaction.
import type { SystemTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { ensureCustomer } from "../billing/accounts.ts";
import type { BillingProvider } from "../billing/ports.ts";
import { publishTheme } from "../branding/themes.ts";
import { queueMail } from "../mail/outbox.ts";
import { addressIsKnown, addressIsSecure, enterAddress, withdrawAddress } from "./address-steps.ts";
import type { DeploymentProvider } from "./deployment-ports.ts";
import { hostGoesLive, withdrawHost } from "./deployment-step.ts";
import type { StepName } from "./plan.ts";
import type { CertificateCheck, HostProbe, LeadKeeper } from "./ports.ts";
import type { DnsServices } from "./record-upkeep.ts";

export type Outcome =
  | { kind: "done"; reason?: string }
  /** There is nothing to do here. */
  | { kind: "skipped"; reason: string }
  /** Not there yet, and nothing is wrong: look again after these seconds. */
  | { kind: "waiting"; reason: string; seconds: number }
  /** Something went wrong: try again with growing delays, then give up. */
  | {
      kind: "failed";
      reason: string /** Not before. */;
      seconds?: number /** Trying again is of no use. */;
      final?: boolean;
    };

export interface StepContext extends DnsServices {
  env: Env;
  /** Asks a tenant's own host who it is, over HTTP. */
  probe: HostProbe;
  /** Runs tenants' hosts. */
  deployments: DeploymentProvider;
  /** Null: nothing can be bought. */
  billing: BillingProvider | null;
  /** Null: there is no CRM. */
  leads: LeadKeeper | null;
  /** Null: nobody looks at certificates. */
  certificates: CertificateCheck | null;
  tenantId: string;
}

type Step = (context: StepContext) => Promise<Outcome>;

const inTenant = <T>(context: StepContext, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  context.db.asSystem({ reason: "provisioning", tenantId: context.tenantId }, fn);

const NO_ADDRESS: Outcome = { kind: "failed", reason: "No address has been chosen yet." };

export const STEPS: Record<StepName, Step> = {
  async subdomain(context) {
    return (await subdomainOf(context)) ? { kind: "done" } : NO_ADDRESS;
  },

  async billing_customer(context) {
    if (!context.billing) return { kind: "skipped", reason: "Nothing is sold here." };
    const { tenantId } = context;
    const [tenant] = await inTenant(
      context,
      (tx) => tx<{ status: string; known: boolean }[]>`
        select t.status, b.stripe_customer_id is not null as known
        from tenants t join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`,
    );
    if (tenant?.known) return { kind: "done" };
    if (tenant?.status === "trialing" || tenant?.status === "pending")
      return { kind: "done", reason: "Your trial is free: there is nothing to bill yet." };
    try {
      await ensureCustomer(context, { kind: "system", reason: "provisioning", tenantId });
      return { kind: "done" };
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "unavailable") throw error;
      return refused(error, "Our payment provider doesn't answer at the moment. We try again by ourselves.");
    }
  },

  async dns_record(context) {
    const host = await subdomainOf(context);
    return host ? enterAddress(context, host) : NO_ADDRESS;
  },

  async dns_verified(context) {
    const host = await subdomainOf(context);
    return host ? addressIsKnown(context, host.host) : NO_ADDRESS;
  },

  async tls(context) {
    const host = await subdomainOf(context);
    return host ? addressIsSecure(context, host) : NO_ADDRESS;
  },

  async theme(context) {
    await inTenant(context, publishTheme);
    return { kind: "done" };
  },

  async host(context) {
    const host = await subdomainOf(context);
    return host ? hostGoesLive(context, host) : NO_ADDRESS;
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

  async crm_lead(context) {
    if (!context.leads) return { kind: "skipped", reason: "There is nobody to introduce you to here." };
    try {
      await context.leads.keep(context.tenantId);
      return { kind: "done" };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return refused(error, "Our customer system doesn't answer. Your front desk doesn't need it.");
    }
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

/**
 * How steps are taken back; the others leave nothing behind that would have to go: the name stays reserved for the tenant,
 * its invoices stay with its customer, and the lead says by itself what became of it.
 */
export const UNDO: Partial<Record<StepName, Step>> = {
  dns_record: withdrawAddress,
  host: withdrawHost,
};

/** Somebody outside couldn't do it now. */
const refused = ({ retryAfter }: AppError, reason: string): Outcome => ({
  kind: "failed",
  reason,
  ...(retryAfter !== undefined && { seconds: retryAfter }),
});

async function subdomainOf(context: StepContext): Promise<{ id: string; host: string; slug: string } | null> {
  const [row] = await inTenant(
    context,
    (tx) => tx<{ id: string; host: string; slug: string }[]>`
    select d.id, d.host, t.slug from domains d join tenants t on t.id = d.tenant_id
    where d.tenant_id = ${context.tenantId} and d.kind = 'subdomain' and t.slug is not null`,
  );
  return row ?? null;
}
