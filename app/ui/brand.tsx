// Owns the operator's mark: a door that stands open, and the name.

export function BrandMark({ className = "size-6" }: { className?: string | undefined }) {
  return (
    <svg viewBox="0 0 24 24" fill="none" aria-hidden="true" className={className}>
      <path d="M4 21V11a8 8 0 0 1 16 0v10" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
      <path d="M8.5 21V10.6a4 4 0 0 1 2.6-3.7l3.4-1.4V21z" fill="currentColor" />
      <path d="M2 21h20" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}

export function Brand({ name = "Foyer" }: { name?: string | undefined }) {
  return (
    <span className="inline-flex items-center gap-2 text-accent-ink">
      <BrandMark />
      <span className="font-title text-lg font-semibold tracking-tight text-ink">{name}</span>
    </span>
  );
}
