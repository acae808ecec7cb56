import { PassThrough } from 'node:stream';
import { Terminal } from './terminal.js';

function terminalOf(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = Object.assign(new PassThrough(), { isTTY });
  return { input, written: () => String(output.read() ?? ''), terminal: new Terminal(input, output) };
}

describe('whoever is at the shell', () => {
  it('is asked, and answers in a line', async () => {
    const { input, written, terminal } = terminalOf(true);
    const answer = terminal.ask('name: ');
    input.write('ada\n');
    expect(await answer).toBe('ada');
    expect(written()).toContain('name: ');
  });

  it('says nothing by leaving', async () => {
    const { input, terminal } = terminalOf(true);
    const answer = terminal.ask('name: ');
    input.end();
    expect(await answer).toBe('');
  });

  it('types a secret that is not shown', async () => {
    const { input, written, terminal } = terminalOf(true);
    const secret = terminal.readSecret('password: ');
    input.write('correct horse\r');
    expect(await secret).toBe('correct horse');
    expect(written()).toBe('password: \n');
  });

  it('may be a pipe, of which the first line is the secret, and which hears no question', async () => {
    const { input, written, terminal } = terminalOf(false);
    expect(terminal.hasPerson).toBe(false);
    const secret = terminal.readSecret('password: ');
    input.end('  correct horse \nand more\n');
    expect(await secret).toBe('  correct horse ');
    expect(written()).toBe('');
  });
});
