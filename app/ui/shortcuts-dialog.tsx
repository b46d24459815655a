// Owns the list of keyboard shortcuts behind "?". Loaded when first opened.
import { Dialog } from "./dialog.tsx";
import type { NavItem } from "./nav-item.ts";

export interface ShortcutsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  nav: readonly NavItem[];
}

export function ShortcutsDialog({ open, onOpenChange, nav }: ShortcutsDialogProps) {
  const rows: { label: string; keys: string[] }[] = [
    { label: "Go to anything", keys: ["⌘ or Ctrl", "K"] },
    { label: "Show this list", keys: ["?"] },
    ...nav.flatMap((item) => (item.key ? [{ label: `Go to ${item.label}`, keys: ["G", item.key.toUpperCase()] }] : [])),
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard shortcuts">
      <dl className="divide-y divide-line">
        {rows.map((row) => (
          <div key={row.label} className="flex items-center justify-between gap-4 py-2">
            <dt>{row.label}</dt>
            <dd className="flex gap-1">
              {row.keys.map((key) => (
                <kbd key={key} className="rounded-sm border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
