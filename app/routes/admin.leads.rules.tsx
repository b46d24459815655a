// The rules for leads: to read, to try on the leads that there are, to change, and to go back from.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { rulesPage, saveRulesAsStaff, tryRules } from "#app/domain/admin/lead-rules.ts";
import { RulesForm } from "#app/domain/crm/rules-form.schema.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { RulesPage } from "#app/ui/admin/rules-page.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Rules for leads · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, url, actor }) => ({
  ...(await rulesPage(tx, url.searchParams.get("from"))),
  editable: staffMay(actor.role, "leads:rules"),
  saved: url.searchParams.has("saved"),
}));

export const action = staffAction("leads:rules", async ({ request, staff, actor, services }) => {
  const form = await readForm(request);
  return submitForm(form, RulesForm, async (rules) => {
    if (intentOf(form) !== "save")
      return staff.asStaff(actor, (tx) => tryRules(tx, rules, services.now()), { readOnly: true });
    await staff.asStaff(actor, (tx) => saveRulesAsStaff(tx, actor, rules));
    throw redirect(paths.adminLeadRules({ saved: 1 }));
  });
});

export const ErrorBoundary = PageProblem;

export default function Rules() {
  const reply = useActionData<typeof action>();
  return (
    <RulesPage {...useLoaderData<typeof loader>()} preview={reply?.done ?? null} lastResult={reply?.result ?? null} />
  );
}
