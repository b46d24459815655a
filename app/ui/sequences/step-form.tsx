// Owns the form of one step beside the mail that it becomes, which follows what is typed.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { parseWithZod } from "@conform-to/zod/v4";
import { type FormEvent, useRef } from "react";
import {
  OPERATOR_CONDITIONS,
  OPERATOR_LINKS,
  SaveOperatorStep,
  SaveTenantStep,
  type Sender,
  type Step,
  TENANT_CONDITIONS,
  TENANT_LINKS,
} from "#app/domain/sequences/sequences.schema.ts";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps, textareaProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { SettingsForm } from "../settings/settings-form.tsx";
import { Textarea } from "../textarea.tsx";
import { MailFrame, type MailFrameHandle } from "./mail-frame.tsx";
import { CONDITION_WORDS, LINK_WORDS, PLACEHOLDER_WORDS, spanOf } from "./words.ts";

export interface StepFormProps {
  sender: Sender;
  step: Step;
  position: number;
  known: string;
  editable: boolean;
  /** Of this step's form. */
  lastResult: SubmissionResult<string[]> | null;
  saved: boolean;
  previewUrl: string;
}

interface Shape extends Record<string, unknown> {
  amount: string;
  unit: string;
  condition: string;
  subject: string;
  body: string;
  button: string;
  link: string;
}

const UNITS = [
  { value: "hours", label: "hours" },
  { value: "days", label: "days" },
];

export function StepForm({ sender, step, position, known, editable, lastResult, saved, previewUrl }: StepFormProps) {
  const frame = useRef<MailFrameHandle>(null);
  const { amount, unit } = spanOf(step.delayHours);
  const { condition, subject, body, button, link } = step;
  const [form, fields] = useForm<Shape>({
    id: `step-${step.key}`,
    lastResult,
    defaultValue: { amount: String(amount), unit, condition, subject, body, button, link },
    onValidate: ({ formData }) =>
      parseWithZod(formData, { schema: sender === "operator" ? SaveOperatorStep : SaveTenantStep }) as never,
    shouldRevalidate: "onInput",
  });
  const conditions = (sender === "operator" ? OPERATOR_CONDITIONS : TENANT_CONDITIONS).map((value) => ({
    value,
    label: CONDITION_WORDS[value].label,
  }));
  const links = (sender === "operator" ? OPERATOR_LINKS : TENANT_LINKS).map((value) => ({
    value,
    label: LINK_WORDS[value],
  }));
  const follow = (event: FormEvent<HTMLFormElement>) => frame.current?.show(new FormData(event.currentTarget));
  return (
    <div className="grid grid-cols-1 items-start gap-6 2xl:grid-cols-2">
      <Card title={`Step ${position}`} description="What you save holds for everybody who hasn't had this mail yet.">
        <SettingsForm
          form={form}
          editable={editable}
          intent="save"
          submitLabel="Save step"
          saved={saved ? "Saved." : null}
          onInput={follow}
        >
          <input type="hidden" name="known" value={known} />
          <input type="hidden" name="step" value={step.key} />
          <div className="grid grid-cols-2 gap-4 sm:max-w-sm">
            <Field label="Wait" field={fields.amount}>
              <Input {...inputProps(form, fields.amount, { type: "number" })} min={0} max={2160} />
            </Field>
            <Field label="Unit" field={fields.unit}>
              <Select {...selectProps(form, fields.unit)} options={UNITS} />
            </Field>
          </div>
          <Field
            label="Send it"
            field={fields.condition}
            hint="Looked at when its time has come; else the step is left out."
          >
            <Select {...selectProps(form, fields.condition)} options={conditions} />
          </Field>
          <Field label="Subject" field={fields.subject}>
            <Input {...inputProps(form, fields.subject, { type: "text" })} autoComplete="off" />
          </Field>
          <Field
            label="Text"
            field={fields.body}
            hint={`An empty line begins a new paragraph. ${PLACEHOLDER_WORDS[sender]}`}
          >
            <Textarea {...textareaProps(form, fields.body)} rows={10} />
          </Field>
          <div className="grid gap-5 sm:grid-cols-2 sm:gap-4">
            <Field label="Button" field={fields.button} optional>
              <Input {...inputProps(form, fields.button, { type: "text" })} autoComplete="off" />
            </Field>
            <Field label="Button and {link} lead to" field={fields.link}>
              <Select {...selectProps(form, fields.link)} options={links} />
            </Field>
          </div>
        </SettingsForm>
      </Card>
      <MailFrame ref={frame} url={previewUrl} step={step.key} version={known} />
    </div>
  );
}
