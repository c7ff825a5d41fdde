/** The server's interface: requests, problems, jobs and the compact message with quantiles. */

export type Named = { id: string; name: string; local: string; lon: number; lat: number };
export type Post = Named & {
  other: string; country: string; zone: string; corridor: string; gateway: Named | null; modes: string[]; wait_mode: string;
};
export type Route = { id: string; name: string; from: Named; to: Named; country: string };
export type Country = { id: string; name: string; zone: string; offset: number };
export type BorderEvent = {
  id: string; kind: string; label: string; title: string; start: string; end: string | null; enabled: boolean; what: string;
  zone: string; from: string; crossings: string[]; countries: string[]; services: string[]; evidence: string[]; note: string;
  exempt: number | null;
};
export type Quantity = { unit: string; direction: string; kind: string; meaning: string };
export type Scenario = {
  name: string; title: string; description: string; start: string; end: string; announcement: string;
  home: { id: string; name: string; zone: string }; countries: Country[]; posts: Post[]; routes: Route[];
  origins: (Named & { population: number; zone: string })[]; events: BorderEvent[];
  parameters: { name: string; value: number; unit: string; source: string; prior: [string, number, number] }[];
  forecast: string | null; limits: string[]; sources: string[]; quantities: Record<string, Quantity>;
  hourly: Record<string, { unit: string; kind: string; meaning: string }>; disclaimer: string;
};
export type Claim = Record<string, string> & { used_in: never } & { [key: string]: unknown };
/** Where a number of the scenario comes from, in words. */
export type Source = { kind: string; id: string; title: string; text: string };
export type Job = {
  id: string; kind: string; state: "queued" | "running" | "done" | "failed" | "cancelled"; done: number; total: number;
  seconds: number; seconds_left: number | null; error: string; version: number; early: boolean;
};
/** Whose parameters runs have: those of the scenario, or draws of its fit with later changes. */
export type Basis = "scenario" | "forecast";
/** What the spread of the runs contains. */
export type Spread = "chance" | "parameters" | "forecast";
export type Change =
  | { kind: "switch"; event: string; on: boolean }
  | { kind: "move"; event: string; start: string }
  | { kind: "close"; crossing: string; start: string; end: string | null }
  | { kind: "open"; crossing: string }
  | { kind: "lanes"; crossing: string; factor: number; modes: string[]; start: string; end: string | null }
  | { kind: "exempt"; event: string; share: number };
export type Effect = {
  quantity: string; place: string; country: string; mode: string; statistic: string; label: string; unit: string; start: string; end: string;
  reference: number | null; changed: number | null; difference: number | null; mean_interval: [number | null, number | null];
  q05: number | null; q95: number | null; certain: boolean; members: number;
};

/** An answer that is a problem (RFC 9457). */
export class Problem extends Error {}

async function send(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem("The server does not answer. Is borderflow serve still running?");
  }
  if (!response.ok) {
    const body = await response.json().catch(() => ({ detail: `${response.status} ${response.statusText}` }));
    throw new Problem(body.detail || body.title);
  }
  return response;
}

export async function get<T>(path: string): Promise<T> {
  return (await send(path)).json();
}

export async function post<T>(path: string, body: unknown): Promise<T> {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  return (await send(path, options)).json();
}

export async function cancel(job: Job): Promise<void> {
  await send(`/api/runs/${job.id}`, { method: "DELETE" });
}

/** Follow a job to its end; tells of every step. */
export async function follow(job: Job, step: (job: Job) => void): Promise<Job> {
  while (job.state === "queued" || job.state === "running") {
    step(job);
    job = await get<Job>(`/api/runs/${job.id}?after=${job.version}&wait=5`);
  }
  step(job);
  if (job.state === "failed") throw new Problem(job.error);
  return job;
}

/** Quantiles of one run: see the interface's documentation of /picture. */
export class Picture {
  readonly job: string;
  readonly members: number;
  readonly hours: number;
  readonly startMs: number;
  readonly days: string[];
  readonly posts: string[];
  readonly routes: string[];
  readonly origins: string[];
  readonly modes: string[];
  readonly pairs: [number, number][];
  readonly effects: Effect[];
  readonly spread: Spread;
  /** Last day of which a forecast knew anything. */
  readonly known: string;
  readonly #arrays = new Map<string, { shape: number[]; data: Float32Array }>();
  readonly #series = new Map<string, number>();

  constructor(job: string, buffer: ArrayBuffer) {
    const length = new DataView(buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
    const begin = Math.ceil((4 + length) / 8) * 8;
    for (const [name, one] of Object.entries<{ shape: number[]; at: number }>(head.arrays)) {
      const size = one.shape.reduce((a, b) => a * b, 1);
      this.#arrays.set(name, { shape: one.shape, data: new Float32Array(buffer, begin + one.at, size) });
    }
    head.series.forEach((key: string[], n: number) => this.#series.set(key.join("|"), n));
    this.job = job;
    this.members = head.members;
    this.hours = head.hours;
    this.startMs = Date.parse(head.start);
    this.days = head.days;
    this.posts = head.posts;
    this.routes = head.routes;
    this.origins = head.origins;
    this.modes = head.modes;
    this.pairs = head.pairs;
    this.effects = head.effects ?? [];
    this.spread = head.spread;
    this.known = head.known ?? "";
  }

  has(name: string): boolean {
    return this.#arrays.has(name);
  }

  /** Return a row of an array: the last index runs, the others are given. */
  row(name: string, ...index: number[]): Float32Array {
    const { shape, data } = this.#arrays.get(name)!;
    const last = shape[shape.length - 1];
    let at = 0;
    index.forEach((one, n) => (at = at * shape[n] + one));
    return data.subarray(at * last, (at + 1) * last);
  }

  /** Return one value of an hourly quantity: statistics are mean, q05, q25, q50, q75, q95. */
  hourly(name: string, statistic: number, post: number, hour: number): number {
    return this.row(name, statistic, post)[hour];
  }

  /** Return the rows (by statistic) of a daily series, null where there is none. */
  daily(quantity: string, place: string, country: string, mode = "all", array = "daily"): Float32Array[] | null {
    const n = this.#series.get([quantity, place, country, mode].join("|"));
    const found = this.#arrays.get(array);
    if (n === undefined || !found) return null;
    return Array.from({ length: found.shape[0] }, (_, s) => this.row(array, s, n));
  }
}

/** Fetch the quantiles of a finished job. */
export async function fetchPicture(job: string): Promise<Picture> {
  return new Picture(job, await (await send(`/api/runs/${job}/picture`)).arrayBuffer());
}
