// Owns how lines of a log look: time, level and words, in blocks that a browser leaves undrawn while they are out of sight.
import { clsx } from "clsx";
import { memo, type ReactNode } from "react";
import type { LogBlock, LogLevelView, LogLineView } from "./use-log.ts";

const LEVELS: Record<LogLevelView, { label: string; look: string; word: string }> = {
  debug: { label: "Debug", look: "text-muted", word: "text-muted" },
  info: { label: "Info", look: "text-ink", word: "text-muted" },
  warn: { label: "Warn", look: "bg-warning-soft text-warning-ink", word: "font-semibold" },
  error: { label: "Error", look: "bg-danger-soft text-danger-ink", word: "font-semibold" },
};

export interface LogLinesProps {
  lines: LogBlock;
  /** Marked where it stands. */
  words: string | undefined;
}

export const LogLines = memo(function LogLines({ lines, words }: LogLinesProps) {
  return (
    <ol
      start={lines[0]?.line}
      className={clsx(lines.length >= 50 && "[contain-intrinsic-size:auto_2200px] [content-visibility:auto]")}
    >
      {lines.map((line) => (
        <Line key={line.line} {...line} words={words} />
      ))}
    </ol>
  );
});

function Line({ level, message, at, words }: LogLineView & { words: string | undefined }) {
  const { label, look, word } = LEVELS[level];
  const moment = new Date(at).toISOString();
  return (
    <li className={clsx("flex gap-3 px-3 py-px sm:px-4", look)}>
      <time dateTime={moment} title={moment} className="shrink-0 opacity-90 select-none">
        {moment.slice(11, 19)}
        <span className="max-sm:hidden">{moment.slice(19, 23)}</span>
      </time>
      <span className={clsx("w-10 shrink-0", word)}>{label}</span>
      <span className="min-w-0 flex-1 whitespace-pre-wrap wrap-anywhere">
        {words ? marked(message, words) : message}
      </span>
    </li>
  );
}

function marked(message: string, words: string): ReactNode {
  const parts = message.split(new RegExp(`(${words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "iu"));
  return parts.map((part, n) =>
    n % 2 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text never change places
      <mark key={n} className="rounded-sm bg-accent text-on-accent">
        {part}
      </mark>
    ) : (
      part
    ),
  );
}
