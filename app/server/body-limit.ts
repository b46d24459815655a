// How large a request may be, and how long it may take to be answered.
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { AppError } from "#app/platform/errors.ts";

const MIB = 1024 * 1024;
const MOST_BYTES = MIB;
/** Two files of the largest size and what a form adds; without JavaScript several travel together. */
const UPLOAD_BYTES = 41 * MIB;
/** Where people hand over files for the agent's knowledge. */
const UPLOADS = /^\/(onboarding\/knowledge|knowledge)(\.data)?(\/|$)/i;

const refuse = (): never => {
  throw new AppError("too_large", "This is larger than we accept.");
};
const usual = bodyLimit({ maxSize: MOST_BYTES, onError: refuse });
const upload = bodyLimit({ maxSize: UPLOAD_BYTES, onError: refuse });

export const limitBody: MiddlewareHandler = (c, next) => (UPLOADS.test(c.req.path) ? upload(c, next) : usual(c, next));

/** Answers 504 when the response hasn't begun within `ms`; what has begun may stream on. */
export function limitTime(ms: number): MiddlewareHandler {
  return async (_c, next) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new AppError("timeout", "That took too long. Please try again.")), ms);
    });
    try {
      await Promise.race([next(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}
