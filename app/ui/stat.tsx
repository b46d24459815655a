// Owns one figure with its name.
import type { ReactNode } from "react";
import { type Tone, toneInk } from "./tone.ts";
import { ToneIcon } from "./tone-icon.tsx";

export interface StatProps {
  label: string;
  value: ReactNode;
  /** What the figure means or how it changed. */
  note?: ReactNode;
  noteTone?: Tone | undefined;
}

/** Group several in a `<StatGrid>`. */
export function Stat({ label, value, note, noteTone = "neutral" }: StatProps) {
  return (
    <div className="bg-surface p-4 max-lg:last:odd:col-span-2 sm:p-5">
      <dt className="text-muted">{label}</dt>
      <dd className="mt-1">
        <span className="block text-xl font-semibold tracking-tight tabular-nums">{value}</span>
        {note ? (
          <span className={`mt-1 flex items-center gap-1.5 text-xs ${toneInk[noteTone]}`}>
            {noteTone === "neutral" ? null : <ToneIcon tone={noteTone} className="size-3.5" />}
            {note}
          </span>
        ) : null}
      </dd>
    </div>
  );
}

export function StatGrid({ children }: { children: ReactNode }) {
  return (
    <dl className="grid grid-cols-2 gap-px overflow-clip rounded border border-line bg-line lg:grid-flow-col lg:auto-cols-fr lg:grid-cols-none">
      {children}
    </dl>
  );
}
