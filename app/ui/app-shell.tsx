// Owns the frame of the signed-in app: rail on wide screens, top bar and sheet on phones, palette and shortcuts.
import MenuIcon from "lucide-react/icons/menu";
import Search from "lucide-react/icons/search";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Avatar } from "./avatar.tsx";
import { Button } from "./button.tsx";
import type { Command, NavItem, SearchTarget, ShellTenant, ShellUser } from "./nav-item.ts";
import { NavList } from "./nav-list.tsx";
import { NavigationBar } from "./navigation-bar.tsx";
import { TenantMenu } from "./tenant-menu.tsx";
import { ToastProvider } from "./toast.tsx";
import { useShortcuts } from "./use-shortcuts.ts";
import { UserMenu } from "./user-menu.tsx";

export interface AppShellProps {
  tenant: ShellTenant;
  /** All organisations of this person, the present one among them; none where there is nothing to switch. */
  tenants: readonly ShellTenant[];
  user: ShellUser;
  nav: readonly NavItem[];
  /** Further things the command palette offers. */
  commands?: readonly Command[] | undefined;
  /** Lists the command palette can search. */
  searches?: readonly SearchTarget[] | undefined;
  /** Banners about the whole account: verify your email, sandbox, suspended. */
  banner?: ReactNode;
  /** "full" gives the page all the width, for an inbox or a preview. */
  width?: "page" | "full" | undefined;
  children: ReactNode;
}

const CommandPalette = lazy(async () => ({ default: (await import("./command-palette.tsx")).CommandPalette }));
const ShortcutsDialog = lazy(async () => ({ default: (await import("./shortcuts-dialog.tsx")).ShortcutsDialog }));
const NavSheet = lazy(async () => ({ default: (await import("./nav-sheet.tsx")).NavSheet }));

type Overlay = "palette" | "shortcuts" | "sheet";

export function AppShell({
  tenant,
  tenants,
  user,
  nav,
  commands = [],
  searches = [],
  banner,
  width = "page",
  children,
}: AppShellProps) {
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const [used, setUsed] = useState<ReadonlySet<Overlay>>(new Set());

  function open(which: Overlay) {
    setUsed((before) => new Set(before).add(which));
    setOverlay(which);
  }
  const control = (which: Overlay) => ({
    open: overlay === which,
    onOpenChange: (isOpen: boolean) => setOverlay(isOpen ? which : null),
  });
  useShortcuts({ nav, onPalette: () => open("palette"), onHelp: () => open("shortcuts") });

  return (
    <ToastProvider>
      <NavigationBar />
      <div className="min-h-dvh lg:grid lg:grid-cols-[240px_minmax(0,1fr)]">
        <aside className="sticky top-0 hidden h-dvh flex-col border-r border-line bg-surface p-3 lg:flex">
          <TenantMenu tenant={tenant} tenants={tenants} />
          <button
            type="button"
            onClick={() => open("palette")}
            className="mt-3 mb-4 flex min-h-9 items-center gap-2.5 rounded border border-line px-2.5 text-muted hover:border-line-strong hover:text-ink"
          >
            <Search aria-hidden className="size-4" />
            <span className="flex-1 text-left">Go to</span>
            <kbd aria-hidden className="font-sans text-xs">
              ⌘K
            </kbd>
          </button>
          <nav aria-label="Sections" className="-mx-1 min-h-0 flex-1 overflow-y-auto px-1">
            <NavList items={nav} />
          </nav>
          <div className="mt-3 border-t border-line pt-3">
            <UserMenu user={user} />
          </div>
        </aside>

        <header className="sticky top-0 z-30 flex min-h-14 items-center gap-2.5 border-b border-line bg-surface px-4 lg:hidden">
          <Avatar name={tenant.name} />
          <p className="min-w-0 flex-1 truncate font-semibold">{tenant.name}</p>
          <Button
            variant="quiet"
            iconOnly
            icon={<Search aria-hidden />}
            aria-label="Go to"
            onClick={() => open("palette")}
          />
          <Button
            variant="quiet"
            iconOnly
            icon={<MenuIcon aria-hidden />}
            aria-label="Menu"
            aria-haspopup="dialog"
            aria-expanded={overlay === "sheet"}
            onClick={() => open("sheet")}
          />
        </header>
        {/* Hidden as a whole, because it would take a cell of the grid. */}
        <noscript className="lg:hidden">
          <nav aria-label="Sections" className="border-b border-line p-3">
            <NavList items={nav} />
          </nav>
        </noscript>

        <div className="min-w-0">
          {banner ? <section aria-label="Notices">{banner}</section> : null}
          <main
            id="main"
            tabIndex={-1}
            className={
              width === "full"
                ? "outline-none"
                : "mx-auto max-w-[1200px] px-4 py-6 outline-none sm:px-6 lg:px-8 lg:py-8"
            }
          >
            {children}
          </main>
        </div>
      </div>
      <Suspense>
        {used.has("palette") ? (
          <CommandPalette {...control("palette")} nav={nav} commands={commands} searches={searches} />
        ) : null}
        {used.has("shortcuts") ? <ShortcutsDialog {...control("shortcuts")} nav={nav} /> : null}
        {used.has("sheet") ? (
          <NavSheet {...control("sheet")} tenant={tenant} tenants={tenants} user={user} nav={nav} />
        ) : null}
      </Suspense>
    </ToastProvider>
  );
}
