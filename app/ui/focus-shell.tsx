// Owns the calm frame of one task: sign in, sign up, reset.
import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { paths } from "#app/paths.ts";
import { Brand } from "./brand.tsx";

export interface FocusShellProps {
  title: ReactNode;
  intro?: ReactNode;
  children: ReactNode;
  /** Below the card: the other way, for example "New here? Sign up". */
  footer?: ReactNode;
}

export function FocusShell({ title, intro, children, footer }: FocusShellProps) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:py-16">
      <header>
        <Link to={paths.landing()} reloadDocument aria-label="Foyer, start page" className="rounded-sm">
          <Brand />
        </Link>
      </header>
      <main id="main" className="mt-8 w-full max-w-[416px] sm:mt-12">
        <h1 className="text-center font-title text-xl font-medium tracking-tight">{title}</h1>
        {intro ? <p className="mx-auto mt-2 max-w-sm text-center text-base text-muted">{intro}</p> : null}
        <div className="mt-6 rounded border border-line bg-surface p-5 sm:p-8">{children}</div>
        {footer ? <div className="mt-6 text-center text-muted">{footer}</div> : null}
      </main>
    </div>
  );
}
