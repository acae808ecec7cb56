import { Circuit } from './circuit.js';

let now: number;
let circuit: Circuit;

beforeEach(() => {
  now = 1_000;
  circuit = new Circuit(() => now);
});

function fail(times: number): void {
  for (let call = 0; call < times; call += 1) circuit.enter()!(false);
}

describe('a circuit', () => {
  it('stays closed for four failures in a row', () => {
    fail(4);
    expect(circuit.enter()).toBeDefined();
  });

  it('opens at the fifth', () => {
    fail(5);
    expect(circuit.enter()).toBeUndefined();
  });

  it('begins to count anew after an answer', () => {
    fail(4);
    circuit.enter()!(true);
    fail(4);
    expect(circuit.enter()).toBeDefined();
  });

  it('counts the failures of calls that run side by side', () => {
    const reports = Array.from({ length: 5 }, () => circuit.enter()!);
    reports.forEach((report) => report(false));
    expect(circuit.enter()).toBeUndefined();
  });

  it('lets a single call try after 5 s', () => {
    fail(5);
    now += 4_999;
    expect(circuit.enter()).toBeUndefined();
    now += 1;
    expect(circuit.enter()).toBeDefined();
    expect(circuit.enter()).toBeUndefined();
    now += 60_000;
    expect(circuit.enter()).toBeUndefined();
  });

  it('closes when that call is answered', () => {
    fail(5);
    now += 5_000;
    circuit.enter()!(true);
    fail(4);
    expect(circuit.enter()).toBeDefined();
  });

  it('stays open for as long again when that call fails', () => {
    fail(5);
    now += 5_000;
    const trial = circuit.enter()!;
    now += 3_000;
    trial(false);
    now += 4_999;
    expect(circuit.enter()).toBeUndefined();
    now += 1;
    expect(circuit.enter()).toBeDefined();
  });

  it.each([true, false])('does not listen to calls begun before it opened: answered %s', (answered) => {
    const early = circuit.enter()!;
    fail(5);
    now += 4_000;
    early(answered);
    expect(circuit.enter()).toBeUndefined();
    now += 1_000;
    expect(circuit.enter()).toBeDefined();
  });

  it('does not take a late end for that of the trial', () => {
    const early = circuit.enter()!;
    fail(5);
    now += 5_000;
    circuit.enter();
    early(true);
    expect(circuit.enter()).toBeUndefined();
  });
});
