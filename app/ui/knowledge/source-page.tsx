// Owns the view of one source: its state and progress, its schedule, its documents.
import { Form, useFetcher } from "@remix-run/react";
import RefreshCw from "lucide-react/icons/refresh-cw";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { ProgressBar } from "../progress-bar.tsx";
import { Select } from "../select.tsx";
import { TimeText } from "../time-text.tsx";
import { DocumentTable, type DocumentTableProps } from "./document-table.tsx";
import { schedulesWith } from "./schedules.ts";
import { KIND_WORDS, pagesInWords, type SourceKind, SourceState, type SourceStatus } from "./source-state.tsx";

interface Source {
  id: string;
  kind: SourceKind;
  name: string;
  url: string | null;
  maxPages: number;
  maxDepth: number;
  status: SourceStatus;
  foundCount: number;
  doneCount: number;
  failedCount: number;
  currentItem: string | null;
  error: string | null;
  syncEveryHours: number | null;
  nextSyncAt: Date | null;
  lastSyncedAt: Date | null;
  documentCount: number;
}

export interface SourcePageProps extends DocumentTableProps {
  source: Source;
  now: Date;
  timeZone: string;
  editable: boolean;
}

export function SourcePage({ source, now, timeZone, editable, ...table }: SourcePageProps) {
  const { kind, name, status, error } = source;
  const busy = status === "pending" || status === "reading";
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{name}</span>}
        back={{ to: paths.knowledge(), label: "Knowledge" }}
        badge={<SourceState status={status} />}
        actions={editable ? <Actions source={source} busy={busy} /> : null}
      />
      <div className="grid grid-cols-1 gap-6">
        {error ? (
          <Alert
            tone={status === "failed" ? "danger" : "warning"}
            title={status === "failed" ? "It could not be read" : "Read, but not all of it"}
          >
            <p className="wrap-anywhere">{error}</p>
          </Alert>
        ) : null}
        {busy && kind === "website" ? <Progress {...source} /> : null}
        <Facts source={source} now={now} timeZone={timeZone} editable={editable} />
        <DocumentTable {...table} busy={busy} />
      </div>
    </>
  );
}

function Actions({ source: { id, name }, busy }: { source: Source; busy: boolean }) {
  const reading = usePending("read-again");
  const removing = usePending("remove");
  return (
    <>
      <Form method="post" preventScrollReset>
        <Button type="submit" name="intent" value="read-again" icon={<RefreshCw />} pending={reading} disabled={busy}>
          Read again now
        </Button>
      </Form>
      <Form method="post" key={id}>
        <input type="hidden" name="intent" value="remove" />
        <ConfirmButton
          pending={removing}
          question={`Remove ${name}?`}
          consequence="Your agent forgets all that it read there, at once. You can add it again."
          confirmLabel="Remove source"
        >
          Remove
        </ConfirmButton>
      </Form>
    </>
  );
}

function Progress({ foundCount, doneCount, failedCount, currentItem }: Source) {
  return (
    <Card>
      <ProgressBar
        label={foundCount === 0 ? "Looking for pages" : "Reading"}
        value={doneCount + failedCount}
        max={Math.max(foundCount, 1)}
        detail={foundCount === 0 ? "" : pagesInWords(foundCount, doneCount, failedCount)}
      />
      <p className="mt-1.5 h-4 truncate text-xs text-muted">{currentItem}</p>
    </Card>
  );
}

function Facts({ source, now, timeZone, editable }: Omit<SourcePageProps, keyof DocumentTableProps>) {
  const { kind, url, lastSyncedAt, nextSyncAt, foundCount, doneCount, failedCount } = source;
  const website = kind === "website";
  const facts: [string, React.ReactNode][] = [
    ["Kind", KIND_WORDS[kind]],
    ...(url
      ? ([
          [
            "Address",
            <a
              key="url"
              href={url}
              rel="noreferrer"
              className="text-accent-ink underline underline-offset-2 wrap-anywhere"
            >
              {url}
            </a>,
          ],
        ] as [string, React.ReactNode][])
      : []),
    [
      "Last read",
      lastSyncedAt ? <TimeText key="last" value={lastSyncedAt} timeZone={timeZone} now={now} /> : "Not yet",
    ],
    ...(website
      ? ([
          ["Next time", nextSyncAt ? <TimeText key="next" value={nextSyncAt} timeZone={timeZone} /> : "When you ask"],
          ["Pages", pagesInWords(foundCount, doneCount, failedCount)],
          ["Limits", `At most ${source.maxPages} pages, ${source.maxDepth} links from the first`],
        ] as [string, React.ReactNode][])
      : []),
  ];
  return (
    <Card>
      <dl className="grid gap-x-8 gap-y-4 sm:grid-cols-2 lg:grid-cols-3">
        {facts.map(([term, value]) => (
          <div key={term} className="min-w-0">
            <dt className="text-muted">{term}</dt>
            <dd className="mt-0.5">{value}</dd>
          </div>
        ))}
        {website && editable ? <Schedule hours={source.syncEveryHours} /> : null}
      </dl>
    </Card>
  );
}

/** With JavaScript a choice is saved at once; without it by the button. */
function Schedule({ hours }: { hours: number | null }) {
  const fetcher = useFetcher();
  return (
    <div className="min-w-0">
      <dt className="text-muted">
        <label htmlFor="schedule">Read it again</label>
      </dt>
      <dd className="mt-1">
        <fetcher.Form method="post" onChange={(event) => fetcher.submit(event.currentTarget)} className="flex gap-2">
          <input type="hidden" name="intent" value="schedule" />
          <Select
            id="schedule"
            name="syncEveryHours"
            key={hours}
            defaultValue={String(hours ?? "")}
            options={schedulesWith(hours)}
            className="w-full max-w-xs"
          />
          <noscript>
            <Button type="submit">Save</Button>
          </noscript>
        </fetcher.Form>
        <p role="status" className="sr-only">
          {fetcher.state === "idle" && fetcher.data ? "Saved." : ""}
        </p>
      </dd>
    </div>
  );
}
