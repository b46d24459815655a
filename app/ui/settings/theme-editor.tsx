// Owns the form of the theme's tokens, and the warnings about colours that are hard to read.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import type { FormEvent } from "react";
import { SaveTheme, type ThemeTokens, themeFonts } from "#app/domain/branding/theme.schema.ts";
import { fontStacks, themeIssues } from "#app/domain/branding/theme.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { LinkButton } from "../button.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { ColorField } from "./color-field.tsx";
import { SettingsForm } from "./settings-form.tsx";

const COLOURS = [
  ["brand", "Brand", "Buttons and links."],
  ["brandText", "Text on the brand colour", undefined],
  ["background", "Background", undefined],
  ["surface", "Cards", "And what your agent says."],
  ["text", "Text", undefined],
  ["muted", "Quiet text", undefined],
] as const;

const MODES = [
  { value: "auto", label: "As the visitor's device" },
  { value: "light", label: "Always light" },
  { value: "dark", label: "Always dark" },
];

export interface ThemeEditorProps {
  start: ThemeTokens;
  /** What is chosen now, as far as it is valid. */
  tokens: ThemeTokens;
  changed: boolean;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  published: boolean;
  onChange: (tokens: ThemeTokens) => void;
  onDiscard: () => void;
}

export function ThemeEditor(props: ThemeEditorProps) {
  const { start, tokens, changed, editable, lastResult, published, onChange, onDiscard } = props;
  const [form, fields] = useForm({
    id: "theme",
    lastResult,
    defaultValue: { ...start, radius: String(start.radius) },
    constraint: getZodConstraint(SaveTheme),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: SaveTheme }),
    shouldRevalidate: "onInput",
  });

  function follow(event: FormEvent<HTMLFormElement>) {
    const submission = parseWithZod(new FormData(event.currentTarget), { schema: SaveTheme });
    if (submission.status === "success") onChange(submission.value);
  }

  return (
    <SettingsForm
      form={form}
      editable={editable}
      submitLabel="Save and publish"
      saved={published && !changed ? "Published. Visitors see it now." : null}
      action={paths.settingsTheme()}
      onInput={follow}
      aside={
        changed ? (
          <LinkButton to={paths.settingsTheme()} preventScrollReset onClick={onDiscard}>
            Discard
          </LinkButton>
        ) : null
      }
    >
      <input type="hidden" name={fields.preset.name} value={start.preset} />
      <div className="grid gap-5 sm:grid-cols-2">
        {COLOURS.map(([name, label, hint]) => (
          <Field key={name} label={label} field={fields[name]} hint={hint}>
            <ColorField label={label} color={tokens[name]} {...inputProps(form, fields[name], { type: "text" })} />
          </Field>
        ))}
      </div>
      <Issues tokens={tokens} />
      <div className="grid gap-5 sm:grid-cols-2">
        <Field label="Typeface" field={fields.font}>
          <Select
            {...selectProps(form, fields.font)}
            options={themeFonts.map((font) => ({ value: font, label: fontStacks[font].label }))}
          />
        </Field>
        <Field label="Light or dark" field={fields.darkMode}>
          <Select {...selectProps(form, fields.darkMode)} options={MODES} />
        </Field>
        <Field label="Corners" field={fields.radius} hint="0 is square, 24 is round.">
          <Input
            {...inputProps(form, fields.radius, { type: "number" })}
            min={0}
            max={24}
            inputMode="numeric"
            suffix="px"
          />
        </Field>
        <Field label="Logo" field={fields.logoUrl} optional hint="Address of an image. It is shown 40 px high.">
          <Input
            {...inputProps(form, fields.logoUrl, { type: "url" })}
            type="text"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            placeholder="https://www.example.com/logo.svg"
          />
        </Field>
      </div>
    </SettingsForm>
  );
}

function Issues({ tokens }: { tokens: ThemeTokens }) {
  const issues = themeIssues(tokens);
  return (
    <div role="status" className="empty:hidden">
      {issues.length > 0 ? (
        <Alert tone="warning" title="Hard to read in places">
          <ul className="list-disc pl-4">
            {issues.map((issue) => (
              <li key={issue}>{issue}</li>
            ))}
          </ul>
          <p className="mt-1">Where it matters, your page uses a nearby shade that can be read.</p>
        </Alert>
      ) : null}
    </div>
  );
}
