// Owns how a form of several on one page finds the answer that is its own, with or without JavaScript.
import type { SubmissionResult } from "@conform-to/react";
import { useFetcher } from "@remix-run/react";

/** What the action of such a page answers. */
export interface FormReply {
  intent: string;
  result: SubmissionResult<string[]>;
  done: string | null;
}

/**
 * A fetcher for the form with this intent, and its latest answer: from the fetcher, or, when the page itself was sent,
 * from the page.
 */
export function useOwnForm(intent: string, pageReply: FormReply | undefined) {
  const fetcher = useFetcher<FormReply>();
  const reply = fetcher.data ?? (pageReply?.intent === intent ? pageReply : undefined);
  return {
    fetcher,
    pending: fetcher.state !== "idle",
    done: reply?.done ?? null,
    /** For Conform: nothing after success, so that the fields are empty again. */
    lastResult: reply && reply.done === null ? reply.result : null,
    errors: reply?.result.error ?? {},
  };
}
