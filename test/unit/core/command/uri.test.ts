import { describe, expect, test } from 'vitest';
import { parseUri, printUri } from '../../../../core/command/uri.ts';

/** What is read of a connection string that is right. */
function rightUri(text: string) {
  const uri = parseUri(text, 'source');
  if ('problems' in uri) throw new Error(uri.problems.join('\n'));
  return uri;
}

function problemsOf(text: string): readonly string[] {
  const uri = parseUri(text, 'target');
  return 'problems' in uri ? uri.problems : [];
}

const read = (text: string) => {
  const { endpoint, password } = rightUri(text);
  const { end: _end, ...rest } = endpoint;
  return { ...rest, ...(password === undefined ? {} : { password }) };
};

test.each([
  ['postgresql:///', { scheme: 'postgresql' }],
  ['pgsql://host/db', { scheme: 'postgresql', host: 'host', database: 'db' }],
  ['postgres://u@host:1234/db', { scheme: 'postgresql', user: 'u', host: 'host', port: 1234, database: 'db' }],
  [
    'redshift://u:p@c.x.eu-west-1.redshift.amazonaws.com:5439/dev',
    {
      scheme: 'redshift',
      user: 'u',
      password: 'p',
      host: 'c.x.eu-west-1.redshift.amazonaws.com',
      port: 5439,
      database: 'dev',
    },
  ],
  ['pgsql://u@@corp:a::b@h/d', { scheme: 'postgresql', user: 'u@corp', password: 'a::b', host: 'h', database: 'd' }],
  ['pgsql://u::x:pw@h/d', { scheme: 'postgresql', user: 'u:x', password: 'pw', host: 'h', database: 'd' }],
  ['pgsql://u:p%40w%2F@h/d', { scheme: 'postgresql', user: 'u', password: 'p@w/', host: 'h', database: 'd' }],
  ['pgsql://u:100%@h/d', { scheme: 'postgresql', user: 'u', password: '100%', host: 'h', database: 'd' }],
  [
    'pgsql://u:a/b?c#d&e;f\'g"h@h/d',
    { scheme: 'postgresql', user: 'u', password: 'a/b?c#d&e;f\'g"h', host: 'h', database: 'd' },
  ],
  ['pgsql://[::1]:5433/d', { scheme: 'postgresql', host: '::1', port: 5433, database: 'd' }],
  [
    'pgsql://unix:/var/run/postgresql:5433/d',
    { scheme: 'postgresql', host: '/var/run/postgresql', port: 5433, database: 'd' },
  ],
  ['pgsql://%2Ftmp/d', { scheme: 'postgresql', host: '/tmp', database: 'd' }],
  [
    'pgsql:///d?host=/tmp&port=6000&user=u&password=p%26w',
    { scheme: 'postgresql', host: '/tmp', port: 6000, user: 'u', password: 'p&w', database: 'd' },
  ],
  ['pgsql://h:5432/d?secret=a@b', { scheme: 'postgresql', host: 'h', port: 5432, database: 'd', secret: 'a@b' }],
  [
    'pgsql://h/d?sslmode=verify-full&service=prod',
    { scheme: 'postgresql', host: 'h', database: 'd', sslmode: 'verify-full', service: 'prod' },
  ],
  ['pgsql://h/d?sslmode=verify-ca', { scheme: 'postgresql', host: 'h', database: 'd', sslmode: 'verify-ca' }],
  [
    'pgsql://u:{{secret:arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf:reader}}@h/d',
    {
      scheme: 'postgresql',
      user: 'u',
      host: 'h',
      database: 'd',
      secret: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-AbCdEf',
      secretKey: 'reader',
    },
  ],
  [
    'pgsql://:{{secret:shop/db}}@h/d?sslmode=require',
    { scheme: 'postgresql', host: 'h', database: 'd', sslmode: 'require', secret: 'shop/db' },
  ],
  [
    'pgsql://u@h/d?password={{secret:env:PGSHIFT_SECRET_A:key}}',
    { scheme: 'postgresql', user: 'u', host: 'h', database: 'd', secret: 'env:PGSHIFT_SECRET_A', secretKey: 'key' },
  ],
  [
    'pgsql://h/d?secret=a&secretkey=b%20c',
    { scheme: 'postgresql', host: 'h', database: 'd', secret: 'a', secretKey: 'b c' },
  ],
  ["pgsql://h/'my db'", { scheme: 'postgresql', host: 'h', database: 'my db' }],
  ['pgsql://h/d?tablename=t', { scheme: 'postgresql', host: 'h', database: 'd', table: { name: 't' } }],
  ['pgsql://h/d?s.t', { scheme: 'postgresql', host: 'h', database: 'd', table: { schema: 's', name: 't' } }],
  [
    `pgsql://h/d?tablename="S.1".'t t'&sslmode=allow`,
    { scheme: 'postgresql', host: 'h', database: 'd', sslmode: 'allow', table: { schema: 'S.1', name: 't t' } },
  ],
])('reads %s', (text, expected) => {
  expect(read(text)).toEqual(expected);
});

