// Times as the reader's own clock and language tell them.

const at = (seconds) => new Date(Number(seconds) * 1000);
const say = (date, options) => date.toLocaleDateString([], options);

export function clock(ts) {
  return at(ts).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// near names today, yesterday and tomorrow, and nothing else.
function near(date) {
  const days = Math.round((new Date(date).setHours(12, 0, 0, 0) - new Date().setHours(12, 0, 0, 0)) / 86400000);
  return { "-1": "Yesterday", 0: "Today", 1: "Tomorrow" }[days];
}

export function day(ts) {
  return near(at(ts)) || say(at(ts), { weekday: "long", month: "long", day: "numeric" });
}

function ago(date) {
  const minutes = Math.round((date - Date.now()) / 60000);
  const words = new Intl.RelativeTimeFormat([], { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

const LENGTHS = {
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  date_long_full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  day_divider_pretty: { weekday: "long", month: "long", day: "numeric" },
};

// when fills the tokens of a date's format; a token that is not known makes it
// the fallback, as Slack does.
export function when(seconds, format, fallback) {
  const date = at(seconds);
  if (Number.isNaN(date.getTime())) return fallback || "";
  let known = true;
  const text = format.replace(/\{(\w+)\}/g, (_, token) => {
    const plain = token.replace(/_pretty$/, "");
    if (token === "date_num") return date.toISOString().slice(0, 10);
    if (token === "date_slash") return say(date);
    if (token === "time") return clock(seconds);
    if (token === "time_secs") return date.toLocaleTimeString();
    if (token === "ago") return ago(date);
    const length = LENGTHS[token] || LENGTHS[plain];
    if (!length) { known = false; return ""; }
    const name = token.endsWith("_pretty") && near(date);
    return name ? (/^\{/.test(format) ? name : name.toLowerCase()) : say(date, length);
  });
  return known ? text : fallback || "";
}
