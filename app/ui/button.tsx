// Owns buttons and links that look like buttons.
import { Link, type LinkProps } from "@remix-run/react";
import { clsx } from "clsx";
import { type ButtonHTMLAttributes, forwardRef, type ReactNode } from "react";
import { Spinner } from "./spinner.tsx";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "sm" | "md" | "lg";

interface ButtonLook {
  variant?: ButtonVariant | undefined;
  size?: ButtonSize | undefined;
  /** An icon before the words, 16 px. */
  icon?: ReactNode;
  /** Square button that shows the icon alone; then `aria-label` is needed. */
  iconOnly?: boolean | undefined;
}

const variants: Record<ButtonVariant, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border border-line-strong/60 bg-surface text-ink hover:bg-sunken",
  quiet: "text-ink hover:bg-sunken",
  danger: "bg-danger text-on-danger hover:bg-danger-hover",
};

const sizes: Record<ButtonSize, string> = {
  sm: "min-h-8 px-3 py-1 text-sm",
  md: "min-h-10 px-4 py-2 text-sm",
  lg: "min-h-12 px-6 py-3 text-base",
};

const squares: Record<ButtonSize, string> = { sm: "size-8", md: "size-10", lg: "size-12" };

/** The classes of a button, for the rare element that must be one and can't be a Button. */
export function buttonClass({ variant = "secondary", size = "md", iconOnly = false }: Omit<ButtonLook, "icon"> = {}) {
  return clsx(
    "inline-flex shrink-0 items-center justify-center gap-2 rounded font-medium whitespace-nowrap select-none",
    "transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
    variants[variant],
    iconOnly ? squares[size] : sizes[size],
  );
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, ButtonLook {
  /** Shows a spinner and refuses another press; the words stay, so nothing shifts. */
  pending?: boolean | undefined;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { variant, size, icon, iconOnly, pending = false, type = "button", className, disabled, children, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type={type}
      disabled={disabled || pending}
      aria-busy={pending || undefined}
      className={clsx(buttonClass({ variant, size, iconOnly }), className)}
      {...rest}
    >
      {pending ? <Spinner /> : icon}
      {children}
    </button>
  );
});

export interface LinkButtonProps extends LinkProps, ButtonLook {}

export function LinkButton({ variant, size, icon, iconOnly, className, children, ...rest }: LinkButtonProps) {
  return (
    <Link className={clsx(buttonClass({ variant, size, iconOnly }), className)} {...rest}>
      {icon}
      {children}
    </Link>
  );
}