describe('refuses, without repeating the string,', () => {
  test.each([
    ['mysql://h/d', /expected postgresql:\/\//],
    ['host/db', /expected postgresql:\/\//],
    ['pgsql://h:99999/d', /1 to 65535/],
    ['pgsql://h/d?sslmode=maybe', /disable, allow, prefer/],
    ['pgsql://h/d?pasword=hunter2', /unknown option \(pasword\)/],
    ['pgsql://h/a/b', /%2F/],
    ['pgsql://u:hunter2@x@h/d', /an @ within the target's user or password is written %40 or @@/],
    ['postgre://u:hunter2@h/d', /did you mean `postgres:\/\/`\?$/],
    ['pgsql://h/d?sslmode=requir', /did you mean `require`\?$/],
    ['pgsql://h/d?password=a&hunter2=b', /an unknown option; known are/],
    ['pgsql://h/d?tablename=a.b.c', /tablename is not table or schema\.table/],
    [`pgsql://h/${'a'.repeat(4000)}`, /more than 4000 characters/],
    ['pgsql://h/\ud800', /half a character/],
    ['pgsql://[::1/d', /^the \[ of the target's host is never closed; expected \]: \[::1\]$/],
    ['pgsql://u:hunter2@[::1:5432/d', /never closed; expected \]/],
    ['pgsql://::1/d', /an IPv6 address stands in brackets: \[::1\]$/],
    ['pgsql://2001:db8::1/d', /an IPv6 address stands in brackets/],
    ['pgsql://one,two/d', /the target is one host/],
    ['pgsql://h/d,', /database name holds a ,; write it as %2C/],
    ["pgsql://h/'my db", /database name is never closed/],
    ['pgsql://h/d?sslmode', /option sslmode has no value: sslmode=…/],
    ['pgsql://h/d?channel_binding=require', /an unknown option \(channel_binding\); known are/],
    ['pgsql://h/d?secretkey=a', /secretkey goes with secret$/],
    ['pgsql://{{secret:a:user}}:{{secret:a:password}}@h/d', /stands for a whole password/],
    ['pgsql://{{secret:a:password}}@h/d', /stands for a whole password/],
    ['pgsql://u:x{{secret:a:password}}@h/d', /stands for a whole password/],
    ['pgsql://u@{{secret:a:host}}/d', /stands for a whole password/],
    ['pgsql://u:{{secret:}}@h/d', /is not NAME:FIELD/],
    ['pgsql://u:{{secret:arn:aws:s3:::bucket}}@h/d', /is not NAME:FIELD/],
    ['pgsql://u:{{secret:a:b:c}}@h/d', /is not NAME:FIELD/],
    ['pgsql://u:{{secret:a:b}}@h/d?secret=c', /both .*give one/],
    ['constructor://h/d', /expected postgresql:\/\//],
  ])('%s', (text, message) => {
    expect(problemsOf(text)).toEqual([expect.stringMatching(message)]);
    expect(problemsOf(text).join()).not.toMatch(/hunter2/);
  });

  test('each mistake of one string', () => {
    expect(problemsOf('pgsql://u:hunter2@h:0/a/b?sslmode=requir&pasword=hunter2&tablename=a.b.c')).toEqual([
      expect.stringMatching(/database name holds a \//),
      expect.stringMatching(/unknown option \(pasword\).*did you mean `password`/),
      'a port is a number from 1 to 65535',
      expect.stringMatching(/unknown sslmode.*did you mean `require`/),
      expect.stringMatching(/tablename is not/),
    ]);
  });
});

test.each([
  'postgresql://h/d?secret=arn%3Ax&secretkey=a%26b',
  'postgresql://u%40corp@h:1/d%2Fe?sslmode=require&secret=env%3APGSHIFT_SECRET_X',
  'redshift://[::1]:5439/dev',
  'postgresql:///d?host=%2Ftmp&service=a%20b',
  'postgresql://h/d?tablename=%22a%20%22%22b%22.c',
])('prints an endpoint as text that reads back the same: %s', (text) => {
  const { endpoint } = rightUri(text);
  expect(rightUri(printUri(endpoint)).endpoint).toEqual(endpoint);
});

test('never prints a password', () => {
  const { endpoint } = rightUri('pgsql://u:hunter2@h/d?password=hunter3');
  expect(JSON.stringify(endpoint) + printUri(endpoint)).not.toMatch(/hunter/);
});

test.each([
  ['pgsql://u:p%40w@h/d', undefined],
  ['pgsql://u:100%@h/d', undefined],
  ['pgsql://u:100%%41@h/d', /% itself is written %25/],
  ['pgsql://u@@corp:p%40w@h/d', /use one of both ways/],
])('tells whether %s may be meant in two ways', (text, ambiguity) => {
  const found = rightUri(text).ambiguity;
  if (ambiguity === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(ambiguity);
});
