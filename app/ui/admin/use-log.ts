// Owns the lines of a log in the page: the newest at first, on request older ones before them, and what is new after the
// last one read. Nothing is read twice.
import { useCallback, useEffect, useRef, useState } from "react";
import { paths } from "#app/paths.ts";

export type LogLevelView = "debug" | "info" | "warn" | "error";

export interface LogLineView {
  line: number;
  level: LogLevelView;
  message: string;
  /** A Date, or as ISO 8601 where it was fetched. */
  at: Date | string;
}

export interface LogPageView {
  lines: readonly LogLineView[];
  older: boolean;
  through: number;
  more: boolean;
}

/** What is drawn as one: most of a long log is then left alone when lines come. */
const BLOCK = 100;
export type LogBlock = readonly LogLineView[];

export interface LogAddress {
  tenantId: string;
  deploymentId: string;
  filter: { level?: string | undefined; q?: string | undefined };
}

export interface Log {
  blocks: readonly LogBlock[];
  older: boolean;
  reading: "older" | null;
  failed: boolean;
  readOlder(): void;
  readNewer(): void;
}

/**
 * @param first what the page was loaded with; another one begins anew
 */
export function useLog(first: LogPageView, { tenantId, deploymentId, filter }: LogAddress): Log {
  const [blocks, setBlocks] = useState<readonly LogBlock[]>(() => blocksOf(first.lines));
  const [older, setOlder] = useState(first.older);
  const [reading, setReading] = useState<Log["reading"]>(null);
  const [failed, setFailed] = useState(false);
  const place = useRef({ first, from: first.lines[0]?.line, through: first.through, ends: new AbortController() });
  const newer = useRef({ running: false, again: false });
  const { level, q } = filter;

  const start = useCallback((page: LogPageView) => {
    place.current.ends.abort();
    place.current = { first: page, from: page.lines[0]?.line, through: page.through, ends: new AbortController() };
    newer.current = { running: false, again: false };
    setBlocks(blocksOf(page.lines));
    setOlder(page.older);
    setReading(null);
    setFailed(false);
  }, []);

  useEffect(() => {
    if (place.current.first !== first) start(first);
  }, [first, start]);
  useEffect(() => {
    // A page that is shown again after it was put away reads on.
    if (place.current.ends.signal.aborted) place.current.ends = new AbortController();
    return () => place.current.ends.abort();
  }, []);

  const read = useCallback(
    async (where: { after?: number; before?: number }): Promise<LogPageView> => {
      const address = paths.adminDeploymentLog(tenantId, deploymentId, { ...where, level, q });
      const response = await fetch(address, { signal: place.current.ends.signal });
      if (!response.ok) throw new Error(`The log answered ${response.status}.`);
      return (await response.json()) as LogPageView;
    },
    [tenantId, deploymentId, level, q],
  );

  const readNewer = useCallback(async () => {
    const state = newer.current;
    if (state.running) {
      state.again = true;
      return;
    }
    const { signal } = place.current.ends;
    state.running = true;
    try {
      do {
        state.again = false;
        const page = await read({ after: place.current.through });
        if (signal.aborted) return;
        place.current.through = page.through;
        place.current.from ??= page.lines[0]?.line;
        if (page.lines.length > 0) setBlocks((before) => appended(before, page.lines));
        setFailed(false);
        state.again ||= page.more;
      } while (state.again);
    } catch {
      if (!signal.aborted) setFailed(true);
    } finally {
      state.running = false;
    }
  }, [read]);

  const readOlder = useCallback(async () => {
    const { from, ends } = place.current;
    if (from === undefined) return;
    setReading("older");
    try {
      const page = await read({ before: from });
      if (ends.signal.aborted) return;
      place.current.from = page.lines[0]?.line ?? from;
      setBlocks((before) => [...blocksOf(page.lines), ...before]);
      setOlder(page.older);
      setFailed(false);
    } catch {
      if (!ends.signal.aborted) setFailed(true);
    } finally {
      if (!ends.signal.aborted) setReading(null);
    }
  }, [read]);

  return { blocks, older, reading, failed, readOlder, readNewer };
}

function blocksOf(lines: readonly LogLineView[]): LogBlock[] {
  const blocks: LogBlock[] = [];
  for (let at = 0; at < lines.length; at += BLOCK) blocks.push(lines.slice(at, at + BLOCK));
  return blocks;
}

/** Fills the last block up before it begins another. */
function appended(blocks: readonly LogBlock[], lines: readonly LogLineView[]): LogBlock[] {
  const last = blocks.at(-1) ?? [];
  if (last.length >= BLOCK) return [...blocks, ...blocksOf(lines)];
  return [...blocks.slice(0, -1), ...blocksOf([...last, ...lines])];
}
