// Owns the open menu. Only menu.tsx imports it, lazily.
import { Link } from "@remix-run/react";
import { clsx } from "clsx";
import Check from "lucide-react/icons/check";
import * as Radix from "radix-ui/dropdown-menu";
import { type ComponentPropsWithoutRef, Fragment, type ReactNode } from "react";
import type { MenuEntry } from "./menu.tsx";

const item =
  "flex min-h-9 cursor-default items-center gap-2.5 rounded-sm px-2.5 py-1.5 text-ink outline-none select-none " +
  "data-highlighted:bg-sunken data-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0";

export interface MenuContentProps {
  button: ComponentPropsWithoutRef<"button">;
  entries: readonly MenuEntry[];
  align: "start" | "end";
  side: "top" | "bottom";
  children: ReactNode;
}

/** Opens at once: it is mounted by the press that asked for it. */
export function MenuContent({ button, entries, align, side, children }: MenuContentProps) {
  return (
    <Radix.Root defaultOpen modal={false}>
      <Radix.Trigger {...button}>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) max-w-xs min-w-56 animate-rise-in overflow-y-auto rounded border border-line bg-surface p-1 shadow-overlay"
        >
          {entries.map((entry) => (
            <Fragment key={entry.key}>{renderEntry(entry)}</Fragment>
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function renderEntry(entry: MenuEntry) {
  switch (entry.kind) {
    case "line":
      return <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;
    case "heading":
      return <Radix.Label className="px-2.5 py-1.5 text-xs font-medium text-muted">{entry.label}</Radix.Label>;
    case "link":
      return (
        <Radix.Item asChild className={item}>
          {entry.external ? (
            <a href={entry.to} target="_blank" rel="noreferrer">
              {entry.icon}
              {entry.label}
            </a>
          ) : (
            <Link to={entry.to}>
              {entry.icon}
              {entry.label}
            </Link>
          )}
        </Radix.Item>
      );
    case "action":
      return (
        <Radix.Item
          disabled={entry.disabled ?? false}
          onSelect={entry.onSelect}
          className={clsx(item, entry.danger && "text-danger-ink")}
        >
          {entry.icon}
          {entry.label}
        </Radix.Item>
      );
    case "choice":
      return (
        <Radix.CheckboxItem checked={entry.checked} onSelect={entry.onSelect} className={item}>
          <span className="min-w-0 flex-1">
            <span className="block truncate">{entry.label}</span>
            {entry.hint ? <span className="block truncate text-xs text-muted">{entry.hint}</span> : null}
          </span>
          <Radix.ItemIndicator>
            <Check aria-hidden className="text-accent-ink" />
          </Radix.ItemIndicator>
        </Radix.CheckboxItem>
      );
  }
}
