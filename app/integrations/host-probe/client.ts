// Asks a tenant's host, over HTTP like any visitor, whose it is.
import { z } from "zod";
import type { HostProbe } from "#app/domain/provisioning/ports.ts";

const TIMEOUT_MS = 5_000;
const Identity = z.object({ tenant_id: z.uuid() });

/** A probe that requests `{origin}/site/identity` and never throws. */
export const probeHost: HostProbe = async (origin) => {
  try {
    const response = await fetch(`${origin}/site/identity`, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return { tenantId: null, problem: "Your address answers, but not with your page yet." };
    const identity = Identity.safeParse(await response.json());
    return identity.success
      ? { tenantId: identity.data.tenant_id, problem: null }
      : { tenantId: null, problem: "Your address answers, but not with your page yet." };
  } catch {
    return { tenantId: null, problem: "Your address doesn't answer yet." };
  }
};
