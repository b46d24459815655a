// Registration: a person, their first tenant and their session in one stroke; further tenants later.
import type { Db, UserTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { makeWidgetKey } from "./keys.ts";
import type { IdentityProvider } from "./ports.ts";
import type { Referral } from "./referral.schema.ts";
import type { BusinessType, Company, FurtherCompany, SignUp } from "./registration.schema.ts";
import { makeSession, type Origin } from "./sessions.ts";

export interface Registered {
  userId: string;
  tenantId: string;
  /** The session's token, for the cookie. */
  token: string;
}

/** How a new tenant starts out: its look and the questions that its agent offers. Source: the branding presets. */
export type StartingPoint = (businessType: BusinessType) => { theme: object; suggestions: string[] };

/**
 * Signs a person up. Looks and takes the same whether or not the address is known: an address that somebody has
 * proved gives a provisional account, and the mail that follows tells its owner.
 * @param attempt secret of the browser's try: the same address and password with it again, within a quarter of an hour
 *   and before the address is proved, give the first registration's account and tenant with a session of their own
 * @param cameFrom as the link said that led here
 */
export async function register(
  db: Db,
  identity: IdentityProvider,
  start: StartingPoint,
  input: SignUp,
  origin: Origin,
  attempt: string | null = null,
  cameFrom: Referral | null = null,
): Promise<Registered> {
  const account = await identity.signUp(input);
  const session = await makeSession(origin);
  const sessionRow = { ...session.row, attempt: attempt && (await attemptId(attempt, input)) };
  const contact = { contactName: input.displayName, contactEmail: input.email };
  const company = { ...companyRow(input, start, contact), origin: { channel: "website", ...cameFrom } };
  const [row] = await db.gate<{ userId: string; tenantId: string }[]>`
    select * from app.register(${account.userId}, ${input.email}, ${account.passwordHash}, ${input.displayName},
      ${JSON.stringify(sessionRow)}::text::jsonb, ${JSON.stringify(company)}::text::jsonb)`;
  if (!row) throw new AppError("internal", "The account could not be created.");
  return { ...row, token: session.token };
}

/** One id for the same address and password from the same browser; it tells nothing of them. */
async function attemptId(attempt: string, { email, password }: SignUp): Promise<string> {
  const hex = await sha256Hex(JSON.stringify(["sign-up", attempt, email, password]));
  // A UUID of version 8 (RFC 9562 §5.8): bits of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * Creates a further tenant for somebody who is signed in, and makes it the session's current one. The same attempt for
 * the same name gives the tenant that it gave before, for a day.
 */
export async function createTenant(
  tx: UserTx,
  start: StartingPoint,
  input: FurtherCompany,
  contact: { contactName: string; contactEmail: string },
): Promise<string> {
  const attempt = input.attempt && (await sha256Hex(JSON.stringify([input.attempt, input.companyName])));
  const company = { ...companyRow(input, start, contact), ...(attempt && { attempt }) };
  const [row] = await tx<{ id: string }[]>`select app.create_tenant(${tx.json(company)}) as id`;
  if (!row) throw new AppError("internal", "The organisation could not be created.");
  return row.id;
}

function companyRow(input: Company, start: StartingPoint, contact: { contactName: string; contactEmail: string }) {
  return {
    name: input.companyName,
    businessType: input.businessType,
    industry: input.industry,
    region: input.region,
    expectedUsers: input.expectedUsers,
    contactPhone: input.contactPhone,
    timeZone: input.timeZone,
    widgetKey: makeWidgetKey(),
    ...contact,
    ...start(input.businessType),
  };
}
