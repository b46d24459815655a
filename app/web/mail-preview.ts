// A mail as a page in a frame of ours: its own markup and images, no script, no form, nothing of the app in reach.

const POLICY = "default-src 'none'; img-src data: https:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox";

/** @param html a whole page, whose links then lead nowhere: a sandbox opens no tabs */
export function mailPreview(html: string): Response {
  return new Response(html.replace("<head>", '<head><base target="_blank">'), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      "x-frame-options": "SAMEORIGIN",
      "cache-control": "no-store",
    },
  });
}
