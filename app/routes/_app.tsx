// The frame of the signed-in app: who and where one is, the sections, and notices about the whole account.
import { Outlet, type ShouldRevalidateFunctionArgs, useLoaderData } from "@remix-run/react";
import { currentSubscription, isLiving } from "#app/domain/billing/accounts.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { noticeWords } from "#app/domain/billing/notice-words.ts";
import { accountNotice } from "#app/domain/billing/notices.ts";
import { may } from "#app/domain/team/permissions.ts";
import { listMyTenants } from "#app/domain/team/sessions.ts";
import { cancelledUntil } from "#app/domain/tenants/holds.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AccountNotices } from "#app/ui/account-notices.tsx";
import { appCommands, appNav } from "#app/ui/app-nav.ts";
import { AppShell } from "#app/ui/app-shell.tsx";
import { SandboxBanner } from "#app/ui/sandbox-banner.tsx";
import { isWelcome, type Member, memberLoader } from "#app/web/guards.ts";

export const loader = memberLoader("dashboard:read", async ({ tx, viewer }) => frameOf(tx, viewer), {
  whileSuspended: true,
});

async function frameOf(tx: TenantTx, viewer: Member) {
  const { displayName, email, emailConfirmed, tenantId, tenantName, tenantSlug, tenantStatus, onboardingStep } = viewer;
  const [several, entitled, subscription] = await Promise.all([
    Number(viewer.tenantCount) > 1 ? listMyTenants(tx) : [],
    entitlements(tx),
    currentSubscription(tx),
  ]);
  const bill = may(viewer.tenantRole, "billing:read");
  const until = entitled.effectiveStatus === "cancelled" ? await cancelledUntil(tx) : null;
  const notice = accountNotice(entitled, isLiving(subscription) ? subscription.endsAt : null, until);
  return {
    user: { name: displayName || email, email },
    emailConfirmed,
    tenant: { id: tenantId, name: tenantName, detail: tenantSlug ?? undefined },
    tenants: several.map(({ tenantId: id, name, slug }) => ({ id, name, detail: slug ?? undefined })),
    status: tenantStatus,
    open: isWelcome(tenantStatus),
    onboarding: onboardingStep,
    role: viewer.tenantRole,
    notice: notice && noticeWords(notice, bill, viewer.timeZone),
    bill,
    sandbox: viewer.sandbox,
  };
}

/** Names and notices change by actions and by news, not by walking around. */
export function shouldRevalidate(args: ShouldRevalidateFunctionArgs) {
  const { formMethod, currentUrl, nextUrl, defaultShouldRevalidate } = args;
  return (formMethod !== undefined || currentUrl.href === nextUrl.href) && defaultShouldRevalidate;
}

export default function App() {
  const { user, tenant, tenants, open, bill, sandbox, ...account } = useLoaderData<typeof loader>();
  const who = { bill, open };
  return (
    <AppShell
      user={user}
      tenant={tenant}
      tenants={tenants.length > 0 ? tenants : [tenant]}
      nav={appNav(who)}
      {...appCommands(who)}
      banner={
        <>
          <SandboxBanner on={sandbox} />
          <AccountNotices {...account} />
        </>
      }
    >
      <Outlet />
    </AppShell>
  );
}
