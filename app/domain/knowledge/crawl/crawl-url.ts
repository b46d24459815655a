// Addresses in a crawl: one spelling per page, which belong to the site, which are files or traps.

const TRACKING =
  /^(?:utm_\w+|gclid|fbclid|msclkid|dclid|yclid|igshid|mc_[ce]id|_ga|_gl|_hs\w+|hsCtaTracking|ref_src|srsltid)$/i;
const SESSION = /^(?:phpsessid|jsessionid|aspsessionid\w*|sessionid|session_id|sid|cfid|cftoken|zenid|oscsid)$/i;
// Views of a page, not pages: sorting, printing, carts, replies, feeds.
const VIEW =
  /^(?:replytocom|share|print|printable|add-to-cart|add_to_cart|orderby|order|sort|sort_by|dir|filter\w*|per_page|pagesize|action|do|like|format|feed|output|redirect|redirect_to|return|returnurl|login|attachment_id|ical|oldid|diff|veaction|rev)$/i;
const CALENDAR =
  /^(?:date|month|year|day|week|yr|mo|eventdate|eventdisplay|tribe-bar-date|cal|calendar|start_date|end_date)$/i;

const OTHER_FILE =
  /\.(?:jpe?g|png|gif|webp|avif|svg|ico|bmp|tiff?|mp[34]|m4[av]|avi|mov|wmv|webm|ogg|wav|flac|zip|gz|tgz|bz2|xz|rar|7z|tar|exe|dmg|msi|apk|deb|rpm|iso|css|js|mjs|map|json|xml|rss|atom|woff2?|ttf|otf|eot|xlsx?|pptx?|doc|odt|ods|odp|epub|ics|vcf|swf|psd|ai|eps|csv)$/i;

/** One spelling of an address: no fragment, tracking or session parameters; the rest sorted; single slashes. */
export function normaliseUrl(address: string | URL): string {
  const url = new URL(address);
  url.hash = "";
  url.pathname = url.pathname.replace(/;jsessionid=[^/;]*/gi, "").replace(/\/{2,}/g, "/");
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name) && !SESSION.test(name));
  if (kept.length < url.searchParams.size || kept.length > 1) {
    kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    url.search = new URLSearchParams(kept).toString();
  }
  return url.search === "" ? url.href.replace(/\?$/, "") : url.href;
}

/** Whether two addresses are of one site: the same host and port, with or without `www.`. */
export function sameSite(a: string | URL, b: string | URL): boolean {
  return siteOf(new URL(a)) === siteOf(new URL(b));
}

function siteOf(url: URL): string {
  const host = url.hostname.replace(/^www\./, "");
  return url.port ? `${host}:${url.port}` : host;
}

/** The same page at the site's main origin, so that http/https and www. twins are read once. */
export function atOrigin(address: string, origin: string): string {
  const url = new URL(address);
  const main = new URL(origin);
  url.protocol = main.protocol;
  url.host = main.host;
  return url.href;
}

/** Whether a link can lead to something that the readers take, by its ending. */
export function looksReadable(address: string): boolean {
  return !OTHER_FILE.test(new URL(address).pathname);
}

const PER_SHAPE = 200;
const PER_DATED_SHAPE = 24;
const PER_PATH = 40;

/**
 * Recognises endless parts of a site: paths that repeat themselves, calendars, filters, one path under countless
 * queries. Stateful: counts the shapes of the addresses it has let through.
 */
export function createTrapGuard(): (address: string) => boolean {
  const counts = new Map<string, number>();
  const over = (key: string, limit: number) => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > limit;
  };
  return (address) => {
    const url = new URL(address);
    const names = [...url.searchParams.keys()];
    if (address.length > 1_000 || names.length > 5 || names.some((name) => VIEW.test(name))) return true;
    const segments = url.pathname.split("/").filter(Boolean);
    if (segments.length > 15 || repeats(segments)) return true;
    const dated =
      names.some((name) => CALENDAR.test(name)) || /\/(?:19|20)\d\d[/-](?:0?[1-9]|1[0-2])(?:[/-]|$)/.test(url.pathname);
    const calendar = dated && (names.length > 0 || /calendar|kalender|events?|termine|agenda/i.test(url.pathname));
    const shape = `${url.pathname.replace(/\d+/g, "#")}?${names.join("&")}`;
    if (calendar && over(`calendar ${shape}`, PER_DATED_SHAPE)) return true;
    if (names.length > 0 && over(`path ${url.pathname}`, PER_PATH)) return true;
    return /\d/.test(url.search) && over(`shape ${shape}`, PER_SHAPE);
  };
}

/** The same name three times, or one pair of names twice in a row: relative links gone wrong. */
function repeats(segments: string[]): boolean {
  const counts = new Map<string, number>();
  for (const segment of segments) counts.set(segment, (counts.get(segment) ?? 0) + 1);
  if ([...counts.values()].some((count) => count >= 4)) return true;
  return segments.some(
    (segment, i) =>
      segment === segments[i + 2] &&
      segments[i + 1] === segments[i + 3] &&
      i + 3 < segments.length &&
      !/^\d+$/.test(segment),
  );
}
