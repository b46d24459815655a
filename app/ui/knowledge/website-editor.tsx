// Owns the form for a website: its address, how often it is read, how far.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { Button } from "../button.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { SCHEDULES } from "./schedules.ts";
import { WebAddressInput } from "./web-address-input.tsx";

/** What is typed; the server makes numbers of it. */
interface Typed {
  [field: string]: string;
  url: string;
  syncEveryHours: string;
  maxPages: string;
  maxDepth: string;
}

export function WebsiteEditor({ lastResult }: { lastResult: SubmissionResult<string[]> | null }) {
  const pending = usePending("website");
  const [form, fields] = useForm<Typed>({
    id: "add-website",
    lastResult,
    defaultValue: { syncEveryHours: "168", maxPages: "500", maxDepth: "8" },
  });
  const caps = [fields.maxPages, fields.maxDepth];
  return (
    <Form method="post" {...getFormProps(form)} className="grid gap-5">
      <input type="hidden" name="intent" value="website" />
      <FormMessage errors={form.errors} />
      <Field label="Web address" field={fields.url}>
        <WebAddressInput {...inputProps(form, fields.url, { type: "text" })} />
      </Field>
      <Field label="Read it again" field={fields.syncEveryHours} hint="Only pages that changed are read anew.">
        <Select {...selectProps(form, fields.syncEveryHours)} options={SCHEDULES} className="sm:max-w-xs" />
      </Field>
      <details
        open={caps.some((field) => (field.errors?.length ?? 0) > 0) || undefined}
        className="rounded border border-line bg-surface"
      >
        <summary className="rounded px-4 py-3 font-medium">How far to go</summary>
        <div className="grid gap-5 border-t border-line p-4 sm:grid-cols-2">
          <Field label="Pages at most" field={fields.maxPages}>
            <Input {...inputProps(form, fields.maxPages, { type: "number" })} min={1} max={5000} inputMode="numeric" />
          </Field>
          <Field label="Links away from the first page" field={fields.maxDepth}>
            <Input {...inputProps(form, fields.maxDepth, { type: "number" })} min={0} max={20} inputMode="numeric" />
          </Field>
        </div>
      </details>
      <div>
        <Button type="submit" variant="primary" pending={pending}>
          Read this website
        </Button>
      </div>
    </Form>
  );
}
