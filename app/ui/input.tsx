// Owns one-line text inputs, with room for words before and after (a domain, a currency).
import { clsx } from "clsx";
import { forwardRef, type InputHTMLAttributes, type ReactNode } from "react";
import { useFieldControl } from "./field.tsx";

export interface InputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "prefix"> {
  prefix?: ReactNode;
  suffix?: ReactNode;
}

/** Text of controls is 16 px on phones, so that they don't zoom in, and 14 px above. */
export const controlClass =
  "block w-full rounded border border-line-strong bg-surface px-3 py-2 text-base text-ink sm:text-sm " +
  "hover:border-ink/60 focus-visible:border-accent focus-visible:outline-offset-0 " +
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted [&[readonly]]:bg-sunken " +
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger";

export const Input = forwardRef<HTMLInputElement, InputProps>(function Input(
  { prefix, suffix, className, type = "text", ...rest },
  ref,
) {
  const wiring = useFieldControl(rest);
  const input = (
    <input
      ref={ref}
      type={type}
      {...rest}
      {...wiring}
      className={clsx(
        controlClass,
        "min-h-10",
        (prefix || suffix) && "min-w-0 flex-1",
        prefix && "rounded-l-none",
        suffix && "rounded-r-none",
        className,
      )}
    />
  );
  if (!prefix && !suffix) return input;
  return (
    <div className="flex items-stretch">
      {prefix ? <Affix side="left">{prefix}</Affix> : null}
      {input}
      {suffix ? <Affix side="right">{suffix}</Affix> : null}
    </div>
  );
});

function Affix({ side, children }: { side: "left" | "right"; children: ReactNode }) {
  return (
    <span
      className={clsx(
        "flex items-center border border-line-strong bg-sunken px-3 text-muted",
        side === "left" ? "rounded-l border-r-0" : "rounded-r border-l-0",
      )}
    >
      {children}
    </span>
  );
}
