// Owns the view of the widget: the snippet and where to put it, the pages that may show it, its key.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { Form } from "@remix-run/react";
import { SaveWidgetKey } from "#app/domain/team/keys.schema.ts";
import { Alert } from "../banner.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { CopyField } from "../copy-field.tsx";
import { Field } from "../field.tsx";
import { textareaProps } from "../form/field-props.ts";
import { usePending } from "../form/pending.ts";
import { Textarea } from "../textarea.tsx";
import { SettingsForm } from "./settings-form.tsx";

export interface WidgetSettingsProps {
  snippet: string;
  allowedOrigins: string[];
  /** The tenant's own public page, which always shows the agent. */
  pageUrl: string | null;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  done: "saved" | "rotated" | null | undefined;
}

export function WidgetSettings({ snippet, allowedOrigins, pageUrl, editable, lastResult, done }: WidgetSettingsProps) {
  const rotating = usePending("rotate");
  const [form, fields] = useForm({
    id: "widget",
    lastResult,
    defaultValue: { allowedOrigins: allowedOrigins.join("\n") },
    constraint: getZodConstraint(SaveWidgetKey),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: SaveWidgetKey }),
    shouldRevalidate: "onInput",
  });
  return (
    <div className="grid grid-cols-1 gap-6">
      <Card title="On your website" description="One line puts your agent into the corner of every page.">
        {done === "rotated" ? (
          <Alert tone="warning" className="mb-5" title="The key has been replaced.">
            Put the new line on your website: the old one no longer works.
          </Alert>
        ) : null}
        <CopyField label="Snippet" value={snippet} multiline />
        <ol className="mt-5 grid max-w-prose list-decimal gap-2 pl-5 text-muted marker:text-ink">
          <li>Copy the snippet.</li>
          <li>
            Paste it right before <code className="font-mono text-xs">&lt;/body&gt;</code> in your website's template.
            In WordPress, Wix, Squarespace or Shopify look for “custom code” or “footer code” in the settings.
          </li>
          <li>Add your website's address below, so that the agent may appear there.</li>
          <li>Open your website. The agent waits in the lower corner.</li>
        </ol>
        {pageUrl ? (
          <p className="mt-5">
            No website?{" "}
            <a href={pageUrl} className="rounded-sm font-medium text-accent-ink underline underline-offset-2">
              Your own page
            </a>{" "}
            shows the agent without any snippet.
          </p>
        ) : null}
      </Card>
      <Card title="Where it may appear" description="On any other website the widget stays silent.">
        <SettingsForm form={form} editable={editable} saved={done === "saved" ? "Saved." : null} intent="origins">
          <Field
            label="Websites"
            field={fields.allowedOrigins}
            hint="One address a line, like https://www.example.com. https://*.example.com stands for all its subdomains, * for any page."
          >
            <Textarea
              {...textareaProps(form, fields.allowedOrigins)}
              rows={3}
              spellCheck={false}
              autoCapitalize="none"
              placeholder="https://www.example.com"
              className="font-mono"
            />
          </Field>
        </SettingsForm>
      </Card>
      {editable ? (
        <Card
          title="Replace the key"
          description="If somebody uses your snippet where it doesn't belong. Your API keys stay as they are."
        >
          <Form method="post" preventScrollReset>
            <input type="hidden" name="intent" value="rotate" />
            <ConfirmButton
              pending={rotating}
              question="Replace the widget's key?"
              consequence="Websites with the present snippet lose the agent at once, until you paste the new one. This can't be undone."
              confirmLabel="Replace key"
            >
              Replace key
            </ConfirmButton>
          </Form>
        </Card>
      ) : null}
    </div>
  );
}
