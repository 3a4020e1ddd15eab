
export interface Component {
  id: string;
  bytes: number;
  /** What the number rests on: allocation arithmetic, a formula with a measured range, or a documented constant. */
  trust: "exact" | "modelled" | "assumed";
  low: number;
  high: number;
  formula: string;
  source: string;
}

export interface Inference {
  total_bytes: number;
  kv_bytes_per_token: number;
  components: Component[];
  devices: { name: string; total_bytes: number; components: Component[] }[];
  fits?: boolean;
  headroom_bytes?: number;
  [key: string]: unknown;
}

export interface Training {
  total_bytes: number;
  peak_phase: string;
  trainable_parameters: number;
  components: Component[];
  phases: { id: string; total_bytes: number; components: Component[] }[];
  ranks: { name: string; components: Component[] }[];
  fits?: boolean;
  headroom_bytes?: number;
  [key: string]: unknown;
}

export interface Estimate {
  model: { id: string; parameters: number; active_parameters: number; weights_bytes: number; [key: string]: unknown };
  inference: Inference;
  training: Training;
  speed?: unknown;
  cost?: unknown;
  warnings: string[];
  [key: string]: unknown;
}

/** One thing that is wrong with a scenario: a place in it as a JSON pointer, and what. */
export interface Issue {
  where: string;
  what: string;
}

export class LlmcalcError extends Error {
  issues: Issue[];
}

export interface Output {
  /** 0: everything was answered, 1: the answer could not be written, 2: something in the input is wrong. */
  status: number;
  out: string;
  errors: string;
}

/** Starts the engine, once; the other functions do it by themselves. */
export function start(options?: { locateFile?: (path: string) => string }): Promise<unknown>;
/** Runs any command of the command line. */
export function run(args: string[], input?: string): Promise<Output>;
export function estimate(scenario: Scenario): Promise<Estimate>;
export function plan(scenario: Scenario, options?: { task?: "inference" | "training" }): Promise<unknown>;
export function levers(scenario: Scenario): Promise<unknown>;
export function fit(scenario: Scenario): Promise<unknown>;
export function models(): Promise<unknown>;
export function devices(): Promise<unknown>;
export function defaults(): Promise<Scenario>;
