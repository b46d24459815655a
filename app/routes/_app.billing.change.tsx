// A change of plan, before it is made: what it costs now and then, what is lost.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { ChangePlan } from "#app/domain/billing/billing.schema.ts";
import { previewChange } from "#app/domain/billing/changes.ts";
import { featuresLost } from "#app/domain/billing/plan-facts.ts";
import { planVersion } from "#app/domain/billing/plans.ts";
import { AppError } from "#app/platform/errors.ts";
import { ChangePreview } from "#app/ui/billing/change-preview.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { assertSells, handleBilling } from "#app/web/billing-forms.ts";
import { readForm } from "#app/web/forms.ts";
import { memberAction, memberVisit } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Change your plan · Foyer" }];

export const loader = memberVisit(
  "billing:write",
  async ({ services, actor, url, viewer }) => {
    assertSells(services);
    const wanted = ChangePlan.safeParse(Object.fromEntries(url.searchParams));
    if (!wanted.success) throw new AppError("not_found", "There is no such plan.");
    const change = await previewChange(services, actor, wanted.data.plan);
    const before = await services.db.asTenant(actor, (tx) => planVersion(tx, change.from.id), { readOnly: true });
    return { change, lost: featuresLost(before, change.to), timeZone: viewer.timeZone };
  },
  { whileSuspended: true },
);

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
