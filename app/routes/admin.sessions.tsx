// The same list of one's own sessions for staff, who may belong to no organisation.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { SessionList } from "#app/ui/account/session-list.tsx";
import { endSession, sessionsOf } from "#app/web/own-sessions.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Your sessions · Foyer" }];

export const loader = staffLoader("tenants:read", ({ services, viewer, actor }) =>
  services.db.asUser({ ...actor, kind: "user" }, (tx) => sessionsOf(tx, viewer, services.now()), { readOnly: true }),
);

export const action = staffAction("tenants:read", (context) =>
  endSession({ ...context, actor: { ...context.actor, kind: "user" } }),
);

export default function Sessions() {
  const reply = useActionData<typeof action>();
  return <SessionList {...useLoaderData<typeof loader>()} errors={reply?.result.error?.[""] ?? undefined} />;
}
