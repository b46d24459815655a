// Owns the form of the company's data.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { Company } from "#app/domain/team/registration.schema.ts";
import { Field } from "../field.tsx";
import { selectProps } from "../form/field-props.ts";
import { CompanyFields } from "../onboarding/company-fields.tsx";
import { COMMON_ZONES } from "../onboarding/time-zone-field.tsx";
import { Select } from "../select.tsx";
import { SettingsForm } from "./settings-form.tsx";

export interface CompanyFormProps {
  company: {
    companyName: string;
    businessType: string;
    industry: string | null;
    region: string | null;
    expectedUsers: number | null;
    contactPhone: string | null;
    timeZone: string;
  };
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  saved: boolean;
}

export function CompanyForm({ company, editable, lastResult, saved }: CompanyFormProps) {
  const [form, fields] = useForm({
    id: "company",
    lastResult,
    defaultValue: company,
    constraint: getZodConstraint(Company),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: Company }),
    shouldRevalidate: "onInput",
  });
  const zones = COMMON_ZONES.includes(company.timeZone) ? COMMON_ZONES : [company.timeZone, ...COMMON_ZONES];
  return (
    <SettingsForm form={form} editable={editable} saved={saved ? "Saved." : null}>
      <CompanyFields form={form} fields={fields} open />
      <Field label="Time zone" field={fields.timeZone} className="sm:max-w-xs">
        <Select
          {...selectProps(form, fields.timeZone)}
          options={zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))}
        />
      </Field>
    </SettingsForm>
  );
}
