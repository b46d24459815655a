// Owns tabs between views of one thing: links, because each view has an address.
import { NavLink, useLocation } from "@remix-run/react";
import { clsx } from "clsx";
import { type ReactNode, useEffect, useRef } from "react";

export interface Tab {
  to: string;
  label: ReactNode;
  /** Shown after the label, for example how many there are. */
  count?: number | undefined;
  /** Set it when the address differs only in its search; otherwise the path decides. */
  current?: boolean | undefined;
  /** Only an exact path counts. */
  end?: boolean | undefined;
}

export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const nav = useRef<HTMLElement>(null);
  const { key } = useLocation();
  // On a narrow screen the present tab may lie beyond the edge.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each address has a present tab of its own
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (!nav.current || !current) return;
    const end = current.offsetLeft + current.offsetWidth - nav.current.offsetLeft;
    if (end > nav.current.clientWidth) nav.current.scrollLeft = end - nav.current.clientWidth;
  }, [key]);
  return (
    <nav
      ref={nav}
      aria-label={label}
      className="mb-6 flex gap-1 overflow-x-auto border-b border-line [scrollbar-width:none]"
    >
      {tabs.map((tab) => {
        const look = (current: boolean) =>
          clsx(
            "-mb-px rounded-t-sm border-b-2 px-3 py-2.5 font-medium whitespace-nowrap -outline-offset-2",
            current ? "border-accent text-ink" : "border-transparent text-muted hover:text-ink",
          );
        return (
          <NavLink
            key={tab.to}
            to={tab.to}
            end={tab.end}
            prefetch="intent"
            className={({ isActive }) => look(tab.current ?? isActive)}
            {...(tab.current === undefined ? {} : { "aria-current": tab.current ? "page" : "false" })}
          >
            {tab.label}
            {tab.count === undefined ? null : <span className="ml-1.5 font-normal text-muted">{tab.count}</span>}
          </NavLink>
        );
      })}
    </nav>
  );
}
