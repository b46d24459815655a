// The forms of the wizard's knowledge step, by the name of the button that sent them.
import type { SubmissionResult } from "@conform-to/react";
import { data, redirect } from "@remix-run/node";
import { z } from "zod";
import { removeDocument } from "#app/domain/knowledge/documents.ts";
import { addFile } from "#app/domain/knowledge/files.ts";
import { AddQuestion, AddWebsite } from "#app/domain/knowledge/knowledge.schema.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { addWebsite, removeSource, resyncSource } from "#app/domain/knowledge/sources.ts";
import { advanceOnboarding } from "#app/domain/tenants/tenants.ts";
import { paths } from "#app/paths.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError, statusOf } from "#app/platform/errors.ts";
import { intentOf, submitForm } from "./forms.ts";
import type { MemberContext } from "./guards.ts";

/** The wizard asks for the address alone; page and depth caps are the defaults. */
const Website = AddWebsite.pick({ url: true });
const ById = z.object({ id: z.uuid({ error: "This entry is gone." }) });

export interface KnowledgeReply {
  /** Which form it answers. */
  intent: string;
  result: SubmissionResult<string[]>;
  /** A sentence about what has been done; null where nothing was. */
  done: string | null;
}

type Handler = (context: MemberContext, form: FormData) => Promise<Omit<KnowledgeReply, "intent"> & { status: number }>;

/** A form whose value goes to one domain call. */
function write<S extends z.ZodType>(
  schema: S,
  done: string,
  run: (tx: TenantTx, context: MemberContext, value: z.output<S>) => Promise<unknown>,
): Handler {
  return async (context, form) => {
    const { services, actor } = context;
    const reply = await submitForm(form, schema, async (value) => {
      await services.db.asTenant(actor, (tx) => run(tx, context, value));
      return done;
    });
    return { ...reply.data, status: reply.init?.status ?? 200 };
  };
}

const HANDLERS: Record<string, Handler> = {
  website: write(Website, "Your website is being read.", (tx, { actor }, { url }) =>
    addWebsite(tx, actor, AddWebsite.parse({ url })),
  ),
  question: write(AddQuestion, "Added. Your agent knows it now.", (tx, { actor }, value) =>
    addQuestion(tx, actor, value),
  ),
  "remove-source": write(ById, "Removed.", (tx, { actor }, { id }) => removeSource(tx, actor, id)),
  "remove-question": write(ById, "Removed.", (tx, { actor }, { id }) => removeDocument(tx, actor, id)),
  "read-again": write(ById, "It is being read again.", (tx, { actor }, { id }) => resyncSource(tx, actor, id)),
  files: addFiles,
  next: async ({ services, actor }) => {
    await services.db.asTenant(actor, (tx) => advanceOnboarding(tx, "try"));
    throw redirect(paths.onboardingTry());
  },
};

/** Runs the form that was sent. @throws AppError invalid for a form that the page doesn't have */
export async function handleKnowledge(context: MemberContext, form: FormData) {
  const intent = intentOf(form);
  const handler = Object.hasOwn(HANDLERS, intent) ? HANDLERS[intent] : undefined;
  if (!handler) throw new AppError("invalid", "This form is not known here.");
  const { status, ...reply } = await handler(context, form);
  return data<KnowledgeReply>({ intent, ...reply }, { status });
}

/** Keeps each file that can be kept, and says of the others why not. */
async function addFiles({ services, actor }: MemberContext, form: FormData): ReturnType<Handler> {
  const files = form.getAll("file").filter((entry) => entry instanceof File && entry.name !== "");
  const problems: string[] = files.length === 0 ? ["Choose a file first."] : [];
  let status = files.length === 0 ? 422 : 200;
  for (const file of files) {
    if (!(file instanceof File)) continue;
    const upload = { filename: file.name, mediaType: file.type, bytes: new Uint8Array(await file.arrayBuffer()) };
    try {
      await services.db.asTenant(actor, (tx) => addFile(tx, actor, upload));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      problems.push(files.length > 1 ? `${file.name}: ${error.message}` : error.message);
      status = statusOf(error);
    }
  }
  const kept = files.length - problems.length;
  const done = kept < 1 ? null : kept === 1 ? "Your file is being read." : `${kept} files are being read.`;
  return {
    status,
    done,
    result: problems.length === 0 ? { status: "success" } : { status: "error", error: { file: problems } },
  };
}
