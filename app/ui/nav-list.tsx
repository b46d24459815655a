// Owns the list of the app's sections, in the rail and in the phone's sheet alike.
import { NavLink } from "@remix-run/react";
import { clsx } from "clsx";
import type { NavItem } from "./nav-item.ts";

export interface NavListProps {
  items: readonly NavItem[];
  /** Larger targets for fingers. */
  roomy?: boolean | undefined;
  onNavigate?: (() => void) | undefined;
}

export function NavList({ items, roomy = false, onNavigate }: NavListProps) {
  return (
    <ul className="flex flex-col gap-0.5">
      {items.map(({ to, label, icon: Icon, count, end }) => (
        <li key={to}>
          <NavLink
            to={to}
            end={end}
            prefetch="intent"
            onClick={onNavigate}
            className={({ isActive }) =>
              clsx(
                "flex items-center gap-2.5 rounded px-2.5 font-medium transition-colors duration-100",
                roomy ? "min-h-12 text-base" : "min-h-9",
                isActive ? "bg-accent-soft text-accent-ink" : "text-muted hover:bg-sunken hover:text-ink",
              )
            }
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            <span className="min-w-0 flex-1 truncate">{label}</span>
            {count ? (
              <span className="rounded-full bg-sunken px-1.5 text-xs text-ink tabular-nums">
                {count > 99 ? "99+" : count}
              </span>
            ) : null}
          </NavLink>
        </li>
      ))}
    </ul>
  );
}
