// The frame of the staff's pages: unmistakably another place than any tenant's.
import { Outlet, type ShouldRevalidateFunctionArgs, useLoaderData } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { adminCommands, adminNav } from "#app/ui/admin/admin-nav.ts";
import { AppShell } from "#app/ui/app-shell.tsx";
import { Banner } from "#app/ui/banner.tsx";
import { staffLoader } from "#app/web/staff-guards.ts";

export const loader = staffLoader("tenants:read", async ({ viewer }) => ({
  user: { name: viewer.displayName || viewer.email, email: viewer.email, sessionsAt: paths.adminSessions() },
  role: viewer.staffRole,
  hasTenant: viewer.tenantId !== null,
}));

/** Who one is changes by actions, not by walking around. */
export function shouldRevalidate({ formMethod, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return formMethod !== undefined && defaultShouldRevalidate;
}

const PLACE = { id: "staff", name: "Foyer staff", detail: "All organisations" };

export default function Admin() {
  const { user, role, hasTenant } = useLoaderData<typeof loader>();
  return (
    <AppShell
      user={user}
      tenant={PLACE}
      tenants={[]}
      nav={adminNav}
      {...adminCommands(hasTenant)}
      banner={
        <Banner tone="accent" title="Staff area.">
          You see every organisation as {role}. What you change stands in its audit trail with your name.
        </Banner>
      }
    >
      <Outlet />
    </AppShell>
  );
}
