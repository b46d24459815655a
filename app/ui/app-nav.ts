// The sections of the app, and what the command palette offers besides them.
import BookOpen from "lucide-react/icons/book-open";
import CreditCard from "lucide-react/icons/credit-card";
import House from "lucide-react/icons/house";
import KeyRound from "lucide-react/icons/key-round";
import MessagesSquare from "lucide-react/icons/messages-square";
import MonitorSmartphone from "lucide-react/icons/monitor-smartphone";
import Settings from "lucide-react/icons/settings";
import { paths } from "#app/paths.ts";
import type { Command, NavItem, SearchTarget } from "./nav-item.ts";

const BILLING: NavItem = { to: paths.billing(), label: "Billing", icon: CreditCard, key: "b" };
const SECTIONS: readonly NavItem[] = [
  { to: paths.home(), label: "Home", icon: House, key: "h", end: true },
  { to: paths.conversations(), label: "Conversations", icon: MessagesSquare, key: "c" },
  { to: paths.knowledge(), label: "Knowledge", icon: BookOpen, key: "k" },
];
const SETTINGS: NavItem = { to: paths.settings(), label: "Settings", icon: Settings, key: "s" };

export interface NavFor {
  /** May see the bill. */
  bill: boolean;
  /** False while the organisation is paused: then nothing but billing is open. */
  open: boolean;
}

/** The sections that a person may open. */
export function appNav({ bill, open }: NavFor): readonly NavItem[] {
  const billing = bill ? [BILLING] : [];
  if (open) return [...SECTIONS, ...billing, SETTINGS];
  return bill ? [...billing, { ...SETTINGS, to: paths.settingsDelete() }] : [];
}

/** What the palette offers besides, and what it searches. */
export function appCommands({ bill, open }: NavFor): {
  commands: readonly Command[];
  searches: readonly SearchTarget[];
} {
  const billing = bill ? BILLING_COMMANDS : [];
  return open
    ? { commands: [...billing, ...COMMANDS], searches: SEARCHES }
    : { commands: [...billing, ...COMMANDS.filter(({ id }) => id === "sessions")], searches: [] };
}

const BILLING_COMMANDS: readonly Command[] = [
  { id: "plans", label: "Compare plans", group: "Billing", to: paths.billingPlans(), keywords: ["upgrade", "price"] },
  { id: "invoices", label: "Invoices", group: "Billing", to: paths.billingInvoices(), keywords: ["receipt", "pdf"] },
];

const COMMANDS: readonly Command[] = [
  { id: "agent", label: "Agent settings", group: "Settings", to: paths.settingsAgent(), keywords: ["greeting", "bot"] },
  { id: "theme", label: "Theme", group: "Settings", to: paths.settingsTheme(), keywords: ["colours", "logo", "brand"] },
  {
    id: "widget",
    label: "Widget",
    group: "Settings",
    to: paths.settingsWidget(),
    keywords: ["snippet", "embed", "origins"],
  },
  {
    id: "keys",
    label: "API keys",
    group: "Settings",
    icon: KeyRound,
    to: paths.settingsApiKeys(),
    keywords: ["developer"],
  },
  {
    id: "follow-ups",
    label: "Follow-ups",
    group: "Settings",
    to: paths.settingsFollowUps(),
    keywords: ["sequence", "mails", "leads", "unsubscribe"],
  },
  {
    id: "features",
    label: "Features",
    group: "Settings",
    to: paths.settingsFeatures(),
    keywords: ["beta", "switch", "flags"],
  },
  {
    id: "sandbox",
    label: "Sandbox",
    group: "Settings",
    to: paths.settingsSandbox(),
    keywords: ["test data", "try", "wipe"],
  },
  {
    id: "delete",
    label: "Delete organisation",
    group: "Settings",
    to: paths.settingsDelete(),
    keywords: ["close", "erase", "leave"],
  },
  { id: "company", label: "Company", group: "Settings", to: paths.settingsCompany() },
  {
    id: "sessions",
    label: "Your sessions",
    group: "Account",
    icon: MonitorSmartphone,
    to: paths.sessions(),
    keywords: ["devices", "security"],
  },
  {
    id: "set-up",
    label: "Set-up progress",
    group: "Account",
    to: paths.provisioning(),
    keywords: ["provisioning", "live"],
  },
];

const SEARCHES: readonly SearchTarget[] = [
  { label: "Search conversations", to: (query) => paths.conversations({ q: query }) },
  { label: "Search knowledge", to: (query) => paths.knowledge({ q: query }) },
];
