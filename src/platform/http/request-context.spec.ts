import { ownSpan, parentOf, traceparentOf } from './request-context.js';

const id = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('a traceparent', () => {
  it.each([
    `00-${id}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-00`,
    `01-${id}-00f067aa0ba902b7-01-more`,
  ])('names its trace: %s', (header) => expect(ownSpan(parentOf(header)).traceId).toBe(id));

  it.each([
    undefined,
    '',
    id,
    `ff-${id}-00f067aa0ba902b7-01`,
    `00-${id}-0000000000000000-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${id.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${id}-00f067aa0ba902b7-01\n`,
  ])('names a new trace where it is malformed: %j', (header) => {
    const { traceId } = ownSpan(parentOf(header));
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId).not.toBe(id);
  });

  it('answers with the same trace and a span of its own', () => {
    const given = parentOf(`00-${id}-00f067aa0ba902b7-00`);
    const [first, second] = [traceparentOf(ownSpan(given)), traceparentOf(ownSpan(given))];
    expect(parentOf(first)).toMatchObject({ traceId: id, traceFlags: 1 });
    expect(parentOf(first)?.spanId).not.toBe(given?.spanId);
    expect(first).not.toBe(second);
  });
});
