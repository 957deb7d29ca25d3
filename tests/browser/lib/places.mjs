// Every page a person can open by its address. Pages that need something made first (a booking, a signed-in clerk) are reached
// by the walks in lib/walks.mjs.

/** Pages of residents: name of the picture, address. */
export const residentPages = [
  ['home', '/'],
  ['city', '/city'],
  ['help', '/help'],
  ['accessibility', '/accessibility'],
  ['privacy', '/privacy'],
  ['offline', '/offline'],
  ['visits', '/visits'],
  ['find', '/visits/find'],
  ['congestion', '/visits/congestion'],
  ['not-found', '/no-such-page'],
];

/** Pages of the back office that open without a session. */
export const doorPages = [
  ['sign-in', '/staff/sign-in'],
];
