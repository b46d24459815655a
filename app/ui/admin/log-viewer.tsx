// Owns the log of a deployment: it keeps to the end while one follows, stays put once one scrolls up, and is searched,
// copied and fetched as a file.
import Copy from "lucide-react/icons/copy";
import Download from "lucide-react/icons/download";
import { useCallback, useEffect, useRef, useState } from "react";
import { logText } from "#app/domain/admin/log-text.ts";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { Button, buttonClass } from "../button.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { SearchField } from "../search-field.tsx";
import { useNews } from "../use-changes.ts";
import { useCopy } from "../use-copy.ts";
import { LogLines } from "./log-lines.tsx";
import { type Log, type LogPageView, useLog } from "./use-log.ts";

export interface LogViewerProps {
  tenantId: string;
  deploymentId: string;
  first: LogPageView;
  filter: { level?: "debug" | "info" | "warn" | "error" | undefined; q?: string | undefined };
  /** Another parameter of the address that searching keeps. */
  span: string | undefined;
  /** Whether lines may still come. */
  goesOn: boolean;
}

const LEVELS = [
  { value: "", label: "All" },
  { value: "info", label: "Info and above" },
  { value: "warn", label: "Warnings and errors" },
  { value: "error", label: "Errors" },
];
/** Pixels from the end that count as the end. */
const NEAR = 24;

export function LogViewer({ tenantId, deploymentId, first, filter, span, goesOn }: LogViewerProps) {
  const log = useLog(first, { tenantId, deploymentId, filter });
  useNews(["deployments"], log.readNewer, paths.adminEvents(), deploymentId);
  return (
    <section aria-labelledby="log" className="overflow-clip rounded border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-3 px-4 pt-4 sm:px-6">
        <h2 id="log" className="text-base font-semibold">
          Log
        </h2>
        <div className="flex gap-2">
          <CopyLines log={log} />
          <a
            href={paths.adminDeploymentLogFile(tenantId, deploymentId, filter)}
            download
            className={buttonClass({ size: "sm" })}
          >
            <Download aria-hidden />
            Download
          </a>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-3 px-4 py-3 sm:px-6">
        <SearchField
          label="Search this log"
          defaultValue={filter.q}
          keep={{ level: filter.level, span }}
          className="w-full lg:max-w-56"
          stay
        />
        <FilterLinks label="Level" name="level" options={LEVELS} />
      </div>
      {log.blocks.length > 0 ? (
        <Lines key={`${filter.level} ${filter.q}`} log={log} words={filter.q} goesOn={goesOn} />
      ) : (
        <div className="border-t border-line">
          <Nothing filtered={Boolean(filter.level || filter.q)} goesOn={goesOn} />
        </div>
      )}
      {log.failed ? (
        <Alert
          tone="warning"
          className="m-3"
          action={
            <Button size="sm" onClick={log.readNewer}>
              Try again
            </Button>
          }
        >
          The newest lines could not be read. This is tried again with the next news.
        </Alert>
      ) : null}
      <p className="border-t border-line px-4 py-2.5 text-xs text-muted sm:px-6">
        Times are in UTC. Lines are kept for 30 days.
      </p>
    </section>
  );
}

function Nothing({ filtered, goesOn }: { filtered: boolean; goesOn: boolean }) {
  if (filtered) return <EmptyState title="No line fits">Choose another level or other words.</EmptyState>;
  return goesOn ? (
    <EmptyState title="No lines yet">The first one appears here as soon as the provider tells it.</EmptyState>
  ) : (
    <EmptyState title="No lines">The provider told none, or they have been cleared away since.</EmptyState>
  );
}

