// A tenant's own row and settings: who they are, where they are reached, how far they have come.
import type { MemberActor } from "#app/platform/actor.ts";
import type { InTenantTx, SystemTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { slugProblem } from "./slugs.ts";
import { ONBOARDING_STEPS, type OnboardingStep, type SaveAgent } from "./tenants.schema.ts";

export interface TenantProfile {
  id: string;
  name: string;
  slug: string | null;
  status: string;
  plan: string;
  trialEndsAt: Date | null;
  businessType: string;
  industry: string | null;
  region: string | null;
  expectedUsers: number | null;
  contactName: string | null;
  contactEmail: string | null;
  contactPhone: string | null;
  websiteUrl: string | null;
  timeZone: string;
  language: string;
  onboardingStep: OnboardingStep;
}

/** The tenant of the transaction. */
export async function getTenant(tx: TenantTx): Promise<TenantProfile> {
  const [row] = await tx<TenantProfile[]>`
    select id, name, slug, status, plan, trial_ends_at, business_type, industry, region, expected_users, contact_name,
      contact_email, contact_phone, website_url, time_zone, language, onboarding_step
    from tenants where id = app.tenant_id()`;
  if (!row) throw new AppError("not_found", "This organisation doesn't exist any more.");
  return row;
}

export interface CompanyInput {
  companyName: string;
  businessType: string;
  industry?: string | undefined;
  region?: string | undefined;
  expectedUsers?: number | undefined;
  contactPhone?: string | undefined;
  timeZone?: string | undefined;
  language?: string | undefined;
}

/** Saves the company data. */
export async function saveCompany(tx: TenantTx, actor: MemberActor, input: CompanyInput): Promise<void> {
  await tx`
    update tenants set name = ${input.companyName}, business_type = ${input.businessType},
      industry = ${input.industry ?? null}, region = ${input.region ?? null},
      expected_users = ${input.expectedUsers ?? null}, contact_phone = ${input.contactPhone ?? null},
      time_zone = coalesce(${input.timeZone ?? null}, time_zone), language = coalesce(${input.language ?? null}, language)
    where id = app.tenant_id()`;
  await recordAudit(tx, actor, "tenant.company_saved", actor.tenantId);
}

/** Whether a subdomain can be had: `free`, `taken`, or what is wrong with it in words. */
export async function slugState(
  tx: TenantTx,
  slug: string,
): Promise<{ state: "free" | "taken" | "unfit"; message: string }> {
  const problem = slugProblem(slug);
  if (problem) return { state: "unfit", message: problem };
  const [row] = await tx<{ free: boolean }[]>`select app.slug_available(${slug}) as free`;
  return row?.free
    ? { state: "free", message: "This address is free." }
    : { state: "taken", message: "This address is taken. Please choose another." };
}

/** Takes a subdomain for the tenant, replacing an earlier choice. @throws AppError conflict at the field `slug` */
export async function claimAddress(
  tx: TenantTx,
  actor: MemberActor,
  env: { appDomain: string },
  slug: string,
): Promise<void> {
  const problem = slugProblem(slug);
  const [row] = problem
    ? []
    : await tx<{ claimed: boolean }[]>`select app.claim_slug(${slug}, ${`${slug}.${env.appDomain}`}) as claimed`;
  if (!row?.claimed) {
    const message = problem ?? "This address is taken. Please choose another.";
    throw new AppError("conflict", message, { fields: { slug: [message] } });
  }
  await recordAudit(tx, actor, "tenant.address_claimed", actor.tenantId, { slug });
}

/** Starts the free trial, for as long as its plan says. Doing it again changes nothing. */
export async function startTrial(tx: TenantTx, actor: MemberActor): Promise<void> {
  const [row] = await tx<{ started: boolean }[]>`select app.start_trial() as started`;
  if (row?.started) return recordAudit(tx, actor, "tenant.trial_started", actor.tenantId);
  const tenant = await getTenant(tx);
  if (tenant.slug === null) throw new AppError("conflict", "Choose your address first.");
}

/** Notes how far the wizard has been walked; never backwards. */
export async function advanceOnboarding(tx: TenantTx | SystemTx, step: OnboardingStep): Promise<void> {
  const earlier = ONBOARDING_STEPS.slice(0, ONBOARDING_STEPS.indexOf(step));
  await tx`update tenants set onboarding_step = ${step} where id = app.tenant_id() and onboarding_step = any(${earlier})`;
}

export interface AgentConfiguration {
  agentName: string;
  greeting: string;
  fallback: string;
  instructions: string;
  suggestions: string[];
  handoffEnabled: boolean;
  model: string | null;
  redaction: { cards: boolean; iban: boolean; ssn: boolean; emails: boolean; phones: boolean };
}

/** How the tenant's agent introduces itself and behaves. */
export async function getConfiguration(tx: InTenantTx): Promise<AgentConfiguration> {
  const [row] = await tx<AgentConfiguration[]>`
    select agent_name, greeting, fallback, instructions, suggestions, handoff_enabled, model, redaction
    from tenant_configurations where tenant_id = app.tenant_id()`;
  if (!row) throw new AppError("not_found", "This organisation has no agent yet.");
  return row;
}

/** Saves the agent's settings; the next answer follows them. */
export async function saveAgent(tx: TenantTx, actor: MemberActor, input: SaveAgent): Promise<void> {
  const redaction = { cards: true, iban: true, ssn: true, emails: input.redactEmails, phones: input.redactPhones };
  await tx`
    update tenant_configurations set agent_name = ${input.agentName}, greeting = ${input.greeting},
      fallback = ${input.fallback}, instructions = ${input.instructions}, suggestions = ${input.suggestions},
      handoff_enabled = ${input.handoffEnabled}, redaction = ${tx.json(redaction)}
    where tenant_id = app.tenant_id()`;
  await recordAudit(tx, actor, "agent.settings_saved", actor.tenantId);
}
