// The sections of the staff's pages, and what the command palette offers besides them.
import Building2 from "lucide-react/icons/building-2";
import Globe from "lucide-react/icons/globe";
import House from "lucide-react/icons/house";
import Lock from "lucide-react/icons/lock";
import Mails from "lucide-react/icons/mails";
import MonitorSmartphone from "lucide-react/icons/monitor-smartphone";
import Rocket from "lucide-react/icons/rocket";
import Target from "lucide-react/icons/target";
import Workflow from "lucide-react/icons/workflow";
import { paths } from "#app/paths.ts";
import type { Command, NavItem, SearchTarget } from "../nav-item.ts";

export const adminNav: readonly NavItem[] = [
  { to: paths.adminTenants(), label: "Tenants", icon: Building2, key: "t" },
  { to: paths.adminLeads(), label: "Leads", icon: Target, key: "l" },
  { to: paths.adminSequences(), label: "Sequences", icon: Mails, key: "m" },
  { to: paths.adminProvisioning(), label: "Provisioning", icon: Workflow, key: "p" },
  { to: paths.adminDeployments(), label: "Deployments", icon: Rocket, key: "y" },
  { to: paths.adminDns(), label: "DNS", icon: Globe, key: "d" },
  { to: paths.adminDomains(), label: "Domains", icon: Lock, key: "o" },
];

/** What the palette offers besides; with a way home for staff who belong to a tenant as well. */
export function adminCommands(hasTenant: boolean): { commands: readonly Command[]; searches: readonly SearchTarget[] } {
  return { commands: hasTenant ? [HOME, ...COMMANDS] : COMMANDS, searches: SEARCHES };
}

const HOME: Command = { id: "home", label: "Your own organisation", group: "Account", icon: House, to: paths.home() };
const COMMANDS: readonly Command[] = [
  {
    ...{ id: "failed", label: "Set-ups that failed", group: "Provisioning", icon: Workflow },
    to: paths.adminProvisioning({ status: "failed" }),
  },
  {
    ...{ id: "deployments-failed", label: "Deployments that failed", group: "Deployments", icon: Rocket },
    to: paths.adminDeployments({ state: "failed" }),
  },
  {
    ...{ id: "leads-trouble", label: "Leads in trouble", group: "Leads", icon: Target },
    to: paths.adminLeads({ trouble: "1" }),
  },
  { id: "lead-rules", label: "Rules for leads", group: "Leads", icon: Target, to: paths.adminLeadRules() },
  {
    ...{ id: "certificates", label: "Certificates in trouble", group: "Domains", icon: Lock },
    to: paths.adminDomains({ certificate: "trouble" }),
  },
  { id: "add-record", label: "Add a DNS record", group: "DNS", icon: Globe, to: paths.adminDnsAdd() },
  {
    ...{ id: "sessions", label: "Your sessions", group: "Account", icon: MonitorSmartphone },
    to: paths.adminSessions(),
    keywords: ["devices", "security"],
  },
];

const SEARCHES: readonly SearchTarget[] = [
  { label: "Search tenants", to: (query) => paths.adminTenants({ q: query }) },
  { label: "Search leads", to: (query) => paths.adminLeads({ q: query }) },
  { label: "Search deployments", to: (query) => paths.adminDeployments({ q: query }) },
  { label: "Search DNS records", to: (query) => paths.adminDns({ q: query }) },
  { label: "Search domains", to: (query) => paths.adminDomains({ q: query }) },
];
