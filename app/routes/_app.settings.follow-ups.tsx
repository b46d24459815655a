// Settings: the mails that a tenant's leads get when they have gone quiet.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { endAsMember, figuresBySequence, listOfTenant, NO_FIGURES } from "#app/domain/sequences/enrolments.ts";
import { testAsMember } from "#app/domain/sequences/letters.ts";
import { EnrolmentFilter, SaveTenantSettings, SaveTenantStep } from "#app/domain/sequences/sequences.schema.ts";
import * as sequences from "#app/domain/sequences/sequences.ts";
import { may } from "#app/domain/team/permissions.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { SequencePage } from "#app/ui/sequences/sequence-page.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { submitSequenceForm } from "#app/web/sequence-forms.ts";

export const meta: MetaFunction = () => [{ title: "Follow-ups · Foyer" }];

export const loader = memberLoader("settings:read", async ({ tx, url, actor, viewer, services }) => {
  const { cursor, step, ...filter } = EnrolmentFilter.parse(Object.fromEntries(url.searchParams));
  const sequence = await sequences.tenantSequence(tx);
  const [list, figures] = await Promise.all([listOfTenant(tx, { ...filter, cursor }), figuresBySequence(tx, "tenant")]);
  const { timeZone, sandbox } = viewer;
  const shown = { figures: figures[sequence.sequenceId] ?? NO_FIGURES, editable: may(actor.role, "settings:write") };
  const { postalAddress } = sequence;
  return { sequence, ...list, filter, step, ...shown, postalAddress, timeZone, sandbox, now: services.now() };
});

export const action = memberAction("settings:write", async ({ request, services: { db, now }, actor, viewer }) =>
  submitSequenceForm(request, {
    schemas: { step: SaveTenantStep, settings: SaveTenantSettings },
    addition: sequences.blankStep("site"),
    change: (known, edit) => db.asTenant(actor, (tx) => sequences.changeTenantSequence(tx, actor, known, edit)),
    turn: (on) => db.asTenant(actor, (tx) => sequences.turnTenantSequence(tx, actor, on, viewer.email)),
    end: (input) => db.asTenant(actor, (tx) => endAsMember(tx, actor, input, now())),
    test: (key, nonce) =>
      db.asTenant(actor, async (tx) =>
        testAsMember(tx, viewer.email, sequences.stepOf(await sequences.tenantSequence(tx), key), nonce),
      ),
  }),
);

export const ErrorBoundary = PageProblem;

export default function FollowUps() {
  const reply = useActionData<typeof action>();
  useChanges(["sequences"]);
  return <SequencePage {...useLoaderData<typeof loader>()} sender="tenant" reply={reply ?? null} />;
}
