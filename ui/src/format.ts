/** Numbers and times as people read them: the same rules as the briefing. */

/** Return a number with three significant digits, thousands separated; "–" where there is none. */
export function number(value: number, signed = false, whole = false): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  let text: string;
  if (size >= 100) {
    const unit = 10 ** Math.max(0, Math.floor(Math.log10(size)) - 2);
    text = (Math.round(size / unit) * unit).toLocaleString("en-GB");
  } else if (whole && size >= 0.01 && size < 0.5) text = "<1";
  else if (whole || size >= 9.95) text = size.toFixed(0);
  else text = size.toFixed(1).replace(/\.0$/, "");
  const sign = text === "0" || text === "<1" ? "" : value < 0 ? "−" : signed ? "+" : "";
  return sign + text;
}

/** Return an interval in words. */
export function range(low: number, high: number, signed = false, whole = false): string {
  const [a, b] = [number(low, signed, whole), number(high, signed, whole)];
  return a === b ? a : `${a} to ${b}`;
}

/** Return an interval for a narrow column. */
export function span(low: number, high: number, signed = false, whole = false): string {
  const [a, b] = [number(low, signed, whole), number(high, signed, whole)];
  return a === b ? a : signed ? `${a} to ${b}` : `${a}–\u200b${b}`;
}

const parts = new Map<string, Intl.DateTimeFormat>();

function clock(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  if (!parts.has(key)) parts.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return parts.get(key)!;
}

/** Return weekday, day and hour on a clock, for instance "Tue 27 Sept, 14:00". */
export function moment(ms: number, zone: string): string {
  return clock(zone, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(ms);
}

/** Return day, month and year on a clock. */
export function day(ms: number, zone = "UTC"): string {
  return clock(zone, { day: "numeric", month: "short", year: "numeric" }).format(ms);
}

/** Return day and month of an ISO date. */
export function shortDay(iso: string): string {
  return clock("UTC", { day: "numeric", month: "short" }).format(Date.parse(iso));
}

/** Return the local date of an instant as ISO text. */
export function isoDay(ms: number, zone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(ms);
}

/** Return a zone with its distance from UTC at an instant, for instance "Tbilisi, UTC+4". */
export function zoneName(zone: string, ms: number): string {
  const offset = clock(zone, { timeZoneName: "shortOffset" }).formatToParts(ms).find((one) => one.type === "timeZoneName")!.value;
  return `${zone.split("/").pop()!.replace(/_/g, " ")}, ${offset.replace("GMT", "UTC")}`;
}

/** Return what the spread of runs contains. */
export function spreadWords(spread: string, known: string): string {
  if (spread === "forecast") return `The spread holds what the fit of reports to ${shortDay(known)} leaves open, changes that nobody knows of yet, and chance.`;
  if (spread === "parameters") return "The spread holds chance, and parameters that differ from run to run.";
  return "The spread is chance alone: all runs have the scenario’s parameters. The truth may lie well outside.";
}

/** The same in a few words. */
export function spreadShort(spread: string): string {
  return { forecast: "fit, later changes and chance", parameters: "parameters and chance", chance: "chance alone" }[spread] ?? "";
}

/** Return the name of a quantity for people. */
export function words(name: string): string {
  return NAMES[name] ?? name.replace(/_/g, " ");
}

const NAMES: Record<string, string> = {
  arrivals_daily: "arrivals", left_home: "people who set out", queue_cars: "longest line of cars",
  queue_persons: "most people in line", wait_hours: "longest wait", waiting_over_24h: "most people in line over 24 h",
  person_hours_waiting: "time spent in line", turned_back: "stopped at exit control", entry_refused: "refused entry",
  needs_water: "water for people in line", arrivals_cumulative: "arrivals since the announcement",
  needs_toilets: "toilets needed", needs_shelter: "covered floor needed", notices_served: "call-up notices served",
  called_up_at_border: "called up at the border", turned_away_on_road: "turned away on the road",
  left_the_line: "gave up the line", abroad: "people of the exodus present", net_flow: "entries less exits",
  departures_daily: "exits of citizens", arrivals_excess_daily: "arrivals above usual",
  arrivals_exodus_daily: "arrivals for good", wait_hours_joining: "expected wait",
};
