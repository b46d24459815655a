// Owns the page that deletes an organisation: what happens at once, until when it can be undone, and the name to type.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { Form } from "@remix-run/react";
import type { ReactNode } from "react";
import { DeleteTenant } from "#app/domain/tenants/tenants.schema.ts";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { formatTime } from "../time-text.tsx";

export interface DeleteOrganisationProps {
  outlook: { name: string; host: string | null; timeZone: string; eraseAt: Date };
  /** End of what is paid for; null where nothing is. */
  paidUntil: Date | null;
  /** A payment is missing. */
  owed: boolean;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

export function DeleteOrganisation({ outlook, paidUntil, owed, editable, lastResult }: DeleteOrganisationProps) {
  const { name, host, timeZone } = outlook;
  const day = (at: Date) => `${formatTime(new Date(at), timeZone, "date")} (${timeZone.replaceAll("_", " ")})`;
  const eraseDay = day(outlook.eraseAt);
  return (
    <Card
      title="Delete organisation"
      description={
        <>
          You can bring <span className="wrap-anywhere">{name}</span> back until {eraseDay}. After that everything of it
          is erased.
        </>
      }
    >
      <h3 className="font-semibold">At once</h3>
      <Points>
        <li>
          {host ? (
            <>
              <span className="wrap-anywhere">{host}</span> says that it is closed, and is then taken down. The name
              stays yours until the end.
            </>
          ) : (
            "Your set-up ends."
          )}
        </li>
        <li>Your agent stops answering, and the widget and all API keys stop working.</li>
        <li>You and everybody else here can open nothing of it but the way back.</li>
        {paidUntil ? (
          <li>
            Your subscription is cancelled: it ends on {day(paidUntil)} and nothing more is charged. Nothing is paid
            back, and bringing the organisation back doesn't take the cancellation back.
          </li>
        ) : null}
        {owed ? <li>Your subscription ends. What is owed for it isn't collected any more.</li> : null}
      </Points>
      <h3 className="mt-5 font-semibold">On {eraseDay}</h3>
      <Points>
        <li>
          Conversations, leads, knowledge, settings, keys, figures and its trail are erased. Nobody can bring them back
          then.
        </li>
        <li>Invoices stay with our payment provider for as long as the law asks for it.</li>
        <li>People keep their sign-in, for their other organisations and new ones.</li>
      </Points>
      {editable ? (
        <Ask name={name} lastResult={lastResult} />
      ) : (
        <p className="mt-6 text-muted">Only an owner of this organisation can delete it.</p>
      )}
    </Card>
  );
}

function Points({ children }: { children: ReactNode }) {
  return <ul className="mt-2 grid max-w-2xl list-disc gap-1.5 pl-5 text-muted">{children}</ul>;
}

function Ask({ name, lastResult }: { name: string; lastResult: SubmissionResult<string[]> | null }) {
  const pending = usePending();
  const [form, fields] = useForm({
    id: "delete-organisation",
    lastResult,
    constraint: getZodConstraint(DeleteTenant),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: DeleteTenant }),
    shouldRevalidate: "onInput",
  });
  return (
    <Form
      method="post"
      id={form.id}
      onSubmit={form.onSubmit}
      noValidate={form.noValidate}
      className="mt-6 grid max-w-md gap-4 border-t border-line pt-5"
    >
      <FormMessage errors={form.errors} />
      <Field
        label="Type the organisation's name"
        hint={<span className="wrap-anywhere">{name}</span>}
        field={fields.name}
      >
        <Input {...inputProps(form, fields.name, { type: "text" })} autoComplete="off" />
      </Field>
      <div>
        <Button type="submit" variant="danger" pending={pending}>
          Delete organisation
        </Button>
      </div>
    </Form>
  );
}
