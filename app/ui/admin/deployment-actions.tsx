// Owns what staff may do about a deployment. Each asks first and says what it does; what its provider can't is explained.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { type ReactNode, useId } from "react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton, type ConfirmButtonProps } from "../confirm-button.tsx";
import { FieldError } from "../field.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { Input } from "../input.tsx";
import { Select } from "../select.tsx";
import { TextLink } from "../text-link.tsx";
import { formatTime } from "../time-text.tsx";
import { type DeploymentKindView, type DeploymentStatusView, isShared, isUnderWay } from "./deployment-state.tsx";

export interface DeploymentActionsProps {
  deployment: {
    id: string;
    tenantId: string;
    kind: DeploymentKindView;
    version: string;
    status: DeploymentStatusView;
    provider: string | null;
    replicas: number;
    wantedReplicas: number | null;
    cancelRequestedAt: Date | null;
    newest: boolean;
    openId: string | null;
    live: { id: string; version: string } | null;
    earlier: readonly { id: string; version: string; liveAt: Date }[];
  };
  /** The version that a further order would run; null where all share one app. */
  offered: string | null;
  lastResult: SubmissionResult<string[]> | null;
}

export function DeploymentActions({ deployment, offered, lastResult }: DeploymentActionsProps) {
  const { id, tenantId, status, provider, newest, openId, live, cancelRequestedAt } = deployment;
  const shared = isShared(provider) || offered === null;
  const refused = lastResult?.error?.[""] ?? undefined;
  const underWay = isUnderWay(status);
  const stopped = status === "failed" || status === "cancelled";
  const other = openId !== null && openId !== id;
  return (
    <Card title="Actions" className="max-lg:order-1">
      <div className="grid grid-cols-1 gap-5">
        <FormMessage errors={refused} />
        {other ? (
          <p className="text-muted">
            <TextLink to={paths.adminDeployment(tenantId, openId)}>Another deployment</TextLink> of this tenant is under
            way.{refused ? null : " Wait for its end, or cancel it there."}
          </p>
        ) : null}
        {underWay && cancelRequestedAt ? (
          <Alert title="It is being cancelled">The provider has been told, or will be within moments.</Alert>
        ) : null}
        {underWay && !cancelRequestedAt ? <Cancel /> : null}
        {stopped && newest ? <Retry deployment={deployment} /> : null}
        {stopped && !newest && !other ? (
          <p className="text-muted">Something newer was ordered since, so this one isn't tried again.</p>
        ) : null}
        {underWay || other ? null : shared ? (
          <p className="text-muted">
            {offered === null
              ? "All tenants share one app. Its version and its size are everybody's, so this one can be neither rolled back nor scaled by itself."
              : "This was served by the app that all tenants shared, so there is nothing to roll back to or to scale."}
          </p>
        ) : (
          <>
            <RollBack deployment={deployment} errors={lastResult?.error?.to ?? undefined} />
            {status === "live" ? (
              <Scale deployment={deployment} errors={lastResult?.error?.replicas ?? undefined} />
            ) : null}
          </>
        )}
        {offered === null || underWay || other ? null : (
          <Deploy version={offered} live={live?.version ?? null} errors={lastResult?.error?.version ?? undefined} />
        )}
        {!newest && !other && live && live.id !== id ? (
          <p className="text-muted">
            What runs now is <TextLink to={paths.adminDeployment(tenantId, live.id)}>{live.version}</TextLink>.
          </p>
        ) : null}
      </div>
    </Card>
  );
}

interface ActProps
  extends Pick<ConfirmButtonProps, "question" | "consequence" | "confirmLabel" | "cancelLabel" | "tone"> {
  intent: "deploy" | "retry" | "cancel" | "rollback" | "scale";
  label: string;
  /** What is asked for besides. */
  children?: ReactNode;
}

const STAYS: readonly ActProps["intent"][] = ["cancel", "scale"];

function Act({ intent, label, children, ...asked }: ActProps) {
  const pending = usePending(intent);
  return (
    // What orders another deployment leads to its page, from the top.
    <Form method="post" preventScrollReset={STAYS.includes(intent)} className="grid grid-cols-1 gap-3">
      <input type="hidden" name="intent" value={intent} />
      {children}
      <div>
        <ConfirmButton pending={pending} {...asked}>
          {label}
        </ConfirmButton>
      </div>
    </Form>
  );
}

