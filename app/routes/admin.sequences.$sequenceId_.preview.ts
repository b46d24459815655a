// A step of an operator's sequence as the mail that it becomes: as it is saved, or as it is being typed.
import { previewStep } from "#app/domain/sequences/letters.ts";
import { operatorSequence, stepOf } from "#app/domain/sequences/sequences.ts";
import { mailPreview, readDraft } from "#app/web/mail-preview.ts";
import { staffAction, staffLoader } from "#app/web/staff-guards.ts";

export const loader = staffLoader("tenants:read", async ({ tx, params, url, services: { env, now } }) => {
  const sequence = await operatorSequence(tx, params.sequenceId ?? "");
  const { step } = stepOf(sequence, url.searchParams.get("step"));
  return mailPreview(await previewStep(null, env, step, now()));
});

export const action = staffAction("sequences:write", async ({ request, services: { env, now } }) => {
  const draft = await readDraft(request);
  return mailPreview(await previewStep(null, env, draft, now()));
});
