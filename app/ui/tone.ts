// Owns the tones of state and the classes they stand for.
export type Tone = "neutral" | "accent" | "success" | "warning" | "danger";

export const toneInk: Record<Tone, string> = {
  neutral: "text-muted",
  accent: "text-accent-ink",
  success: "text-success-ink",
  warning: "text-warning-ink",
  danger: "text-danger-ink",
};

export const toneFill: Record<Tone, string> = {
  neutral: "border-line bg-sunken text-ink",
  accent: "border-accent-ink/25 bg-accent-soft text-accent-ink",
  success: "border-success-line bg-success-soft text-success-ink",
  warning: "border-warning-line bg-warning-soft text-warning-ink",
  danger: "border-danger-line bg-danger-soft text-danger-ink",
};
