// Owns the HTML shell: head, skip link, scripts where a page wants them, and the page for errors nobody caught.

import interFont from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import type { LinksFunction, MetaFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useMatches, useRouteError } from "@remix-run/react";
import type { ReactNode } from "react";
import "./app.css";
import { useDocument } from "./ui/document-context.ts";
import { describeError, ErrorPage } from "./ui/error-page.tsx";

/** A page that needs no JavaScript exports `handle` with `hydrate: false`; then none is sent with it. */
export interface PageHandle {
  hydrate?: boolean;
}

export const links: LinksFunction = () => [
  { rel: "preload", href: interFont, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
  { rel: "icon", href: "/favicon.svg", type: "image/svg+xml" },
];

export const meta: MetaFunction = ({ error }) => [{ title: error ? `${describeError(error).title} · Foyer` : "Foyer" }];

export function Layout({ children }: { children: ReactNode }) {
  const { nonce, scheme, language } = useDocument();
  const hydrate = useHydration();
  return (
    <html lang={language} data-theme={scheme ?? undefined} suppressHydrationWarning>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
      </head>
      <body>
        <a
          href="#main"
          className="fixed top-2 left-2 z-50 -translate-y-20 rounded bg-accent px-4 py-2 font-medium text-on-accent focus:translate-y-0"
        >
          Skip to content
        </a>
        {children}
        {hydrate ? (
          <>
            <ScrollRestoration nonce={nonce} />
            <Scripts nonce={nonce} />
          </>
        ) : null}
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  return <ErrorPage {...describeError(useRouteError())} />;
}

/** True unless a page on the way to this one opted out. */
function useHydration(): boolean {
  return useMatches().every(({ handle }) => !isPageHandle(handle) || handle.hydrate !== false);
}

function isPageHandle(handle: unknown): handle is PageHandle {
  return typeof handle === "object" && handle !== null && "hydrate" in handle;
}
