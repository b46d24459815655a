// Owns the phone's menu: a sheet from below with the sections, the tenant and the person. Loaded when first opened.
import { Dialog } from "./dialog.tsx";
import type { NavItem, ShellTenant, ShellUser } from "./nav-item.ts";
import { NavList } from "./nav-list.tsx";
import { TenantMenu } from "./tenant-menu.tsx";
import { UserMenu } from "./user-menu.tsx";

export interface NavSheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  tenant: ShellTenant;
  tenants: readonly ShellTenant[];
  user: ShellUser;
  nav: readonly NavItem[];
}

export function NavSheet({ open, onOpenChange, tenant, tenants, user, nav }: NavSheetProps) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Menu" shape="sheet">
      <nav aria-label="Sections" className="-mx-2">
        <NavList items={nav} roomy onNavigate={() => onOpenChange(false)} />
      </nav>
      <div className="-mx-2 mt-3 space-y-1 border-t border-line pt-3">
        <TenantMenu tenant={tenant} tenants={tenants} />
        <UserMenu user={user} />
      </div>
    </Dialog>
  );
}
