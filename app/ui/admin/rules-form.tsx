// Owns the form of all rules for leads: the score, who gets which lead, what is asked of people, who hears of it at once.
import { type FieldMetadata, type FormMetadata, getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { parseWithZod } from "@conform-to/zod/v4";
import { Form } from "@remix-run/react";
import { RulesForm as Schema } from "#app/domain/crm/rules-form.schema.ts";
import { Card } from "../card.tsx";
import { Checkbox } from "../checkbox.tsx";
import { Field } from "../field.tsx";
import { inputProps, selectProps, textareaProps } from "../form/field-props.ts";
import { FormMessage } from "../form/form-message.tsx";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { Textarea } from "../textarea.tsx";
import { ACTIVITY_NAMES } from "./lead-words.ts";
import { RuleCondition, type WhenFields } from "./rule-condition.tsx";
import { RuleList } from "./rule-list.tsx";
import { RulePoints } from "./rule-points.tsx";

interface ActivityFields extends Record<string, unknown> {
  kind: string;
  summary: string;
  note: string;
  dueInDays: number;
}
interface Assignment extends Record<string, unknown> {
  when: WhenFields;
  person: string;
}
interface Asking extends Record<string, unknown> {
  key: string;
  when: WhenFields;
  activity: ActivityFields;
}
interface Escalation extends Asking {
  person: string;
  takesOver: boolean;
}

/** What the form holds, as Conform names it. */
export interface RuleFields extends Record<string, unknown> {
  weights: Record<string, number>;
  businessTypes: Record<string, number>;
  plans: Record<string, number>;
  recency: { freshDays: number; staleDays: number };
  assignments: Assignment[];
  roundRobin: string;
  followUps: Asking[];
  escalations: Escalation[];
}

export interface RulesFormProps {
  id: string;
  /** As the form begins. */
  start: object;
  /** Ids of the rules that are changed, and of the earlier ones that are taken up again. */
  known: string | null;
  from: string | null;
  people: readonly { name: string; email: string }[];
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

const PEOPLE = "crm-people";
const KINDS = Object.entries(ACTIVITY_NAMES).map(([value, label]) => ({ value, label }));

export function RulesForm({ id, start, known, from, people, editable, lastResult }: RulesFormProps) {
  const [form, fields] = useForm<RuleFields>({
    id,
    lastResult,
    defaultValue: start as never,
    onValidate: ({ formData }) => parseWithZod(formData, { schema: Schema }) as never,
    shouldRevalidate: "onInput",
  });
  return (
    <Form method="post" preventScrollReset {...getFormProps(form)}>
      {known ? <input type="hidden" name="known" value={known} /> : null}
      {from ? <input type="hidden" name="from" value={from} /> : null}
      {/* Enter in a field sends the first button of a form: it tries the rules, and neither adds nor saves. */}
      <button type="submit" name="intent" value="preview" className="hidden" tabIndex={-1} aria-hidden />
      <datalist id={PEOPLE}>
        {people.map(({ name, email }) => (
          <option key={email} value={email}>
            {name}
          </option>
        ))}
      </datalist>
      <div className="mb-6 empty:hidden">
        <FormMessage errors={form.errors} />
      </div>
      <fieldset disabled={!editable} className="grid min-w-0 grid-cols-1 gap-6">
        <RulePoints form={form} fields={fields} />
        <Assignments form={form} fields={fields} />
        <FollowUps form={form} fields={fields} />
        <Escalations form={form} fields={fields} />
      </fieldset>
    </Form>
  );
}

interface PartProps {
  form: FormMetadata<RuleFields, string[]>;
  fields: ReturnType<FormMetadata<RuleFields, string[]>["getFieldset"]>;
}

function Assignments({ form, fields }: PartProps) {
  return (
    <Card
      title="Who gets which lead"
      description="The first rule that fits gives the lead to its person. Whom a person in the CRM has given a lead, keeps it."
    >
      <div className="grid gap-8">
        <RuleList
          form={form}
          field={fields.assignments}
          name="Rule"
          addLabel="Add a rule"
          start={{}}
          empty="No rules: all leads go round below."
        >
          {(item) => {
            const { when, person } = item.getFieldset();
            return (
              <div className="grid gap-4">
                <RuleCondition form={form} field={when} />
                <Person form={form} field={person} label="Goes to" />
              </div>
            );
          }}
        </RuleList>
        <Field
          label="All others take turns among"
          field={fields.roundRobin}
          hint="One address a line. Each lead keeps its person. Nobody here: such leads have no owner."
        >
          <Textarea {...textareaProps(form, fields.roundRobin)} rows={3} />
        </Field>
      </div>
    </Card>
  );
}

function FollowUps({ form, fields }: PartProps) {
  return (
    <Card
      title="Follow-ups"
      description="What whoever owns a lead is asked to do, once for each lead, as soon as it fits. In the words, {company} and {score} stand for the lead’s."
    >
      <RuleList
        form={form}
        field={fields.followUps}
        name="Follow-up"
        addLabel="Add a follow-up"
        start={{ activity: { kind: "call", dueInDays: "1" } }}
        empty="Nothing is asked of anybody."
      >
        {(item) => {
          const { key, when, activity } = item.getFieldset();
          return (
            <div className="grid gap-4">
              <KeyField field={key} />
              <RuleCondition form={form} field={when} />
              <Activity form={form} field={activity} />
            </div>
          );
        }}
      </RuleList>
    </Card>
  );
}

function Escalations({ form, fields }: PartProps) {
  return (
    <Card
      title="Escalations"
      description="Leads of which somebody hears at once, by mail and as an activity, once for each lead. {company} and {score} stand for the lead’s here, too."
    >
      <RuleList
        form={form}
        field={fields.escalations}
        name="Escalation"
        addLabel="Add an escalation"
        start={{ activity: { kind: "todo", dueInDays: "0" } }}
        empty="Nobody hears of any lead at once."
      >
        {(item) => {
          const { key, when, activity, person, takesOver } = item.getFieldset();
          return (
            <div className="grid gap-4">
              <KeyField field={key} />
              <RuleCondition form={form} field={when} />
              <Person
                form={form}
                field={person}
                label="Who hears of it"
                hint="Nobody: all of your support and superadmins do."
                optional
              />
              <Checkbox
                name={takesOver.name}
                form={form.id}
                defaultChecked={takesOver.initialValue === "on"}
                label="Takes the lead over"
                hint="Goes before the rules above."
              />
              <Activity form={form} field={activity} />
            </div>
          );
        }}
      </RuleList>
    </Card>
  );
}

function KeyField({ field }: { field: FieldMetadata<string, RuleFields, string[]> }) {
  return field.initialValue ? <input type="hidden" name={field.name} value={field.initialValue} /> : null;
}

interface PersonProps {
  form: PartProps["form"];
  field: FieldMetadata<string, RuleFields, string[]>;
  label: string;
  hint?: string;
  optional?: boolean;
}

function Person({ form, field, label, hint, optional }: PersonProps) {
  return (
    <Field label={label} field={field} hint={hint} optional={optional}>
      <Input
        {...inputProps(form, field, { type: "email" })}
        list={PEOPLE}
        placeholder="name@example.com"
        className="max-w-md"
      />
    </Field>
  );
}

function Activity({
  form,
  field,
}: {
  form: PartProps["form"];
  field: FieldMetadata<ActivityFields, RuleFields, string[]>;
}) {
  const { kind, summary, note, dueInDays } = field.getFieldset();
  return (
    <div className="grid gap-4">
      <div className="grid gap-4 sm:grid-cols-[8rem_minmax(0,1fr)_10rem]">
        <Field label="What" field={kind}>
          <Select {...selectProps(form, kind)} options={KINDS} />
        </Field>
        <Field label="In a few words" field={summary}>
          <Input {...inputProps(form, summary, { type: "text" })} maxLength={120} />
        </Field>
        <Field label="Due after" field={dueInDays}>
          <Input {...inputProps(form, dueInDays, { type: "number" })} min={0} max={60} suffix="days" />
        </Field>
      </div>
      <Field label="Note" field={note} optional>
        <Textarea {...textareaProps(form, note)} rows={1} maxLength={1000} className="!min-h-10" />
      </Field>
    </div>
  );
}
