// Owns the keyboard: ⌘K or Ctrl K, ?, and g followed by a letter. Keys typed into a control are left alone.
import { useNavigate } from "@remix-run/react";
import { useEffect, useRef } from "react";
import type { NavItem } from "./nav-item.ts";

export interface ShortcutActions {
  nav: readonly NavItem[];
  onPalette: () => void;
  onHelp: () => void;
}

export function useShortcuts(actions: ShortcutActions): void {
  const navigate = useNavigate();
  const latest = useRef(actions);
  latest.current = actions;

  useEffect(() => {
    let goAt = 0;
    function onKey(event: KeyboardEvent) {
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.metaKey || event.ctrlKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        latest.current.onPalette();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "?") {
        event.preventDefault();
        latest.current.onHelp();
      } else if (event.key === "g") {
        goAt = event.timeStamp;
      } else if (event.timeStamp - goAt < 1200) {
        goAt = 0;
        const item = latest.current.nav.find((candidate) => candidate.key === event.key);
        if (item) {
          event.preventDefault();
          navigate(item.to);
        }
      }
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate]);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role=dialog], [role=menu]") !== null;
}
