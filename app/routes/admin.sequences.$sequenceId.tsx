// One of the operator's sequences: its steps and their text, and who is on their way through it.
import type { MetaFunction } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { endAsStaff, figuresBySequence, listAsStaff, NO_FIGURES } from "#app/domain/sequences/enrolments.ts";
import { testAsStaff } from "#app/domain/sequences/letters.ts";
import { EnrolmentFilter, SaveOperatorStep, SaveSettings } from "#app/domain/sequences/sequences.schema.ts";
import * as sequences from "#app/domain/sequences/sequences.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { SequencePage } from "#app/ui/sequences/sequence-page.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { submitSequenceForm } from "#app/web/sequence-forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction<typeof loader> = ({ data }) => [
  { title: `${data?.sequence.name ?? "Sequence"} · Foyer staff` },
];

export const loader = staffLoader("tenants:read", async ({ tx, params, url, actor, services }) => {
  const id = params.sequenceId ?? "";
  const { cursor, step, ...filter } = EnrolmentFilter.parse(Object.fromEntries(url.searchParams));
  const sequence = await sequences.operatorSequence(tx, id);
  const [list, figures] = await Promise.all([
    listAsStaff(tx, id, { ...filter, cursor }),
    figuresBySequence(tx, "operator"),
  ]);
  const editable = staffMay(actor.role, "sequences:write");
  const shown = { figures: figures[id] ?? NO_FIGURES, postalAddress: services.env.mailPostalAddress, editable };
  return { sequence, ...list, filter, step, ...shown, now: services.now() };
});

export const action = staffAction("sequences:write", async ({ request, params, staff, actor, services }) => {
  const id = params.sequenceId ?? "";
  return submitSequenceForm(request, {
    schemas: { step: SaveOperatorStep, settings: SaveSettings },
    addition: sequences.blankStep("home"),
    change: (known, edit) => staff.asStaff(actor, (tx) => sequences.changeOperatorSequence(tx, actor, id, known, edit)),
    turn: (on) => staff.asStaff(actor, (tx) => sequences.turnOperatorSequence(tx, actor, id, on)),
    end: (input) => staff.asStaff(actor, (tx) => endAsStaff(tx, actor, input, services.now())),
    test: (key, nonce) =>
      staff.asStaff(actor, async (tx) =>
        testAsStaff(tx, actor, sequences.stepOf(await sequences.operatorSequence(tx, id), key), nonce),
      ),
    remove: () => staff.asStaff(actor, (tx) => sequences.removeOperatorSequence(tx, actor, id, services.now())),
  });
});

export const ErrorBoundary = PageProblem;

export default function Sequence() {
  const data = useLoaderData<typeof loader>();
  const reply = useActionData<typeof action>();
  useChanges(["sequences"], paths.adminEvents());
  return <SequencePage {...data} sender="operator" timeZone="UTC" reply={reply ?? null} />;
}
