// Owns how a host's certificate is told to staff, and the button that has it looked at again.
import { useFetcher } from "@remix-run/react";
import { useEffect } from "react";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { TimeText } from "../time-text.tsx";
import { useToast } from "../toast.tsx";
import { HOST_STATES, type HostStatusView, State, TLS_STATES, type TlsStatusView } from "./tenant-state.tsx";

export interface DomainView {
  id: string;
  tenantId: string;
  tenantName: string;
  host: string;
  kind: "subdomain" | "custom";
  status: HostStatusView;
  verified: boolean;
  tlsStatus: TlsStatusView;
  tlsReason: string | null;
  tlsExpiresAt: Date | null;
  tlsCheckedAt: Date | null;
  tlsTrouble: string | null;
  certifiable: boolean;
}

/** Whether people reach the host's page. */
export function PageState({ domain: { status, verified } }: { domain: DomainView }) {
  return verified ? <State of={status} in={HOST_STATES} /> : <Badge>Owner not proved</Badge>;
}

export function CertificateState({ domain: { tlsStatus, tlsTrouble, certifiable } }: { domain: DomainView }) {
  if (tlsTrouble === "late") return <Badge tone="warning">Not renewed</Badge>;
  return tlsStatus === "unknown" && !certifiable ? <Badge>None yet</Badge> : <State of={tlsStatus} in={TLS_STATES} />;
}

/** Why it stands as it does, and until when it is good. */
export function CertificateFacts({ domain: { tlsReason, tlsExpiresAt, tlsStatus } }: { domain: DomainView }) {
  return (
    <>
      {tlsReason ? <span className="mt-1 block text-xs text-muted">{tlsReason}</span> : null}
      {tlsExpiresAt && tlsStatus === "ready" && !tlsReason ? (
        <span className="mt-1 block text-xs text-muted">
          Until <TimeText value={tlsExpiresAt} timeZone="UTC" show="date" />
        </span>
      ) : null}
    </>
  );
}

interface Reply {
  result: { status?: string | undefined; error?: Record<string, string[] | null> | null | undefined };
}

/** Stays on the page where it stands. */
export function LookAgain({ domain: { id, tenantId, host } }: { domain: DomainView }) {
  const fetcher = useFetcher<Reply>();
  const toast = useToast();
  const reply = fetcher.data;
  useEffect(() => {
    if (!reply) return;
    const problem = Object.values(reply.result.error ?? {}).flat()[0];
    if (problem) toast({ title: problem, tone: "danger" });
    else toast({ title: "Asked for a look", detail: `What it finds at ${host} appears here in a moment.` });
  }, [reply, toast, host]);
  return (
    <fetcher.Form method="post" action={paths.adminDomains()} className="relative inline-block">
      <input type="hidden" name="tenantId" value={tenantId} />
      <input type="hidden" name="domainId" value={id} />
      <Button type="submit" size="sm" name="intent" value="look" pending={fetcher.state !== "idle"}>
        Look again<span className="sr-only"> at {host}</span>
      </Button>
    </fetcher.Form>
  );
}
