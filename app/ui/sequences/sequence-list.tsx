// Owns the staff's list of sequences: a switch, figures, and a form for a further one.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { getZodConstraint, parseWithZod } from "@conform-to/zod/v4";
import { Form } from "@remix-run/react";
import type { Figures } from "#app/domain/sequences/enrolments.ts";
import { type Audience, NewSequence, OPERATOR_AUDIENCES } from "#app/domain/sequences/sequences.schema.ts";
import { paths } from "#app/paths.ts";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { InstantSwitch } from "../settings/instant-switch.tsx";
import { TextLink } from "../text-link.tsx";
import { SequenceFigures } from "./sequence-figures.tsx";
import { AUDIENCE_WORDS } from "./words.ts";

export interface SequenceListProps {
  sequences: readonly { id: string; name: string; audience: Audience; on: boolean; steps: number; figures: Figures }[];
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

export function SequenceList({ sequences, editable, lastResult }: SequenceListProps) {
  return (
    <div className="grid grid-cols-1 gap-6">
      {sequences.map(({ id, name, audience, on, steps, figures }) => (
        <Card
          key={id}
          title={<TextLink to={paths.adminSequence(id)}>{name}</TextLink>}
          description={`${AUDIENCE_WORDS[audience].label} · ${steps} ${steps === 1 ? "step" : "steps"}`}
          actions={
            <InstantSwitch
              label={<span className="sr-only">{name} is on</span>}
              checked={on}
              disabled={!editable}
              fields={{ intent: "switch", id }}
            />
          }
        >
          <SequenceFigures figures={figures} audience={audience} />
        </Card>
      ))}
      {editable ? <AddForm key={sequences.length} lastResult={lastResult} /> : null}
    </div>
  );
}

const AUDIENCES = OPERATOR_AUDIENCES.map((value) => ({ value, label: AUDIENCE_WORDS[value].label }));

function AddForm({ lastResult }: Pick<SequenceListProps, "lastResult">) {
  const pending = usePending("new");
  const [form, fields] = useForm({
    id: "new-sequence",
    lastResult,
    constraint: getZodConstraint(NewSequence),
    onValidate: ({ formData }) => parseWithZod(formData, { schema: NewSequence }),
    shouldRevalidate: "onInput",
  });
  return (
    <Card title="Add a sequence" description="It is off until you have written it and switch it on.">
      <Form method="post" {...getFormProps(form)} className="grid max-w-xl gap-5">
        <input type="hidden" name="intent" value="new" />
        <FormMessage errors={form.errors} />
        <Field label="Name" field={fields.name} hint="Only your staff sees it.">
          <Input {...inputProps(form, fields.name, { type: "text" })} autoComplete="off" />
        </Field>
        <Field label="To" field={fields.audience}>
          <Select {...selectProps(form, fields.audience)} options={AUDIENCES} />
        </Field>
        <div>
          <Button type="submit" pending={pending}>
            Add sequence
          </Button>
        </div>
      </Form>
    </Card>
  );
}
