// A change of plan, before it is made: what it costs now and then, what is lost.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { ChangePlan } from "#app/domain/billing/billing.schema.ts";
import { type ChangePreview as Change, previewChange } from "#app/domain/billing/changes.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { featuresLost, useBeyond } from "#app/domain/billing/plan-facts.ts";
import { planVersion } from "#app/domain/billing/plans.ts";
import { AppError } from "#app/platform/errors.ts";
import { ChangePreview } from "#app/ui/billing/change-preview.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { assertSells, handleBilling } from "#app/web/billing-forms.ts";
import { readForm } from "#app/web/forms.ts";
import { type MemberContext, memberAction, memberVisit } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Change your plan · Foyer" }];

export const loader = memberVisit(
  "billing:write",
  async (context) => {
    const { services, actor, url, viewer } = context;
    assertSells(services);
    const wanted = ChangePlan.safeParse(Object.fromEntries(url.searchParams));
    if (!wanted.success) throw new AppError("not_found", "There is no such plan.");
    const change = await previewChange(services, actor, wanted.data.plan);
    return { change, ...(await losses(context, change)), timeZone: viewer.timeZone };
  },
  { whileSuspended: true },
);

/** What somebody would miss: features, and room for what is used now. */
function losses({ services, actor }: MemberContext, { from, to }: Change) {
  return services.db.asTenant(
    actor,
    async (tx) => {
      const [before, { limits }] = await Promise.all([planVersion(tx, from.id), entitlements(tx)]);
      return { lost: featuresLost(before, to), beyond: useBeyond(limits, to) };
    },
    { readOnly: true },
  );
}

export const action = memberAction(
  "billing:write",
  async (context) => handleBilling(context, await readForm(context.request)),
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function ChangePlanPage() {
  const data = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  return <ChangePreview {...data} errors={reply?.result.error?.[""] ?? undefined} />;
}
