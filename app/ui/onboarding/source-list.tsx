// Owns the list of websites and files that the agent reads, each with its progress.
import { useFetcher } from "@remix-run/react";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { ProgressBar } from "../progress-bar.tsx";
import { Spinner } from "../spinner.tsx";
import type { Tone } from "../tone.ts";

export interface ReadSource {
  id: string;
  kind: "website" | "file" | "qa";
  name: string;
  url: string | null;
  status: "pending" | "reading" | "ready" | "failed" | "removing";
  foundCount: number;
  doneCount: number;
  failedCount: number;
  currentItem: string | null;
  error: string | null;
}

const STATES: Record<ReadSource["status"], { word: string; tone: Tone }> = {
  pending: { word: "Waiting", tone: "neutral" },
  reading: { word: "Reading", tone: "accent" },
  ready: { word: "Read", tone: "success" },
  failed: { word: "Failed", tone: "danger" },
  removing: { word: "Being removed", tone: "neutral" },
};

export function SourceList({ sources }: { sources: readonly ReadSource[] }) {
  if (sources.length === 0) return null;
  return (
    <ul aria-label="What is read" className="mt-5 divide-y divide-line border-t border-line">
      {sources.map((source) => (
        <Source key={source.id} {...source} />
      ))}
    </ul>
  );
}

function Source({ id, kind, name, status, foundCount, doneCount, failedCount, currentItem, error }: ReadSource) {
  const { word, tone } = STATES[status];
  const busy = status === "pending" || status === "reading";
  return (
    <li className="py-4 last:pb-0">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="min-w-0 font-medium break-all">{name}</p>
        <div className="flex items-center gap-2">
          <Badge tone={tone} icon={status === "reading" ? <Spinner className="size-3.5" /> : undefined}>
            {word}
          </Badge>
          {status === "failed" ? <ReadAgain id={id} name={name} /> : null}
          <Remove id={id} name={name} />
        </div>
      </div>
      {kind === "website" && busy ? (
        <div className="mt-3">
          <ProgressBar
            label={foundCount === 0 ? "Looking for pages" : "Pages"}
            value={doneCount + failedCount}
            max={Math.max(foundCount, 1)}
            detail={foundCount === 0 ? "" : pagesInWords(foundCount, doneCount, failedCount)}
          />
          <p className="mt-1.5 h-5 truncate text-xs text-muted">{currentItem}</p>
        </div>
      ) : null}
      {kind === "website" && status === "ready" ? (
        <p className="mt-1 text-muted">{pagesInWords(foundCount, doneCount, failedCount)}</p>
      ) : null}
      {error ? <p className={status === "failed" ? "mt-2 text-danger-ink" : "mt-1 text-muted"}>{error}</p> : null}
    </li>
  );
}

function pagesInWords(found: number, done: number, failed: number): string {
  const pages = `${done} of ${found} ${found === 1 ? "page" : "pages"} read`;
  return failed > 0 ? `${pages}, ${failed} couldn't be read` : pages;
}

function ReadAgain({ id, name }: { id: string; name: string }) {
  const fetcher = useFetcher();
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="id" value={id} />
      <Button type="submit" name="intent" value="read-again" size="sm" pending={fetcher.state !== "idle"}>
        Try again<span className="sr-only"> to read {name}</span>
      </Button>
    </fetcher.Form>
  );
}

function Remove({ id, name }: { id: string; name: string }) {
  const fetcher = useFetcher();
  return (
    <fetcher.Form method="post">
      <input type="hidden" name="intent" value="remove-source" />
      <input type="hidden" name="id" value={id} />
      <ConfirmButton
        size="sm"
        variant="quiet"
        pending={fetcher.state !== "idle"}
        question={`Remove ${name}?`}
        consequence="Your agent forgets all that it read there. You can add it again."
        confirmLabel="Remove"
      >
        Remove<span className="sr-only"> {name}</span>
      </ConfirmButton>
    </fetcher.Form>
  );
}
