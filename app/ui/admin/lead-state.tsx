// Owns how a lead's stage, score and churn risk are told, and whether the CRM answers.
import { Badge } from "../badge.tsx";
import { Alert } from "../banner.tsx";
import { TimeText } from "../time-text.tsx";
import type { Tone } from "../tone.ts";

const STAGE_TONES: Record<string, Tone> = { Won: "success", Lost: "neutral", Negotiation: "accent" };

/** In the CRM's own word. */
export function Stage({ stage }: { stage: string | null }) {
  if (stage === null) return <Badge>Not there yet</Badge>;
  return <Badge tone={STAGE_TONES[stage] ?? "neutral"}>{stage}</Badge>;
}

/** A bar beside the figure, so that a list is read at a glance. */
export function Score({ score }: { score: number | null }) {
  if (score === null) return <>–</>;
  return (
    <span className="inline-flex items-center justify-end gap-2">
      <Bar share={score / 100} className="w-14 max-sm:hidden" />
      <span className="w-7 text-right tabular-nums">{score}</span>
    </span>
  );
}

/** @param share 0 to 1 */
export function Bar({ share, className = "w-full" }: { share: number; className?: string }) {
  return (
    <svg aria-hidden="true" className={`block h-1.5 overflow-hidden rounded-full ${className}`}>
      <rect width="100%" height="100%" className="fill-sunken" />
      <rect width={`${Math.round(100 * Math.min(1, Math.max(0, share)))}%`} height="100%" className="fill-accent" />
    </svg>
  );
}

/** From which on a customer is taken for one who may leave. */
const AT_RISK = 60;

export function ChurnRisk({ risk }: { risk: number | null }) {
  if (risk === null) return <>–</>;
  const rounded = Math.round(risk);
  return risk >= AT_RISK ? <Badge tone="warning">{rounded} of 100</Badge> : rounded;
}

export interface ConnectionView {
  /** What people call the CRM. */
  name: string;
  answeredAt: Date | null;
  failingSince: Date | null;
  error: string | null;
  /** When the worker last looked at it, whatever it found. */
  seenAt: Date;
}

/** The worker looks each minute. */
const LOOKS_MS = 10 * 60_000;

/** What there is to know of the CRM as a whole: silent while all is well. */
export function CrmNotice({ crm, now }: { crm: ConnectionView | null; now: Date }) {
  if (crm === null) {
    return (
      <Alert title="No CRM is connected" className="mb-6">
        Leads are scored, given away and followed up here. To have them in Odoo as well, set <code>ODOO_URL</code> and{" "}
        <code>ODOO_API_KEY</code> (below version 19 <code>ODOO_DB</code>, <code>ODOO_LOGIN</code> and{" "}
        <code>ODOO_PROTOCOL</code>, too), then restart the worker. <code>npm run doctor</code> says whether it answers.
      </Alert>
    );
  }
  if (now.getTime() - crm.seenAt.getTime() > LOOKS_MS) {
    return (
      <Alert
        tone="warning"
        className="mb-6"
        title={
          <>
            Nobody has asked {crm.name} since <TimeText value={crm.seenAt} timeZone="UTC" />
          </>
        }
      >
        The worker does so each minute. Look whether it runs: until then leads stay as they are.
      </Alert>
    );
  }
  if (crm.failingSince === null) return null;
  return (
    <Alert
      tone="warning"
      className="mb-6"
      title={
        <>
          {crm.name} hasn’t answered since <TimeText value={crm.failingSince} timeZone="UTC" />
        </>
      }
    >
      Nothing is lost: we try again by ourselves, and what changes meanwhile goes there once it is back. {crm.error}
      {crm.answeredAt ? (
        <>
          {" "}
          Its last answer came <TimeText value={crm.answeredAt} timeZone="UTC" />.
        </>
      ) : null}
    </Alert>
  );
}
