// Owns the part of the rules that makes the score: shares, points by type of business and plan, signs of life.
import type { FieldMetadata, FormMetadata } from "@conform-to/react";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { BUSINESS_TYPE_NAMES, PART_NAMES } from "./lead-words.ts";
import type { RuleFields } from "./rules-form.tsx";
import { PLAN_WORDS } from "./tenant-state.tsx";

export interface RulePointsProps {
  form: FormMetadata<RuleFields, string[]>;
  fields: ReturnType<FormMetadata<RuleFields, string[]>["getFieldset"]>;
}

export function RulePoints({ form, fields }: RulePointsProps) {
  const recency = fields.recency.getFieldset();
  return (
    <Card title="Score" description="From 0 to 100: the points of each part, weighed by its share.">
      <div className="grid gap-8">
        <Numbers
          legend="Shares"
          hint="They need not add up to anything: what counts is how they relate."
          form={form}
          field={fields.weights}
          names={PART_NAMES}
          most={1000}
        />
        <Numbers
          legend="Points by type of business"
          hint="From 0 to 100."
          form={form}
          field={fields.businessTypes}
          names={BUSINESS_TYPE_NAMES}
          most={100}
        />
        <Numbers
          legend="Points by plan"
          hint="From 0 to 100."
          form={form}
          field={fields.plans}
          names={PLAN_WORDS}
          most={100}
        />
        <fieldset>
          <legend className="font-medium">Last sign of life</legend>
          <p className="mb-3 text-muted">
            Full points while somebody was there lately, none once it has been quiet for long, in between as the days
            go.
          </p>
          <div className="grid gap-4 sm:max-w-lg sm:grid-cols-2">
            <Field label="Full points up to" field={recency.freshDays}>
              <Input {...inputProps(form, recency.freshDays, { type: "number" })} min={0} max={365} suffix="days" />
            </Field>
            <Field label="No points from" field={recency.staleDays}>
              <Input {...inputProps(form, recency.staleDays, { type: "number" })} min={0} max={730} suffix="days" />
            </Field>
          </div>
        </fieldset>
      </div>
    </Card>
  );
}

interface NumbersProps {
  legend: string;
  hint: string;
  form: RulePointsProps["form"];
  field: FieldMetadata<Record<string, number>, RuleFields, string[]>;
  names: Record<string, string>;
  most: number;
}

function Numbers({ legend, hint, form, field, names, most }: NumbersProps) {
  const parts = field.getFieldset();
  return (
    <fieldset>
      <legend className="font-medium">{legend}</legend>
      <p className="mb-3 text-muted">{hint}</p>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4 xl:grid-cols-5">
        {Object.entries(names).map(([name, label]) => {
          const part = parts[name];
          return part ? (
            <Field key={name} label={label} field={part}>
              <Input {...inputProps(form, part, { type: "number" })} min={0} max={most} step="any" />
            </Field>
          ) : null;
        })}
      </div>
    </fieldset>
  );
}
