const dark = `--fg:#f2f2f2;--soft:#b0b0b0;--bg:#1e1e1e;--act:#07c160;--on-act:#03170b;--bad:#ff8f87;color-scheme:dark`;

/** Class names are those of WeChat's own QR page, so that a stylesheet written for it fits. */
export const styles = `
:host{--fg:#191919;--soft:#5c5c5c;--bg:#fff;--act:#06703a;--on-act:#fff;--bad:#b3261e;display:inline-block;color-scheme:light;font:medium/1.5 system-ui,-apple-system,'PingFang SC','Microsoft YaHei',sans-serif}
:host([hidden]),[hidden]{display:none!important}
@media(prefers-color-scheme:dark){:host(:not([color-scheme=light])){${dark}}}
:host([color-scheme=dark]){${dark}}
.impowerBox{box-sizing:border-box;width:300px;max-width:100%;padding:24px;text-align:center;color:var(--fg);background:var(--bg);border-radius:12px}
:host([compact]) .impowerBox{width:220px;padding:8px}
:host([compact]) .title{display:none}
p{margin:0}
.title{font-size:1.25em;font-weight:600}
.wrp_code{position:relative;margin:16px auto;width:220px;max-width:100%;aspect-ratio:1}
:host([compact]) .wrp_code{margin:0 auto 8px;width:180px}
.qrcode{display:block;box-sizing:border-box;width:100%;height:100%;background:#fff;border-radius:8px;object-fit:contain}
.impowerBox[data-phase=opening] .qrcode{opacity:0}
.impowerBox:not([data-phase=opening],[data-phase=pending]) .qrcode{opacity:.08}
.impowerBox:is([data-phase=scanned],[data-phase=confirmed]) .wrp_code::after{content:'✓';position:absolute;inset:0;display:grid;place-items:center;font-size:4.5em;color:var(--act)}
.again{position:absolute;inset:0;margin:auto}
button{width:max-content;height:max-content;max-width:100%;min-height:44px;padding:8px 20px;font:inherit;color:var(--on-act);background:var(--act);border:0;border-radius:8px;cursor:pointer}
button.back{margin-top:8px;color:inherit;background:none;text-decoration:underline}
button:focus-visible{outline:3px solid var(--fg);outline-offset:2px}
.impowerBox[data-phase=failed] .status{color:var(--bad)}
.match strong{display:block;font-size:2em;letter-spacing:.2em}
.trace{font-size:.75em;color:var(--soft);overflow-wrap:anywhere}
`;

/** Puts the styles into a shadow root without an inline style, which a strict policy would refuse. */
export function adoptStyles(root: ShadowRoot, text: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    // Before Safari 16.4 there is no other way.
    const style = document.createElement('style');
    style.textContent = text;
    root.append(style);
  }
}
