import { traceIdFrom, traceparentOf } from './request-context.js';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a traceparent', () => {
  it.each([
    `00-${id}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-00`,
    `01-${id}-00f067aa0ba902b7-01-more`,
  ])('gives its trace id: %s', (header) => expect(traceIdFrom(header)).toBe(id));

  it.each([
    undefined,
    '',
    id,
    `ff-${id}-00f067aa0ba902b7-01`,
    `00-${id}-0000000000000000-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-01\n`,
  ])('gives a new one where it is malformed: %j', (header) => {
    expect(traceIdFrom(header)).toMatch(/^[0-9a-f]{32}$/);
    expect(traceIdFrom(header)).not.toBe(id);
  });

  it('answers with the same trace and a span of its own', () => {
    expect(traceIdFrom(traceparentOf(id))).toBe(id);
    expect(traceparentOf(id)).not.toBe(traceparentOf(id));
  });
});
