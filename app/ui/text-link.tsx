// Owns links inside text.
import { Link, type LinkProps } from "@remix-run/react";
import { clsx } from "clsx";

export function TextLink({ className, ...rest }: LinkProps) {
  return (
    <Link
      className={clsx(
        "rounded-sm font-medium text-accent-ink underline decoration-from-font underline-offset-2 hover:decoration-2",
        className,
      )}
      {...rest}
    />
  );
}
