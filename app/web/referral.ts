// Where a visitor of our public pages comes from: what the link says, and the host of the page that it stands on.
import { ReferralFields } from "#app/domain/team/referral.schema.ts";

/**
 * To be carried on in links and forms.
 * @param ownHost of these pages: a link from one of them to another says nothing
 */
export function readReferral(request: Request, ownHost: string): ReferralFields {
  const fields = ReferralFields.parse(Object.fromEntries(new URL(request.url).searchParams));
  if (fields.via) return fields;
  const host = hostOf(request.headers.get("referer"));
  return host === null || host === ownHost ? fields : ReferralFields.parse({ ...fields, via: host });
}

function hostOf(address: string | null): string | null {
  return address && URL.canParse(address) ? new URL(address).hostname : null;
}