function Lines({ log, words, goesOn }: { log: Log; words: string | undefined; goesOn: boolean }) {
  const { blocks, older, reading, readOlder } = log;
  const frame = useRef<HTMLElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const last = useRef({ top: 0, height: 0 });
  /** How far below the end was when older lines were asked for. */
  const below = useRef<number | null>(null);
  const [following, setFollowing] = useState(true);
  /** The last line that was there when one stopped following. */
  const [seen, setSeen] = useState(0);

  const settle = useCallback(() => {
    const box = frame.current;
    if (!box) return;
    if (below.current !== null) box.scrollTop = box.scrollHeight - below.current;
    else if (follow.current) box.scrollTop = box.scrollHeight;
    last.current = { top: box.scrollTop, height: box.scrollHeight };
  }, []);

  // Whatever makes it higher: new lines, or blocks that are drawn for the first time.
  useEffect(() => {
    const content = inner.current;
    if (!content) return;
    const watcher = new ResizeObserver(settle);
    watcher.observe(content);
    return () => watcher.disconnect();
  }, [settle]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other lines are another height
  useEffect(() => {
    settle();
    below.current = null;
  }, [blocks, settle]);

  function set(on: boolean) {
    follow.current = on;
    setFollowing(on);
    setSeen(blocks.at(-1)?.at(-1)?.line ?? 0);
  }
  function onScroll() {
    const box = frame.current;
    if (!box) return;
    const { scrollTop: top, scrollHeight: height } = box;
    const atEnd = height - top - box.clientHeight <= NEAR;
    // What grows is followed downwards, and what shrinks takes the place with it: upwards alone goes but a person.
    if (follow.current && !atEnd && top < last.current.top && height >= last.current.height) set(false);
    else if (!follow.current && atEnd) set(true);
    last.current = { top, height };
  }
  function jump() {
    set(true);
    settle();
  }
  function askOlder() {
    const box = frame.current;
    if (follow.current) set(false);
    if (box) below.current = box.scrollHeight - box.scrollTop;
    readOlder();
  }

  const fresh = following ? 0 : countAfter(blocks, seen);
  return (
    <div className="relative">
      <section
        ref={frame}
        aria-label="Lines of the log"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
        tabIndex={0}
        onScroll={onScroll}
        className="max-h-96 min-h-44 overflow-y-auto border-t border-line bg-sunken/50 py-2 font-mono text-xs leading-5 focus-visible:-outline-offset-2 lg:max-h-[34rem]"
      >
        <div ref={inner}>
          <div className="px-3 pb-2 font-sans sm:px-4">
            {older ? (
              <Button size="sm" pending={reading === "older"} onClick={askOlder}>
                Show older lines
              </Button>
            ) : (
              <p className="text-muted">{words === undefined ? "The log begins here." : "No earlier line fits."}</p>
            )}
          </div>
          {blocks.map((lines) => (
            <LogLines key={lines[0]?.line} lines={lines} words={words} />
          ))}
        </div>
      </section>
      <div role="status" className="pointer-events-none absolute inset-x-0 bottom-3 flex justify-center">
        {following ? (
          <span className="sr-only">{goesOn ? "Following: new lines appear at the end." : null}</span>
        ) : (
          <Button size="sm" variant="primary" className="pointer-events-auto shadow-overlay" onClick={jump}>
            Jump to newest{fresh > 0 ? ` (${fresh} new)` : ""}
          </Button>
        )}
      </div>
    </div>
  );
}

function countAfter(blocks: Log["blocks"], line: number): number {
  let count = 0;
  for (let at = blocks.length - 1; at >= 0; at -= 1) {
    const fresh = blocks[at]?.filter((one) => one.line > line).length ?? 0;
    if (fresh === 0) break;
    count += fresh;
  }
  return count;
}

function CopyLines({ log }: { log: Log }) {
  const { outcome, copy } = useCopy();
  const copyLines = () => copy(log.blocks.flat().map(logText).join("\n"));
  return (
    <>
      <Button size="sm" icon={<Copy aria-hidden />} disabled={log.blocks.length === 0} onClick={copyLines}>
        {outcome === "copied" ? "Copied" : "Copy"}
      </Button>
      <span role="status" className="sr-only">
        {outcome === "copied" ? "The lines shown were copied." : null}
        {outcome === "failed" ? "The browser didn't allow copying. Download the log instead." : null}
      </span>
    </>
  );
}
