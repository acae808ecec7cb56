import { paths } from './paths.js';

/** People who have logged in before; most logins are theirs. */
const returningPeople = 1000;

let codes = 0;

/** What the bench needs of a login's answer. */
export interface Tokens {
  accessToken: string;
  refreshToken: string;
}

/** A code that the stand-in takes for this person, never given out before. */
export function codeFor(person: string): string {
  return `${person}_${++codes}`;
}

export function returningPerson(): string {
  return `p${Math.floor(Math.random() * returningPeople)}`;
}

export function newPerson(): string {
  return `n${++codes}`;
}

/** Logs everybody in once who later returns. */
export async function meetReturningPeople(url: string): Promise<void> {
  const batch = 25;
  for (let from = 0; from < returningPeople; from += batch) {
    await Promise.all(Array.from({ length: batch }, (_, i) => logIn(url, `p${from + i}`)));
  }
}

/** One login each for so many different people. */
export function logInPeople(url: string, count: number): Promise<Tokens[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => logIn(url, `p${i}`)));
}

export async function logIn(url: string, person: string): Promise<Tokens> {
  const response = await fetch(url + paths.login, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: codeFor(person) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} refused a login with ${response.status}: ${text}`);
  return (JSON.parse(text) as { data: Tokens }).data;
}
