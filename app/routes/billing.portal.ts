// The way to Stripe's portal, where cards, addresses and tax ids are kept.
import { redirect } from "@remix-run/node";
import { OpenPortal } from "#app/domain/billing/billing.schema.ts";
import { openPortal } from "#app/domain/billing/checkout.ts";
import { paths } from "#app/paths.ts";
import { assertSells } from "#app/web/billing-forms.ts";
import { readForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const loader = memberLoader("billing:read", async () => redirect(paths.billing()), { whileSuspended: true });

export const action = memberAction(
  "billing:write",
  async ({ services, actor, request }) => {
    assertSells(services);
    const { flow } = OpenPortal.parse(Object.fromEntries(await readForm(request)));
    const { url } = await openPortal(services, actor, flow ? { flow } : {});
    return redirect(url);
  },
  { whileSuspended: true },
);
