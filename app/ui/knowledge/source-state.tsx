// Owns how the kinds and states of sources are told.
import { Badge } from "../badge.tsx";
import { Spinner } from "../spinner.tsx";
import type { Tone } from "../tone.ts";

export type SourceKind = "website" | "file" | "qa";
export type SourceStatus = "pending" | "reading" | "ready" | "failed" | "removing";

export const KIND_WORDS: Record<SourceKind, string> = { website: "Website", file: "File", qa: "Typed answers" };

const STATES: Record<SourceStatus, { word: string; tone: Tone }> = {
  pending: { word: "Waiting", tone: "neutral" },
  reading: { word: "Reading", tone: "accent" },
  ready: { word: "Read", tone: "success" },
  failed: { word: "Failed", tone: "danger" },
  removing: { word: "Being removed", tone: "neutral" },
};

export function SourceState({ status }: { status: SourceStatus }) {
  const { word, tone } = STATES[status];
  return (
    <Badge tone={tone} icon={status === "reading" ? <Spinner className="size-3.5" /> : undefined}>
      {word}
    </Badge>
  );
}

/** "31 of 80 pages, 2 failed" */
export function pagesInWords(found: number, done: number, failed: number): string {
  const pages = `${done} of ${found} ${found === 1 ? "page" : "pages"}`;
  return failed > 0 ? `${pages}, ${failed} failed` : pages;
}
