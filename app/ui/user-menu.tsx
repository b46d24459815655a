// Owns the menu of the signed-in person: colour scheme, sessions, sign out.
import { Form, useSubmit } from "@remix-run/react";
import LogOut from "lucide-react/icons/log-out";
import MonitorSmartphone from "lucide-react/icons/monitor-smartphone";
import { useState } from "react";
import { paths } from "#app/paths.ts";
import { Avatar } from "./avatar.tsx";
import { buttonClass } from "./button.tsx";
import { useDocument } from "./document-context.ts";
import { Menu, type MenuEntry } from "./menu.tsx";
import type { ShellUser } from "./nav-item.ts";
import { chooseScheme, type Scheme } from "./scheme.ts";

const schemes: readonly { value: Scheme; label: string }[] = [
  { value: null, label: "Colours as the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function UserMenu({ user }: { user: ShellUser }) {
  const submit = useSubmit();
  const { scheme: initial } = useDocument();
  const [scheme, setScheme] = useState<Scheme>(initial);

  const entries: MenuEntry[] = [
    { kind: "heading", key: "who", label: user.email },
    ...schemes.map(({ value, label }) => ({
      kind: "choice" as const,
      key: `scheme-${value}`,
      label,
      checked: scheme === value,
      onSelect: () => {
        setScheme(value);
        chooseScheme(value);
      },
    })),
    { kind: "line", key: "line" },
    {
      kind: "link",
      key: "sessions",
      label: "Your sessions",
      to: user.sessionsAt ?? paths.sessions(),
      icon: <MonitorSmartphone aria-hidden />,
    },
    {
      kind: "action",
      key: "out",
      label: "Sign out",
      icon: <LogOut aria-hidden />,
      onSelect: () => submit(null, { method: "post", action: paths.signOut() }),
    },
  ];

  return (
    <>
      <Menu
        entries={entries}
        align="start"
        side="top"
        className="flex w-full items-center gap-2.5 rounded px-2 py-1.5 text-left hover:bg-sunken"
      >
        <span className="sr-only">Account of</span>
        <Avatar name={user.name} round />
        <span className="min-w-0 flex-1 truncate font-medium">{user.name}</span>
      </Menu>
      <noscript>
        <Form method="post" action={paths.signOut()} className="mt-2">
          <button type="submit" className={buttonClass({ size: "sm" })}>
            Sign out
          </button>
        </Form>
      </noscript>
    </>
  );
}
