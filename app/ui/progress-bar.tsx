// Owns the bar of measurable progress, on the browser's own progress element.
export interface ProgressBarProps {
  label: string;
  value: number;
  max: number;
  /** Replaces "12 of 40" at the end of the label's line. */
  detail?: string | undefined;
  hideLabel?: boolean | undefined;
}

export function ProgressBar({ label, value, max, detail, hideLabel = false }: ProgressBarProps) {
  return (
    <label className="block cursor-default">
      <span className={hideLabel ? "sr-only" : "mb-1.5 flex justify-between gap-4"}>
        <span>{label}</span>
        <span className="text-muted">{detail ?? `${value} of ${max}`}</span>
      </span>
      <progress value={value} max={max} className="progress" />
    </label>
  );
}
