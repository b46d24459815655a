// Owns the page for errors: what happened in plain words, and the next step.
import { isRouteErrorResponse } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Brand } from "./brand.tsx";
import { buttonClass } from "./button.tsx";

export interface ErrorDescription {
  status: number;
  title: string;
  detail: string;
  next: { label: string; href: string };
}

type Words = Omit<ErrorDescription, "status">;

/** An empty address loads the same page again. */
const retry = { label: "Try again", href: "" };

const unexpected: Words = {
  title: "Something went wrong on our side",
  detail: "It has been noted. Nothing you entered before was lost. Please try again in a moment.",
  next: retry,
};

const words: Record<number, Words> = {
  400: {
    title: "That request can't be read",
    detail: "Go back, check what was entered and send it again.",
    next: retry,
  },
  401: {
    title: "Please sign in",
    detail: "This page is for people who are signed in. Your session may have ended.",
    next: { label: "Sign in", href: paths.signIn() },
  },
  402: {
    title: "Your plan doesn't include this",
    detail: "A larger plan does. An owner of your organisation can choose one.",
    next: { label: "Compare plans", href: paths.billingPlans() },
  },
  403: {
    title: "You can't open this page",
    detail: "Your role doesn't include it. An owner or admin of your organisation can change that.",
    next: { label: "Go to your home page", href: paths.home() },
  },
  404: {
    title: "There is nothing here",
    detail: "The address may be mistyped, or what was here has been moved or deleted.",
    next: { label: "Go to the start page", href: paths.landing() },
  },
  410: {
    title: "This is no longer available",
    detail: "The link has expired or was used already.",
    next: { label: "Go to the start page", href: paths.landing() },
  },
  429: { title: "Too many tries", detail: "Please wait a minute, then try again.", next: retry },
  503: {
    title: "Foyer is busy right now",
    detail: "More people are here than we can serve at this moment. Please try again in a few seconds.",
    next: retry,
  },
};

/** Errors with a name of their own lead elsewhere than their status. */
const ways: Record<string, { title: string; next: Words["next"] }> = {
  tenant_suspended: {
    title: "This organisation is paused",
    next: { label: "Your organisations", href: paths.switchTenant() },
  },
};

/** Describes whatever was thrown. Only messages that the server marked as fit for people are shown. */
export function describeError(error: unknown): ErrorDescription {
  if (!isRouteErrorResponse(error)) return { status: 500, ...unexpected };
  const base = words[error.status] ?? (error.status >= 500 ? unexpected : undefined);
  const { code, detail, billing_url: billing, upgrade_url: plans } = problemOf(error.data);
  const found = base ?? { title: "That didn't work", detail: "Go back and try it again.", next: retry };
  const way = code ? ways[code] : undefined;
  return {
    status: error.status,
    ...found,
    ...way,
    ...(detail && { detail }),
    ...(billing && { next: { label: "Open billing", href: billing } }),
    ...(plans && { next: { label: "Compare plans", href: plans } }),
  };
}

/** The texts of a problem (RFC 9457), which reaches the browser as an object or as its text. */
function problemOf(data: unknown): Partial<Record<string, string>> {
  let problem = data;
  if (typeof data === "string" && data.startsWith("{")) {
    try {
      problem = JSON.parse(data);
    } catch {
      return {};
    }
  }
  if (typeof problem !== "object" || problem === null) return {};
  return Object.fromEntries(Object.entries(problem).filter(([, value]) => typeof value === "string" && value !== ""));
}

/** Plain links only: the way out of an error shouldn't depend on the app that just failed. */
export function ErrorPage({ status, title, detail, next }: ErrorDescription) {
  return (
    <main id="main" className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-6 py-16">
      <Brand />
      <p className="mt-12 text-muted">Error {status}</p>
      <h1 className="mt-1 font-title text-xl font-medium tracking-tight">{title}</h1>
      <p className="mt-3 text-base text-muted">{detail}</p>
      <p className="mt-8">
        <a href={next.href} className={buttonClass({ variant: "primary" })}>
          {next.label}
        </a>
      </p>
    </main>
  );
}
