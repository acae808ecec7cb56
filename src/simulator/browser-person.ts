import type { FastifyReply, FastifyRequest } from 'fastify';
import { defaultPerson, personNamed, type Person } from './people.js';

const cookie = 'wxsimulator_person';
const longestName = 64;

/** Who uses this browser: whom the simulator saw in it last, or else the default person. */
export function personOf({ headers }: FastifyRequest): Person {
  const [, value] = new RegExp(`(?:^|; )${cookie}=([^;]*)`).exec(headers.cookie ?? '') ?? [];
  const name = decoded(value ?? '');
  return isName(name) ? personNamed(name) : defaultPerson;
}

/** The person that a form names, by a free name or by one of the list; whoever uses the browser where it names none. */
export function chosenPerson(form: URLSearchParams, request: FastifyRequest): Person {
  const name = form.get('name')?.trim() || form.get('person') || '';
  return isName(name) ? personNamed(name) : personOf(request);
}

export function rememberPerson(reply: FastifyReply, { person }: Person, path: string): void {
  reply.header('set-cookie', `${cookie}=${encodeURIComponent(person)}; Path=${path}; HttpOnly; SameSite=Lax`);
}

function isName(name: string): boolean {
  return name !== '' && name.length <= longestName;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
