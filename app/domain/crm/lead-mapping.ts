// What the operator's CRM is told of a tenant: its lead at registration, and what changes of it later. Pure.
import type { TenantStatus } from "#app/domain/billing/lifecycle.ts";
import type { PlanId } from "#app/domain/billing/plans.ts";
import { BUSINESS_TYPES, type BusinessType } from "#app/domain/team/registration.schema.ts";
import type { CrmPriority, LeadChange, LeadDraft, LeadFacts } from "./ports.ts";
import type { LeadStage } from "./scoring.schema.ts";

/** All that the mapping looks at. */
export interface Registration {
  tenantId: string;
  company: string;
  contactName: string | null;
  email: string | null;
  phone: string | null;
  website: string | null;
  businessType: BusinessType;
  /** In people's own words. */
  industry: string | null;
  region: string | null;
  expectedUsers: number | null;
  /** The tenant's address without the operator's domain. */
  subdomain: string | null;
  plan: PlanId;
  planName: string;
  /**
   * What it pays a month, or would after its trial: the price of the plan that it chose to buy, else of the cheapest one.
   * Null: agreed by contract, not known yet.
   */
  monthlyCents: number | null;
  /** What it pays a month now. */
  mrrCents: number;
  status: TenantStatus;
  progress: Progress;
  /** Where it came from: a campaign's own word, the host of a page that links to us, else `website`, `api`, `staff`. */
  registrationSource: string;
  campaign: { source?: string | null; medium?: string | null; campaign?: string | null };
  score: number | null;
  engagement: number | null;
  usage: number | null;
  churnRisk: number | null;
}

export interface Progress {
  /** It confirmed its address and said what it is about. */
  qualified: boolean;
  demoScheduled: boolean;
  /** An offer lies before it: a checkout was opened, or a contract was sent. */
  proposalSent: boolean;
  negotiating: boolean;
  /** It paid at least once. */
  everPaid: boolean;
}

const PRIORITY: Record<PlanId, CrmPriority> = { trial: 0, basic: 1, premium: 2, enterprise: 3 };
const PLATFORM_TAG = "multi_tenant_platform";
const DEFAULT_CAMPAIGN = "Organization Registration";

/** The lead of a registration, as it is made. Its owner is nobody yet; a lost one begins where it left off. */
export function leadDraft(registration: Registration, product: string, ownerId: string | null = null): LeadDraft {
  const { tenantId, company, contactName, email, phone, plan, campaign } = registration;
  const stage = stageOf(registration);
  return {
    externalId: tenantId,
    title: titleOf(product, company),
    contactName,
    company,
    email,
    phone,
    description: descriptionOf(registration, product),
    expectedRevenueCents: expectedRevenue(registration.monthlyCents),
    priority: PRIORITY[plan],
    stage: stage === "Lost" ? "New Lead" : stage,
    ownerId,
    tags: tagsOf(registration),
    source: label(campaign.source) ?? label(registration.registrationSource) ?? "Website",
    medium: label(campaign.medium) ?? "Website",
    campaign: label(campaign.campaign) ?? DEFAULT_CAMPAIGN,
    facts: factsOf(registration),
  };
}

/**
 * What the platform keeps up to date in the lead, whoever owns its stage: figures and states.
 * @param before as it was when it was last told; its tags go where they don't hold any more
 */
export function leadFigures(registration: Registration, product: string, before: Tagged | null): LeadChange {
  const { company, contactName, email, phone, plan } = registration;
  const tags = tagsOf(registration);
  return {
    title: titleOf(product, company),
    contactName,
    company,
    email,
    phone,
    expectedRevenueCents: expectedRevenue(registration.monthlyCents),
    priority: PRIORITY[plan],
    tags: { add: tags, remove: before ? tagsOf(before).filter((tag) => !tags.includes(tag)) : [] },
    facts: factsOf(registration),
  };
}

/** Where a lead stands by what the platform knows. */
export function stageOf({ status, progress }: Pick<Registration, "status" | "progress">): LeadStage | "Lost" {
  if (status === "cancelled" || status === "deleted") return "Lost";
  if (status === "active" || status === "past_due" || (status === "suspended" && progress.everPaid)) return "Won";
  if (progress.negotiating) return "Negotiation";
  // A trial that has ended asks to choose a plan: that is our offer.
  if (progress.proposalSent || status === "suspended") return "Proposal Sent";
  if (status === "trialing") return "Trial Active";
  if (progress.demoScheduled) return "Demo Scheduled";
  return progress.qualified ? "Qualified" : "New Lead";
}

/**
 * Of the first year: twelve times the plan's price. A trial costs nothing, but is expected to buy the plan that it has
 * chosen for afterwards (a checkout that it opened, a subscription that begins then), and where it hasn't, the cheapest.
 */
const expectedRevenue = (monthlyCents: number | null): number | null =>
  monthlyCents === null ? null : 12 * monthlyCents;

const titleOf = (product: string, company: string): string => `${product} Organization Registration - ${company}`;

/** What of a registration makes its lead's tags. */
export type Tagged = Pick<Registration, "industry" | "businessType" | "plan">;

function tagsOf(registration: Tagged): string[] {
  return [...new Set([industryTag(registration), `tier_${registration.plan}`, PLATFORM_TAG])];
}

const industryTag = ({ industry, businessType }: Pick<Registration, "industry" | "businessType">): string =>
  tagWord(industry ?? "") || businessType;

/** Letters and digits of any script, joined by underscores. */
function tagWord(text: string): string {
  const words = text
    .normalize("NFKC")
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu);
  return [...(words ?? []).join("_")].slice(0, 40).join("").replace(/_+$/, "");
}

function factsOf(registration: Registration): LeadFacts {
  const { subdomain, businessType, expectedUsers, plan, registrationSource, status, mrrCents } = registration;
  const { score, engagement, usage, churnRisk } = registration;
  return {
    subdomain,
    businessType,
    expectedUsers,
    subscriptionTier: plan,
    registrationSource,
    platformStatus: status,
    mrrCents,
    industryTags: [...new Set([industryTag(registration), businessType])],
    score,
    engagement,
    usage,
    churnRisk,
  };
}

/** HTML: whatever people typed stands in it as text. */
function descriptionOf(registration: Registration, product: string): string {
  const type = BUSINESS_TYPES.find(([value]) => value === registration.businessType)?.[1];
  const rows: [string, string | number | null | undefined][] = [
    ["Company", registration.company],
    ["Contact", registration.contactName],
    ["Business type", type],
    ["Industry", registration.industry],
    ["Region", registration.region],
    ["Expected users", registration.expectedUsers],
    ["Website", registration.website],
    ["Address", registration.subdomain],
    ["Plan", registration.planName],
    ["Came from", registration.registrationSource],
  ];
  const items = rows
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => `<li>${name}: ${escapeHtml(String(value))}</li>`);
  return `<p>Registered with ${escapeHtml(product)}.</p><ul>${items.join("")}</ul>`;
}

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

/** What comes with a link may be anything: one line, not too long. */
function label(text: string | null | undefined): string | null {
  const line = [...(text ?? "").replace(/[\s\p{C}]+/gu, " ").trim()].slice(0, 64).join("").trim();
  return line === "" ? null : line;
}
