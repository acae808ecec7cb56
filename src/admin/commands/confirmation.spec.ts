import { PassThrough } from 'node:stream';
import { requireConfirmable, requireWord } from './confirmation.js';
import { Terminal } from './terminal.js';

function askerOf(isTTY: boolean, typed = '') {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  return {
    terminal: new Terminal(input, output),
    language: 'zh' as const,
    written: () => String(output.read()),
  };
}

describe('what cannot be taken back', () => {
  const question = { zh: '请输入 erase 确认：', en: 'Type erase to go on: ' };

  it('is done where the word is typed, asked for in the language of whoever types', async () => {
    const asker = askerOf(true, 'erase\n');
    await requireWord('erase', question, asker);
    expect(asker.written()).toContain(question.zh);
  });

  it.each(['', '\n', 'yes\n', 'erase everybody\n', 'ERASE\n'])(
    'is not done where %j is typed',
    async (typed) => {
      const asked = requireWord('erase', question, askerOf(true, typed));
      await expect(asked).rejects.toMatchObject({ error: 'not_confirmed', exit: 1 });
    },
  );

  it('is not done where nobody can be asked and none said yes', () => {
    expect(() => requireConfirmable(false, askerOf(false))).toThrow(
      expect.objectContaining({ error: 'confirmation_needed', exit: 64 }),
    );
    requireConfirmable(true, askerOf(false));
    requireConfirmable(false, askerOf(true));
  });
});
