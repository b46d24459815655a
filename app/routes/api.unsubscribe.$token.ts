// What a mail program calls when somebody presses its own "Unsubscribe" (RFC 8058): one POST, no cookie, no question. The
// token is the proof. Whoever opens the address instead comes to the page that asks.
import { redirect } from "@remix-run/node";
import { unsubscribe } from "#app/domain/sequences/subscriptions.ts";
import { paths } from "#app/paths.ts";
import { AppError } from "#app/platform/errors.ts";
import { apiRoute } from "#app/web/api-route.ts";

export const action = apiRoute(async ({ request, params, services }) => {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
  const form = await request.formData().catch(() => null);
  if (form?.get("List-Unsubscribe") !== "One-Click")
    throw new AppError("invalid", "This address takes List-Unsubscribe=One-Click.");
  const found = await unsubscribe(services.db, params.token ?? "", "one_click");
  if (!found) throw new AppError("not_found", "This link leads to nobody.");
  return Response.json({ unsubscribed: true }, { headers: { "cache-control": "no-store" } });
});

export const loader = apiRoute(async ({ params }) => redirect(paths.unsubscribe(params.token ?? "")));
