// One's own sessions: where one is signed in, and ending any of them.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { SessionList } from "#app/ui/account/session-list.tsx";
import { userAction, userLoader } from "#app/web/guards.ts";
import { endSession, sessionsOf } from "#app/web/own-sessions.ts";

export const meta: MetaFunction = () => [{ title: "Your sessions · Foyer" }];

export const loader = userLoader(({ services, tx, viewer }) => sessionsOf(tx, viewer, services.now()));

export const action = userAction(endSession);

export default function Sessions() {
  const reply = useActionData<typeof action>();
  return <SessionList {...useLoaderData<typeof loader>()} errors={reply?.result.error?.[""] ?? undefined} />;
}
