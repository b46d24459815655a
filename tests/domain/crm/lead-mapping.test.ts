// What a CRM is told of a tenant.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leadDraft, leadFigures, type Registration, stageOf } from "#app/domain/crm/lead-mapping.ts";
import { LEAD_STAGES } from "#app/domain/crm/scoring.schema.ts";

const progress = {
  qualified: false,
  demoScheduled: false,
  proposalSent: false,
  negotiating: false,
  everPaid: false,
};
const acme: Registration = {
  tenantId: "0197b3a0-0000-7000-8000-000000000001",
  company: "Acme Dental",
  contactName: "Ada Lovelace",
  email: "ada@acme.example",
  phone: "+15550100",
  website: "https://acme.example",
  businessType: "healthcare",
  industry: "Dental Clinic",
  region: "Oregon",
  expectedUsers: 12,
  subdomain: "acme",
  plan: "premium",
  planName: "Premium",
  monthlyCents: 249_700,
  mrrCents: 0,
  status: "trialing",
  progress,
  registrationSource: "website",
  campaign: {},
  score: 70,
  engagement: 55,
  usage: 20,
  churnRisk: 10,
};

describe("the lead of a registration", () => {
  test("carries everything that people in sales look for", () => {
    expect(leadDraft(acme, "Foyer", "7")).toEqual({
      externalId: acme.tenantId,
      title: "Foyer Organization Registration - Acme Dental",
      contactName: "Ada Lovelace",
      company: "Acme Dental",
      email: "ada@acme.example",
      phone: "+15550100",
      description: expect.stringContaining("<li>Company: Acme Dental</li>"),
      expectedRevenueCents: 2_996_400,
      priority: 2,
      stage: "Trial Active",
      ownerId: "7",
      tags: ["dental_clinic", "tier_premium", "multi_tenant_platform"],
      source: "website",
      medium: "Website",
      campaign: "Organization Registration",
      facts: {
        subdomain: "acme",
        businessType: "healthcare",
        expectedUsers: 12,
        subscriptionTier: "premium",
        registrationSource: "website",
        platformStatus: "trialing",
        mrrCents: 0,
        industryTags: ["dental_clinic", "healthcare"],
        score: 70,
        engagement: 55,
        usage: 20,
        churnRisk: 10,
      },
    });
  });

  test("expects a year of the plan's price, and nothing by guess where it is agreed by contract", () => {
    const expected = (monthlyCents: number | null) =>
      leadDraft({ ...acme, monthlyCents }, "Foyer").expectedRevenueCents;
    expect([149_700, 0, null].map(expected)).toEqual([1_796_400, 0, null]);
  });

  test("is the more urgent the larger the plan, enterprise most of all", () => {
    const plans = ["trial", "basic", "premium", "enterprise"] as const;
    expect(plans.map((plan) => leadDraft({ ...acme, plan }, "Foyer").priority)).toEqual([0, 1, 2, 3]);
  });

  test("what people typed is text in its description, never markup", () => {
    const nasty = `<script>alert("1")</script> & 'co'`;
    const { description } = leadDraft({ ...acme, company: nasty, contactName: nasty, region: nasty }, nasty);
    expect(description).not.toContain("<script");
    expect(description).toContain("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;co&#39;");
  });

  test("whatever is typed, the description has our own tags alone", () => {
    const texts = fc.string({ unit: fc.constantFrom("<", ">", "&", '"', "'", "a", "/", "é") });
    fc.assert(
      fc.property(texts, texts, (company, industry) => {
        const { description } = leadDraft({ ...acme, company, industry }, "Foyer");
        expect(description.replace(/<\/?(p|ul|li)>/g, "")).not.toMatch(/[<>]/);
      }),
    );
  });

  test("says nothing of what isn't known", () => {
    const unknown = { contactName: null, website: null, region: null, expectedUsers: null, subdomain: null };
    const { description } = leadDraft({ ...acme, ...unknown, industry: null }, "Foyer");
    expect(description).not.toMatch(/null|Contact|Region|Expected users/);
    expect(leadDraft({ ...acme, industry: " ?! " }, "Foyer").tags[0]).toBe("healthcare");
  });

  test("keeps where it came from, on one line", () => {
    const campaign = { source: " news\nletter ", medium: "email", campaign: "x".repeat(100) };
    expect(leadDraft({ ...acme, campaign }, "Foyer")).toMatchObject({
      source: "news letter",
      medium: "email",
      campaign: "x".repeat(64),
    });
  });
});

describe("the stage of a lead", () => {
  test.each([
    ["New Lead", { status: "pending", progress }],
    ["Qualified", { status: "pending", progress: { ...progress, qualified: true } }],
    ["Demo Scheduled", { status: "pending", progress: { ...progress, qualified: true, demoScheduled: true } }],
    ["Trial Active", { status: "trialing", progress: { ...progress, demoScheduled: true } }],
    ["Proposal Sent", { status: "trialing", progress: { ...progress, proposalSent: true } }],
    ["Proposal Sent", { status: "suspended", progress }],
    ["Negotiation", { status: "trialing", progress: { ...progress, proposalSent: true, negotiating: true } }],
    ["Won", { status: "active", progress: { ...progress, negotiating: true } }],
    ["Won", { status: "past_due", progress }],
    ["Won", { status: "suspended", progress: { ...progress, everPaid: true } }],
    ["Lost", { status: "cancelled", progress: { ...progress, everPaid: true } }],
    ["Lost", { status: "deleted", progress }],
  ] as const)("is %s for %j", (stage, registration) => {
    expect(stageOf(registration)).toBe(stage);
  });

  test("every stage can be reached", () => {
    const flags = fc.record({
      qualified: fc.boolean(),
      demoScheduled: fc.boolean(),
      proposalSent: fc.boolean(),
      negotiating: fc.boolean(),
      everPaid: fc.boolean(),
    });
    const statuses = fc.constantFrom("pending", "trialing", "active", "past_due", "suspended", "cancelled", "deleted");
    const seen = new Set(fc.sample(fc.record({ status: statuses, progress: flags }), 2000).map(stageOf));
    expect([...seen].sort()).toEqual([...LEAD_STAGES, "Lost"].sort());
  });

  test("a registration that is lost already begins as a new lead: only a lead that exists can be lost", () => {
    expect(leadDraft({ ...acme, status: "cancelled" }, "Foyer").stage).toBe("New Lead");
  });
});

describe("what the platform keeps up to date", () => {
  test("is figures, tags and states, never stage, owner or description", () => {
    const change = leadFigures({ ...acme, status: "active", mrrCents: 249_700 }, "Foyer", null);
    expect(change).toMatchObject({ facts: { platformStatus: "active", mrrCents: 249_700 }, priority: 2 });
    expect(Object.keys(change)).not.toEqual(expect.arrayContaining([expect.stringMatching(/stage|owner|description/)]));
  });

  test("takes away the tags that it gave and that don't hold any more, and no others", () => {
    const next = { ...acme, plan: "enterprise" as const };
    expect(leadFigures(next, "Foyer", acme).tags).toEqual({
      add: ["dental_clinic", "tier_enterprise", "multi_tenant_platform"],
      remove: ["tier_premium"],
    });
  });
});
