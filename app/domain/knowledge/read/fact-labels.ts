// Words for facts that a page states only to machines, in the page's language, so that they can be found and quoted.

export interface FactLabels {
  contact: string;
  telephone: string;
  email: string;
  address: string;
  hours: string;
  prices: string;
  payment: string;
  closed: string;
}

const ENGLISH: FactLabels = {
  contact: "Contact",
  telephone: "Telephone",
  email: "E-mail",
  address: "Address",
  hours: "Opening hours",
  prices: "Price range",
  payment: "Payment accepted",
  closed: "closed",
};

const LABELS: Record<string, FactLabels> = {
  en: ENGLISH,
  de: {
    contact: "Kontakt",
    telephone: "Telefon",
    email: "E-Mail",
    address: "Adresse",
    hours: "Öffnungszeiten",
    prices: "Preisklasse",
    payment: "Zahlungsarten",
    closed: "geschlossen",
  },
  fr: {
    contact: "Contact",
    telephone: "Téléphone",
    email: "E-mail",
    address: "Adresse",
    hours: "Horaires d'ouverture",
    prices: "Gamme de prix",
    payment: "Moyens de paiement",
    closed: "fermé",
  },
  es: {
    contact: "Contacto",
    telephone: "Teléfono",
    email: "Correo electrónico",
    address: "Dirección",
    hours: "Horario",
    prices: "Precios",
    payment: "Formas de pago",
    closed: "cerrado",
  },
  it: {
    contact: "Contatti",
    telephone: "Telefono",
    email: "E-mail",
    address: "Indirizzo",
    hours: "Orari di apertura",
    prices: "Fascia di prezzo",
    payment: "Pagamenti accettati",
    closed: "chiuso",
  },
  nl: {
    contact: "Contact",
    telephone: "Telefoon",
    email: "E-mail",
    address: "Adres",
    hours: "Openingstijden",
    prices: "Prijsklasse",
    payment: "Betaalmethoden",
    closed: "gesloten",
  },
};

/** The labels in a language, English where it has none. */
export function labelsFor(language: string | null): FactLabels {
  return LABELS[language ?? "en"] ?? ENGLISH;
}

/** The name of a weekday, 0 = Monday; empty for anything else. */
export function weekdayName(day: number, language: string | null): string {
  if (!Number.isInteger(day) || day < 0 || day > 6) return "";
  const locale = language && language in LABELS ? language : "en";
  // 1 January 2024 was a Monday.
  return new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, 1 + day));
}
