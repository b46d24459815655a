// Owns the shape of what the app's shell can lead to.
import type { LucideIcon } from "lucide-react";

export interface NavItem {
  to: string;
  label: string;
  icon: LucideIcon;
  /** How many things wait there; hidden at zero. */
  count?: number | undefined;
  /** Pressed after `g` it leads there, for example "c". */
  key?: string | undefined;
  /** Only the exact path counts as current. */
  end?: boolean | undefined;
}

/** Something that the command palette can do besides the navigation. */
export interface Command {
  id: string;
  label: string;
  group?: string | undefined;
  icon?: LucideIcon | undefined;
  /** Further words under which it is found. */
  keywords?: string[] | undefined;
  to: string;
}

/** A list that the command palette can search; `to` makes the address for what was typed. */
export interface SearchTarget {
  label: string;
  to: (query: string) => string;
}

export interface ShellTenant {
  id: string;
  name: string;
  /** Shown under the name, for example the address of its host. */
  detail?: string | undefined;
}

export interface ShellUser {
  name: string;
  email: string;
  /** Where their sessions are listed; left out for the page within their organisation. */
  sessionsAt?: string | undefined;
}
