/**
 * A real OpenID provider (oidc-provider) on a free loopback port. Prints its issuer as one line of JSON.
 *
 * Environment: `REDIRECT_URI`, `CLIENT_SECRET`, `PEOPLE` (JSON: id → claims, and `amr`).
 * A test signs a person in by adding `?person=ID` to the address of the interaction, and makes the provider lie by
 * `POST /twist` with the name of a lie below: what comes next from the token endpoint is signed anew with it.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

import { decodeJwt, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import Provider from 'oidc-provider';

const { REDIRECT_URI, CLIENT_SECRET, PEOPLE } = process.env;
const people = JSON.parse(PEOPLE);

function key() {
  const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  return { ...jwk, kid: randomUUID(), alg: 'RS256', use: 'sig' };
}

const [own, foreign] = [key(), key()];

/** Lies about an ID token: each gets the claims and gives a token. */
const sign = async (claims, jwk = own) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: own.kid }).sign(await importJWK(jwk, 'RS256'));
const now = () => Math.floor(Date.now() / 1000);
const lies = {
  none: async (claims) => new UnsecuredJWT(claims).encode(),
  hmac: async (claims) =>
    new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(CLIENT_SECRET)),
  key: async (claims) => sign(claims, foreign),
  nonce: async (claims) => sign({ ...claims, nonce: 'another' }),
  audience: async (claims) => sign({ ...claims, aud: 'somebody-else' }),
  party: async (claims) => sign({ ...claims, aud: [claims.aud, 'somebody-else'], azp: 'somebody-else' }),
  issuer: async (claims) => sign({ ...claims, iss: 'http://localhost:1' }),
  expired: async (claims) => sign({ ...claims, exp: now() - 61 }),
  future: async (claims) => sign({ ...claims, iat: now() + 120 }),
  honest: async (claims) => sign({ ...claims, exp: now() - 30 }),
};
let twist;

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'labelkeep', client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI] }],
    jwks: { keys: [own] },
    pkce: { required: () => true },
    conformIdTokenClaims: false,
    claims: {
      openid: ['sub', 'amr'],
      email: ['email', 'email_verified'],
      profile: ['given_name', 'family_name', 'groups'],
    },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    cookies: { keys: [randomUUID()] },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
    async loadExistingGrant(context) {
      const grant = new context.oidc.provider.Grant({
        clientId: context.oidc.client.clientId,
        accountId: context.oidc.session.accountId,
      });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });
  provider.use(async (context, next) => {
    if (context.path.startsWith('/interaction/')) {
      const accountId = String(context.query.person);
      const result = { login: { accountId, amr: people[accountId].amr } };
      context.respond = false;
      await provider.interactionFinished(context.req, context.res, result);
      return;
    }
    if (context.path === '/twist') {
      twist = context.querystring;
      context.status = 204;
      return;
    }
    await next();
    if (context.path === '/token' && context.body?.id_token && lies[twist]) {
      context.body.id_token = await lies[twist](decodeJwt(context.body.id_token));
    }
  });
  server.on('request', provider.callback());
  console.log(JSON.stringify({ issuer }));
});
// Goes with the test that started it.
process.stdin.on('end', () => process.exit(0)).resume();
