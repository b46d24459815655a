// Owns the time zone of a form: the browser's own, unseen; without JavaScript a list to choose from.
import { useEffect, useState } from "react";
import { Field } from "../field.tsx";
import { Select } from "../select.tsx";

export const COMMON_ZONES = (
  "UTC Pacific/Honolulu America/Anchorage America/Los_Angeles America/Denver America/Phoenix America/Chicago " +
  "America/New_York America/Halifax America/Mexico_City America/Bogota America/Sao_Paulo America/Argentina/Buenos_Aires " +
  "Europe/Lisbon Europe/London Europe/Dublin Europe/Madrid Europe/Paris Europe/Brussels Europe/Amsterdam Europe/Berlin " +
  "Europe/Zurich Europe/Vienna Europe/Rome Europe/Warsaw Europe/Stockholm Europe/Athens Europe/Helsinki " +
  "Europe/Istanbul Africa/Lagos Africa/Cairo Africa/Johannesburg Africa/Nairobi Asia/Jerusalem Asia/Dubai Asia/Karachi " +
  "Asia/Kolkata Asia/Dhaka Asia/Bangkok Asia/Jakarta Asia/Singapore Asia/Hong_Kong Asia/Shanghai Asia/Tokyo " +
  "Asia/Seoul Australia/Perth Australia/Sydney Pacific/Auckland"
).split(" ");

const options = COMMON_ZONES.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));

export function TimeZoneField({ name }: { name: string }) {
  const [zone, setZone] = useState<string | null>(null);
  useEffect(() => setZone(Intl.DateTimeFormat().resolvedOptions().timeZone), []);
  return (
    <>
      {zone ? <input type="hidden" name={name} value={zone} /> : null}
      <noscript>
        <Field label="Time zone" id="time-zone">
          <Select name={name} options={options} defaultValue="UTC" />
        </Field>
      </noscript>
    </>
  );
}
