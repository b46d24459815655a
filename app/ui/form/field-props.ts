// Owns how Conform's fields become props of our controls. Without JavaScript the first bad field takes the focus by
// its autofocus attribute; with it Conform moves the focus.
import { type FieldMetadata, getInputProps, getSelectProps, getTextareaProps } from "@conform-to/react";

export type FormShape = Record<string, unknown>;

/** The part of a Conform form that is needed here. */
export interface FormErrors {
  allErrors: Record<string, string[]>;
}

type InputOptions = Parameters<typeof getInputProps>[1];

/** Props of an input. */
export function inputProps<T, F extends FormShape>(
  form: FormErrors,
  field: FieldMetadata<T, F, string[]>,
  options: InputOptions,
) {
  const { key: _, ...props } = getInputProps(field, options);
  return { ...props, ...focusIfFirst(form, field.name) };
}

/** Props of a select. */
export function selectProps<T, F extends FormShape>(form: FormErrors, field: FieldMetadata<T, F, string[]>) {
  const { key: _, ...props } = getSelectProps(field);
  return { ...props, ...focusIfFirst(form, field.name) };
}

/** Props of a textarea. */
export function textareaProps<T, F extends FormShape>(form: FormErrors, field: FieldMetadata<T, F, string[]>) {
  const { key: _, ...props } = getTextareaProps(field);
  return { ...props, ...focusIfFirst(form, field.name) };
}

function focusIfFirst(form: FormErrors, name: string): { autoFocus?: true } {
  const first = Object.keys(form.allErrors).find((key) => key !== "");
  return first === name ? { autoFocus: true } : {};
}
