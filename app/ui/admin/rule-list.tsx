// Owns a list of rules in a form: adding one, taking one away, changing their order. Works without JavaScript.
import type { FieldMetadata, FormMetadata } from "@conform-to/react";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import type { ReactNode } from "react";
import { Button } from "../button.tsx";
import { FieldError } from "../field.tsx";

export interface RuleListProps<Item, F extends Record<string, unknown>> {
  form: FormMetadata<F, string[]>;
  field: FieldMetadata<Item[], F, string[]>;
  /** What one of them is called: "Rule". */
  name: string;
  addLabel: string;
  /** What a new one begins with. */
  start: object;
  /** Said where there are none. */
  empty: ReactNode;
  children: (item: FieldMetadata<Item, F, string[]>, at: number) => ReactNode;
}

export function RuleList<Item, F extends Record<string, unknown>>({
  form,
  field,
  name,
  addLabel,
  start,
  empty,
  children,
}: RuleListProps<Item, F>) {
  const items = field.getFieldList();
  return (
    <div className="grid gap-4">
      {items.length === 0 ? <p className="text-muted">{empty}</p> : null}
      <ol className="grid gap-4 empty:hidden">
        {items.map((item, at) => (
          <li key={item.key} className="rounded border border-line p-3 sm:p-4">
            <div className="mb-3 flex items-center justify-between gap-3">
              <p className="font-medium">
                {name} {at + 1}
              </p>
              <div className="flex gap-1">
                <Step form={form} field={field} from={at} to={at - 1} label={`Move ${name.toLowerCase()} ${at + 1} up`}>
                  <ArrowUp aria-hidden />
                </Step>
                <Step
                  form={form}
                  field={field}
                  from={at}
                  to={at + 1}
                  last={items.length - 1}
                  label={`Move ${name.toLowerCase()} ${at + 1} down`}
                >
                  <ArrowDown aria-hidden />
                </Step>
                <Button
                  variant="quiet"
                  size="sm"
                  iconOnly
                  icon={<Trash2 aria-hidden />}
                  aria-label={`Remove ${name.toLowerCase()} ${at + 1}`}
                  {...form.remove.getButtonProps({ name: field.name, index: at })}
                  type="submit"
                />
              </div>
            </div>
            {children(item, at)}
          </li>
        ))}
      </ol>
      {field.errors ? <FieldError id={field.errorId} messages={field.errors} /> : null}
      <div>
        <Button
          size="sm"
          icon={<Plus aria-hidden />}
          {...form.insert.getButtonProps({ name: field.name, defaultValue: start as never })}
          type="submit"
        >
          {addLabel}
        </Button>
      </div>
    </div>
  );
}

interface StepProps<Item, F extends Record<string, unknown>> extends Pick<RuleListProps<Item, F>, "form" | "field"> {
  from: number;
  to: number;
  last?: number;
  label: string;
  children: ReactNode;
}

function Step<Item, F extends Record<string, unknown>>({
  form,
  field,
  from,
  to,
  last,
  label,
  children,
}: StepProps<Item, F>) {
  return (
    <Button
      variant="quiet"
      size="sm"
      iconOnly
      icon={children}
      aria-label={label}
      disabled={to < 0 || (last !== undefined && to > last)}
      {...form.reorder.getButtonProps({ name: field.name, from, to })}
      type="submit"
    />
  );
}
