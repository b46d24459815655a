// Owns the form for a new API key.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { API_SCOPE_NAMES, type ApiScope, CreateApiKey } from "#app/domain/team/keys.schema.ts";
import { Checkbox } from "../checkbox.tsx";
import { Field, FieldGroup } from "../field.tsx";
import { inputProps, selectProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { SettingsForm } from "./settings-form.tsx";

const LIFETIMES = [
  { value: "", label: "Never" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];

export interface ApiKeyFormProps {
  /** What the person may let a key do. */
  scopes: readonly ApiScope[];
  lastResult: SubmissionResult<string[]> | null;
}

export function ApiKeyForm({ scopes, lastResult }: ApiKeyFormProps) {
  const [form, fields] = useForm({
    id: "api-key",
    lastResult,
    constraint: getZodConstraint(CreateApiKey),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: CreateApiKey }),
    shouldRevalidate: "onInput",
  });
  return (
    <SettingsForm form={form} editable submitLabel="Create key" intent="create">
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="Name" field={fields.name} hint="What will use it, for example “Booking site”.">
          <Input {...inputProps(form, fields.name, { type: "text" })} autoComplete="off" />
        </Field>
        <Field label="Expires" field={fields.expiresInDays}>
          <Select {...selectProps(form, fields.expiresInDays)} options={LIFETIMES} />
        </Field>
      </div>
      <FieldGroup label="What it may do" field={fields.scopes} hint="A key opens nothing else.">
        <div className="grid gap-3 sm:grid-cols-2">
          {scopes.map((scope) => (
            <Checkbox
              key={scope}
              name={fields.scopes.name}
              value={scope}
              defaultChecked={scope === "chat"}
              label={API_SCOPE_NAMES[scope]}
              hint={<code className="font-mono text-xs">{scope}</code>}
            />
          ))}
        </div>
      </FieldGroup>
    </SettingsForm>
  );
}
