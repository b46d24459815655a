// Owns the frame of a settings form: its message, its fields, its last line with the button and what became of it.
import { type FormMetadata, getFormProps } from "@conform-to/react";
import { Form } from "@remix-run/react";
import Check from "lucide-react/icons/check";
import { type FormEventHandler, type ReactNode, useState } from "react";
import { Button } from "../button.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";

export interface SettingsFormProps<T extends Record<string, unknown>> {
  form: FormMetadata<T, string[]>;
  /** False shows what is set and lets nobody change it. */
  editable: boolean;
  submitLabel?: string | undefined;
  /** What to say once it is saved. */
  saved?: string | null | undefined;
  /** Tells this form from the page's others. */
  intent?: string | undefined;
  /** Where to post to, if not to the present address. */
  action?: string | undefined;
  /** Beside the button, for example a way to discard. */
  aside?: ReactNode;
  onInput?: FormEventHandler<HTMLFormElement> | undefined;
  children: ReactNode;
}

export function SettingsForm<T extends Record<string, unknown>>({
  form,
  editable,
  submitLabel = "Save",
  saved,
  intent,
  action,
  aside,
  onInput,
  children,
}: SettingsFormProps<T>) {
  const pending = usePending(intent);
  // "Saved" is true until something is typed again.
  const [typed, setTyped] = useState(false);
  if (pending && typed) setTyped(false);
  return (
    <Form
      method="post"
      action={action}
      {...getFormProps(form)}
      preventScrollReset
      onInput={(event) => {
        setTyped(true);
        onInput?.(event);
      }}
    >
      <FormMessage errors={form.errors} />
      <fieldset disabled={!editable} className="grid min-w-0 gap-5">
        {children}
      </fieldset>
      {editable ? (
        <div className="mt-6 flex flex-wrap items-center gap-x-4 gap-y-2">
          {intent ? <input type="hidden" name="intent" value={intent} /> : null}
          <Button type="submit" variant="primary" pending={pending}>
            {submitLabel}
          </Button>
          {aside}
          <p role="status" className="flex items-center gap-1.5 text-success-ink empty:hidden">
            {saved && !pending && !typed ? (
              <>
                <Check aria-hidden className="size-4" />
                {saved}
              </>
            ) : null}
          </p>
        </div>
      ) : (
        <p className="mt-6 text-muted">Your role can look at this. An owner or admin can change it.</p>
      )}
    </Form>
  );
}
