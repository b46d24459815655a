// Files of comma-separated values (RFC 4180), safe to open in a spreadsheet.

export type CsvValue = string | number | Date | boolean | null;

/** A download. Texts that a spreadsheet would take for a formula are shown as texts. */
export function csvFile(name: string, header: readonly string[], rows: readonly (readonly CsvValue[])[]): Response {
  const lines = [header, ...rows].map((row) => row.map(cell).join(","));
  return new Response(`\uFEFF${lines.join("\r\n")}\r\n`, {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}

function cell(value: CsvValue): string {
  if (value === null) return "";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "string") return String(value);
  const plain = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
