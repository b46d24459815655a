// Owns what a tenant's people read of the certificate of their address.
import { Card } from "../card.tsx";
import { TimeText } from "../time-text.tsx";
import type { Tone } from "../tone.ts";
import { ToneIcon } from "../tone-icon.tsx";

export interface CertificateCardProps {
  certificate: {
    host: string;
    https: boolean;
    status: "unknown" | "pending" | "ready" | "failed";
    reason: string | null;
    expiresAt: Date | null;
    known: boolean;
  };
  timeZone: string;
}

const TITLES = {
  unknown: "Nobody has looked yet",
  pending: "On its way",
  ready: "Your address is secure",
  failed: "Something is wrong",
} as const;
const TONES: Record<keyof typeof TITLES, { tone: Tone; colour: string }> = {
  unknown: { tone: "neutral", colour: "text-muted" },
  pending: { tone: "accent", colour: "text-accent-ink" },
  ready: { tone: "success", colour: "text-success-ink" },
  failed: { tone: "danger", colour: "text-danger-ink" },
};

export function CertificateCard({ certificate, timeZone }: CertificateCardProps) {
  const { host, https, status } = certificate;
  const { tone, colour } = TONES[https ? status : "unknown"];
  return (
    <Card title="Certificate" description={`With it, browsers open ${host} by https and say that it is secure.`}>
      <div className="flex gap-3">
        <span className={colour}>
          <ToneIcon tone={tone} className="mt-0.5 size-4" />
        </span>
        <div>
          <p className="font-medium">{https ? TITLES[status] : "There is none"}</p>
          <p className="text-muted">
            {https ? (
              <Words certificate={certificate} timeZone={timeZone} />
            ) : (
              "This installation speaks plain http, as on a machine of one's own."
            )}
          </p>
        </div>
      </div>
    </Card>
  );
}

function Words({ certificate: { status, reason, expiresAt, known }, timeZone }: CertificateCardProps) {
  const staff = known ? " Our staff knows." : "";
  if (status === "unknown") return "The first look is taken by itself once your address is entered.";
  if (status !== "ready") return `${reason ?? "It isn't good."}${staff || " We look again by ourselves."}`;
  return (
    <>
      {expiresAt ? (
        <>
          Good until <TimeText value={expiresAt} timeZone={timeZone} show="date" />.{" "}
        </>
      ) : null}
      {reason ? `It should have been renewed by now.${staff}` : "It is renewed by itself before."}
    </>
  );
}
