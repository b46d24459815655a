// Every word that the widget says, in the languages it speaks. `{name}` and the like are filled in by `fill`.

const en = {
  open: "Open chat",
  close: "Close chat",
  unread: "new message",
  dialog: "Chat with {name}",
  agent: "Assistant",
  conversation: "Conversation",
  online: "Online",
  away: "Away",
  test: "Test mode",
  input: "Your message",
  placeholder: "Write a message…",
  send: "Send message",
  typing: "{name} is typing",
  you: "You",
  sources: "Sources",
  newTab: "opens in a new tab",
  suggestions: "Suggestions",
  retry: "Try again",
  failed: "This message wasn’t delivered.",
  offline: "You’re offline. What you write stays here until you’re back.",
  unreachable: "The chat can’t be reached right now.",
  limited: "That was a lot at once. You can send again in {count} s.",
  refused: "This message couldn’t be sent. Please change it and try again.",
  paused: "This chat is paused at the moment. Please contact us another way.",
  left: "{count} characters left",
  over: "{count} characters too many",
  handoff: "A person has been asked to take over.",
  silent: "Your message has arrived. A person will answer you here.",
  loading: "Loading the conversation…",
};

export type Strings = typeof en;

const de: Strings = {
  open: "Chat öffnen",
  close: "Chat schließen",
  unread: "neue Nachricht",
  dialog: "Chat mit {name}",
  agent: "Assistent",
  conversation: "Unterhaltung",
  online: "Online",
  away: "Abwesend",
  test: "Testmodus",
  input: "Ihre Nachricht",
  placeholder: "Nachricht schreiben…",
  send: "Nachricht senden",
  typing: "{name} schreibt",
  you: "Sie",
  sources: "Quellen",
  newTab: "öffnet in neuem Tab",
  suggestions: "Vorschläge",
  retry: "Erneut versuchen",
  failed: "Diese Nachricht wurde nicht zugestellt.",
  offline: "Sie sind offline. Ihr Text bleibt hier, bis Sie wieder verbunden sind.",
  unreachable: "Der Chat ist gerade nicht erreichbar.",
  limited: "Das war viel auf einmal. In {count} s können Sie wieder senden.",
  refused: "Diese Nachricht konnte nicht gesendet werden. Bitte ändern Sie sie.",
  paused: "Dieser Chat pausiert gerade. Bitte erreichen Sie uns auf anderem Weg.",
  left: "Noch {count} Zeichen",
  over: "{count} Zeichen zu viel",
  handoff: "Ein Mensch wurde gebeten, zu übernehmen.",
  silent: "Ihre Nachricht ist angekommen. Ein Mensch antwortet Ihnen hier.",
  loading: "Unterhaltung wird geladen…",
};

const es: Strings = {
  open: "Abrir el chat",
  close: "Cerrar el chat",
  unread: "mensaje nuevo",
  dialog: "Chat con {name}",
  agent: "Asistente",
  conversation: "Conversación",
  online: "En línea",
  away: "Ausente",
  test: "Modo de prueba",
  input: "Su mensaje",
  placeholder: "Escriba un mensaje…",
  send: "Enviar mensaje",
  typing: "{name} está escribiendo",
  you: "Usted",
  sources: "Fuentes",
  newTab: "se abre en otra pestaña",
  suggestions: "Sugerencias",
  retry: "Reintentar",
  failed: "Este mensaje no se entregó.",
  offline: "No hay conexión. Su texto se queda aquí hasta que vuelva.",
  unreachable: "Ahora no se puede acceder al chat.",
  limited: "Fueron muchos mensajes seguidos. Podrá enviar otro en {count} s.",
  refused: "No se pudo enviar este mensaje. Cámbielo e inténtelo de nuevo.",
  paused: "Este chat está en pausa. Contáctenos por otro medio, por favor.",
  left: "Quedan {count} caracteres",
  over: "Sobran {count} caracteres",
  handoff: "Se ha pedido a una persona que continúe.",
  silent: "Su mensaje ha llegado. Una persona le responderá aquí.",
  loading: "Cargando la conversación…",
};

const fr: Strings = {
  open: "Ouvrir le chat",
  close: "Fermer le chat",
  unread: "nouveau message",
  dialog: "Chat avec {name}",
  agent: "Assistant",
  conversation: "Conversation",
  online: "En ligne",
  away: "Absent",
  test: "Mode test",
  input: "Votre message",
  placeholder: "Écrivez un message…",
  send: "Envoyer le message",
  typing: "{name} écrit",
  you: "Vous",
  sources: "Sources",
  newTab: "s’ouvre dans un nouvel onglet",
  suggestions: "Suggestions",
  retry: "Réessayer",
  failed: "Ce message n’a pas été remis.",
  offline: "Vous êtes hors ligne. Votre texte reste ici jusqu’à votre retour.",
  unreachable: "Le chat est injoignable pour le moment.",
  limited: "Cela fait beaucoup d’un coup. Vous pourrez écrire dans {count} s.",
  refused: "Ce message n’a pas pu être envoyé. Modifiez-le et réessayez.",
  paused: "Ce chat est en pause. Merci de nous joindre autrement.",
  left: "Encore {count} caractères",
  over: "{count} caractères de trop",
  handoff: "Une personne a été priée de prendre le relais.",
  silent: "Votre message est bien arrivé. Une personne vous répondra ici.",
  loading: "Chargement de la conversation…",
};

const LANGUAGES: ReadonlyMap<string, Strings> = new Map([
  ["en", en],
  ["de", de],
  ["es", es],
  ["fr", fr],
]);

/** The strings of the first of these languages (BCP 47 tags) that the widget speaks, else English. */
export function stringsFor(...tags: (string | null)[]): { lang: string; strings: Strings } {
  for (const tag of tags) {
    const lang = (tag ?? "").toLowerCase().split(/[-_]/)[0] ?? "";
    const strings = LANGUAGES.get(lang);
    if (strings) return { lang, strings };
  }
  return { lang: "en", strings: en };
}

/** Fills the one placeholder of a string. */
export function fill(template: string, value: string | number): string {
  return template.replace(/\{\w+\}/, () => String(value));
}
