// Owns the condition of one rule: which leads it is for, in words, and the fields to change that.
import { type FieldMetadata, getCollectionProps } from "@conform-to/react";
import ChevronRight from "lucide-react/icons/chevron-right";
import { LEAD_STAGES } from "#app/domain/crm/scoring.schema.ts";
import { Field, FieldGroup } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { BUSINESS_TYPE_NAMES } from "./lead-words.ts";
import { PLAN_WORDS } from "./tenant-state.tsx";

export interface WhenFields extends Record<string, unknown> {
  businessTypes: string[];
  regions: string;
  plans: string[];
  stages: string[];
  minScore: number;
  minChurnRisk: number;
  minMonthly: number;
}

export interface RuleConditionProps<F extends Record<string, unknown>> {
  form: { allErrors: Record<string, string[]> };
  field: FieldMetadata<WhenFields, F, string[]>;
}

const STAGES = [...LEAD_STAGES, "Lost"];
const STAGE_NAMES = Object.fromEntries(STAGES.map((stage) => [stage, stage]));

export function RuleCondition<F extends Record<string, unknown>>({ form, field }: RuleConditionProps<F>) {
  const when = field.getFieldset();
  const wrong = Object.keys(form.allErrors).some((name) => name.startsWith(`${field.name}.`));
  return (
    <details open={wrong} className="group rounded border border-line bg-sunken/40">
      <summary className="flex cursor-pointer list-none items-start gap-2 rounded px-3 py-2">
        <ChevronRight
          aria-hidden
          className="mt-0.5 size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
        />
        <span className="min-w-0">
          <span className="text-muted">For</span> <span className="wrap-anywhere">{conditionWords(field.value)}</span>
        </span>
      </summary>
      <div className="grid gap-5 border-t border-line p-3 sm:p-4">
        <p className="text-muted">What is left empty doesn’t matter. Among several of one kind, one is enough.</p>
        <Choices label="Type of business" field={when.businessTypes} names={BUSINESS_TYPE_NAMES} />
        <Choices label="Plan" field={when.plans} names={PLAN_WORDS} />
        <Choices label="Stage" field={when.stages} names={STAGE_NAMES} />
        <Field label="Region" field={when.regions} hint="Parts of names, with commas between: Berlin, Bavaria.">
          <Input {...inputProps(form, when.regions, { type: "text" })} />
        </Field>
        <div className="grid gap-5 sm:grid-cols-3">
          <Field label="Score from" field={when.minScore}>
            <Input {...inputProps(form, when.minScore, { type: "number" })} min={0} max={100} />
          </Field>
          <Field label="Churn risk from" field={when.minChurnRisk}>
            <Input {...inputProps(form, when.minChurnRisk, { type: "number" })} min={0} max={100} />
          </Field>
          <Field label="Pays, or may pay, from" field={when.minMonthly}>
            <Input
              {...inputProps(form, when.minMonthly, { type: "number" })}
              min={0}
              step="any"
              prefix="$"
              suffix="a month"
            />
          </Field>
        </div>
      </div>
    </details>
  );
}

interface ChoicesProps<F extends Record<string, unknown>> {
  label: string;
  field: FieldMetadata<string[], F, string[]>;
  names: Record<string, string>;
}

function Choices<F extends Record<string, unknown>>({ label, field, names }: ChoicesProps<F>) {
  const boxes = getCollectionProps(field, { type: "checkbox", options: Object.keys(names) });
  return (
    <FieldGroup label={label} field={field}>
      <div className="flex flex-wrap gap-x-5 gap-y-2">
        {boxes.map(({ key, ...box }) => (
          <label key={key} className="flex items-center gap-2">
            <input {...box} className="size-4 shrink-0 accent-accent" />
            {names[box.value ?? ""]}
          </label>
        ))}
      </div>
    </FieldGroup>
  );
}

/** What a condition says, as a sentence goes on. Values are as the form has them. */
export function conditionWords(when: unknown): string {
  const given: Record<string, unknown> = typeof when === "object" && when !== null ? { ...when } : {};
  const list = (name: string, names: Record<string, string> = {}): string | null => {
    const chosen = [given[name] ?? []].flat().map(String).filter(Boolean);
    return chosen.length === 0 ? null : chosen.map((one) => names[one] ?? one).join(" or ");
  };
  const text = (name: string): string | null => (given[name] ? String(given[name]) : null);
  const least = (name: string, words: (value: string) => string): string | null => {
    const value = text(name);
    return value === null ? null : words(value);
  };
  const parts = [
    prefixed("of ", list("businessTypes", BUSINESS_TYPE_NAMES)),
    prefixed("in ", text("regions")),
    prefixed("on ", list("plans", PLAN_WORDS)),
    prefixed("at ", list("stages")),
    least("minScore", (value) => `with a score of ${value} or more`),
    least("minChurnRisk", (value) => `with a churn risk of ${value} or more`),
    least("minMonthly", (value) => `for $${value} a month or more`),
  ].filter((part) => part !== null);
  return parts.length === 0 ? "every lead" : `leads ${parts.join(", ")}`;
}

const prefixed = (before: string, words: string | null): string | null => (words === null ? null : before + words);
