// Owns the form of a typed question with its answer.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { Button } from "../button.tsx";
import { Field } from "../field.tsx";
import { inputProps, textareaProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { Textarea } from "../textarea.tsx";

export interface QuestionEditorProps {
  id: string;
  start: { question: string; answer: string };
  lastResult: SubmissionResult<string[]> | null;
  submitLabel: string;
  editable?: boolean | undefined;
}

export function QuestionEditor(props: QuestionEditorProps) {
  const { id, start, lastResult, submitLabel, editable = true } = props;
  const pending = usePending("question");
  const [form, fields] = useForm<{ question: string; answer: string }>({ id, lastResult, defaultValue: start });
  return (
    <Form method="post" {...getFormProps(form)}>
      <fieldset disabled={!editable} className="grid min-w-0 gap-5">
        <input type="hidden" name="intent" value="question" />
        <FormMessage errors={form.errors} />
        <Field label="Question" field={fields.question} hint="As your customers ask it.">
          <Input {...inputProps(form, fields.question, { type: "text" })} maxLength={300} required />
        </Field>
        <Field label="Answer" field={fields.answer}>
          <Textarea {...textareaProps(form, fields.answer)} rows={5} maxLength={4000} required />
        </Field>
        {editable ? (
          <div>
            <Button type="submit" variant="primary" pending={pending}>
              {submitLabel}
            </Button>
          </div>
        ) : null}
      </fieldset>
    </Form>
  );
}
