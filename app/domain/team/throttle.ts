// How often one may sign up, try to sign in, or ask for a new password: per sender and per address, whatever the
// number of processes. Subjects are digests, so that the table of limits names nobody.
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { type RateLimit, takeRate } from "../tenants/limits.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

const SIGN_UP = {
  sender: [{ name: "sign-up:ip", limit: 60, windowSeconds: HOUR }],
  address: [{ name: "sign-up:email", limit: 6, windowSeconds: HOUR }],
};
/** The wait after failures grows from minutes to an hour to a day. */
const SIGN_IN = {
  sender: [{ name: "sign-in:ip", limit: 200, windowSeconds: 10 * MINUTE }],
  address: [
    { name: "sign-in:email:short", limit: 10, windowSeconds: 5 * MINUTE },
    { name: "sign-in:email:hour", limit: 30, windowSeconds: HOUR },
    { name: "sign-in:email:day", limit: 60, windowSeconds: 24 * HOUR },
  ],
};
const RESET = {
  sender: [{ name: "reset:ip", limit: 30, windowSeconds: HOUR }],
  address: [{ name: "reset:email", limit: 5, windowSeconds: HOUR }],
};
const TOKEN = [{ name: "token:ip", limit: 60, windowSeconds: 10 * MINUTE }];
const NEW_TENANT = [{ name: "tenant:new", limit: 20, windowSeconds: HOUR }];
const SLUG_CHECK = [{ name: "slug:check", limit: 300, windowSeconds: 10 * MINUTE }];
const RESEND = [{ name: "verify:resend", limit: 5, windowSeconds: HOUR }];

/** Who tries: the peer's address, and the email address that they entered. */
export interface Attempt {
  ip: string;
  email: string;
}

/** Counts a sign-up. @throws AppError rate_limited */
export const countSignUp = (db: Db, attempt: Attempt) => countBoth(db, SIGN_UP, attempt);

/** Counts a try to sign in; `forgiveSignIn` takes it back when it succeeds. @throws AppError rate_limited */
export const countSignIn = (db: Db, attempt: Attempt) => countBoth(db, SIGN_IN, attempt);

/** Counts a request for a reset mail. @throws AppError rate_limited */
export const countReset = (db: Db, attempt: Attempt) => countBoth(db, RESET, attempt);

/** Counts a use of a mailed link. @throws AppError rate_limited */
export const countTokenUse = async (db: Db, ip: string) => count(db, TOKEN, await sha256Hex(ip));

/** Counts a request to send the verification mail again. @throws AppError rate_limited */
export const countResend = (db: Db, userId: string) => count(db, RESEND, userId);

/** Counts a further organisation of somebody who is signed in. @throws AppError rate_limited */
export const countNewTenant = (db: Db, userId: string) => count(db, NEW_TENANT, userId);

/** Counts a look whether an address is free. @throws AppError rate_limited */
export const countSlugCheck = (db: Db, userId: string) => count(db, SLUG_CHECK, userId);

/** After the right password: earlier failures with this address count no more. */
export async function forgiveSignIn(db: Db, email: string): Promise<void> {
  const subject = await sha256Hex(email);
  // A window without length has always ended, so that counting in it begins anew.
  await Promise.all(SIGN_IN.address.map((limit) => takeRate(db, { ...limit, windowSeconds: 0 }, subject)));
}

async function countBoth(db: Db, limits: { sender: RateLimit[]; address: RateLimit[] }, { ip, email }: Attempt) {
  const [sender, address] = await Promise.all([sha256Hex(ip), sha256Hex(email)]);
  await count(db, limits.sender, sender);
  await count(db, limits.address, address);
}

async function count(db: Db, limits: readonly RateLimit[], subject: string): Promise<void> {
  const verdicts = await Promise.allSettled(limits.map((limit) => takeRate(db, limit, subject)));
  const refusals = verdicts.flatMap((verdict) => (verdict.status === "rejected" ? [verdict.reason] : []));
  if (refusals.length === 0) return;
  const [worst] = refusals.sort((one, other) => waitOf(other) - waitOf(one));
  if (!(worst instanceof AppError) || worst.code !== "rate_limited") throw worst;
  throw new AppError("rate_limited", `Too many tries. Please wait ${inWords(waitOf(worst))}, then try again.`, {
    cause: worst,
    retryAfter: waitOf(worst),
  });
}

/** Seconds; anything but a refusal comes first. */
function waitOf(error: unknown): number {
  return error instanceof AppError && error.code === "rate_limited" ? (error.retryAfter ?? MINUTE) : Infinity;
}

function inWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 1) return "a minute";
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.ceil(minutes / 60);
  return hours === 1 ? "an hour" : `${hours} hours`;
}
