// Owns the square or round patch with the first letter of a name.
import { clsx } from "clsx";

export function Avatar({ name, round = false }: { name: string; round?: boolean | undefined }) {
  const letter = [...name.trim()][0]?.toUpperCase() ?? "?";
  return (
    <span
      aria-hidden
      className={clsx(
        "flex size-7 shrink-0 items-center justify-center bg-accent text-xs font-semibold text-on-accent",
        round ? "rounded-full" : "rounded-sm",
      )}
    >
      {letter}
    </span>
  );
}
