// Owns the on-off switch: a native checkbox in the switch role, so that it posts with its form without JavaScript.
import { clsx } from "clsx";
import { forwardRef, type InputHTMLAttributes, type ReactNode, useId } from "react";

export interface SwitchProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "type" | "role"> {
  label: ReactNode;
  hint?: ReactNode;
}

export const Switch = forwardRef<HTMLInputElement, SwitchProps>(function Switch(
  { label, hint, className, id, ...rest },
  ref,
) {
  const generatedId = useId();
  const controlId = id ?? generatedId;
  const hintId = `${controlId}-hint`;
  return (
    <div className={clsx("flex items-start justify-between gap-4", className)}>
      <div>
        <label htmlFor={controlId} className="font-medium">
          {label}
        </label>
        {hint ? (
          <p id={hintId} className="text-muted">
            {hint}
          </p>
        ) : null}
      </div>
      <input
        ref={ref}
        id={controlId}
        type="checkbox"
        // biome-ignore lint/a11y/useAriaPropsForRole: a native checkbox brings its checked state itself
        role="switch"
        aria-describedby={hint ? hintId : undefined}
        {...rest}
        className={clsx(
          "relative h-6 w-10 shrink-0 cursor-pointer appearance-none rounded-full border border-line-strong bg-sunken",
          "transition-colors duration-100 checked:border-accent checked:bg-accent disabled:cursor-not-allowed disabled:opacity-55",
          "before:absolute before:top-[3px] before:left-[3px] before:size-4 before:rounded-full before:bg-line-strong",
          "before:transition-transform before:duration-100 checked:before:translate-x-4 checked:before:bg-on-accent",
        )}
      />
    </div>
  );
});
