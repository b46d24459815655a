// Owns filters of a list: links, because what is filtered has an address.
import { Link, useLocation } from "@remix-run/react";
import { clsx } from "clsx";

export interface FilterLinksProps {
  /** What is filtered by, for example "State". */
  label: string;
  /** The parameter of the address. */
  name: string;
  /** Choices; the empty value stands for all. */
  options: readonly { value: string; label: string }[];
}

export function FilterLinks({ label, name, options }: FilterLinksProps) {
  const { pathname, search } = useLocation();
  const present = new URLSearchParams(search).get(name) ?? "";
  return (
    <nav aria-label={label} className="flex flex-wrap gap-1">
      {options.map(({ value, label: text }) => (
        <Link
          key={value}
          to={filtered(pathname, search, name, value)}
          preventScrollReset
          aria-current={value === present ? "true" : undefined}
          className={clsx(
            "rounded-full border px-3 py-1.5 font-medium whitespace-nowrap",
            value === present
              ? "border-accent bg-accent-soft text-accent-ink"
              : "border-line text-muted hover:border-line-strong hover:text-ink",
          )}
        >
          {text}
        </Link>
      ))}
    </nav>
  );
}

/** The same list with another filter, from its first page. */
function filtered(pathname: string, search: string, name: string, value: string): string {
  const params = new URLSearchParams(search);
  params.delete("cursor");
  params.delete("trail");
  if (value) params.set(name, value);
  else params.delete(name);
  const query = params.toString();
  return query ? `${pathname}?${query}` : pathname;
}
