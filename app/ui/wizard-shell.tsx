// Owns the frame of the onboarding wizard: the steps, the present one, and a preview beside it on wide screens.
import { Link } from "@remix-run/react";
import { clsx } from "clsx";
import ArrowLeft from "lucide-react/icons/arrow-left";
import Check from "lucide-react/icons/check";
import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";
import { NavigationBar } from "./navigation-bar.tsx";
import { ToastProvider } from "./toast.tsx";

export interface WizardStep {
  key: string;
  label: string;
  /** Where the step is; leave it out when it can't be opened yet. */
  to?: string | undefined;
  done: boolean;
}

export interface WizardShellProps {
  steps: readonly WizardStep[];
  /** Key of the present step. */
  current: string;
  title: ReactNode;
  intro?: ReactNode;
  /** Address of the step before. */
  back?: string | undefined;
  /** Shown beside the form from 1024 px on, below it on smaller screens. */
  preview?: ReactNode;
  /** At the end of the top line, for example "Finish later". */
  aside?: ReactNode;
  banner?: ReactNode;
  children: ReactNode;
}

export function WizardShell({
  steps,
  current,
  title,
  intro,
  back,
  preview,
  aside,
  banner,
  children,
}: WizardShellProps) {
  const position = steps.findIndex((step) => step.key === current) + 1;
  return (
    <ToastProvider>
      <NavigationBar />
      <div className="flex min-h-dvh flex-col">
        {banner ? <section aria-label="Notices">{banner}</section> : null}
        <header className="border-b border-line bg-surface">
          <div className="mx-auto flex min-h-14 max-w-[1200px] items-center justify-between gap-4 px-4 sm:px-6">
            <Brand />
            {aside}
          </div>
        </header>
        <div className="mx-auto w-full max-w-[1200px] flex-1 px-4 py-6 sm:px-6 lg:py-10">
          <Steps steps={steps} current={current} />
          <div className={clsx(preview ? "lg:grid lg:grid-cols-12 lg:gap-12" : "mx-auto max-w-2xl")}>
            <main id="main" className={preview ? "lg:col-span-7" : ""}>
              {back ? (
                <Link
                  to={back}
                  prefetch="intent"
                  className="mb-3 inline-flex items-center gap-1.5 rounded-sm text-muted hover:text-ink"
                >
                  <ArrowLeft aria-hidden className="size-4" />
                  Back
                </Link>
              ) : null}
              <p className="text-muted sm:hidden">
                Step {position} of {steps.length}
              </p>
              <h1 className="font-title text-xl font-medium tracking-tight">{title}</h1>
              {intro ? <p className="mt-2 max-w-prose text-base text-muted">{intro}</p> : null}
              <div className="mt-6">{children}</div>
            </main>
            {preview ? (
              <aside aria-label="Preview" className="mt-10 lg:col-span-5 lg:mt-0">
                <div className="lg:sticky lg:top-8">{preview}</div>
              </aside>
            ) : null}
          </div>
        </div>
      </div>
    </ToastProvider>
  );
}

function Steps({ steps, current }: Pick<WizardShellProps, "steps" | "current">) {
  return (
    <nav aria-label="Steps" className="mb-8 lg:mb-10">
      <ol className="flex gap-1.5 sm:gap-3">
        {steps.map((step, index) => {
          const isCurrent = step.key === current;
          const words = (
            <>
              <span
                className={clsx(
                  "mb-2 block h-1 rounded-full",
                  isCurrent ? "bg-accent" : step.done ? "bg-accent/50" : "bg-line",
                )}
              />
              <span
                className={clsx(
                  "flex items-center gap-1.5 max-sm:sr-only",
                  isCurrent ? "font-semibold text-ink" : "text-muted",
                )}
              >
                {step.done && !isCurrent ? <Check aria-hidden className="size-4 text-accent-ink" /> : `${index + 1}.`}
                <span>{step.label}</span>
                {step.done ? <span className="sr-only">, done</span> : null}
              </span>
            </>
          );
          return (
            <li key={step.key} aria-current={isCurrent ? "step" : undefined} className="min-w-0 flex-1">
              {step.to && !isCurrent ? (
                <Link to={step.to} prefetch="intent" className="block rounded-sm hover:[&_span]:text-ink">
                  {words}
                </Link>
              ) : (
                words
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
