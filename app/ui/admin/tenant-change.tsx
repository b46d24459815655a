// Owns the page on which staff changes how a tenant stands: what it will do, why, and the question before it is done.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { Form } from "@remix-run/react";
import { ChangeTenant } from "#app/domain/admin/tenants.schema.ts";
import { paths } from "#app/paths.ts";
import { Button, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { PageHeader } from "../page-header.tsx";
import { formatTime } from "../time-text.tsx";
import { TENANT_CHANGES, type TenantChangeView } from "./tenant-changes.ts";

export interface TenantChangeProps {
  tenant: { id: string; name: string };
  change: TenantChangeView;
  /** When a deletion now would be followed by the erasure. */
  eraseAt: Date;
  paidUntil: Date | null;
  lastResult: SubmissionResult<string[]> | null;
}

export function TenantChangePage({ tenant, change, eraseAt, paidUntil, lastResult }: TenantChangeProps) {
  const words = TENANT_CHANGES[change];
  const pending = usePending();
  const [form, fields] = useForm({
    id: "change-tenant",
    lastResult,
    constraint: getZodConstraint(ChangeTenant),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: ChangeTenant }),
    shouldRevalidate: "onInput",
  });
  const day = (at: Date) => `${formatTime(new Date(at), "UTC", "date")} (UTC)`;
  const points = words.does({ eraseDay: day(eraseAt), paidUntil: paidUntil && day(paidUntil) });
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{words.title(tenant.name)}</span>}
        back={{ to: paths.adminTenant(tenant.id), label: tenant.name }}
      />
      <Card title="What happens" className="max-w-2xl">
        <ul className="grid list-disc gap-1.5 pl-5 text-muted">
          {points.map((point) => (
            <li key={point}>{point}</li>
          ))}
        </ul>
        <Form
          method="post"
          id={form.id}
          onSubmit={form.onSubmit}
          noValidate={form.noValidate}
          className="mt-5 grid gap-4 border-t border-line pt-5"
        >
          <FormMessage errors={form.errors} />
          <Field
            label="Reason"
            hint="It stands in the organisation's trail, where its people read it."
            field={fields.reason}
          >
            <Input {...inputProps(form, fields.reason, { type: "text" })} maxLength={300} autoComplete="off" />
          </Field>
          <div className="flex flex-wrap gap-2">
            <Button type="submit" variant={words.danger ? "danger" : "primary"} pending={pending}>
              {words.confirm}
            </Button>
            <LinkButton to={paths.adminTenant(tenant.id)} variant="quiet">
              {words.cancel}
            </LinkButton>
          </div>
        </Form>
      </Card>
    </>
  );
}
