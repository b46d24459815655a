// Owns a choice of one among a few, each explained on a card.
import { clsx } from "clsx";
import type { ReactNode } from "react";

export interface RadioCard {
  value: string;
  label: ReactNode;
  hint?: ReactNode;
  /** Something to look at above the label, for example colour swatches. */
  preview?: ReactNode;
  disabled?: boolean | undefined;
}

export interface RadioCardsProps {
  name: string;
  options: readonly RadioCard[];
  defaultValue?: string | undefined;
  value?: string | undefined;
  onChange?: ((value: string) => void) | undefined;
  form?: string | undefined;
  required?: boolean | undefined;
  /** Cards per row from 640 px on. */
  columns?: 1 | 2 | 3 | undefined;
  className?: string | undefined;
}

const grids = { 1: "", 2: "sm:grid-cols-2", 3: "sm:grid-cols-2 lg:grid-cols-3" } as const;

/** Put it in a FieldGroup, which gives the question and the error. */
export function RadioCards({
  name,
  options,
  defaultValue,
  value,
  onChange,
  form,
  required,
  columns = 2,
  className,
}: RadioCardsProps) {
  return (
    <div className={clsx("grid gap-3", grids[columns], className)}>
      {options.map((option) => (
        <label
          key={option.value}
          className={clsx(
            "flex gap-3 rounded border border-line bg-surface p-4 transition-colors duration-100",
            "hover:border-line-strong has-checked:border-accent has-checked:bg-accent-soft",
            "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
            "has-disabled:opacity-55",
          )}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            form={form}
            required={required}
            disabled={option.disabled}
            className="mt-0.5 size-4 shrink-0 accent-accent focus-visible:outline-none"
            {...(value === undefined
              ? { defaultChecked: option.value === defaultValue }
              : { checked: option.value === value })}
            onChange={onChange ? () => onChange(option.value) : undefined}
          />
          <span className="min-w-0 flex-1">
            {option.preview ? <span className="mb-2 block">{option.preview}</span> : null}
            <span className="block font-medium">{option.label}</span>
            {option.hint ? <span className="block text-muted">{option.hint}</span> : null}
          </span>
        </label>
      ))}
    </div>
  );
}
