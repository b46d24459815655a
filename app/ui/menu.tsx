// Owns menus behind a button. The button is plain; the menu itself (Radix, about 20 kB gzip) is fetched when the
// pointer or focus comes near, so that pages don't pay for menus nobody opens.
import { type ComponentPropsWithoutRef, lazy, type ReactNode, Suspense, useState } from "react";

export type MenuEntry =
  | { kind: "link"; key: string; label: ReactNode; to: string; icon?: ReactNode; external?: boolean | undefined }
  | {
      kind: "action";
      key: string;
      label: ReactNode;
      icon?: ReactNode;
      onSelect: () => void;
      danger?: boolean | undefined;
      disabled?: boolean | undefined;
    }
  | { kind: "choice"; key: string; label: ReactNode; checked: boolean; hint?: ReactNode; onSelect: () => void }
  | { kind: "heading"; key: string; label: ReactNode }
  | { kind: "line"; key: string };

export interface MenuProps extends Omit<ComponentPropsWithoutRef<"button">, "type"> {
  /** Content of the button. */
  children: ReactNode;
  entries: readonly MenuEntry[];
  align?: "start" | "end" | undefined;
  side?: "top" | "bottom" | undefined;
}

const load = () => import("./menu-content.tsx");
const MenuContent = lazy(async () => ({ default: (await load()).MenuContent }));

export function Menu({ children, entries, align = "end", side = "bottom", ...button }: MenuProps) {
  const [armed, setArmed] = useState(false);
  const closed = (
    <button
      {...button}
      type="button"
      aria-haspopup="menu"
      aria-expanded={armed}
      onPointerEnter={load}
      onFocus={load}
      onClick={() => setArmed(true)}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        setArmed(true);
      }}
    >
      {children}
    </button>
  );
  if (!armed) return closed;
  return (
    <Suspense fallback={closed}>
      <MenuContent button={button} entries={entries} align={align} side={side}>
        {children}
      </MenuContent>
    </Suspense>
  );
}
