// Owns messages in the page: Banner spans the top of a shell, Alert stands among the content.
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { type Tone, toneFill } from "./tone.ts";
import { ToneIcon } from "./tone-icon.tsx";

export interface MessageProps {
  tone?: Tone | undefined;
  title?: ReactNode;
  children?: ReactNode;
  /** The one next step: a link or a button. */
  action?: ReactNode;
  className?: string | undefined;
}

/** A state of the whole account: verify your email, sandbox, suspended. */
export function Banner({ tone = "neutral", title, children, action, className }: MessageProps) {
  return (
    <div
      className={clsx(
        "flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-4 py-2.5 sm:px-6",
        toneFill[tone],
        className,
      )}
    >
      <ToneIcon tone={tone} />
      <p className="min-w-0 flex-1">
        {title ? <strong className="font-semibold">{title} </strong> : null}
        {children}
      </p>
      {action}
    </div>
  );
}

/** A message about what is next to it. Errors are announced at once, the rest politely. */
export function Alert({ tone = "neutral", title, children, action, className }: MessageProps) {
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      className={clsx("flex gap-3 rounded border px-4 py-3", toneFill[tone], className)}
    >
      <ToneIcon tone={tone} className="mt-0.5 size-4" />
      <div className="min-w-0 flex-1">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children ? <div>{children}</div> : null}
        {action ? <div className="mt-2">{action}</div> : null}
      </div>
    </div>
  );
}
