// Going over to another of one's organisations, or setting up a further one.
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, Link, useLoaderData } from "@remix-run/react";
import Plus from "lucide-react/icons/plus";
import { z } from "zod";
import { listMyTenants, resolveSession, switchTenant } from "#app/domain/team/sessions.ts";
import { myDeletedTenants } from "#app/domain/tenants/holds.ts";
import { paths } from "#app/paths.ts";
import { Avatar } from "#app/ui/avatar.tsx";
import { Badge } from "#app/ui/badge.tsx";
import { LinkButton } from "#app/ui/button.tsx";
import { EmptyState } from "#app/ui/empty-state.tsx";
import { FocusShell } from "#app/ui/focus-shell.tsx";
import { SignOutButton } from "#app/ui/sign-out-button.tsx";
import { TimeText } from "#app/ui/time-text.tsx";
import { destinationOf } from "#app/web/destination.ts";
import { readForm, submitForm } from "#app/web/forms.ts";
import { isSecure, userAction, userLoader } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

const SwitchTenant = z.object({ tenantId: z.uuid() });

export const meta: MetaFunction = () => [{ title: "Your organisations · Foyer" }];

export const loader = userLoader(async ({ tx, viewer }) => ({
  current: viewer.tenantId,
  email: viewer.email,
  tenants: await listMyTenants(tx),
  deleted: await myDeletedTenants(tx),
}));

export const action = userAction(async ({ actor, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, SwitchTenant, async ({ tenantId }) => {
    await services.db.asUser(actor, (tx) => switchTenant(tx, tenantId));
    const viewer = await resolveSession(services.db, readSessionToken(request, isSecure(services)));
    throw redirect(viewer ? destinationOf(viewer) : paths.signIn());
  });
});

const STATES: Record<string, string> = { pending: "Not live yet", suspended: "Suspended", cancelled: "Cancelled" };

export default function SwitchTenantPage() {
  const { current, email, tenants, deleted } = useLoaderData<typeof loader>();
  return (
    <FocusShell
      title="Your organisations"
      intro={<span className="break-all">Signed in as {email}</span>}
      footer={<SignOutButton />}
    >
      {tenants.length + deleted.length === 0 ? (
        <EmptyState title="You belong to no organisation">
          When somebody adds you to theirs, it stands here. You can also set up your own.
        </EmptyState>
      ) : (
        <ul className="-mx-2 grid gap-1">
          {tenants.map(({ tenantId, name, slug, status }) => (
            <li key={tenantId}>
              <Form method="post">
                <button
                  type="submit"
                  name="tenantId"
                  value={tenantId}
                  aria-current={tenantId === current || undefined}
                  className="flex w-full items-center gap-3 rounded px-2 py-2.5 text-left hover:bg-sunken"
                >
                  <Avatar name={name} />
                  <span className="min-w-0 flex-1">
                    <span className="block truncate font-medium">{name}</span>
                    {slug ? <span className="block truncate text-xs text-muted">{slug}</span> : null}
                  </span>
                  {tenantId === current ? <Badge tone="accent">Open now</Badge> : null}
                  {STATES[status] ? <Badge>{STATES[status]}</Badge> : null}
                </button>
              </Form>
            </li>
          ))}
          {deleted.map(({ tenantId, name, eraseAt, timeZone }) => (
            <li key={tenantId}>
              <Link
                to={paths.deletedTenant(tenantId)}
                className="flex w-full items-center gap-3 rounded px-2 py-2.5 hover:bg-sunken"
              >
                <Avatar name={name} />
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium">{name}</span>
                  <span className="block truncate text-xs text-muted">
                    Erased on <TimeText value={eraseAt} timeZone={timeZone} show="date" />
                  </span>
                </span>
                <Badge>Deleted</Badge>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <LinkButton to={paths.newOrganisation()} icon={<Plus aria-hidden />} className="mt-5 w-full">
        Set up another organisation
      </LinkButton>
    </FocusShell>
  );
}
