// Step 2: the tenant's address and look, with both seen before they are saved.
import { getFormProps, useForm } from "@conform-to/react";
import { parseWithZod } from "@conform-to/zod/v4";
import { type MetaFunction, redirect } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { ChooseTheme } from "#app/domain/branding/choose-theme.schema.ts";
import { chooseTheme } from "#app/domain/branding/choose-theme.ts";
import { themePresets } from "#app/domain/branding/presets.ts";
import { themeIssues } from "#app/domain/branding/theme.ts";
import { getTheme, publishTheme, saveTheme } from "#app/domain/branding/themes.ts";
import { suggestSlug } from "#app/domain/tenants/slugs.ts";
import { Slug } from "#app/domain/tenants/tenants.schema.ts";
import { advanceOnboarding, claimAddress, getConfiguration, getTenant } from "#app/domain/tenants/tenants.ts";
import { paths } from "#app/paths.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { Alert } from "#app/ui/banner.tsx";
import { Button } from "#app/ui/button.tsx";
import { Field, FieldGroup } from "#app/ui/field.tsx";
import { inputProps } from "#app/ui/form/field-props.ts";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { usePending } from "#app/ui/form/pending.ts";
import { AddressField } from "#app/ui/onboarding/address-field.tsx";
import { PresetSwatch } from "#app/ui/onboarding/preset-swatch.tsx";
import { ThemePreview } from "#app/ui/onboarding/theme-preview.tsx";
import { Wizard } from "#app/ui/onboarding/wizard.tsx";
import { RadioCards } from "#app/ui/radio-cards.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { enterStep } from "#app/web/wizard.ts";

const ChooseAddress = ChooseTheme.extend({ slug: Slug });

export const meta: MetaFunction = () => [{ title: "Address and look · Foyer" }];

export const loader = memberLoader("onboarding:write", async ({ services, tx, viewer }) => {
  const place = enterStep(viewer, "address");
  const [tenant, { tokens }, { suggestions }] = await Promise.all([getTenant(tx), getTheme(tx), getConfiguration(tx)]);
  return {
    place,
    name: tenant.name,
    slug: tenant.slug ?? suggestSlug(tenant.name),
    live: tenant.status !== "pending",
    suffix: new URL(tenantOrigin(services.env, "x")).host.slice(1),
    tokens,
    question: suggestions[0] ?? "When are you open?",
  };
});

export const action = memberAction("onboarding:write", async ({ actor, request, services, viewer }) => {
  const form = await readForm(request);
  return submitForm(form, ChooseAddress, async ({ slug, ...choice }) => {
    await services.db.asTenant(actor, async (tx) => {
      await claimAddress(tx, actor, services.env, slug);
      await saveTheme(tx, actor, chooseTheme((await getTheme(tx)).tokens, choice));
      if (viewer.tenantStatus !== "pending") await publishTheme(tx);
      await advanceOnboarding(tx, "plan");
    });
    throw redirect(paths.onboardingPlan());
  });
});

export default function AddressStep() {
  const { place, name, slug, live, suffix, tokens, question } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const pending = usePending();
  const [form, fields] = useForm({
    id: "address",
    lastResult: reply?.result ?? null,
    defaultValue: { slug, preset: tokens.preset, brand: tokens.brand },
    onValidate: ({ formData }) => parseWithZod(formData, { schema: ChooseAddress }),
    shouldRevalidate: "onInput",
  });
  const preset = fields.preset.value ?? tokens.preset;
  const choice = ChooseTheme.safeParse({ preset, brand: fields.brand.value ?? tokens.brand });
  const chosen = choice.success ? chooseTheme(tokens, choice.data) : tokens;
  const issues = themeIssues(chosen);

  /** Another preset brings its own colour along. */
  function takePreset(id: string) {
    const brand = themePresets.find((known) => known.id === id)?.tokens.brand;
    if (brand) form.update({ name: fields.brand.name, value: brand });
  }

  return (
    <Wizard
      place={place}
      current="address"
      back={paths.onboardingCompany()}
      title="Address and look"
      intro="Your front desk gets a page of its own. You can change the look at any time."
      preview={
        <ThemePreview
          tokens={chosen}
          name={name}
          host={`${fields.slug.value || "your-name"}${suffix}`}
          question={question}
        />
      }
    >
      <Form method="post" {...getFormProps(form)} className="grid gap-6">
        <FormMessage errors={form.errors} />
        <AddressField
          field={fields.slug}
          control={inputProps(form, fields.slug, { type: "text" })}
          value={fields.slug.value ?? ""}
          suffix={suffix}
          fixed={live}
        />
        <FieldGroup label="Look" field={fields.preset}>
          <RadioCards
            name={fields.preset.name}
            defaultValue={fields.preset.initialValue}
            onChange={takePreset}
            className="grid-cols-2"
            options={themePresets.map(({ id, name: label, suits, tokens: colours }) => ({
              value: id,
              label,
              hint: suits,
              preview: <PresetSwatch tokens={colours} />,
            }))}
          />
        </FieldGroup>
        <Field label="Brand colour" field={fields.brand} hint="For buttons and links.">
          <input
            {...inputProps(form, fields.brand, { type: "color" })}
            key={fields.brand.key}
            className="block h-10 w-20 rounded border border-line-strong bg-surface p-1"
          />
        </Field>
        <div role="status">
          {issues.length > 0 ? (
            <Alert tone="warning" title="Hard to read in places">
              <ul className="list-disc pl-4">
                {issues.map((issue) => (
                  <li key={issue}>{issue}</li>
                ))}
              </ul>
              <p className="mt-1">A stronger colour helps.</p>
            </Alert>
          ) : null}
        </div>
        <div>
          <Button type="submit" variant="primary" size="lg" pending={pending}>
            Save and go on
          </Button>
        </div>
      </Form>
    </Wizard>
  );
}
