// Every page a person can open by its address. Pages that need something made first (a booking, a signed-in clerk) are reached
// by the walks in lib/walks.mjs.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Pages of residents: name of the picture, address. */
export const residentPages = [
  ['home', '/'],
  ['city', '/city'],
  ['programmes', '/city/programmes'],
  ['programme', '/city/programmes/7204'],
  ['metrics', '/city/metrics'],
  ['metric', '/city/metrics/visits.stay'],
  ['help', '/help'],
  ['accessibility', '/accessibility'],
  ['privacy', '/privacy'],
  ['offline', '/offline'],
  ['visits', '/visits'],
  ['find', '/visits/find'],
  ['congestion', '/visits/congestion'],
  ['call-back', '/callbacks'],
  ['not-found', '/no-such-page'],
];

/** Pages of the back office that open without a session. */
export const doorPages = [
  ['sign-in', '/staff/sign-in'],
];

/** Routes of staff that are pages for a signed-in person, as the table of all routes has them. */
export const staffRoutes = readFileSync(fileURLToPath(new URL('../../http/authorization.txt', import.meta.url)), 'utf8')
  .split('\n')
  .map((line) => line.split(' '))
  .filter(([method, path, who]) => method === 'GET' && path.startsWith('/staff') && !['Anyone', 'Entering'].includes(who))
  .map(([, path]) => path)
  // Files and streams are no pages.
  .filter((path) => !/\/live$|\.csv$/u.test(path));

/** The route of staff an address belongs to; a word of a route goes before a parameter. */
export function staffRoute(address) {
  const parts = address.split('/');
  const fits = staffRoutes.filter((route) => {
    const own = route.split('/');
    return own.length === parts.length && own.every((part, at) => part.startsWith('{') || part === parts[at]);
  });
  return fits.sort((one, other) => one.split('{').length - other.split('{').length)[0];
}
