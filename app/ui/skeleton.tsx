// Owns the grey shapes that hold the place of what is loading, so that nothing shifts when it comes.
import { clsx } from "clsx";

export function Skeleton({ className }: { className?: string | undefined }) {
  return <span aria-hidden className={clsx("block animate-pulse rounded-sm bg-sunken", className ?? "h-4 w-full")} />;
}

/** Rows of a list that is still loading. `label` is read out instead of the shapes. */
export function SkeletonRows({ rows = 5, label = "Loading" }: { rows?: number; label?: string }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">{label}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are alike and never reorder
        <div key={row} className="flex items-center gap-4 px-4 py-4 sm:px-6">
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="h-4 w-1/4" />
          <Skeleton className="ml-auto h-4 w-16" />
        </div>
      ))}
    </div>
  );
}
