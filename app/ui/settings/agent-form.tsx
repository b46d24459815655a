// Owns the form of the agent's voice and behaviour.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { SaveAgent } from "#app/domain/tenants/tenants.schema.ts";
import { Checkbox } from "../checkbox.tsx";
import { Field, FieldGroup } from "../field.tsx";
import { inputProps, textareaProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Switch } from "../switch.tsx";
import { Textarea } from "../textarea.tsx";
import { SettingsForm } from "./settings-form.tsx";

export interface AgentFormProps {
  agent: {
    agentName: string;
    greeting: string;
    fallback: string;
    instructions: string;
    suggestions: string;
    handoffEnabled: boolean;
    redactEmails: boolean;
    redactPhones: boolean;
  };
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  saved: boolean;
}

export function AgentForm({ agent, editable, lastResult, saved }: AgentFormProps) {
  const [form, fields] = useForm({
    id: "agent",
    lastResult,
    defaultValue: agent,
    constraint: getZodConstraint(SaveAgent),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: SaveAgent }),
    shouldRevalidate: "onInput",
  });
  return (
    <SettingsForm form={form} editable={editable} saved={saved ? "Saved. The next answer follows it." : null}>
      <Field label="Name" field={fields.agentName} className="sm:max-w-xs">
        <Input {...inputProps(form, fields.agentName, { type: "text" })} autoComplete="off" />
      </Field>
      <Field label="Greeting" field={fields.greeting} hint="The first thing that a visitor reads.">
        <Textarea {...textareaProps(form, fields.greeting)} rows={2} />
      </Field>
      <Field
        label="Suggested questions"
        field={fields.suggestions}
        hint="Up to four, one a line. Visitors tap them instead of typing."
      >
        <Textarea {...textareaProps(form, fields.suggestions)} rows={4} />
      </Field>
      <Field
        label="When it doesn't know"
        field={fields.fallback}
        hint="Said when your knowledge holds no answer. It never makes one up."
      >
        <Textarea {...textareaProps(form, fields.fallback)} rows={2} />
      </Field>
      <Field
        label="Instructions"
        field={fields.instructions}
        optional
        hint="Tone and manners for a language model, where one is connected. Facts belong into your knowledge."
      >
        <Textarea {...textareaProps(form, fields.instructions)} rows={4} />
      </Field>
      <Switch
        label="Hand over to people"
        hint="Visitors can ask for a person. The conversation then waits for you here."
        name={fields.handoffEnabled.name}
        defaultChecked={agent.handoffEnabled}
        key={String(agent.handoffEnabled)}
      />
      <FieldGroup
        label="Hide personal data"
        hint="Card, bank account and social security numbers are always hidden before anything is stored."
      >
        <div className="grid grid-cols-1 gap-3">
          <Checkbox label="Email addresses too" name={fields.redactEmails.name} defaultChecked={agent.redactEmails} />
          <Checkbox label="Phone numbers too" name={fields.redactPhones.name} defaultChecked={agent.redactPhones} />
        </div>
      </FieldGroup>
    </SettingsForm>
  );
}
