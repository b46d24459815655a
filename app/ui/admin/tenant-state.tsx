// Owns how the states of tenants, set-ups, addresses and DNS records are told to staff.
import { Badge } from "../badge.tsx";
import type { Tone } from "../tone.ts";

type Words<S extends string> = Record<S, { label: string; tone: Tone }>;

export type TenantStatusView = "pending" | "trialing" | "active" | "past_due" | "suspended" | "cancelled" | "deleted";
export const TENANT_STATES: Words<TenantStatusView> = {
  pending: { label: "Not started", tone: "neutral" },
  trialing: { label: "In trial", tone: "accent" },
  active: { label: "Active", tone: "success" },
  past_due: { label: "Past due", tone: "warning" },
  suspended: { label: "Suspended", tone: "danger" },
  cancelled: { label: "Cancelled", tone: "neutral" },
  deleted: { label: "Deleted", tone: "neutral" },
};

export type RunStatusView = "running" | "failed" | "done" | "cancelling" | "cancelled";
export const RUN_STATES: Words<RunStatusView> = {
  running: { label: "Under way", tone: "accent" },
  failed: { label: "Failed", tone: "danger" },
  done: { label: "Done", tone: "success" },
  cancelling: { label: "Being taken back", tone: "warning" },
  cancelled: { label: "Cancelled", tone: "neutral" },
};

export type RecordStatusView = "pending" | "propagating" | "verified" | "drifted" | "failed" | "removing" | "removed";
export const RECORD_STATES: Words<RecordStatusView> = {
  pending: { label: "Waiting", tone: "neutral" },
  propagating: { label: "Spreading", tone: "accent" },
  verified: { label: "Verified", tone: "success" },
  drifted: { label: "Differs", tone: "warning" },
  failed: { label: "Failed", tone: "danger" },
  removing: { label: "Being removed", tone: "warning" },
  removed: { label: "Removed", tone: "neutral" },
};

export type HostStatusView = "pending" | "live" | "failed";
export const HOST_STATES: Words<HostStatusView> = {
  pending: { label: "Not live yet", tone: "neutral" },
  live: { label: "Live", tone: "success" },
  failed: { label: "Failed", tone: "danger" },
};

export type TlsStatusView = "unknown" | "pending" | "ready" | "failed";
export const TLS_STATES: Words<TlsStatusView> = {
  unknown: { label: "Not checked", tone: "neutral" },
  pending: { label: "Waiting", tone: "accent" },
  ready: { label: "Valid", tone: "success" },
  failed: { label: "Failed", tone: "danger" },
};

export const PLAN_WORDS: Record<string, string> = {
  trial: "Trial",
  basic: "Basic",
  premium: "Premium",
  enterprise: "Enterprise",
};

export function State<S extends string>({ of, in: words }: { of: S; in: Words<S> }) {
  const { label, tone } = words[of];
  return <Badge tone={tone}>{label}</Badge>;
}

/** The states as choices of a filter, the empty one first. */
export function choicesOf(words: Words<string>, all = "All"): { value: string; label: string }[] {
  return [{ value: "", label: all }, ...Object.entries(words).map(([value, { label }]) => ({ value, label }))];
}
