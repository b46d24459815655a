// Settings: deleting the organisation. Says exactly what happens and when, and asks for its name.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { currentSubscription, isLiving } from "#app/domain/billing/accounts.ts";
import { may } from "#app/domain/team/permissions.ts";
import { deleteOwnTenant, deletionOutlook } from "#app/domain/tenants/holds.ts";
import { DeleteTenant } from "#app/domain/tenants/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { DeleteOrganisation } from "#app/ui/settings/delete-organisation.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Delete organisation · Foyer" }];

export const loader = memberLoader(
  "settings:read",
  async ({ tx, actor }) => {
    const [outlook, subscription] = await Promise.all([deletionOutlook(tx), currentSubscription(tx)]);
    const living = isLiving(subscription) ? subscription : null;
    const owed = living !== null && !["active", "trialing"].includes(living.status);
    const ends = living && !owed ? (living.endsAt ?? living.periodEnd) : null;
    return {
      outlook,
      // Nothing outlives the erasure.
      paidUntil: ends && ends > outlook.eraseAt ? outlook.eraseAt : ends,
      owed,
      editable: may(actor.role, "organisation:delete"),
    };
  },
  { whileSuspended: true },
);

export const action = memberAction(
  "organisation:delete",
  async ({ request, services, actor }) =>
    submitForm(await readForm(request), DeleteTenant, async ({ name }) => {
      await services.db.asTenant(actor, (tx) => deleteOwnTenant(tx, actor, name));
      throw redirect(paths.deletedTenant(actor.tenantId));
    }),
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function DeleteSettings() {
  const reply = useActionData<typeof action>();
  return <DeleteOrganisation {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />;
}
