// Owns the form of the agent's voice and behaviour.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { AGENT_LANGUAGES, SaveAgentAndLanguages } from "#app/domain/agent/languages.schema.ts";
import { paths } from "#app/paths.ts";
import { Checkbox } from "../checkbox.tsx";
import { Field, FieldGroup } from "../field.tsx";
import { inputProps, textareaProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Switch } from "../switch.tsx";
import { TextLink } from "../text-link.tsx";
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
  languages: {
    main: string;
    further: string[];
    /** How many the plan has in all; null has no end. */
    limit: number | null;
  };
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  saved: boolean;
}

type Chosen = AgentFormProps["agent"] & { languages: string[] };

export function AgentForm({ agent, languages, editable, lastResult, saved }: AgentFormProps) {
  const chosen: Chosen = { ...agent, languages: languages.further };
  const [form, fields] = useForm({
    id: "agent",
    lastResult,
    defaultValue: chosen,
    constraint: getZodConstraint(SaveAgentAndLanguages),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: SaveAgentAndLanguages }),
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
      <FieldGroup label="Languages" hint={<LanguageHint {...languages} />} errors={fields.languages.errors}>
        <div className="grid grid-cols-1 gap-3">
          {Object.entries(AGENT_LANGUAGES).map(([code, name]) =>
            code === languages.main ? (
              <Checkbox key={code} label={`${name} (your own)`} defaultChecked disabled />
            ) : (
              <Checkbox
                key={code}
                label={name}
                name={fields.languages.name}
                value={code}
                defaultChecked={languages.further.includes(code)}
              />
            ),
          )}
        </div>
      </FieldGroup>
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

function LanguageHint({ limit }: { limit: number | null }) {
  const rest = "Whoever writes in another one is answered in yours.";
  if (limit === null) return <>Visitors are answered in the language they write in, among these. {rest}</>;
  return (
    <>
      Visitors are answered in the language they write in, among these. {rest} Your plan has{" "}
      {limit === 1 ? "one language" : `${limit} languages`}.{" "}
      <TextLink to={paths.billingPlans()}>Compare plans</TextLink>
    </>
  );
}