function Cancel() {
  return (
    <Act
      intent="cancel"
      label="Cancel deployment"
      question="Cancel this deployment?"
      consequence="The provider is told to stop. What runs now goes on running, and you can order it again."
      confirmLabel="Cancel the deployment"
      cancelLabel="Keep it going"
    />
  );
}

function Retry({ deployment: { kind, version } }: Pick<DeploymentActionsProps, "deployment">) {
  const what = kind === "remove" ? "The removal" : `Version ${version}`;
  return (
    <Act
      intent="retry"
      tone="primary"
      label="Try again"
      question="Try this deployment again?"
      consequence={`${what} is ordered once more, as a new deployment. What runs now goes on running until that one is live.`}
      confirmLabel="Order it again"
    />
  );
}

interface AskingProps extends Pick<DeploymentActionsProps, "deployment"> {
  errors: string[] | undefined;
}

function RollBack({ deployment: { id, earlier, live }, errors }: AskingProps) {
  const field = useId();
  if (earlier.length === 0)
    return <p className="text-muted">No other version has been live here, so there is none to roll back to.</p>;
  const options = earlier.map((one) => ({
    value: one.id,
    label: `${one.version}, ${formatTime(one.liveAt, "UTC", "date")}`,
  }));
  return (
    <Act
      intent="rollback"
      label="Roll back"
      question="Roll back to this version?"
      consequence={`It is ordered from the provider at once. ${live ? `${live.version} goes on running until then, and you can come back to it.` : "Nothing runs now."}`}
      confirmLabel="Roll back"
    >
      <div>
        <label htmlFor={field} className="mb-1.5 block font-medium">
          Roll back to
        </label>
        <Select
          id={field}
          name="to"
          options={options}
          defaultValue={options.some(({ value }) => value === id) ? id : options[0]?.value}
          aria-describedby={errors ? `${field}-error` : `${field}-hint`}
        />
        {errors ? <FieldError id={`${field}-error`} messages={errors} /> : null}
        <p id={`${field}-hint`} className="mt-1.5 text-muted">
          Versions that were live here, and since when.
        </p>
      </div>
    </Act>
  );
}

interface DeployProps {
  version: string;
  live: string | null;
  errors: string[] | undefined;
}

function Deploy({ version, live, errors }: DeployProps) {
  const field = useId();
  return (
    <Act
      intent="deploy"
      tone="primary"
      label="Deploy"
      question="Deploy this version?"
      consequence={`It is ordered from the provider at once. ${live ? `${live} goes on running until it is live, and you can roll back to it.` : "Nothing runs now."}`}
      confirmLabel="Deploy it"
    >
      <div>
        <label htmlFor={field} className="mb-1.5 block font-medium">
          Version to deploy
        </label>
        <Input
          id={field}
          name="version"
          required
          maxLength={200}
          defaultValue={version}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={errors ? true : undefined}
          aria-describedby={errors ? `${field}-error` : undefined}
        />
        {errors ? <FieldError id={`${field}-error`} messages={errors} /> : null}
      </div>
    </Act>
  );
}

function Scale({ deployment: { replicas, wantedReplicas }, errors }: AskingProps) {
  const field = useId();
  return (
    <Act
      intent="scale"
      tone="primary"
      label="Scale"
      question="Change how many run?"
      consequence="The provider starts or stops some at once. More of them cost more, fewer of them are slower under load. You can change it back."
      confirmLabel="Change it"
    >
      <div>
        <label htmlFor={field} className="mb-1.5 block font-medium">
          Instances
        </label>
        <Input
          key={wantedReplicas ?? replicas}
          id={field}
          type="number"
          name="replicas"
          required
          min={1}
          max={100}
          defaultValue={wantedReplicas ?? replicas}
          aria-invalid={errors ? true : undefined}
          aria-describedby={errors ? `${field}-error` : `${field}-now`}
        />
        {errors ? <FieldError id={`${field}-error`} messages={errors} /> : null}
        <p id={`${field}-now`} className="mt-1.5 text-muted">
          {wantedReplicas !== null && wantedReplicas !== replicas
            ? `${replicas} now, being changed to ${wantedReplicas}.`
            : `${replicas} now.`}
        </p>
      </div>
    </Act>
  );
}
