// Owns choice from a list: the browser's own select, styled. It works without JavaScript and suits phones best.
import { clsx } from "clsx";
import ChevronDown from "lucide-react/icons/chevron-down";
import { forwardRef, type SelectHTMLAttributes } from "react";
import { useFieldControl } from "./field.tsx";
import { controlClass } from "./input.tsx";

export interface SelectOption {
  value: string;
  label: string;
  disabled?: boolean | undefined;
}

export interface SelectProps extends SelectHTMLAttributes<HTMLSelectElement> {
  options: readonly SelectOption[];
  /** Shown first with an empty value, so that nothing is chosen by accident. */
  placeholder?: string | undefined;
}

export const Select = forwardRef<HTMLSelectElement, SelectProps>(function Select(
  { options, placeholder, className, ...rest },
  ref,
) {
  const wiring = useFieldControl(rest);
  return (
    <div className={clsx("relative", className)}>
      <select ref={ref} {...rest} {...wiring} className={clsx(controlClass, "min-h-10 appearance-none pr-9")}>
        {placeholder ? <option value="">{placeholder}</option> : null}
        {options.map((option) => (
          <option key={option.value} value={option.value} disabled={option.disabled}>
            {option.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-3 size-4 -translate-y-1/2 text-muted"
      />
    </div>
  );
});
