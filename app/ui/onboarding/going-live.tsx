// Owns the tracker of the tenant's going live: each step in plain words, a retry when one fails, the address at the end.
import { useFetcher } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, buttonClass } from "../button.tsx";
import { Card } from "../card.tsx";
import { type ProgressStep, ProgressSteps, type StepState } from "../progress-steps.tsx";

interface RunStep {
  name: string;
  label: string;
  status: StepState | "cancelled";
  reason: string | null;
  attempts: number;
}

export interface GoingLiveProps {
  run: { id: string; status: "running" | "done" | "failed" | "cancelling" | "cancelled"; steps: RunStep[] } | null;
  /** Origin of the tenant's own host. */
  site: string | null;
}

export function GoingLive({ run, site }: GoingLiveProps) {
  if (!run) return null;
  const live = run.steps.some(({ name, status }) => name === "host" && status === "done");
  const steps = run.steps.map(({ name, label, status, reason, attempts }): ProgressStep => {
    const state = status === "cancelled" ? "skipped" : status;
    return {
      key: name,
      label,
      state,
      detail: reason ?? undefined,
      // Failed, or waiting for its next try after one that didn't work.
      action: state === "failed" || (state === "waiting" && attempts > 0) ? <Retry runId={run.id} /> : undefined,
    };
  });
  return (
    <Card title={live ? undefined : "Your front desk is going live"}>
      {live && site ? (
        <Alert
          tone="success"
          title="Your front desk is live"
          className="mb-5"
          action={
            <a href={site} target="_blank" rel="noopener" className={buttonClass({ size: "sm" })}>
              Open {new URL(site).host}
            </a>
          }
        >
          Anybody can open it. It gets to know more while you add knowledge below.
        </Alert>
      ) : null}
      {run.status === "done" ? (
        <details>
          <summary className="w-fit rounded-sm text-muted hover:text-ink">What was done</summary>
          <div className="mt-4">
            <ProgressSteps label="Going live" steps={steps} />
          </div>
        </details>
      ) : (
        <ProgressSteps label="Going live" steps={steps} />
      )}
      {run.status === "running" ? (
        <noscript>
          <p className="mt-4">
            <a href="?" className={buttonClass({ size: "sm" })}>
              Look again
            </a>
          </p>
        </noscript>
      ) : null}
    </Card>
  );
}

function Retry({ runId }: { runId: string }) {
  const fetcher = useFetcher();
  return (
    <fetcher.Form method="post" action={paths.provisioning()}>
      <input type="hidden" name="id" value={runId} />
      <Button type="submit" name="intent" value="retry" size="sm" pending={fetcher.state !== "idle"}>
        Try again
      </Button>
    </fetcher.Form>
  );
}
