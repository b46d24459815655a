// The frame of the signed-in app: who and where one is, the sections, and notices about the whole account.
import { Outlet, type ShouldRevalidateFunctionArgs, useLoaderData } from "@remix-run/react";
import { listMyTenants } from "#app/domain/team/sessions.ts";
import { AccountNotices } from "#app/ui/account-notices.tsx";
import { APP_COMMANDS, APP_NAV, APP_SEARCHES } from "#app/ui/app-nav.ts";
import { AppShell } from "#app/ui/app-shell.tsx";
import { memberLoader } from "#app/web/guards.ts";

export const loader = memberLoader("dashboard:read", async ({ tx, viewer }) => {
  const { displayName, email, emailConfirmed, tenantId, tenantName, tenantSlug, tenantStatus, onboardingStep } = viewer;
  const several = Number(viewer.tenantCount) > 1 ? await listMyTenants(tx) : [];
  return {
    user: { name: displayName || email, email },
    emailConfirmed,
    tenant: { id: tenantId, name: tenantName, detail: tenantSlug ?? undefined },
    tenants: several.map(({ tenantId: id, name, slug }) => ({ id, name, detail: slug ?? undefined })),
    status: tenantStatus,
    onboarding: onboardingStep,
    role: viewer.tenantRole,
    trialEndsAt: viewer.trialEndsAt,
    timeZone: viewer.timeZone,
  };
});

/** Names and notices change by actions, not by walking around. */
export function shouldRevalidate({ formMethod, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return formMethod !== undefined && defaultShouldRevalidate;
}

export default function App() {
  const { user, tenant, tenants, ...account } = useLoaderData<typeof loader>();
  return (
    <AppShell
      user={user}
      tenant={tenant}
      tenants={tenants.length > 0 ? tenants : [tenant]}
      nav={APP_NAV}
      commands={APP_COMMANDS}
      searches={APP_SEARCHES}
      banner={<AccountNotices {...account} />}
    >
      <Outlet />
    </AppShell>
  );
}
