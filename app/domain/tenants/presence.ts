// What each state of a tenant means for its presence: its own address, its agent, its jobs, its members. The one table
// that doors and jobs heed. Pure, and may reach the browser.

export const TENANT_STATES = [
  ...(["pending", "trialing", "active", "past_due", "suspended", "cancelled", "deleted"] as const),
] as const;
export type TenantState = (typeof TENANT_STATES)[number];

export interface Presence {
  /** What visitors find at the tenant's address: its page, or words of which kind. */
  page: "open" | "opening" | "paused" | "closed" | "gone";
  /** The agent answers; says politely that it doesn't; or isn't reached, as its keys are nobody's. */
  agent: "answers" | "declines" | "unreachable";
  /** Websites are read again when they are due, and whatever members ask to be read. */
  crawls: "run" | "pause";
  /** DNS record and deployment stand, or are taken back by the set-up's own undoing. The name stays reserved either way. */
  address: "kept" | "taken_back";
  /** What members may open: everything; what those who see the bill need to come back; the way to restore. */
  members: "everything" | "billing" | "restore";
}

const RUNNING: Presence = { page: "open", agent: "answers", crawls: "run", address: "kept", members: "everything" };

export const PRESENCE: Readonly<Record<TenantState, Presence>> = {
  // What is to be known is read before the address opens.
  pending: { page: "opening", agent: "declines", crawls: "run", address: "kept", members: "everything" },
  trialing: RUNNING,
  active: RUNNING,
  past_due: RUNNING,
  suspended: { page: "paused", agent: "declines", crawls: "pause", address: "kept", members: "billing" },
  cancelled: { page: "closed", agent: "declines", crawls: "pause", address: "kept", members: "billing" },
  deleted: { page: "gone", agent: "unreachable", crawls: "pause", address: "taken_back", members: "restore" },
};

/** Days for which a cancelled tenant's address and a deleted tenant's data wait for it; app.grace_days() in SQL. */
export const GRACE_DAYS = 30;
export const graceFrom = (now: Date): Date => new Date(now.getTime() + GRACE_DAYS * 86_400_000);
/** Days before the end of either at which its owners are reminded. */
export const REMINDER_DAYS = 7;

/** What a state means; what nobody knows opens nothing. */
export function presenceOf(state: string): Presence {
  return PRESENCE[TENANT_STATES.find((known) => known === state) ?? "deleted"];
}

/** The states of which `fits` is true, for queries. */
export function statesWhere(fits: (presence: Presence) => boolean): TenantState[] {
  return TENANT_STATES.filter((state) => fits(PRESENCE[state]));
}
