// Subdomain names: their form and the names that nobody may take. Pure, and may reach the browser.

const RESERVED = new Set(
  (
    "about abuse account accounts admin administrator api app apps assets auth autoconfig autodiscover billing blog " +
    "cdn chat config console contact crm dashboard demo dev dns docs edge email foyer ftp functions git graphql health help " +
    "hostmaster imap info internal jobs legal local localhost login logout mail mailbox mailer media metrics mx news " +
    "noreply ns ns1 ns2 oauth operator payments pop portal postmaster preview privacy prod production proxy public " +
    "register root security server shop signin signup site smtp ssl staff staging static stats status stripe support " +
    "system team test tls tracker user users webhook webhooks webmail widget wiki www"
  ).split(" "),
);

const SLUG = /^[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])$/;

/** What is wrong with a subdomain name, in words for the person who chose it; null where it is fine. */
export function slugProblem(slug: string): string | null {
  if (slug.length < 3) return "Use at least 3 characters.";
  if (slug.length > 40) return "Use at most 40 characters.";
  if (/[^a-z0-9-]/.test(slug)) return "Use only letters a to z, digits and hyphens.";
  if (!SLUG.test(slug)) return "Begin and end with a letter or a digit.";
  if (slug.startsWith("xn--") || slug.slice(2, 4) === "--") return "Two hyphens can't stand at the third place.";
  if (RESERVED.has(slug)) return "This name is reserved. Please choose another.";
  return null;
}

/** A fitting subdomain name for a company name, or an empty text where none can be made of it. */
export function suggestSlug(company: string): string {
  const slug = company
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/&/g, " and ")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .replace(/-{2,}/g, "-")
    .slice(0, 40)
    .replace(/-+$/, "");
  return slugProblem(slug) === null ? slug : "";
}
