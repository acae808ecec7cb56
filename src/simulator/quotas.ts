import type { AppStates } from './app-states.js';
import { Refusal } from './refusal.js';
import type { ServerSettings } from './server-settings.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const beijingOffsetMs = 8 * hourMs;

/** Counts what each app spends of its quotas, by the minute and by the day in Beijing. */
export class Quotas {
  private readonly counts = new Map<string, { window: number; count: number }>();

  constructor(
    private readonly settings: ServerSettings,
    private readonly states: AppStates,
    private readonly now: () => number,
  ) {}

  /** @throws Refusal 45011 beyond the quota of the minute, 45009 beyond that of the day; neither is counted */
  spend(appId: string, call: string): void {
    const { perMinute = Infinity, perDay = Infinity } =
      this.states.of(appId).quotas[call] ?? this.settings.quotas[call] ?? {};
    const minute = this.counterOf(`minute ${appId} ${call}`, Math.floor(this.now() / minuteMs));
    const day = this.counterOf(`day ${appId} ${call}`, this.beijingDay());
    if (minute.count >= perMinute) throw new Refusal(45011);
    if (day.count >= perDay) throw new Refusal(45009);
    minute.count += 1;
    day.count += 1;
  }

  private counterOf(key: string, window: number): { count: number } {
    const counter = this.counts.get(key);
    if (counter?.window === window) return counter;
    const fresh = { window, count: 0 };
    this.counts.set(key, fresh);
    return fresh;
  }

  private beijingDay(): number {
    return Math.floor((this.now() + beijingOffsetMs - this.settings.quotaResetHour * hourMs) / dayMs);
  }
}
