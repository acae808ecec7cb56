const browsers: [RegExp, string][] = [
  [/MicroMessenger\//i, 'WeChat'],
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/Chrome\/|\bCriOS\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** What people call the device behind a user agent, such as `Chrome · Windows`; undefined where it says too little. */
export function deviceText(userAgent: string | null): string | undefined {
  const parts = [browsers, systems].map((known) => known.find(([mark]) => mark.test(userAgent ?? ''))?.[1]);
  return parts.filter(Boolean).join(' · ') || undefined;
}
