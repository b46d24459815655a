// Owns the live state of the front desk: where it is and whether its agent answers.
import ExternalLink from "lucide-react/icons/external-link";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { buttonClass, LinkButton } from "../button.tsx";

export interface FrontDeskProps {
  site: string | null;
  live: boolean;
  answering: boolean;
}

export function FrontDesk({ site, live, answering }: FrontDeskProps) {
  return (
    <section
      aria-label="Your front desk"
      className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 rounded border border-line bg-surface px-4 py-3 sm:px-6"
    >
      <div className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-2">
        {site ? (
          <a href={site} className="rounded-sm font-medium text-accent-ink underline underline-offset-2 break-all">
            {new URL(site).host}
          </a>
        ) : (
          <span className="font-medium">No address yet</span>
        )}
        {live ? <Badge tone="success">Live</Badge> : <Badge tone="warning">Not live yet</Badge>}
        {answering ? <Badge tone="success">Agent on</Badge> : <Badge>Agent off</Badge>}
      </div>
      {live && site ? (
        <a href={site} className={buttonClass({ size: "sm" })}>
          <ExternalLink aria-hidden />
          Talk to your agent
        </a>
      ) : (
        <LinkButton size="sm" to={paths.provisioning()}>
          Show the set-up
        </LinkButton>
      )}
    </section>
  );
}
