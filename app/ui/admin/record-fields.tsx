// Owns the fields of what a DNS record says: its content, and how long that may be remembered.
import type { FieldMetadata } from "@conform-to/react";
import type { ReactNode } from "react";
import { Field } from "../field.tsx";
import { type FormErrors, type FormShape, inputProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";

export interface RecordFieldsProps<F extends FormShape> {
  form: FormErrors;
  fields: { content: FieldMetadata<string, F, string[]>; ttl: FieldMetadata<string, F, string[]> };
  contentHint?: ReactNode;
  ttlHint?: ReactNode;
}

export function RecordFields<F extends FormShape>({ form, fields, contentHint, ttlHint }: RecordFieldsProps<F>) {
  return (
    <>
      <Field label="Content" field={fields.content} hint={contentHint}>
        <Input {...inputProps(form, fields.content, { type: "text" })} maxLength={2000} required />
      </Field>
      <Field label="Time to live" field={fields.ttl} hint={ttlHint}>
        <Input {...inputProps(form, fields.ttl, { type: "number" })} min={30} max={86_400} suffix="seconds" required />
      </Field>
    </>
  );
}
