// Owns the chart of use per day. Recharts is large: nothing but a lazy import may reach this file.
import { Bar, BarChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export interface UsageChartProps {
  days: readonly { label: string; value: number }[];
  /** What is counted, for example "calls". */
  unit: string;
}

const count = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { notation: "compact" });

export function UsageChart({ days, unit }: UsageChartProps) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <BarChart data={[...days]} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="label"
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          tick={{ fill: "var(--muted)", fontSize: 12 }}
          minTickGap={24}
        />
        <YAxis
          width={44}
          allowDecimals={false}
          tickLine={false}
          axisLine={false}
          tickFormatter={(value: number) => short.format(value)}
          tick={{ fill: "var(--muted)", fontSize: 12 }}
        />
        <Tooltip
          cursor={{ fill: "var(--sunken)" }}
          isAnimationActive={false}
          content={({ active, payload, label }) =>
            active && payload?.[0] ? (
              <div className="rounded border border-line bg-surface px-3 py-2 text-xs shadow-overlay">
                <p className="text-muted">{label}</p>
                <p className="font-medium tabular-nums">
                  {count.format(Number(payload[0].value))} {unit}
                </p>
              </div>
            ) : null
          }
        />
        <Bar dataKey="value" fill="var(--accent)" radius={[3, 3, 0, 0]} maxBarSize={32} isAnimationActive={false} />
      </BarChart>
    </ResponsiveContainer>
  );
}
