// Owns a section of the landing page: a title that the menu can link to, and its content.
import type { ReactNode } from "react";

export function Section({
  id,
  title,
  intro,
  children,
}: {
  id: string;
  title: string;
  intro?: string;
  children: ReactNode;
}) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-8 border-t border-line py-14 sm:py-20">
      <h2 id={`${id}-title`} className="max-w-2xl font-title text-xl font-medium tracking-tight">
        {title}
      </h2>
      {intro ? <p className="mt-3 max-w-prose text-base text-muted">{intro}</p> : null}
      <div className="mt-8 sm:mt-10">{children}</div>
    </section>
  );
}
