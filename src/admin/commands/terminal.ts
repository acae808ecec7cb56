import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

interface Stream {
  isTTY?: boolean;
}

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

/** Who is at the shell, if anybody is. Questions go beside the answer, so that stdout holds that alone. */
export class Terminal {
  constructor(
    private readonly input: NodeJS.ReadableStream & Stream,
    private readonly output: NodeJS.WritableStream & Stream,
  ) {}

  /** Whether somebody can be asked. */
  get hasPerson(): boolean {
    return this.input.isTTY === true && this.output.isTTY === true;
  }

  /** The line that is typed; nothing where they leave. */
  ask(question: string): Promise<string> {
    return this.readLine(this.output, question);
  }

  /** The first line of what comes in, which nobody sees being typed. */
  async readSecret(question: string): Promise<string> {
    if (!this.hasPerson) return this.readLine(nowhere);
    this.output.write(question);
    const secret = await this.readLine(nowhere);
    this.output.write('\n');
    return secret;
  }

  private async readLine(output: NodeJS.WritableStream, prompt = ''): Promise<string> {
    const lines = createInterface({ input: this.input, output, prompt, terminal: this.hasPerson });
    try {
      lines.prompt();
      for await (const line of lines) return line;
      return '';
    } finally {
      lines.close();
    }
  }
}
