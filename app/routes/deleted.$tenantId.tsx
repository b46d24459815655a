// Where one lands whose organisation is deleted: when it will be erased, the way back for owners, and the way on.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { listMyTenants, resolveSession, switchTenant } from "#app/domain/team/sessions.ts";
import { mayRestore, myDeletedTenants, restoreOwnTenant } from "#app/domain/tenants/holds.ts";
import { Restore } from "#app/domain/tenants/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { DeletedOrganisation } from "#app/ui/account/deleted-organisation.tsx";
import { destinationOf } from "#app/web/destination.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { isSecure, userAction, userLoader } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

export const meta: MetaFunction = () => [{ title: "Deleted organisation · Foyer" }];

export const loader = userLoader(async ({ tx, params, viewer }) => {
  const [deleted, others] = await Promise.all([myDeletedTenants(tx), listMyTenants(tx)]);
  const tenant = deleted.find(({ tenantId }) => tenantId === params.tenantId);
  // Restored, erased, or never one's own: all look alike.
  if (!tenant) throw redirect(viewer.tenantId ? destinationOf(viewer) : paths.switchTenant());
  return { tenant, mayRestore: mayRestore(tenant), others: others.length + deleted.length - 1, email: viewer.email };
});

export const action = userAction(async ({ actor, params, request, services }) =>
  submitForm(await readForm(request), Restore, async () => {
    const tenantId = params.tenantId ?? "";
    await services.db.asUser(actor, async (tx) => {
      await restoreOwnTenant(tx, tenantId);
      await switchTenant(tx, tenantId);
    });
    const viewer = await resolveSession(services.db, readSessionToken(request, isSecure(services)));
    throw redirect(viewer ? destinationOf(viewer) : paths.signIn());
  }),
);

export default function Deleted() {
  const reply = useActionData<typeof action>();
  return <DeletedOrganisation {...useLoaderData<typeof loader>()} errors={reply?.result.error?.[""] ?? undefined} />;
}
