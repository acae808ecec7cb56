import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const page = readFileSync(join(__dirname, '../../docs/verifying-tokens.md'), 'utf8');

/** The code below a heading of the page, with the addresses that stand in it replaced by real ones. */
export function recipe(heading: string, addresses: Record<string, string> = {}): string {
  const [, section] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const code = /^```\w+\n([^]*?)^```$/m.exec(section?.split(/^## /m)[0] ?? '')?.[1];
  if (code === undefined) throw new Error(`the page has no code below "${heading}"`);
  return Object.entries(addresses).reduce((text, [written, real]) => {
    if (!text.includes(written)) throw new Error(`the recipe of ${heading} does not mention ${written}`);
    return text.replaceAll(written, real);
  }, code);
}
