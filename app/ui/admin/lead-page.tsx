// Owns the staff's view of one lead: its score by its parts, where it stands and who decided so, what is asked of people,
// what became of it.
import type { SubmissionResult } from "@conform-to/react";
import { Form } from "@remix-run/react";
import ExternalLink from "lucide-react/icons/external-link";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { money } from "#app/domain/billing/plan-facts.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, buttonClass } from "../button.tsx";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { Fact } from "./fact.tsx";
import { type FollowUpView, LeadFollowUps } from "./lead-follow-ups.tsx";
import { LeadMarks, type MarkView } from "./lead-marks.tsx";
import { LeadScore, type LeadScoreProps } from "./lead-score.tsx";
import { type ConnectionView, CrmNotice, Stage } from "./lead-state.tsx";
import { type HistoryView, historyWords } from "./lead-words.ts";

export interface LeadPageProps {
  lead: {
    tenantId: string;
    company: string;
    contactName: string | null;
    contactEmail: string | null;
    contactPhone: string | null;
    industry: string | null;
    createdAt: Date;
    origin: { source: string | null; medium: string | null; campaign: string | null; referrer: string | null } | null;
    lead: LeadStateView | null;
    marks: readonly MarkView[];
    followUps: readonly FollowUpView[];
    history: readonly HistoryView[];
    crm: ConnectionView | null;
    crmUrl: string | null;
  };
  editable: boolean;
  now: Date;
  lastResult: SubmissionResult<string[]> | null;
}

interface LeadStateView extends LeadScoreProps {
  stage: string | null;
  stageByPerson: boolean;
  ownerName: string | null;
  ownerByPerson: boolean;
  receivedAt: Date | null;
  sentAt: Date | null;
  syncedAt: Date | null;
  error: string | null;
  failingSince: Date | null;
  busy: boolean;
}

export function LeadPage({ lead: page, editable, now, lastResult }: LeadPageProps) {
  const { lead, crm, marks, followUps, history } = page;
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{page.company}</span>}
        back={{ to: paths.adminLeads(), label: "Leads" }}
        badge={<Stage stage={lead?.stage ?? null} />}
        actions={<Actions url={page.crmUrl} crm={crm} editable={editable} />}
      />
      {crm ? <CrmNotice crm={crm} now={now} /> : null}
      {lead?.failingSince && !crm?.failingSince ? <Trouble lead={lead} name={crm?.name ?? null} /> : null}
      <div className="mb-6 empty:hidden">
        <FormMessage errors={lastResult?.error?.[""] ?? undefined} />
      </div>
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 grid-cols-1 gap-6">
          <LeadScore {...(lead ?? NOT_RATED)} />
          <LeadFollowUps followUps={followUps} crm={crm?.name ?? null} editable={editable} now={now} />
          <History history={history} crm={crm?.name ?? null} />
        </div>
        <div className="grid min-w-0 grid-cols-1 gap-6">
          <Standing lead={lead} crm={crm} now={now} />
          <LeadMarks
            marks={marks}
            stage={lead?.stage ?? null}
            stageByPerson={lead?.stageByPerson ?? false}
            editable={editable}
            lastResult={lastResult}
          />
          <Facts page={page} />
        </div>
      </div>
    </>
  );
}

const NOT_RATED: LeadScoreProps = { score: null, scoreParts: [], facts: null, ratedAt: null };

function Actions({ url, crm, editable }: { url: string | null; crm: ConnectionView | null; editable: boolean }) {
  const pending = usePending("sync");
  return (
    <>
      {url && crm ? (
        <a href={url} target="_blank" rel="noreferrer" className={buttonClass()}>
          <ExternalLink aria-hidden />
          Open in {crm.name}
        </a>
      ) : null}
      {editable ? (
        <Form method="post" preventScrollReset>
          <Button
            type="submit"
            name="intent"
            value="sync"
            icon={<RefreshCw aria-hidden />}
            pending={pending}
            variant="primary"
          >
            {crm ? "Sync now" : "Rate now"}
          </Button>
        </Form>
      ) : null}
    </>
  );
}

function Trouble({ lead: { error, failingSince }, name }: { lead: LeadStateView; name: string | null }) {
  return (
    <Alert tone="warning" className="mb-6" title={`This lead is out of step${name ? ` with ${name}` : ""}`}>
      {error} Since {failingSince ? <TimeText value={failingSince} timeZone="UTC" /> : null}. Nothing is lost: we try
      again by ourselves.
    </Alert>
  );
}

