// Owns how deployments are told to staff: their states, kinds and providers, and how long they took.
import Ban from "lucide-react/icons/ban";
import Clock from "lucide-react/icons/clock";
import Hammer from "lucide-react/icons/hammer";
import History from "lucide-react/icons/history";
import Rocket from "lucide-react/icons/rocket";
import Trash from "lucide-react/icons/trash";
import { type ReactNode, useEffect, useState } from "react";
import { Badge } from "../badge.tsx";
import type { Tone } from "../tone.ts";

export type DeploymentStatusView =
  | "queued"
  | "building"
  | "deploying"
  | "live"
  | "failed"
  | "cancelled"
  | "superseded"
  | "removed";
export type DeploymentKindView = "deploy" | "rollback" | "remove";

interface Words {
  label: string;
  tone: Tone;
  /** Undefined: the tone's own. */
  icon?: ReactNode;
}
const STATES: Record<DeploymentStatusView, Words> = {
  queued: { label: "Queued", tone: "neutral", icon: <Clock aria-hidden /> },
  building: { label: "Building", tone: "accent", icon: <Hammer aria-hidden /> },
  deploying: { label: "Deploying", tone: "accent", icon: <Rocket aria-hidden /> },
  live: { label: "Live", tone: "success" },
  failed: { label: "Failed", tone: "danger" },
  cancelled: { label: "Cancelled", tone: "neutral", icon: <Ban aria-hidden /> },
  superseded: { label: "Replaced", tone: "neutral", icon: <History aria-hidden /> },
  removed: { label: "Removed", tone: "neutral", icon: <Trash aria-hidden /> },
};

export function DeploymentState({ status }: { status: DeploymentStatusView }) {
  const { label, tone, icon } = STATES[status];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

export const isUnderWay = (status: DeploymentStatusView): boolean =>
  status === "queued" || status === "building" || status === "deploying";

export const KIND_WORDS: Record<DeploymentKindView, string> = {
  deploy: "Deployment",
  rollback: "Rollback",
  remove: "Removal",
};

const PROVIDERS: Record<string, string> = { shared: "Shared app", webhook: "Deployment service" };
export const providerWords = (provider: string | null): string =>
  provider === null ? "–" : (PROVIDERS[provider] ?? provider);

/** All tenants are served by the one app: none has a version or a size of its own. */
export const isShared = (provider: string | null): boolean => provider === "shared";

/** A span of time in words: 4.2 s, 42 s, 3 min 20 s, 2 h 5 min. */
export function durationWords(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`;
  return wholeWords(Math.round(milliseconds / 1000));
}

function wholeWords(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return [`${minutes} min`, seconds % 60 ? `${seconds % 60} s` : ""].join(" ").trim();
  return [`${Math.floor(minutes / 60)} h`, minutes % 60 ? `${minutes % 60} min` : ""].join(" ").trim();
}

export interface DurationProps {
  from: Date;
  /** Null: it goes on. */
  until: Date | null;
  /** The loader's clock. */
  now: Date;
}

/** How long something took, or has taken so far; then it counts on by the second. */
export function Duration({ from, until, now }: DurationProps) {
  const [passed, setPassed] = useState(0);
  const looked = now.getTime();
  const open = until === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each look at the loader's clock begins anew
  useEffect(() => {
    if (!open) return;
    const since = performance.now();
    setPassed(0);
    const timer = setInterval(() => setPassed(performance.now() - since), 1000);
    return () => clearInterval(timer);
  }, [open, looked]);
  if (until) return <>{durationWords(until.getTime() - from.getTime())}</>;
  return <>{wholeWords(Math.floor(Math.max(0, looked + passed - from.getTime()) / 1000))}</>;
}
