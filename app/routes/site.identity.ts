// Says whose host this is: what provisioning asks to prove that an address leads here.
import { data } from "@remix-run/node";
import { AppError } from "#app/platform/errors.ts";
import { publicRoute } from "#app/web/guards.ts";

export const loader = publicRoute(async ({ context }) => {
  if (context.site.kind !== "tenant") throw new AppError("not_found", "There is no page at this address.");
  return Response.json({ tenant_id: context.site.tenantId }, { headers: { "cache-control": "no-store" } });
});

export const action = publicRoute(async () => {
  throw data({ code: "method_not_allowed", detail: "This address only answers GET." }, { status: 405 });
});
