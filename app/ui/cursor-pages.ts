// Owns the way through a list that is read by cursors: the address remembers the cursors of the pages before.
import { useLocation } from "@remix-run/react";
import type { PaginationProps } from "./pagination.tsx";

/** Pages back that the address remembers; farther back one starts again. */
const MOST = 20;

/** Addresses of the neighbouring pages of this list; undefined where everything fits on one. */
export function useCursorPages(nextCursor: string | null): PaginationProps | undefined {
  const { pathname, search } = useLocation();
  const params = new URLSearchParams(search);
  const cursor = params.get("cursor");
  if (!cursor && !nextCursor) return undefined;
  const trail = params.get("trail")?.split(",").filter(Boolean) ?? [];

  function address(to: string | null, through: readonly string[]): string {
    const next = new URLSearchParams(search);
    for (const [name, value] of [
      ["cursor", to ?? ""],
      ["trail", through.slice(-MOST).join(",")],
    ] as const) {
      if (value) next.set(name, value);
      else next.delete(name);
    }
    const query = next.toString();
    return query ? `${pathname}?${query}` : pathname;
  }
  return {
    previous: cursor ? address(trail.at(-1) ?? null, trail.slice(0, -1)) : null,
    next: nextCursor ? address(nextCursor, cursor ? [...trail, cursor] : []) : null,
  };
}
