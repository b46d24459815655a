// Owns the form that gives the agent a typed answer, with the questions that most businesses are asked at hand.
import { getFormProps, useForm } from "@conform-to/react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../button.tsx";
import { Field } from "../field.tsx";
import { inputProps, textareaProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { Input } from "../input.tsx";
import { Textarea } from "../textarea.tsx";
import { type FormReply, useOwnForm } from "./reply.ts";

const COMMON = [
  "When are you open?",
  "Which services do you offer?",
  "What does it cost?",
  "Where are you?",
  "How can I book?",
  "How can I reach you?",
];

export interface QuestionFormProps {
  reply: FormReply | undefined;
  /** Questions that have an answer already. */
  answered: readonly string[];
}

export function QuestionForm({ reply, answered }: QuestionFormProps) {
  const { fetcher, pending, done, lastResult } = useOwnForm("question", reply);
  const [form, fields] = useForm<{ question: string; answer: string }>({ id: "question", lastResult });
  const element = useRef<HTMLFormElement>(null);
  const question = useRef<HTMLInputElement>(null);
  const answer = useRef<HTMLTextAreaElement>(null);
  const [enhanced, setEnhanced] = useState(false);
  useEffect(() => setEnhanced(true), []);
  const open = COMMON.filter((text) => !answered.includes(text));

  useEffect(() => {
    if (!fetcher.data?.done) return;
    element.current?.reset();
    question.current?.focus();
  }, [fetcher.data]);

  function take(text: string) {
    if (question.current) question.current.value = text;
    answer.current?.focus();
  }

  return (
    <fetcher.Form method="post" {...getFormProps(form)} ref={element} className="grid gap-4">
      <input type="hidden" name="intent" value="question" />
      <FormMessage errors={form.errors} />
      {open.length > 0 && enhanced ? (
        <fieldset className="flex flex-wrap gap-2">
          <legend className="mb-1.5 text-muted">Often asked</legend>
          {open.map((text) => (
            <Button key={text} size="sm" onClick={() => take(text)}>
              {text}
            </Button>
          ))}
        </fieldset>
      ) : null}
      <Field label="Question" field={fields.question}>
        <Input
          {...inputProps(form, fields.question, { type: "text" })}
          ref={question}
          list="common-questions"
          required
        />
      </Field>
      <datalist id="common-questions">
        {open.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
      <Field label="Answer" field={fields.answer}>
        <Textarea {...textareaProps(form, fields.answer)} ref={answer} rows={3} required />
      </Field>
      <div className="flex flex-wrap items-center gap-4">
        <Button type="submit" pending={pending}>
          Add answer
        </Button>
        <p role="status" className={done ? "text-muted" : "sr-only"}>
          {done}
        </p>
      </div>
    </fetcher.Form>
  );
}
