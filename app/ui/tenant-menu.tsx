// Owns the switch between the organisations a person belongs to.
import { useSubmit } from "@remix-run/react";
import ChevronsUpDown from "lucide-react/icons/chevrons-up-down";
import Plus from "lucide-react/icons/plus";
import { paths } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { Menu, type MenuEntry } from "./menu.tsx";
import type { ShellTenant } from "./nav-item.ts";

const face = "flex w-full min-w-0 items-center gap-2.5 rounded px-2 py-1.5 text-left";

export function TenantMenu({ tenant, tenants }: { tenant: ShellTenant; tenants: readonly ShellTenant[] }) {
  const submit = useSubmit();
  const name = (
    <>
      <Avatar name={tenant.name} />
      <span className="min-w-0 flex-1">
        <span className="block truncate font-semibold">{tenant.name}</span>
        {tenant.detail ? <span className="block truncate text-xs text-muted">{tenant.detail}</span> : null}
      </span>
    </>
  );
  if (tenants.length === 0) return <div className={face}>{name}</div>;
  const entries: MenuEntry[] = [
    { kind: "heading", key: "heading", label: "Your organisations" },
    ...tenants.map((choice) => ({
      kind: "choice" as const,
      key: choice.id,
      label: choice.name,
      hint: choice.detail,
      checked: choice.id === tenant.id,
      onSelect: () => {
        if (choice.id !== tenant.id) {
          submit({ tenantId: choice.id }, { method: "post", action: paths.switchTenant() });
        }
      },
    })),
    { kind: "line", key: "line" },
    {
      kind: "link",
      key: "new",
      label: "Set up another",
      to: paths.newOrganisation(),
      icon: <Plus aria-hidden />,
    },
  ];
  return (
    <Menu entries={entries} align="start" className={`${face} hover:bg-sunken`}>
      <span className="sr-only">Switch organisation, now</span>
      {name}
      <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-muted" />
    </Menu>
  );
}
