// Owns the head of a page: where it belongs, its title, what it is for, and its actions.
import { Link } from "@remix-run/react";
import ArrowLeft from "lucide-react/icons/arrow-left";
import type { ReactNode } from "react";

export interface PageHeaderProps {
  title: ReactNode;
  description?: ReactNode;
  /** The page above this one. */
  back?: { to: string; label: string } | undefined;
  actions?: ReactNode;
  /** A state badge beside the title. */
  badge?: ReactNode;
}

export function PageHeader({ title, description, back, actions, badge }: PageHeaderProps) {
  return (
    <header className="mb-6">
      {back ? (
        <Link
          to={back.to}
          className="mb-3 inline-flex max-w-full items-center gap-1.5 rounded-sm text-muted hover:text-ink"
        >
          <ArrowLeft aria-hidden className="size-4 shrink-0" />
          <span className="truncate">{back.label}</span>
        </Link>
      ) : null}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-3">
            <h1 className="font-title text-xl font-medium tracking-tight">{title}</h1>
            {badge}
          </div>
          {description ? <p className="mt-1 max-w-prose text-muted">{description}</p> : null}
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </div>
    </header>
  );
}
