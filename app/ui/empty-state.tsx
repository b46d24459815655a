// Owns what an empty list says: what will appear here, and the one next action.
import type { ReactNode } from "react";

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, title, children, action }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center px-6 py-12 text-center">
      {icon ? (
        <span className="mb-3 rounded-full bg-sunken p-3 text-muted [&_svg]:size-5" aria-hidden>
          {icon}
        </span>
      ) : null}
      <p className="text-base font-semibold">{title}</p>
      {children ? <div className="mt-1 max-w-sm text-muted">{children}</div> : null}
      {action ? <div className="mt-4">{action}</div> : null}
    </div>
  );
}
