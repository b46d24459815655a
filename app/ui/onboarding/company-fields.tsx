// Owns the questions about a company, which signing up, the first step and a further organisation all ask.
import type { FieldMetadata } from "@conform-to/react";
import { BUSINESS_TYPES } from "#app/domain/team/registration.schema.ts";
import { Field } from "../field.tsx";
import { type FormErrors, type FormShape, inputProps, selectProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";

type CompanyFieldName = "companyName" | "businessType" | "industry" | "region" | "expectedUsers" | "contactPhone";

export interface CompanyFieldsProps<F extends FormShape> {
  form: FormErrors;
  fields: Record<CompanyFieldName, FieldMetadata<unknown, F, string[]>>;
  /** Shows the further questions at once. */
  open?: boolean | undefined;
}

const businessTypes = BUSINESS_TYPES.map(([value, label]) => ({ value, label }));

export function CompanyFields<F extends FormShape>({ form, fields, open = false }: CompanyFieldsProps<F>) {
  const { companyName, businessType, industry, region, expectedUsers, contactPhone } = fields;
  const further = [industry, region, expectedUsers, contactPhone];
  const flawed = further.some((field) => (field.errors?.length ?? 0) > 0);
  return (
    <>
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="Company" field={companyName}>
          <Input {...inputProps(form, companyName, { type: "text" })} autoComplete="organization" />
        </Field>
        <Field label="What kind of business is it?" field={businessType}>
          <Select {...selectProps(form, businessType)} options={businessTypes} placeholder="Choose one" />
        </Field>
      </div>
      <details open={open || flawed || undefined} className="rounded border border-line bg-surface">
        <summary className="rounded px-4 py-3 font-medium">
          More about your company <span className="ml-1 font-normal text-muted">optional</span>
        </summary>
        <div className="grid gap-5 border-t border-line p-4 sm:grid-cols-2">
          <Field label="Industry" field={industry} hint="For example dentistry, plumbing, boutique hotel.">
            <Input {...inputProps(form, industry, { type: "text" })} />
          </Field>
          <Field label="Region" field={region} hint="Where your customers are.">
            <Input {...inputProps(form, region, { type: "text" })} autoComplete="address-level1" />
          </Field>
          <Field label="People who will use Foyer" field={expectedUsers}>
            <Input {...inputProps(form, expectedUsers, { type: "number" })} inputMode="numeric" />
          </Field>
          <Field label="Phone" field={contactPhone}>
            <Input {...inputProps(form, contactPhone, { type: "tel" })} autoComplete="tel" />
          </Field>
        </div>
      </details>
    </>
  );
}
