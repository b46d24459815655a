// Owns the form of a further DNS record.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { RecordFields } from "./record-fields.tsx";

export interface RecordAddFormProps {
  tenant: string;
  lastResult: SubmissionResult<string[]> | null;
}

const TYPES = ["A", "AAAA", "CNAME", "TXT", "CAA"].map((type) => ({ value: type, label: type }));
interface Fields extends Record<string, unknown> {
  tenant: string;
  name: string;
  type: string;
  content: string;
  ttl: string;
}

export function RecordAddForm({ tenant, lastResult }: RecordAddFormProps) {
  const pending = usePending();
  const start = { tenant, name: "", type: "CNAME", content: "", ttl: "300" };
  const [form, fields] = useForm<Fields>({ id: "record", lastResult, defaultValue: start });
  return (
    <Card>
      <Form method="post" {...getFormProps(form)} className="grid max-w-xl gap-5">
        <FormMessage errors={form.errors} />
        <Field label="Tenant" field={fields.tenant} hint="The first part of its address, or its id.">
          <Input {...inputProps(form, fields.tenant, { type: "text" })} autoCapitalize="none" required />
        </Field>
        <Field label="Name" field={fields.name} hint="In full, such as mail.example.com.">
          <Input {...inputProps(form, fields.name, { type: "text" })} autoCapitalize="none" maxLength={254} required />
        </Field>
        <Field label="Type" field={fields.type}>
          <Select {...selectProps(form, fields.type)} options={TYPES} />
        </Field>
        <RecordFields
          form={form}
          fields={fields}
          contentHint="An address, a name or a text, as the type asks."
          ttlHint="How long the world may remember it, in seconds."
        />
        <div>
          <ConfirmButton
            variant="primary"
            pending={pending}
            question="Add this record?"
            consequence="It is made at the DNS provider at once, and the world can see it. You can remove it again."
            confirmLabel="Add it"
          >
            Add record
          </ConfirmButton>
        </div>
      </Form>
    </Card>
  );
}
