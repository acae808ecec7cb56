import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backends.js';
import type { Answer } from './client.js';
import { startDailyLife } from './daily-life.js';
import { type Gate, startGate } from './gate.js';
import { type Attempt, attemptOf, type Login, loginAt } from './login-attempts.js';
import { stranger } from './person.js';
import { type Replica, type RunningService, startService } from './start-service.js';
import type { WechatFault } from './wechat-faults.js';

const crowd = 3;
const lateOnes = 5;
const retryMs = 100;
/** For those who are logged in to be seen for a while. */
const afterglowMs = 600;
const patienceMs = 15_000;

/** One service whose WeChat fails in one way for a while. */
export class WechatOutage {
  /** By each door, while nobody else logs in. */
  alone: Attempt[] = [];
  /** Many at once. */
  crowded: Attempt[] = [];
  /** After those, one after the other. */
  late: Attempt[] = [];
  /** How often WeChat was asked about a code. */
  readonly exchanges = new Map<string, number>();
  /** From WeChat's being well to the first login; NaN where there was none. */
  recoveryMs = NaN;
  /** What another door says after that. */
  afterwards: Answer;
  /** What those saw meanwhile who were logged in. */
  life: Awaited<ReturnType<ReturnType<typeof startDailyLife>['stop']>>;
  private wellAgainAt = NaN;

  private constructor(
    readonly fault: WechatFault,
    private readonly service: RunningService,
    private readonly replica: Replica,
    private readonly gate: Gate,
  ) {}

  static async prepare(backend: Backend, fault: WechatFault): Promise<WechatOutage> {
    const service = await startService(backend, { replicas: 0 });
    const { url } = service.simulator;
    const gate = await startGate(url);
    const replica = await service.addReplica({
      ...(fault.orders === 'refused' && { WECHAT_API_URL: gate.url }),
      ...(fault.alternate && { WECHAT_API_FALLBACK_URLS: url }),
      ...(fault.timeout && { WECHAT_TIMEOUT: fault.timeout }),
    });
    return new WechatOutage(fault, service, replica, gate);
  }

  /** WeChat fails while some log in and somebody is logged in, and is well again. */
  async strike(): Promise<void> {
    const { data: tokens } = await stranger(this.service.simulator).logIn(this.replica);
    const life = startDailyLife(this.replica, tokens);
    try {
      await this.begin();
      this.alone = await this.tryBothDoors(1);
      this.crowded = await this.tryBothDoors(crowd);
      for (let i = 0; i < lateOnes; i++)
        for (const door of ['mini-program', 'website'] as const)
          this.late.push(await attemptOf(await this.loginBy(door)));
      await this.countExchanges();
      await sleep(afterglowMs);
      await this.end();
    } finally {
      this.life = await life.stop();
    }
  }

  /** Somebody tries until he is let in; then somebody comes by the other door. */
  async recover(): Promise<void> {
    const sinceMs = () => performance.now() - this.wellAgainAt;
    while (Number.isNaN(this.recoveryMs) && sinceMs() < patienceMs) {
      const { answer } = await attemptOf(await this.loginBy('mini-program'));
      if (answer.status === 200) this.recoveryMs = sinceMs();
      else await sleep(retryMs);
    }
    this.afterwards = (await attemptOf(await this.loginBy('website'))).answer;
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.gate.shut();
  }

  private async begin(): Promise<void> {
    const { orders } = this.fault;
    if (orders === 'refused') return this.gate.shut();
    for (const order of orders) await this.service.simulator.fault(order);
  }

  private async end(): Promise<void> {
    await this.service.simulator.clearFaults();
    await this.gate.open();
    this.wellAgainAt = performance.now();
  }

  private async tryBothDoors(times: number): Promise<Attempt[]> {
    const places = Array.from({ length: times });
    const logins = places.flatMap(() => [this.loginBy('mini-program'), this.loginBy('website')]);
    return Promise.all((await Promise.all(logins)).map(attemptOf));
  }

  private loginBy(door: 'mini-program' | 'website'): Promise<Login> {
    return loginAt(this.replica, this.service.simulator, door);
  }

  private async countExchanges(): Promise<void> {
    for (const { query } of await this.service.simulator.calls()) {
      const code = query.js_code ?? query.code;
      if (code) this.exchanges.set(code, (this.exchanges.get(code) ?? 0) + 1);
    }
  }
}
