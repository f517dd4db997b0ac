// Prints a token that says who a visitor is.
//
//   HANDOFF_IDENTITY_SECRET=sk_… HANDOFF_WIDGET_KEY=pk_… node sign.mjs user-42
import { createHmac, randomUUID } from 'node:crypto';

// token says who is signed in, for ten minutes. Call it where the page asks for
// it, for the user of the session: never for an id that the browser sends.
export function token(secret, widgetKey, user) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    sub: user.id, aud: widgetKey, iat: now, exp: now + 600, jti: randomUUID(),
    name: user.name, email: user.email, plan: user.plan,
  })}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

const { HANDOFF_IDENTITY_SECRET, HANDOFF_WIDGET_KEY } = process.env;
const user = { id: process.argv[2], name: 'Anna', email: 'anna@example.com', plan: 'pro' };
console.log(token(HANDOFF_IDENTITY_SECRET, HANDOFF_WIDGET_KEY, user));
