// What we need of a CRM, in our own terms: one lead a registration, with its stage, its owner and our figures.
// Adapter: app/integrations/odoo/client.ts.

/** The CRM's own id and name of something; ids are opaque. */
export interface CrmLabel {
  id: string;
  name: string;
}
export interface CrmStage extends CrmLabel {
  /** Whether leads in it count as won. */
  won: boolean;
}
export interface CrmUser extends CrmLabel {
  email: string | null;
}

/** From normal to highest. */
export type CrmPriority = 0 | 1 | 2 | 3;

/** Figures and states of ours that a lead shows. Null: not known. A CRM that can't keep one of them leaves it out. */
export interface LeadFacts {
  subdomain: string | null;
  businessType: string;
  expectedUsers: number | null;
  subscriptionTier: string;
  registrationSource: string;
  platformStatus: string;
  mrrCents: number;
  industryTags: string[];
  /** 0 to 100 each. */
  score: number | null;
  engagement: number | null;
  usage: number | null;
  churnRisk: number | null;
}

/** What of a lead may change after it was made. What is missing stays as it is. */
export interface LeadChange {
  title?: string;
  contactName?: string | null;
  company?: string | null;
  email?: string | null;
  phone?: string | null;
  /** Whole cents in the currency of the CRM; null: nobody knows. */
  expectedRevenueCents?: number | null;
  priority?: CrmPriority;
  /** By name; a stage that doesn't exist yet is made. */
  stage?: string;
  /** A user's id; null: nobody. */
  ownerId?: string | null;
  /** By name; other tags, that people put there, stay. */
  tags?: { add: string[]; remove: string[] };
  facts?: Partial<LeadFacts>;
}

/** A lead as it is made. Sources, mediums, campaigns, tags and stages go by name: what is missing is made. */
export interface LeadDraft {
  /** Ours; a CRM never keeps two leads with the same. Letters, digits and hyphens. */
  externalId: string;
  title: string;
  contactName: string | null;
  company: string;
  email: string | null;
  phone: string | null;
  /** HTML. Belongs to people from then on: it is never written again. */
  description: string;
  expectedRevenueCents: number | null;
  priority: CrmPriority;
  stage: string;
  ownerId: string | null;
  tags: string[];
  source: string;
  medium: string;
  campaign: string;
  facts: LeadFacts;
}

export interface CrmLead {
  id: string;
  externalId: string;
  title: string;
  stage: CrmLabel | null;
  owner: CrmLabel | null;
  outcome: "open" | "won" | "lost";
  /** Only of lost ones. */
  lostReason: string | null;
  /** When anything of it last changed, in whole seconds of the CRM's clock. */
  changedAt: Date;
}

/** How far changes have been read. Changes are ordered by `at`, those of the same second by `id`. */
export interface CrmCursor {
  at: Date;
  id: string;
}

export interface CrmActivity {
  kind: "todo" | "call" | "email" | "meeting";
  summary: string;
  /** HTML. */
  note: string;
  /** Calendar day, YYYY-MM-DD. */
  due: string;
  /** Null: whoever is responsible by the CRM's own rules. */
  userId: string | null;
}

/**
 * All calls are safe to repeat after a failure, and also after one that left open whether the change was made.
 * @throws AppError unavailable and rate_limited (`retryAfter` in seconds), not_found (`crm_record_unknown`), conflict
 * (`crm_refused`: the CRM's own rules forbid it), bad_gateway (an answer that makes no sense), internal (configuration:
 * `provider_key_refused`, `provider_access_refused`, `provider_address`, `provider_database_unknown`, `crm_missing`)
 */
export interface CrmProvider {
  /** What people call it. */
  readonly name: string;
  /** Where people see a lead, `{id}` standing for the CRM's own id of it; null where no address can be told. */
  readonly leadUrl: string | null;
  /** Asks whether everything is as we need it: its version, and the facts for which it has no field. */
  check(): Promise<{ version: number; missingFacts: string[] }>;

  /** The oldest where there are several; null where there is none. Lost ones too. */
  findLead(externalId: string): Promise<CrmLead | null>;
  /**
   * Makes sure that exactly one lead with this external id exists: takes the oldest that is there as it is, makes one
   * where there is none, removes younger doubles that nobody has touched.
   */
  createLead(draft: LeadDraft): Promise<CrmLead>;
  /** @throws AppError not_found */
  updateLead(id: string, change: LeadChange): Promise<void>;
  markWon(id: string): Promise<void>;
  markLost(id: string, reason: string): Promise<void>;
  /** Takes a lost lead up again. */
  reopenLead(id: string): Promise<void>;

  /** In their order. */
  stages(): Promise<CrmStage[]>;
  /** Makes the stages that are missing, in this order; the last one is the won one. */
  ensureStages(names: readonly string[]): Promise<void>;
  /** People who may own leads. */
  users(): Promise<CrmUser[]>;

  /** Puts a note on a lead, once for each key. */
  postNote(id: string, note: { key: string; html: string }): Promise<void>;
  /** Once for each summary and day. */
  scheduleActivity(id: string, activity: CrmActivity): Promise<void>;

  /**
   * Our leads that changed after the cursor, oldest change first, at most `limit`; null begins at the beginning. Our own
   * changes are among them; a lead that people merged from several of ours comes once for each. Go on with the cursor that comes back for as long as there is `more`.
   */
  changes(
    cursor: CrmCursor | null,
    limit: number,
  ): Promise<{ leads: CrmLead[]; cursor: CrmCursor | null; more: boolean }>;
}
