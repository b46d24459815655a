// A mail as a page in a frame of ours: its own markup and images, no script, no form, nothing of the app in reach.
import { DraftStep } from "#app/domain/sequences/sequences.schema.ts";
import { AppError } from "#app/platform/errors.ts";
import { readForm } from "./forms.ts";

const POLICY = "default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/** @param html a whole page, whose links then lead nowhere: a sandbox opens no tabs */
export function mailPreview(html: string): Response {
  return new Response(html.replace("<head>", '<head><base target="_blank">'), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "x-frame-options": "SAMEORIGIN",
      "cache-control": "no-store",
    },
  });
}

/** The step that is being typed. @throws AppError invalid where the form holds something else */
export async function readDraft(request: Request): Promise<DraftStep> {
  const draft = DraftStep.safeParse(Object.fromEntries(await readForm(request)));
  if (draft.success) return draft.data;
  throw new AppError("invalid", "This is no text of a mail.", { cause: draft.error });
}
