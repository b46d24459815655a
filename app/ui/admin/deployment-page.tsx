// Owns the staff's view of one deployment: how far it has come, what it says and uses, what may be done about it.
import type { SubmissionResult } from "@conform-to/react";
import type { ReactNode } from "react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Card } from "../card.tsx";
import { PageHeader } from "../page-header.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { DeploymentActions, type DeploymentActionsProps } from "./deployment-actions.tsx";
import { DeploymentState, Duration, isShared, isUnderWay, KIND_WORDS, providerWords } from "./deployment-state.tsx";
import { DeploymentSteps, type DeploymentStepsProps } from "./deployment-steps.tsx";
import { Fact } from "./fact.tsx";
import { ResourceUsage, type SpanView, type UsageView } from "./resource-usage.tsx";

export interface DeploymentPageProps {
  deployment: DeploymentActionsProps["deployment"] &
    DeploymentStepsProps["deployment"] & {
      tenantName: string;
      host: string | null;
      externalId: string | null;
      requestedBy: string | null;
      toldAt: Date | null;
    };
  usage: UsageView | null;
  span: SpanView;
  /** The version that a further order would run; null where all share one app. */
  offered: string | null;
  /** Of the signed-in person. */
  viewerId: string;
  /** Whether this member of staff may change anything. */
  mend: boolean;
  now: Date;
  lastResult: SubmissionResult<string[]> | null;
  /** The log. */
  children: ReactNode;
}

export function DeploymentPage(props: DeploymentPageProps) {
  const { deployment, usage, span, mend, offered, now, lastResult, viewerId, children } = props;
  const { tenantId, tenantName, host, kind, version, status, provider, reason } = deployment;
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{host ?? tenantName}</span>}
        back={{ to: paths.adminDeployments(), label: "Deployments" }}
        badge={<DeploymentState status={status} />}
        description={
          <>
            {KIND_WORDS[kind]} of <code className="wrap-anywhere">{version}</code> for{" "}
            <TextLink to={paths.adminTenant(tenantId)}>{tenantName}</TextLink>.
          </>
        }
      />
      {status === "failed" ? (
        <Alert tone="danger" title="This deployment failed" className="mb-6">
          {reason ?? "The provider gave no reason. The log may tell."}
        </Alert>
      ) : null}
      {status === "live" && reason ? (
        <Alert tone="warning" title="Something is the matter" className="mb-6">
          {reason}
        </Alert>
      ) : null}
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 grid-cols-1 gap-6 max-lg:order-2">
          {children}
          <ResourceUsage
            usage={usage}
            span={span}
            shared={isShared(provider)}
            stage={isUnderWay(status) ? "before" : status === "live" ? "live" : "over"}
          />
        </div>
        {/* On phones its parts stand before and after the log. */}
        <div className="grid min-w-0 grid-cols-1 gap-6 max-lg:contents">
          <Card title="Progress" className="max-lg:order-1">
            <DeploymentSteps deployment={deployment} />
          </Card>
          {mend ? <DeploymentActions deployment={deployment} offered={offered} lastResult={lastResult} /> : null}
          <Facts deployment={deployment} now={now} viewerId={viewerId} />
        </div>
      </div>
    </>
  );
}

interface FactsProps {
  deployment: DeploymentPageProps["deployment"];
  now: Date;
  viewerId: string;
}

function Facts({ deployment, now, viewerId }: FactsProps) {
  const { provider, replicas, createdAt, finishedAt, status, requestedBy, toldAt, externalId, id } = deployment;
  return (
    <Card title="Facts" className="max-lg:order-3">
      <dl className="grid grid-cols-1 gap-3">
        <Fact name="Provider">{provider === null ? "Not handed over yet" : providerWords(provider)}</Fact>
        {isShared(provider) ? null : <Fact name="Instances">{replicas}</Fact>}
        <Fact name="Ordered">
          <TimeText value={createdAt} timeZone="UTC" />
        </Fact>
        <Fact name="Ordered by">
          {requestedBy === null ? "Foyer itself" : requestedBy === viewerId ? "You" : "Another member of staff"}
        </Fact>
        {finishedAt || isUnderWay(status) ? (
          <Fact name={finishedAt ? "Took" : "Takes so far"}>
            <Duration from={createdAt} until={finishedAt} now={now} />
          </Fact>
        ) : null}
        {toldAt ? (
          <Fact name="Last word of the provider">
            <TimeText value={toldAt} timeZone="UTC" now={now} />
          </Fact>
        ) : null}
        {externalId ? (
          <Fact name="Name at the provider">
            <code className="text-xs">{externalId}</code>
          </Fact>
        ) : null}
        <Fact name="Id">
          <code className="text-xs">{id}</code>
        </Fact>
      </dl>
    </Card>
  );
}
