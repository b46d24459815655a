// Owns the list of a sequence's steps: choosing one, adding, moving, deleting.
import { Form, Link } from "@remix-run/react";
import { clsx } from "clsx";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import Plus from "lucide-react/icons/plus";
import Trash2 from "lucide-react/icons/trash-2";
import type { ReactNode } from "react";
import type { Step } from "#app/domain/sequences/sequences.schema.ts";
import { Button } from "../button.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { CONDITION_WORDS, waitWords } from "./words.ts";

export interface StepListProps {
  steps: readonly Step[];
  /** Key of the step that is shown. */
  chosen: string;
  /** Version that the list was read from. */
  known: string;
  editable: boolean;
}

export function StepList({ steps, chosen, known, editable }: StepListProps) {
  return (
    <nav aria-label="Steps">
      <ol className="grid gap-2">
        {steps.map((step, at) => (
          <li
            key={step.key}
            className={clsx(
              "rounded border",
              step.key === chosen ? "border-accent bg-accent-soft" : "border-line bg-surface",
            )}
          >
            <Link
              to={{ search: `?step=${step.key}` }}
              preventScrollReset
              aria-current={step.key === chosen ? "step" : undefined}
              className="block rounded px-3 pt-3 pb-2"
            >
              <span className="block text-xs text-muted">
                {[waitWords(step.delayHours, at === 0), CONDITION_WORDS[step.condition].short]
                  .filter(Boolean)
                  .join(", ")}
              </span>
              <span className="mt-0.5 line-clamp-2 font-medium wrap-anywhere">
                {at + 1}. {step.subject}
              </span>
            </Link>
            {editable ? (
              <div className="flex justify-end gap-1 px-2 pb-2">
                <Move
                  intent="up"
                  at={at}
                  known={known}
                  step={step}
                  disabled={at === 0}
                  icon={<ArrowUp aria-hidden />}
                />
                <Move
                  intent="down"
                  at={at}
                  known={known}
                  step={step}
                  disabled={at === steps.length - 1}
                  icon={<ArrowDown aria-hidden />}
                />
                <Form method="post" preventScrollReset>
                  <Hidden intent="delete" known={known} step={step.key} />
                  <ConfirmButton
                    size="sm"
                    variant="quiet"
                    iconOnly
                    icon={<Trash2 aria-hidden />}
                    aria-label={`Delete step ${at + 1}`}
                    disabled={steps.length === 1}
                    question={`Delete “${step.subject}”?`}
                    consequence="Nobody gets this mail any more. Whoever had it keeps their place. You would have to write it again."
                    confirmLabel="Delete step"
                  />
                </Form>
              </div>
            ) : null}
          </li>
        ))}
      </ol>
      {editable ? (
        <Form method="post" preventScrollReset className="mt-3">
          <Hidden intent="add" known={known} step={steps.at(-1)?.key ?? ""} />
          <Button type="submit" icon={<Plus aria-hidden />} className="w-full">
            Add a step
          </Button>
        </Form>
      ) : null}
    </nav>
  );
}

interface MoveProps {
  intent: "up" | "down";
  at: number;
  known: string;
  step: Step;
  disabled: boolean;
  icon: ReactNode;
}

function Move({ intent, at, known, step, disabled, icon }: MoveProps) {
  return (
    <Form method="post" preventScrollReset>
      <Hidden intent={intent} known={known} step={step.key} />
      <Button
        type="submit"
        size="sm"
        variant="quiet"
        iconOnly
        icon={icon}
        disabled={disabled}
        aria-label={`Move step ${at + 1} ${intent}`}
      />
    </Form>
  );
}

function Hidden({ intent, known, step }: { intent: string; known: string; step: string }) {
  return (
    <>
      <input type="hidden" name="intent" value={intent} />
      <input type="hidden" name="known" value={known} />
      <input type="hidden" name="step" value={step} />
    </>
  );
}
