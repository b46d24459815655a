// Owns the palette behind ⌘K: every section, every command, and search in the lists. Loaded when first opened.
import { useNavigate } from "@remix-run/react";
import { Command as Cmdk } from "cmdk";
import type { LucideIcon } from "lucide-react";
import ArrowRight from "lucide-react/icons/arrow-right";
import Search from "lucide-react/icons/search";
import { useState } from "react";
import { Dialog } from "./dialog.tsx";
import type { Command, NavItem, SearchTarget } from "./nav-item.ts";

export interface CommandPaletteProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  nav: readonly NavItem[];
  commands: readonly Command[];
  searches: readonly SearchTarget[];
}

const group =
  "p-1.5 [&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs " +
  "[&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-muted";

export function CommandPalette({ open, onOpenChange, nav, commands, searches }: CommandPaletteProps) {
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const typed = query.trim();

  function go(to: string) {
    onOpenChange(false);
    setQuery("");
    navigate(to);
  }

  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Go to anything" hideTitle width="lg">
      <Cmdk label="Go to anything" loop>
        <div className="flex items-center gap-3 border-b border-line px-4">
          <Search aria-hidden className="size-4 shrink-0 text-muted" />
          <Cmdk.Input
            autoFocus
            value={query}
            onValueChange={setQuery}
            placeholder="Go to a page or search"
            className="min-h-12 flex-1 bg-transparent text-base text-ink outline-none"
          />
        </div>
        <Cmdk.List className="max-h-[50vh] overflow-y-auto">
          <Cmdk.Empty className="px-4 py-8 text-center text-muted">Nothing found for “{typed}”.</Cmdk.Empty>
          <Cmdk.Group heading="Pages" className={group}>
            {nav.map((item) => (
              <Item
                key={item.to}
                value={item.label}
                icon={item.icon}
                hint={item.key && `g ${item.key}`}
                onPick={() => go(item.to)}
              />
            ))}
          </Cmdk.Group>
          {commands.length > 0 ? (
            <Cmdk.Group heading="Actions" className={group}>
              {commands.map((command) => (
                <Item
                  key={command.id}
                  value={command.label}
                  keywords={command.keywords}
                  icon={command.icon ?? ArrowRight}
                  hint={command.group}
                  onPick={() => go(command.to)}
                />
              ))}
            </Cmdk.Group>
          ) : null}
          {typed && searches.length > 0 ? (
            <Cmdk.Group heading="Search" forceMount className={group}>
              {searches.map((search) => (
                <Item
                  key={search.label}
                  value={`${search.label} for “${typed}”`}
                  icon={Search}
                  forceMount
                  onPick={() => go(search.to(typed))}
                />
              ))}
            </Cmdk.Group>
          ) : null}
        </Cmdk.List>
      </Cmdk>
    </Dialog>
  );
}

interface ItemProps {
  value: string;
  icon: LucideIcon;
  hint?: string | undefined;
  keywords?: string[] | undefined;
  forceMount?: boolean | undefined;
  onPick: () => void;
}

function Item({ value, icon: Icon, hint, keywords, forceMount = false, onPick }: ItemProps) {
  return (
    <Cmdk.Item
      value={value}
      keywords={keywords ?? []}
      forceMount={forceMount}
      onSelect={onPick}
      className="flex min-h-10 items-center gap-3 rounded-sm px-2.5 data-[selected=true]:bg-sunken"
    >
      <Icon aria-hidden className="size-4 shrink-0 text-muted" />
      <span className="min-w-0 flex-1 truncate">{value}</span>
      {hint ? <span className="text-xs text-muted">{hint}</span> : null}
    </Cmdk.Item>
  );
}
