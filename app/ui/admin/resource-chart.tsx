// Owns the chart of one figure over time. Recharts is large: nothing but a lazy import may reach this file.
import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";

export interface ResourceChartProps {
  /** `at` in milliseconds; a stretch that wasn't measured has no value. */
  points: readonly { at: number; value: number | null }[];
  /** Of the time axis, in milliseconds. */
  from: number;
  to: number;
  write: (value: number) => string;
  writeTime: (at: number) => string;
}

export function ResourceChart({ points, from, to, write, writeTime }: ResourceChartProps) {
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart data={[...points]} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis
          dataKey="at"
          type="number"
          scale="time"
          domain={[from, to]}
          tickFormatter={writeTime}
          tickLine={false}
          axisLine={{ stroke: "var(--line)" }}
          tick={{ fill: "var(--muted)", fontSize: 12 }}
          minTickGap={32}
        />
        <YAxis
          width={56}
          domain={[0, "auto"]}
          tickCount={4}
          tickLine={false}
          axisLine={false}
          tickFormatter={write}
          tick={{ fill: "var(--muted)", fontSize: 12 }}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--line-strong)" }}
          content={({ active, payload, label }) =>
            active && typeof payload?.[0]?.value === "number" ? (
              <div className="rounded border border-line bg-surface px-3 py-2 text-xs shadow-overlay">
                <p className="text-muted">{writeTime(Number(label))}</p>
                <p className="font-medium tabular-nums">{write(payload[0].value)}</p>
              </div>
            ) : null
          }
        />
        <Area
          dataKey="value"
          type="monotone"
          stroke="var(--accent)"
          strokeWidth={2}
          fill="var(--accent)"
          fillOpacity={0.12}
          dot={points.length < 3}
          isAnimationActive={false}
        />
      </AreaChart>
    </ResponsiveContainer>
  );
}
