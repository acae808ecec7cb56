const special: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is HTML already, and not escaped again. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | undefined | Value[];

/** HTML in which every value is escaped that is not HTML itself. */
export function html(parts: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(parts.reduce((text, part, at) => text + render(values[at - 1]) + part));
}

function render(value: Value): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(render).join('');
  return (value ?? '').replace(/[&<>"']/g, (sign) => special[sign]!);
}
