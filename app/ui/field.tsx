// Owns the frame around a form control: label, hint, error, and the aria wiring between them.
import CircleAlert from "lucide-react/icons/circle-alert";
import { createContext, type ReactNode, useContext, useId } from "react";

/** The part of a form library's field that the frame needs; Conform's FieldMetadata fits. */
export interface FieldMeta {
  id: string;
  errorId?: string | undefined;
  descriptionId?: string | undefined;
  errors?: string[] | undefined;
  required?: boolean | undefined;
}

export interface FieldProps {
  label: ReactNode;
  /** A Conform field; or give `id` and `errors` by hand. */
  field?: FieldMeta | undefined;
  id?: string | undefined;
  errors?: string[] | undefined;
  hint?: ReactNode;
  /** Says "optional" beside the label. */
  optional?: boolean | undefined;
  /** Keeps the label for screen readers only. */
  hideLabel?: boolean | undefined;
  /** Something at the end of the label's line, for example a "Forgot password?" link. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

interface FieldWiring {
  id: string;
  describedBy: string | undefined;
  invalid: boolean;
}

const FieldContext = createContext<FieldWiring | null>(null);

/** Props that a control takes over from the Field around it; its own props win. */
export function useFieldControl(own: {
  id?: string | undefined;
  "aria-describedby"?: string | undefined;
  "aria-invalid"?: boolean | "true" | "false" | "grammar" | "spelling" | undefined;
}) {
  const wiring = useContext(FieldContext);
  const described = new Set([
    ...(own["aria-describedby"]?.split(" ") ?? []),
    ...(wiring?.describedBy?.split(" ") ?? []),
  ]);
  return {
    id: own.id ?? wiring?.id,
    "aria-describedby": described.size > 0 ? [...described].join(" ") : undefined,
    "aria-invalid": own["aria-invalid"] ?? (wiring?.invalid || undefined),
  };
}

export function Field({ label, field, id, errors, hint, optional, hideLabel, aside, children, className }: FieldProps) {
  const generatedId = useId();
  const controlId = field?.id ?? id ?? generatedId;
  const errorId = field?.errorId ?? `${controlId}-error`;
  const hintId = field?.descriptionId ?? `${controlId}-description`;
  const messages = field?.errors ?? errors ?? [];
  const invalid = messages.length > 0;
  const describedBy = [hint ? hintId : null, invalid ? errorId : null].filter(Boolean).join(" ") || undefined;

  return (
    <FieldContext.Provider value={{ id: controlId, describedBy, invalid }}>
      <div className={className}>
        <div className={hideLabel ? "sr-only" : "mb-1.5 flex items-baseline justify-between gap-4"}>
          <label htmlFor={controlId} className="font-medium">
            {label}
            {optional ? <span className="ml-1.5 font-normal text-muted">optional</span> : null}
          </label>
          {aside}
        </div>
        {children}
        {hint ? (
          <p id={hintId} className="mt-1.5 text-muted">
            {hint}
          </p>
        ) : null}
        {invalid ? <FieldError id={errorId} messages={messages} /> : null}
      </div>
    </FieldContext.Provider>
  );
}

/** The error line below a control or a group of controls. */
export function FieldError({ id, messages }: { id?: string | undefined; messages: string[] }) {
  return (
    <p id={id} className="mt-1.5 flex gap-1.5 text-danger-ink">
      <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>{messages.join(" ")}</span>
    </p>
  );
}

/** A group of controls under one question (radio cards, checkboxes). */
export function FieldGroup({
  label,
  field,
  errors,
  hint,
  children,
  className,
}: Omit<FieldProps, "optional" | "aside">) {
  const generatedId = useId();
  const groupId = field?.id ?? generatedId;
  const messages = field?.errors ?? errors ?? [];
  const hintId = field?.descriptionId ?? `${groupId}-description`;
  const errorId = field?.errorId ?? `${groupId}-error`;
  const describedBy = [hint ? hintId : null, messages.length > 0 ? errorId : null].filter(Boolean).join(" ");
  return (
    <fieldset className={className} aria-describedby={describedBy || undefined}>
      <legend className="mb-1.5 font-medium">{label}</legend>
      {hint ? (
        <p id={hintId} className="-mt-1 mb-2 text-muted">
          {hint}
        </p>
      ) : null}
      {children}
      {messages.length > 0 ? <FieldError id={errorId} messages={messages} /> : null}
    </fieldset>
  );
}
