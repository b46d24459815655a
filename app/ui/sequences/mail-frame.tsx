// Owns the preview of a mail: the real HTML in a sandboxed frame, as wide as a screen or a phone. What is being typed is
// posted into the frame by a plain form, since a page in a frame has a policy of its own only by its own answer.
import { clsx } from "clsx";
import { forwardRef, useEffect, useId, useImperativeHandle, useRef, useState } from "react";
import { Segments } from "../segments.tsx";

export interface MailFrameHandle {
  /** Shows the step as this form has it, soon. */
  show(form: FormData): void;
}

export interface MailFrameProps {
  /** Shows the saved step by GET, and a draft by POST. */
  url: string;
  step: string;
  /** A change shows the saved step anew. */
  version: string;
}

const WIDTHS = [
  { value: "wide", label: "Screen" },
  { value: "narrow", label: "Phone" },
] as const;
const NAMES = ["subject", "body", "button", "link"] as const;
const PAUSE_MS = 300;

export const MailFrame = forwardRef<MailFrameHandle, MailFrameProps>(function MailFrame({ url, step, version }, ref) {
  const name = useId().replaceAll(/[^\w-]/g, "");
  const form = useRef<HTMLFormElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [width, setWidth] = useState<"wide" | "narrow">("wide");
  useEffect(() => () => clearTimeout(timer.current), []);
  useImperativeHandle(ref, () => ({
    show(typed) {
      for (const field of NAMES) {
        const input = form.current?.elements.namedItem(field);
        if (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement)
          input.value = String(typed.get(field) ?? "");
      }
      clearTimeout(timer.current);
      timer.current = setTimeout(() => form.current?.submit(), PAUSE_MS);
    },
  }));
  return (
    <section aria-label="Preview" className="min-w-0 2xl:sticky 2xl:top-6">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="text-muted">As it arrives, with sample data.</p>
        <Segments label="Width of the preview" options={WIDTHS} value={width} onChange={setWidth} />
      </div>
      <div className="rounded border border-line bg-sunken">
        <iframe
          key={`${step} ${version}`}
          name={name}
          title="Preview of the mail"
          src={url}
          sandbox=""
          className={clsx(
            "mx-auto block h-[34rem] rounded-sm bg-white",
            width === "wide" ? "w-full" : "w-[360px] max-w-full",
          )}
        />
      </div>
      <form ref={form} method="post" action={url} target={name} hidden>
        {NAMES.map((field) =>
          field === "body" ? <textarea key={field} name={field} /> : <input key={field} type="hidden" name={field} />,
        )}
      </form>
    </section>
  );
});
