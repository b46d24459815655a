// Arrays of Postgres' own types on the wire. postgres.js would ask each new connection for them, and when the connection
// dies at that very moment nobody awaits the question: the rejection ends the process (3.4.9, connection.js,
// fetchArrayTypes). Their oids never change, so nobody need ask.
// https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_type.dat

/** Array type by the type of its elements. */
const ARRAYS: Record<number, number> = {
  ...{ 16: 1000, 20: 1016, 21: 1005, 23: 1007, 26: 1028, 700: 1021, 701: 1022, 1700: 1231 },
  ...{ 18: 1002, 19: 1003, 25: 1009, 1042: 1014, 1043: 1015, 2950: 2951, 869: 1041 },
  ...{ 114: 199, 3802: 3807, 1082: 1182, 1114: 1115, 1184: 1185 },
};

type Convert = (value: unknown) => unknown;
/** A client's converters by oid, as postgres.js keeps them. */
export interface Converters {
  parsers: Record<number, Convert>;
  serializers: Record<number, Convert>;
}

/** Teaches a client the arrays of the types that it knows. */
export function addArrayTypes({ parsers, serializers }: Converters): void {
  for (const [element, array] of Object.entries(ARRAYS)) {
    const parse = parsers[Number(element)] ?? ((text) => text);
    const serialize = serializers[Number(element)] ?? String;
    parsers[array] = (text) => parseArray(String(text), parse);
    serializers[array] = (value) => (Array.isArray(value) ? writeArray(value, serialize) : value);
  }
}

/** Reads an array as Postgres writes it (§8.15.6 of its manual): `{a,"b \"c\"",NULL,{…}}`, one or more dimensions. */
export function parseArray(text: string, parse: Convert): unknown[] {
  let at = text.indexOf("{");
  const read = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (text[at] !== "}") {
      if (text[at] === ",") at++;
      if (text[at] === "{") items.push(read());
      else if (text[at] === '"') items.push(parse(quoted()));
      else {
        const plain = bare();
        items.push(plain === "NULL" ? null : parse(plain));
      }
    }
    at++;
    return items;
  };
  const quoted = (): string => {
    let item = "";
    for (at++; text[at] !== '"' && at < text.length; at++) {
      if (text[at] === "\\") at++;
      item += text[at];
    }
    at++;
    return item;
  };
  const bare = (): string => {
    const from = at;
    while (at < text.length && text[at] !== "," && text[at] !== "}") at++;
    if (at === text.length) throw new Error("This is no array of Postgres'.");
    return text.slice(from, at);
  };
  return read();
}

function writeArray(items: readonly unknown[], serialize: Convert): string {
  const write = (item: unknown): string => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return writeArray(item, serialize);
    return `"${String(serialize(item)).replaceAll(/[\\"]/g, "\\$&")}"`;
  };
  return `{${items.map(write).join(",")}}`;
}
