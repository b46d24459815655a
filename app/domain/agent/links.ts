// Which links an answer may hold: those of its sources, nothing else. No images, no markup.

const IMAGE = /!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?/g;
const MARKDOWN_LINK = /\[([^\]\n]{0,300})\]\(\s*<?([^)\s>]{0,2000})>?(?:\s+["'][^)]*)?\)/g;
const TAG = /<\/?[a-z!][^<>]{0,2000}>/gi;
// An address with any scheme, or without one but with www, or a bare host with a path.
const ADDRESS =
  /\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.)[^\s<>"'`]+|\b(?:javascript|data|vbscript|mailto|tel|sms|file):[^\s<>"'`]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+[a-z]{2,18}\/[^\s<>"'`]*/gi;
const TRAIL = /[.,;:!?)\]}]+$/;
const BARE_HOST =
  /(?<![@\w./-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|info|biz|dev|app|xyz|me|ai|example|test|ru|cn|top|site|online|shop|link|click|de|ch|at|fr|es|it|uk|us|eu)\b(?![\w@-])/gi;

export interface LinkPolicy {
  /** Addresses of the sources, compared without fragment and trailing slash. */
  sources: readonly string[];
  /** Whether other addresses on the sources' own hosts may stay, as in a quote of the tenant's own words. */
  sameHost: boolean;
}

/** The text without images, markup and addresses off the list. What is removed leaves its link text behind. */
export function keepKnownLinks(text: string, { sources, sameHost }: LinkPolicy): string {
  if (!/[[<.:]/.test(text)) return text;
  const known = new Set(sources.map(canonical));
  const hosts = new Set(sources.map(hostOf).filter((host) => host !== null));
  const allowed = (address: string) => {
    if (known.has(canonical(address))) return true;
    const host = hostOf(/^https?:/i.test(address) ? address : `https://${address}`);
    return sameHost && host !== null && hosts.has(host) && !/^(?!https?:)[a-z][a-z0-9+.-]*:/i.test(address);
  };
  const plain = text
    .replace(IMAGE, "")
    .replace(MARKDOWN_LINK, (_, label: string, address: string) =>
      allowed(address) && label !== address ? `${label} ${address}` : label,
    )
    .replace(TAG, "");
  const checked = plain.replace(ADDRESS, (found) => {
    const tail = TRAIL.exec(found)?.[0] ?? "";
    const address = found.slice(0, found.length - tail.length);
    return allowed(address) ? found : tail;
  });
  const bare = sameHost
    ? checked
    : checked.replace(BARE_HOST, (host, at: number, all: string) =>
        isPartOfKept(all, at) || hosts.has(host.toLowerCase()) ? host : "",
      );
  return bare === text
    ? text
    : bare
        .replace(/[ \t]{2,}/g, " ")
        .replace(/ +([.,;:!?])/g, "$1")
        .trim();
}

/** Whether the place lies inside an address that was kept. */
function isPartOfKept(text: string, at: number): boolean {
  return /(?:https?:\/\/|www\.)\S*$/i.test(text.slice(Math.max(0, at - 2000), at));
}

/** Only http(s) addresses have a canonical form; others stand for themselves and are never on a list. */
function canonical(address: string): string {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.username || url.password) return address;
  return `${url.origin}${url.pathname.replace(/\/$/, "")}${url.search}`;
}

function hostOf(address: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.host : null;
}
