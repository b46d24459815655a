// Owns the small label of a state: always a word, and an icon with every tone but neutral.
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { type Tone, toneFill } from "./tone.ts";
import { ToneIcon } from "./tone-icon.tsx";

export interface BadgeProps {
  tone?: Tone | undefined;
  /** Replaces the tone's icon; null leaves it out. */
  icon?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

export function Badge({ tone = "neutral", icon, children, className }: BadgeProps) {
  const mark = icon === undefined && tone !== "neutral" && tone !== "accent" ? <ToneIcon tone={tone} /> : icon;
  return (
    <span
      className={clsx(
        "inline-flex items-center gap-1 rounded-full border px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        "[&_svg]:size-3.5",
        toneFill[tone],
        className,
      )}
    >
      {mark}
      {children}
    </span>
  );
}
