// Owns the form of what holds for a whole sequence: its name, the hours of its mails, a tenant's cap and
// addresses.
import { type SubmissionResult, useForm } from "@conform-to/react";
import { parseWithZod } from "@conform-to/zod/v4";
import { useFetcher } from "@remix-run/react";
import type { Sequence } from "#app/domain/sequences/defaults.ts";
import { SaveSettings, SaveTenantSettings, type Sender } from "#app/domain/sequences/sequences.schema.ts";
import { Card } from "../card.tsx";
import { Field } from "../field.tsx";
import { inputProps } from "../form/field-props.ts";
import { Input } from "../input.tsx";
import type { SwitchReply } from "../settings/instant-switch.tsx";
import { SettingsForm } from "../settings/settings-form.tsx";

export interface SequenceSettingsProps {
  sender: Sender;
  sequence: Pick<Sequence, "id" | "name" | "fromHour" | "toHour" | "dailyCap" | "replyTo" | "postalAddress">;
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
  /** Why the switch was refused, where that is for want of an address. */
  refused: string[] | null;
  saved: boolean;
}

interface Shape extends Record<string, unknown> {
  name: string;
  fromHour: string;
  toHour: string;
  dailyCap: string;
  replyTo: string;
  postalAddress: string;
}

/** Names the answers to the sequence's switch. Another address begins anew: it mends what was refused. */
export const switchKey = ({ postalAddress }: Pick<Sequence, "postalAddress">): string =>
  `sequence ${postalAddress ?? ""}`;

export function SequenceSettings({ sender, sequence, editable, lastResult, refused, saved }: SequenceSettingsProps) {
  const own = sender === "tenant";
  const answer = useFetcher<SwitchReply>({ key: switchKey(sequence) }).data?.result?.error?.postalAddress;
  const [form, fields] = useForm<Shape>({
    id: "settings",
    lastResult,
    defaultValue: {
      name: sequence.name,
      fromHour: String(sequence.fromHour),
      toHour: String(sequence.toHour),
      dailyCap: String(sequence.dailyCap ?? ""),
      replyTo: sequence.replyTo ?? "",
      postalAddress: sequence.postalAddress ?? "",
    },
    onValidate: ({ formData }) => parseWithZod(formData, { schema: own ? SaveTenantSettings : SaveSettings }) as never,
    shouldRevalidate: "onInput",
  });
  return (
    <Card
      title="When and from whom"
      description={own ? "Times are those of your time zone." : "Times are those of each organisation's time zone."}
    >
      <SettingsForm form={form} editable={editable} intent="settings" saved={saved ? "Saved." : null}>
        <input type="hidden" name="known" value={sequence.id} />
        <div className="grid items-start gap-5 sm:grid-cols-2 lg:grid-cols-4 lg:gap-4">
          <Field label="Name" field={fields.name} hint={own ? "Only you see it." : "Only your staff sees it."}>
            <Input {...inputProps(form, fields.name, { type: "text" })} autoComplete="off" />
          </Field>
          {own ? (
            <Field label="Replies go to" field={fields.replyTo} hint="If empty: whoever switches it on.">
              <Input {...inputProps(form, fields.replyTo, { type: "email" })} />
            </Field>
          ) : null}
          <div className="grid grid-cols-2 gap-4">
            <Field label="From hour" field={fields.fromHour}>
              <Input {...inputProps(form, fields.fromHour, { type: "number" })} min={0} max={23} />
            </Field>
            <Field label="To hour" field={fields.toHour}>
              <Input {...inputProps(form, fields.toHour, { type: "number" })} min={1} max={24} />
            </Field>
          </div>
          {own ? (
            <Field label="Mails a day, at most" field={fields.dailyCap}>
              <Input {...inputProps(form, fields.dailyCap, { type: "number" })} min={1} max={500} />
            </Field>
          ) : null}
          {own ? (
            <Field
              className="sm:col-span-2 lg:col-span-4"
              label="Postal address"
              field={fields.postalAddress}
              errors={answer ?? refused ?? undefined}
              hint="In one line, as it stands under each mail. Laws ask for it: without it these mails can't be switched on."
            >
              <Input {...inputProps(form, fields.postalAddress, { type: "text" })} autoComplete="street-address" />
            </Field>
          ) : null}
        </div>
      </SettingsForm>
    </Card>
  );
}
