// Owns the list of a person's sessions: where they are signed in, and ending any of them.
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { PageHeader } from "../page-header.tsx";
import { TimeText } from "../time-text.tsx";

export interface SessionView {
  id: string;
  device: string;
  createdAt: Date;
  lastSeenAt: Date;
  current: boolean;
}

export interface SessionListProps {
  sessions: readonly SessionView[];
  now: Date;
  timeZone: string;
  errors: string[] | undefined;
}

export function SessionList({ now, timeZone, sessions, errors }: SessionListProps) {
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
        <FormMessage errors={errors} />
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

interface SessionProps extends SessionView {
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
