// Forms: parse with the schema, run, and answer in the shape that Conform shows. Nothing that was typed is lost.
import type { SubmissionResult } from "@conform-to/react";
import { parseWithZod } from "@conform-to/zod/v4";
import { data } from "@remix-run/node";
import type { z } from "zod";
import { AppError, statusOf } from "#app/platform/errors.ts";

export interface FormResult<T = null> {
  /** For Conform's `lastResult`. */
  result: SubmissionResult<string[]>;
  /** What the handler returned; null until it succeeded. */
  done: T | null;
}

/** Reads a form body. @throws AppError invalid where it isn't one */
export async function readForm(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch (error) {
    throw new AppError("invalid", "This form could not be read.", { cause: error });
  }
}

const SECRET_FIELDS = ["password"];

/**
 * Parses a form and runs `handle` with its value. Bad input gives 422 with messages at the fields, an AppError its
 * own status with the message at the form or its fields. Passwords are never sent back.
 */
export async function submitForm<S extends z.ZodType, T>(
  form: FormData,
  schema: S,
  handle: (value: z.output<S>) => Promise<T>,
) {
  const submission = parseWithZod(form, { schema });
  const hideFields = SECRET_FIELDS;
  if (submission.status !== "success") {
    // Without a status it was a list of the form that was asked to grow, shrink or change its order.
    const status = submission.status === "error" ? 422 : 200;
    return data<FormResult<T>>({ result: submission.reply({ hideFields }), done: null }, { status });
  }
  try {
    const done = await handle(submission.value);
    return data<FormResult<T>>({ result: submission.reply({ hideFields }), done });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reply = error.fields
      ? submission.reply({ fieldErrors: error.fields, hideFields })
      : submission.reply({ formErrors: [error.message], hideFields });
    const headers = error.retryAfter ? { "retry-after": String(Math.max(1, Math.ceil(error.retryAfter))) } : undefined;
    return data<FormResult<T>>({ result: reply, done: null }, { status: statusOf(error), ...(headers && { headers }) });
  }
}

/** Which of a page's forms was sent: the value of its submit button named `intent`. */
export function intentOf(form: FormData): string {
  const intent = form.get("intent");
  return typeof intent === "string" ? intent : "";
}

/** A path on this site to go on to after signing in; anything else gives the fallback. */
export function safeNext(next: string | null | undefined, fallback: string): string {
  if (!next?.startsWith("/") || /[\\\p{Cc}]/u.test(next)) return fallback;
  const url = new URL(next, "http://site.invalid");
  // Dot segments vanish, and what is left of them may begin like another host: `/.//evil.test`.
  const inside = url.origin === "http://site.invalid" && !url.pathname.startsWith("//");
  return inside ? url.pathname + url.search : fallback;
}
