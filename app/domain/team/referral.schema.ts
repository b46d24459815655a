// Where a registration comes from, in the words of the link that led to it. Carried from page to page in links and hidden
// fields of our own: nothing is kept in the browser, so nobody has to be asked. What doesn't fit is left out.
import { z } from "zod";

/** One line of a campaign's own words. An address of a person in a link is nobody's business here. */
const Word = z
  .string()
  .transform((text) =>
    text
      .toWellFormed()
      .replace(/[\s\p{C}]+/gu, " ")
      .trim(),
  )
  .pipe(
    z
      .string()
      .min(1)
      .max(64)
      .refine((text) => !text.includes("@")),
  )
  .optional()
  .catch(undefined);

/** Host of a page, without anything of the page itself. */
const Host = z
  .string()
  .toLowerCase()
  .max(253)
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/)
  .optional()
  .catch(undefined);

/** As parameters of an address and fields of a form are called. */
export const ReferralFields = z.object({ utm_source: Word, utm_medium: Word, utm_campaign: Word, via: Host });
export type ReferralFields = z.infer<typeof ReferralFields>;

export interface Referral {
  source: string | null;
  medium: string | null;
  campaign: string | null;
  /** Host of the page with the link. */
  referrer: string | null;
}

/** The same as it is kept. */
export function referralOf({ utm_source, utm_medium, utm_campaign, via }: ReferralFields): Referral {
  return {
    source: utm_source ?? null,
    medium: utm_medium ?? null,
    campaign: utm_campaign ?? null,
    referrer: via ?? null,
  };
}
