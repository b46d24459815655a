// Step 5: talk to the agent, then put it on the website.
import { getFormProps, useForm } from "@conform-to/react";
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { listSources } from "#app/domain/knowledge/sources.ts";
import { currentRun } from "#app/domain/provisioning/runs.ts";
import { SaveWidgetKey } from "#app/domain/team/keys.schema.ts";
import { currentWidgetKey, saveWidgetKey } from "#app/domain/team/keys.ts";
import { advanceOnboarding } from "#app/domain/tenants/tenants.ts";
import { paths } from "#app/paths.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { Alert } from "#app/ui/banner.tsx";
import { Button } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { CopyField } from "#app/ui/copy-field.tsx";
import { Field } from "#app/ui/field.tsx";
import { textareaProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { AgentFrame } from "#app/ui/onboarding/agent-frame.tsx";
import { GoingLive } from "#app/ui/onboarding/going-live.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { Textarea } from "#app/ui/textarea.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { enterStep } from "#app/web/wizard.ts";

export const meta: MetaFunction = () => [{ title: "Try your agent · Foyer" }];

export const loader = memberLoader("onboarding:write", async ({ services: { env }, tx, viewer }) => {
  const place = enterStep(viewer, "try");
  const [run, key, { sources }] = await Promise.all([
    currentRun(tx),
    currentWidgetKey(tx),
    listSources(tx, { kind: "website", limit: 1 }),
  ]);
  const website = sources[0]?.url ? [new URL(sources[0].url).origin] : [];
  return {
    place,
    run,
    site: viewer.tenantSlug ? tenantOrigin(env, viewer.tenantSlug) : null,
    origins: (key.allowedOrigins.length > 0 ? key.allowedOrigins : website).join("\n"),
    snippet: `<script src="${env.appUrl}${paths.widgetScript()}" data-key="${key.publicKey}" async></script>`,
  };
});

export const action = memberAction("onboarding:write", async ({ actor, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, SaveWidgetKey, async (input) => {
    const finish = intentOf(form) === "finish";
    await services.db.asTenant(actor, async (tx) => {
      await saveWidgetKey(tx, actor, input);
      if (finish) await advanceOnboarding(tx, "done");
    });
    if (finish) throw redirect(paths.home());
    return { saved: true };
  });
});

export default function TryStep() {
  const { place, run, site, origins, snippet } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const [saving, finishing] = [usePending("save"), usePending("finish")];
  useChanges(["provisioning"]);
  const [form, fields] = useForm<{ allowedOrigins: string }>({
    id: "widget",
    lastResult: reply?.done ? null : (reply?.result ?? null),
    defaultValue: { allowedOrigins: origins },
  });
  const live = run?.steps.some(({ name, status }) => name === "host" && status === "done") ?? false;
  return (
    <Wizard
      place={place}
      current="try"
      back={paths.onboardingKnowledge()}
      title="Try your agent"
      intro="Ask what your customers ask. Each answer shows where it stands."
    >
      <div className="grid gap-6">
        {live && site ? <AgentFrame site={site} /> : <GoingLive run={run} site={site} />}
        <Form method="post" {...getFormProps(form)} className="grid gap-6">
          <Card
            title="On your website"
            description="Paste this line into your pages, before the closing body tag. Most website builders have a field for it."
          >
            <div className="grid gap-5">
              <FormMessage errors={form.errors} />
              <CopyField label="Your line of code" value={snippet} multiline />
              <Field
                label="Websites that may show it"
                field={fields.allowedOrigins}
                hint="One a line, for example https://www.example.com. Your own page may always."
              >
                <Textarea
                  {...textareaProps(form, fields.allowedOrigins)}
                  rows={2}
                  spellCheck={false}
                  autoCapitalize="none"
                />
              </Field>
              <div className="flex flex-wrap items-center gap-4">
                <Button type="submit" name="intent" value="save" pending={saving}>
                  Save websites
                </Button>
                <div role="status">{reply?.done ? <Alert tone="success">Saved.</Alert> : null}</div>
              </div>
            </div>
          </Card>
          <div>
            <Button type="submit" name="intent" value="finish" variant="primary" size="lg" pending={finishing}>
              Open my dashboard
            </Button>
          </div>
        </Form>
      </div>
    </Wizard>
  );
}
