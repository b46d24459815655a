// Owns the quiet box that groups related things.
import { clsx } from "clsx";
import type { ReactNode } from "react";

export interface CardProps {
  title?: ReactNode;
  description?: ReactNode;
  /** Buttons at the end of the title's line. */
  actions?: ReactNode;
  /** A last line, set apart. */
  footer?: ReactNode;
  /** Lets a table or list reach the edges. */
  flush?: boolean | undefined;
  id?: string | undefined;
  children?: ReactNode;
  className?: string | undefined;
}

export function Card({ title, description, actions, footer, flush = false, id, children, className }: CardProps) {
  return (
    <section
      id={id}
      className={clsx("flex min-w-0 flex-col overflow-clip rounded border border-line bg-surface", className)}
    >
      {title || actions ? (
        <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-4 sm:px-6 sm:pt-5">
          <div className="min-w-48 flex-1">
            <h2 className="text-base font-semibold">{title}</h2>
            {description ? <p className="mt-0.5 max-w-prose text-muted">{description}</p> : null}
          </div>
          {actions ? <div className="flex gap-2">{actions}</div> : null}
        </div>
      ) : null}
      {children === undefined ? null : (
        <div className={clsx("flex-1", flush ? (title || actions) && "pt-4" : "p-4 sm:px-6 sm:py-5")}>{children}</div>
      )}
      {footer ? <div className="border-t border-line bg-sunken/50 px-4 py-3 sm:px-6">{footer}</div> : null}
    </section>
  );
}
