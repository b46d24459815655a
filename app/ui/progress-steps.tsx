// Owns the list of steps of a long piece of work, each with its state in words, read out as it changes.
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import Circle from "lucide-react/icons/circle";
import Clock from "lucide-react/icons/clock";
import Minus from "lucide-react/icons/minus";
import X from "lucide-react/icons/x";
import type { ReactNode } from "react";
import { Spinner } from "./spinner.tsx";

export type StepState = "pending" | "running" | "waiting" | "done" | "failed" | "skipped";

export interface ProgressStep {
  key: string;
  label: string;
  state: StepState;
  /** Why it waits, what failed, what came out. Plain words. */
  detail?: ReactNode;
  /** A next step, for example a retry button. */
  action?: ReactNode;
}

const words: Record<StepState, string> = {
  pending: "Not started",
  running: "In progress",
  waiting: "Waiting",
  done: "Done",
  failed: "Failed",
  skipped: "Skipped",
};

const marks: Record<StepState, { icon: ReactNode; look: string }> = {
  pending: { icon: <Circle aria-hidden className="size-2" />, look: "border-line bg-surface text-muted" },
  running: { icon: <Spinner className="size-3.5" />, look: "border-accent bg-accent-soft text-accent-ink" },
  waiting: {
    icon: <Clock aria-hidden className="size-3.5" />,
    look: "border-warning-line bg-warning-soft text-warning-ink",
  },
  done: { icon: <Check aria-hidden className="size-3.5" />, look: "border-accent bg-accent text-on-accent" },
  failed: { icon: <X aria-hidden className="size-3.5" />, look: "border-danger bg-danger text-on-danger" },
  skipped: { icon: <Minus aria-hidden className="size-3.5" />, look: "border-line bg-sunken text-muted" },
};

/** The sentence that is read out: the failed step, else the running or waiting one, else that all is done. */
export function progressSentence(steps: readonly ProgressStep[]): string {
  const current =
    steps.find((step) => step.state === "failed") ??
    steps.find((step) => step.state === "running") ??
    steps.find((step) => step.state === "waiting");
  if (current) return `${current.label}: ${words[current.state].toLowerCase()}.`;
  return steps.length > 0 && steps.every((step) => step.state === "done" || step.state === "skipped")
    ? "All steps are done."
    : "";
}

export function ProgressSteps({ label, steps }: { label: string; steps: readonly ProgressStep[] }) {
  return (
    <div>
      <p role="status" className="sr-only">
        {progressSentence(steps)}
      </p>
      <ol aria-label={label}>
        {steps.map((step, index) => (
          <li key={step.key} className="relative flex gap-3 pb-5 last:pb-0">
            {index < steps.length - 1 ? (
              <span aria-hidden className="absolute top-6 bottom-0 left-[11.5px] w-px bg-line" />
            ) : null}
            <span
              className={clsx(
                "relative flex size-6 shrink-0 items-center justify-center rounded-full border",
                marks[step.state].look,
              )}
            >
              {marks[step.state].icon}
            </span>
            <div className="min-w-0 flex-1 pt-0.5">
              <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                <p className={clsx("font-medium", step.state === "pending" && "text-muted")}>{step.label}</p>
                <p className={clsx("text-xs", step.state === "failed" ? "text-danger-ink" : "text-muted")}>
                  {words[step.state]}
                </p>
              </div>
              {step.detail ? <div className="mt-0.5 text-muted">{step.detail}</div> : null}
              {step.action ? <div className="mt-2">{step.action}</div> : null}
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}
