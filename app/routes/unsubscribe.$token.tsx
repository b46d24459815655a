// Ending a sender's mails by the link in one. Opening the link changes nothing, since mail scanners open links too; the
// button does.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { subscriptionOf, unsubscribe } from "#app/domain/sequences/subscriptions.ts";
import { countTokenUse } from "#app/domain/team/throttle.ts";
import { UnsubscribePage } from "#app/ui/unsubscribe-page.tsx";
import { publicRoute } from "#app/web/guards.ts";

/** It needs no JavaScript: a plain form. */
export const handle = { hydrate: false };

export const meta: MetaFunction = () => [{ title: "No more mails" }, { name: "robots", content: "noindex" }];

/** The address holds a secret: no other site may see it as a referrer. */
export const headers = () => ({ "referrer-policy": "same-origin", "cache-control": "no-store" });

export const loader = publicRoute(async ({ params, services: { db, env } }) => ({
  subscription: await subscriptionOf(db, env, params.token ?? ""),
}));

export const action = publicRoute(async ({ context, params, services: { db } }) => {
  await countTokenUse(db, context.clientIp);
  return { done: await unsubscribe(db, params.token ?? "", "page") };
});

export default function Unsubscribe() {
  const { subscription } = useLoaderData<typeof loader>();
  const done = useActionData<typeof action>()?.done ?? false;
  return <UnsubscribePage subscription={subscription} done={done} />;
}
