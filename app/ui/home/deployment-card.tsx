// Owns what a tenant's people see of its deployments: what runs, and what is on its way.
import { Badge } from "../badge.tsx";
import { Card } from "../card.tsx";
import { ProgressBar } from "../progress-bar.tsx";
import { TimeText } from "../time-text.tsx";

interface DeploymentView {
  status: string;
  version: string;
  progress: number;
  since: Date;
}

export interface DeploymentCardProps {
  live: DeploymentView | null;
  latest: DeploymentView | null;
  timeZone: string;
}

/** Nothing where nothing was deployed yet: the set-up's steps say when it is. */
export function DeploymentCard({ live, latest, timeZone }: DeploymentCardProps) {
  if (!live && !latest) return null;
  const failed = latest?.status === "failed";
  return (
    <Card title="Your page">
      <div className="grid gap-3">
        {live ? (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone="success">Live</Badge>
            <span>
              Version <code className="wrap-anywhere">{live.version}</code>, since{" "}
              <TimeText value={live.since} timeZone={timeZone} />
            </span>
          </p>
        ) : null}
        {latest && failed ? (
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Badge tone="danger">Not deployed</Badge>
            <span className="text-muted">
              The last try failed. We know of it{live ? "; what is live stays as it is" : ""}.
            </span>
          </p>
        ) : null}
        {latest && !failed ? (
          <ProgressBar
            label={live ? "A new version is on its way" : "It is on its way"}
            value={latest.progress}
            max={100}
            detail={`${latest.progress} %`}
          />
        ) : null}
      </div>
    </Card>
  );
}