function Standing({ lead, crm, now }: { lead: LeadStateView | null; crm: ConnectionView | null; now: Date }) {
  const there = crm?.name ?? null;
  const who = (byPerson: boolean) =>
    byPerson && there ? `Decided by a person in ${there}: the platform leaves it alone.` : "Kept by the platform.";
  return (
    <Card title="Where it stands">
      {lead === null ? (
        <p className="text-muted">Nobody has come to it yet. That takes a minute after signing up.</p>
      ) : (
        <dl className="grid grid-cols-1 gap-3">
          <Fact name="Stage">
            {lead.stage ?? "None yet"}
            <span className="block text-xs text-muted">{who(lead.stageByPerson)}</span>
          </Fact>
          <Fact name="Owner">
            {lead.ownerName ?? "Nobody"}
            <span className="block text-xs text-muted">
              {lead.ownerName === null && !lead.ownerByPerson
                ? "No rule gives it to anybody."
                : who(lead.ownerByPerson)}
            </span>
          </Fact>
          {lead.receivedAt && there ? (
            <Fact name={`Last moved in ${there}`}>
              <TimeText value={lead.receivedAt} timeZone="UTC" now={now} />
            </Fact>
          ) : null}
          {lead.sentAt && there ? (
            <Fact name={`Last written to ${there}`}>
              <TimeText value={lead.sentAt} timeZone="UTC" now={now} />
            </Fact>
          ) : null}
          <Fact name={there ? "Last sync" : "Last looked at"}>
            {lead.busy ? (
              "Under way"
            ) : lead.syncedAt ? (
              <TimeText value={lead.syncedAt} timeZone="UTC" now={now} />
            ) : (
              "Not yet"
            )}
          </Fact>
        </dl>
      )}
    </Card>
  );
}

function Facts({ page }: { page: LeadPageProps["lead"] }) {
  const { tenantId, contactName, contactEmail, contactPhone, industry, createdAt, origin, lead } = page;
  const facts = lead?.facts ?? null;
  return (
    <Card title="Facts">
      <dl className="grid grid-cols-1 gap-3">
        <Fact name="Contact">
          {[contactName, contactEmail, contactPhone].filter(Boolean).join(", ") || "Not given"}
        </Fact>
        {industry ? <Fact name="Industry">{industry}</Fact> : null}
        {facts?.region ? <Fact name="Region">{facts.region}</Fact> : null}
        <Fact name="Pays a month">{facts ? money(facts.mrrCents) : "Not known yet"}</Fact>
        {facts && facts.mrrCents === 0 ? (
          <Fact name="May pay a year">
            {facts.monthlyCents === null ? "By contract" : money(12 * facts.monthlyCents)}
          </Fact>
        ) : null}
        {facts?.churnRisk != null ? <Fact name="Churn risk">{Math.round(facts.churnRisk)} of 100</Fact> : null}
        <Fact name="Came from">{origin ? originWords(origin) : "Our website, by no known link"}</Fact>
        <Fact name="Signed up">
          <TimeText value={createdAt} timeZone="UTC" />
        </Fact>
        <Fact name="Organisation">
          <TextLink to={paths.adminTenant(tenantId)}>Open as tenant</TextLink>
        </Fact>
      </dl>
    </Card>
  );
}

function originWords({ source, medium, campaign, referrer }: NonNullable<LeadPageProps["lead"]["origin"]>): string {
  const way = [source, medium, campaign].filter(Boolean).join(" · ");
  return [way, referrer ? `by a link on ${referrer}` : ""].filter(Boolean).join(", ");
}

function History({ history, crm }: { history: readonly HistoryView[]; crm: string | null }) {
  return (
    <Card title="History" flush>
      {history.length === 0 ? (
        <EmptyState title="Nothing has happened yet">
          When the lead moves, whoever moved it, and when {crm ?? "the CRM"} was out of reach appear here.
        </EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {history.map((entry) => (
            <li key={entry.id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-3 sm:px-6">
              <span className="min-w-0 wrap-anywhere">{historyWords(entry, crm)}</span>
              <TimeText value={entry.at} timeZone="UTC" className="text-muted" />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
