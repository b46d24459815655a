// What a host shows when there is no page to show: plain words about why, and what a visitor can do.

export type ClosedReason = "opening" | "suspended" | "closed" | "gone" | "unknown" | "missing";

const WORDS: Record<ClosedReason, (name: string) => { title: string; detail: string }> = {
  opening: (name) => ({
    title: `${name} is about to open`,
    detail: "This page is being set up. Please come back in a few minutes.",
  }),
  suspended: (name) => ({
    title: `${name} is taking a break`,
    detail: "The front desk isn't answering at the moment. Please reach them another way, or come back later.",
  }),
  closed: (name) => ({ title: `${name} has closed its front desk`, detail: "Please reach them another way." }),
  gone: () => ({
    title: "This page is closed",
    detail: "There is no front desk at this address any more. Please reach the business another way.",
  }),
  unknown: () => ({
    title: "There is no page at this address",
    detail: "The address may be mistyped. Please check it and try again.",
  }),
  missing: () => ({ title: "There is nothing here", detail: "The front desk is on the start page of this site." }),
};

export function ClosedSite({ reason, name }: { reason: ClosedReason; name: string | null }) {
  const { title, detail } = WORDS[reason](name ?? "This business");
  return (
    <main id="main" className="mx-auto flex min-h-dvh max-w-xl flex-col justify-center px-6 py-16">
      <h1 className="font-title text-xl font-medium tracking-tight">{title}</h1>
      <p className="mt-3 text-base text-muted">{detail}</p>
      {reason === "missing" ? (
        <p className="mt-8">
          <a className="text-accent-ink underline underline-offset-4" href="/">
            Go to the start page
          </a>
        </p>
      ) : null}
    </main>
  );
}
