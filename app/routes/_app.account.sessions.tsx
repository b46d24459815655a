// One's own sessions: where one is signed in, and ending any of them.
import type { MetaFunction } from "@remix-run/node";
import { Form, useActionData, useLoaderData } from "@remix-run/react";
import { z } from "zod";
import { deviceOf } from "#app/domain/team/devices.ts";
import { listSessions, revokeOtherSessions, revokeSession } from "#app/domain/team/sessions.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "#app/ui/badge.tsx";
import { Button } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { ConfirmButton } from "#app/ui/confirm-button.tsx";
import { FormMessage } from "#app/ui/form/form-message.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { TimeText } from "#app/ui/time-text.tsx";
import { readForm, submitForm } from "#app/web/forms.ts";
import { userAction, userLoader } from "#app/web/guards.ts";

const EndSession = z.object({ id: z.union([z.uuid(), z.literal("others")]) });

export const meta: MetaFunction = () => [{ title: "Your sessions · Foyer" }];

export const loader = userLoader(async ({ services, tx, viewer }) => ({
  now: services.now(),
  timeZone: viewer.timeZone ?? "UTC",
  sessions: (await listSessions(tx)).map(({ id, userAgent, createdAt, lastSeenAt }) => ({
    id,
    device: deviceOf(userAgent),
    createdAt,
    lastSeenAt,
    current: id === viewer.sessionId,
  })),
}));

export const action = userAction(async ({ actor, request, services }) => {
  const form = await readForm(request);
  return submitForm(form, EndSession, ({ id }) =>
    services.db.asUser(actor, async (tx) => {
      if (id === "others") await revokeOtherSessions(tx, actor);
      else await revokeSession(tx, id);
    }),
  );
});

export default function Sessions() {
  const { now, timeZone, sessions } = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  const others = sessions.filter(({ current }) => !current).length;
  return (
    <>
      <PageHeader
        title="Your sessions"
        description="The browsers in which you are signed in. End what you don't recognise, then choose a new password."
        actions={
          others > 0 ? (
            <Form method="post">
              <input type="hidden" name="id" value="others" />
              <ConfirmButton
                question="End all other sessions?"
                consequence="Every browser but this one has to sign in again."
                confirmLabel="End them"
              >
                End all others
              </ConfirmButton>
            </Form>
          ) : undefined
        }
      />
      <div className="mb-5 empty:hidden">
        <FormMessage errors={reply?.result.error?.[""] ?? undefined} />
      </div>
      <Card flush>
        <ul className="divide-y divide-line">
          {[...sessions]
            .sort((one, other) => Number(other.current) - Number(one.current))
            .map((session) => (
              <Session key={session.id} {...session} now={now} timeZone={timeZone} />
            ))}
        </ul>
      </Card>
    </>
  );
}

interface SessionProps {
  id: string;
  device: string;
  createdAt: Date;
  lastSeenAt: Date;
  current: boolean;
  now: Date;
  timeZone: string;
}

function Session({ id, device, createdAt, lastSeenAt, current, now, timeZone }: SessionProps) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 px-4 py-4 sm:px-6">
      <div>
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {device} {current ? <Badge tone="success">This one</Badge> : null}
        </p>
        <p className="text-muted">
          Signed in <TimeText value={createdAt} timeZone={timeZone} />. Last seen{" "}
          <TimeText value={lastSeenAt} timeZone={timeZone} now={now} />.
        </p>
      </div>
      {current ? (
        <Form method="post" action={paths.signOut()}>
          <Button type="submit" size="sm">
            Sign out
          </Button>
        </Form>
      ) : (
        <Form method="post">
          <input type="hidden" name="id" value={id} />
          <Button type="submit" size="sm">
            End session<span className="sr-only"> of {device}</span>
          </Button>
        </Form>
      )}
    </li>
  );
}
