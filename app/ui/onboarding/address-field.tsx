// Owns the field for the subdomain: what is free is said while one types.
import { useFetcher } from "@remix-run/react";
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import CircleAlert from "lucide-react/icons/circle-alert";
import { type InputHTMLAttributes, useEffect, useRef, useState } from "react";
import { paths } from "#app/paths.ts";
import { Field, type FieldMeta } from "../field.tsx";
import { Input } from "../input.tsx";
import { Spinner } from "../spinner.tsx";

/** Milliseconds of quiet before the server is asked. */
const QUIET_MS = 250;

export interface AddressFieldProps {
  field: FieldMeta;
  control: InputHTMLAttributes<HTMLInputElement>;
  /** What the field holds now. */
  value: string;
  /** What comes after the name, e.g. `.example.com`. */
  suffix: string;
  /** A live address stays. */
  fixed: boolean;
}

interface Answer {
  slug: string;
  state: "free" | "taken" | "unfit";
  message: string;
}

export function AddressField({ field, control, value, suffix, fixed }: AddressFieldProps) {
  const answer = useAnswer(value.trim().toLowerCase(), fixed);
  const input = useRef<HTMLInputElement>(null);
  // What was typed before the page came to life is told to the form now.
  useEffect(() => {
    if (input.current && input.current.value !== value)
      input.current.dispatchEvent(new Event("input", { bubbles: true }));
  }, [value]);
  const flawed = (field.errors?.length ?? 0) > 0;
  return (
    <div>
      <Field
        label="Your address"
        field={field}
        hint={fixed ? "Your address is live. It can be changed in the settings." : undefined}
      >
        <Input
          {...control}
          ref={input}
          readOnly={fixed}
          suffix={suffix}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={64}
        />
      </Field>
      <div role="status" className="mt-1.5 min-h-5">
        {flawed || fixed ? null : <Verdict answer={answer} />}
      </div>
    </div>
  );
}

function Verdict({ answer }: { answer: Answer | "asking" | null }) {
  if (answer === null) return <p className="text-muted">Letters, digits and hyphens, at least 3 characters.</p>;
  if (answer === "asking") {
    return (
      <p className="flex items-center gap-1.5 text-muted">
        <Spinner className="size-3.5" /> Looking whether it is free
      </p>
    );
  }
  const free = answer.state === "free";
  const Icon = free ? Check : CircleAlert;
  return (
    <p className={clsx("flex items-center gap-1.5", free ? "text-success-ink" : "text-danger-ink")}>
      <Icon aria-hidden className="size-4 shrink-0" />
      {answer.message}
    </p>
  );
}

/** The server's word on a name, once it has stood for a moment. */
function useAnswer(slug: string, fixed: boolean): Answer | "asking" | null {
  const { load, data } = useFetcher<Answer>();
  const [asked, setAsked] = useState<string | null>(null);
  useEffect(() => {
    if (fixed || slug === "") return;
    const timer = setTimeout(() => {
      setAsked(slug);
      load(paths.addressCheck({ slug }));
    }, QUIET_MS);
    return () => clearTimeout(timer);
  }, [slug, fixed, load]);
  if (slug === "") return null;
  if (data?.slug === slug) return data;
  return asked === null && data === undefined ? null : "asking";
}
