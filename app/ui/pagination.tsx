// Owns the way through a long list: links, so that every page has an address.
import { Link } from "@remix-run/react";
import { clsx } from "clsx";
import ChevronLeft from "lucide-react/icons/chevron-left";
import ChevronRight from "lucide-react/icons/chevron-right";
import type { ReactNode } from "react";
import { buttonClass } from "./button.tsx";

export interface PaginationProps {
  /** Address of the page before; null at the start. */
  previous: string | null;
  /** Address of the page after; null at the end. */
  next: string | null;
  /** Where one is, for example "21–40 of 312". */
  summary?: ReactNode;
}

export function Pagination({ previous, next, summary }: PaginationProps) {
  if (!previous && !next && !summary) return null;
  return (
    <nav aria-label="Pages" className="flex items-center justify-between gap-4">
      <p className="text-muted">{summary}</p>
      {previous || next ? (
        <div className="flex gap-2">
          <Step to={previous} rel="prev">
            <ChevronLeft aria-hidden />
            Previous
          </Step>
          <Step to={next} rel="next">
            Next
            <ChevronRight aria-hidden />
          </Step>
        </div>
      ) : null}
    </nav>
  );
}

function Step({ to, rel, children }: { to: string | null; rel: "prev" | "next"; children: ReactNode }) {
  const look = buttonClass({ variant: "secondary", size: "sm" });
  if (!to) {
    return (
      <span aria-disabled="true" className={clsx(look, "pointer-events-none text-muted opacity-55")}>
        {children}
      </span>
    );
  }
  return (
    <Link to={to} rel={rel} prefetch="intent" className={look}>
      {children}
    </Link>
  );
}
