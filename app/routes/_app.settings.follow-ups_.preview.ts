// A step of the tenant's sequence as the mail that it becomes: as it is saved, or as it is being typed.
import { previewStep } from "#app/domain/sequences/letters.ts";
import { stepOf, tenantSequence } from "#app/domain/sequences/sequences.ts";
import { memberAction, memberLoader } from "#app/web/guards.ts";
import { mailPreview, readDraft } from "#app/web/mail-preview.ts";

export const loader = memberLoader("settings:read", async ({ tx, url, services: { env, now } }) => {
  const { step } = stepOf(await tenantSequence(tx), url.searchParams.get("step"));
  return mailPreview(await previewStep(tx, env, step, now()));
});

export const action = memberAction("settings:write", async ({ request, actor, services: { db, env, now } }) => {
  const draft = await readDraft(request);
  return mailPreview(await db.asTenant(actor, (tx) => previewStep(tx, env, draft, now()), { readOnly: true }));
});
