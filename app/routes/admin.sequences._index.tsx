// The operator's sequences of mails: which are on, how many went through them, what came of it.
import { type MetaFunction, redirect } from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { figuresBySequence, NO_FIGURES } from "#app/domain/sequences/enrolments.ts";
import { NewSequence, SwitchSequence } from "#app/domain/sequences/sequences.schema.ts";
import { addOperatorSequence, operatorSequences, turnOperatorSequence } from "#app/domain/sequences/sequences.ts";
import { staffMay } from "#app/domain/team/permissions.ts";
import { paths } from "#app/paths.ts";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { SequenceList } from "#app/ui/sequences/sequence-list.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { intentOf, readForm, submitForm } from "#app/web/forms.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const meta: MetaFunction = () => [{ title: "Sequences · Foyer staff" }];

export const loader = staffLoader("tenants:read", async ({ tx, actor }) => {
  const [sequences, figures] = await Promise.all([operatorSequences(tx), figuresBySequence(tx, "operator")]);
  const rows = sequences.map(({ sequenceId, name, audience, state, steps }) => ({
    ...{ id: sequenceId, name, audience, on: state === "on", steps: steps.length },
    figures: figures[sequenceId] ?? NO_FIGURES,
  }));
  return { sequences: rows, editable: staffMay(actor.role, "sequences:write") };
});

export const action = staffAction("sequences:write", async ({ request, staff, actor }) => {
  const form = await readForm(request);
  if (intentOf(form) === "switch")
    return submitForm(form, SwitchSequence, async ({ id, on }) => {
      await staff.asStaff(actor, (tx) => turnOperatorSequence(tx, actor, id, on));
      return null;
    });
  return submitForm(form, NewSequence, async (input) => {
    throw redirect(paths.adminSequence(await staff.asStaff(actor, (tx) => addOperatorSequence(tx, actor, input))));
  });
});

export const ErrorBoundary = PageProblem;

export default function Sequences() {
  const reply = useActionData<typeof action>();
  useChanges(["sequences"], paths.adminEvents());
  return (
    <>
      <PageHeader
        title="Sequences"
        description="Mails that go out by themselves: to people in their trial, to those who stopped on the way, to those who left."
      />
      <SequenceList {...useLoaderData<typeof loader>()} lastResult={reply?.result ?? null} />
    </>
  );
}
