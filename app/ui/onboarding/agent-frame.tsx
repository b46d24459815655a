// Owns the tenant's own page inside the wizard, where one talks to the agent as a visitor would.

export function AgentFrame({ site }: { site: string }) {
  return (
    <section aria-label="Your agent" className="overflow-hidden rounded border border-line bg-surface">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2.5">
        <p className="min-w-0 truncate font-medium">{new URL(site).host}</p>
        <a
          href={site}
          target="_blank"
          rel="noopener"
          className="rounded-sm font-medium text-accent-ink underline underline-offset-2"
        >
          Open in a tab of its own
        </a>
      </div>
      <iframe src={site} title="Your agent, as visitors see it" className="block h-[36rem] w-full bg-page" />
    </section>
  );
}
