// Owns the figures of a period beside the period before it.
import { FilterLinks } from "../filter-links.tsx";
import { Stat, StatGrid } from "../stat.tsx";

export interface FiguresView {
  conversations: number;
  messages: number;
  answered: number;
  unanswered: number;
  handoffs: number;
  leads: number;
  medianResponseMs: number | null;
}

export interface FigureGridProps {
  days: number;
  current: FiguresView;
  previous: FiguresView;
}

const PERIODS = [
  { value: "7", label: "7 days" },
  { value: "", label: "30 days" },
  { value: "90", label: "90 days" },
];

const plain = new Intl.NumberFormat("en");

export function FigureGrid({ days, current, previous }: FigureGridProps) {
  const count = (name: "conversations" | "messages" | "handoffs" | "leads") => ({
    value: plain.format(current[name]),
    note: `${plain.format(previous[name])} before`,
  });
  return (
    <section aria-labelledby="figures">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <div>
          <h2 id="figures" className="text-base font-semibold">
            The last {days} days
          </h2>
          <p className="text-muted">Beside the {days} days before.</p>
        </div>
        <FilterLinks label="Period" name="days" options={PERIODS} />
      </div>
      <StatGrid>
        <Stat label="Conversations" {...count("conversations")} />
        <Stat label="Messages" {...count("messages")} />
        <Stat
          label="Questions answered"
          value={share(current) ?? "–"}
          note={share(previous) ? `${share(previous)} before` : "None asked before"}
        />
        <Stat label="Handed to people" {...count("handoffs")} />
        <Stat label="Leads" {...count("leads")} />
        <Stat
          label="Time to answer"
          value={seconds(current) ?? "–"}
          note={seconds(previous) ? `${seconds(previous)} before` : "No answers before"}
        />
      </StatGrid>
    </section>
  );
}

/** "87 %"; null where nothing was asked. */
function share({ answered, unanswered }: FiguresView): string | null {
  const asked = answered + unanswered;
  return asked === 0 ? null : `${Math.round((answered / asked) * 100)} %`;
}

/** "0.4 s", the median; null without answers. */
function seconds({ medianResponseMs }: FiguresView): string | null {
  if (medianResponseMs === null) return null;
  return medianResponseMs < 100 ? "< 0.1 s" : `${(medianResponseMs / 1000).toFixed(1)} s`;
}
