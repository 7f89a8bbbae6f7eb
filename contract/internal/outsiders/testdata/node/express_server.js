// The users and tokens of openapi.yaml, as Express 5 has them by default:
// express.json() takes an empty body for {}, errors are HTML pages with a stack.
// Fields are checked by hand, as their documentation says.
'use strict';

const { createHmac, randomBytes, timingSafeEqual } = require('node:crypto');
const express = require('express');

const TTL = 900;
const KEY = randomBytes(32);
const SCOPES = ['users:create', 'users:read', 'users:update', 'users:delete'];
const PROJECTS = {
  proj_express: { id: 'server', secret: 'express-secret-0123456789' },
  proj_other: { id: 'other', secret: 'other-secret-0123456789' },
};
const users = Object.fromEntries(Object.keys(PROJECTS).map((p) => [p, new Map()]));

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
const encode = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
const sign = (text) => createHmac('sha256', KEY).update(text).digest('base64url');

function verify(token) {
  const parts = token.split('.');
  if (parts.length !== 3 || !same(parts[2], sign(parts[0] + '.' + parts[1]))) return null;
  const claims = JSON.parse(Buffer.from(parts[1], 'base64url').toString());
  return claims.exp > Date.now() / 1000 ? claims : null;
}

const app = express();

// Tokens.

function basic(req) {
  const [scheme, value] = (req.get('authorization') || '').split(' ');
  if (!scheme || scheme.toLowerCase() !== 'basic' || !value) return null;
  const text = Buffer.from(value, 'base64').toString();
  const at = text.indexOf(':');
  return at < 0 ? null : { id: text.slice(0, at), secret: text.slice(at + 1) };
}

const noStore = (req, res, next) => {
  res.set({ 'Cache-Control': 'no-store', Pragma: 'no-cache' });
  next();
};

function refuse(res, status, error) {
  if (status === 401) res.set('WWW-Authenticate', 'Basic realm="express"');
  res.status(status).json({ error });
}

function issue(res, project, client, scope) {
  const known = Object.hasOwn(PROJECTS, project) ? PROJECTS[project] : null;
  if (!client || !known || known.id !== client.id || !same(known.secret, client.secret)) return refuse(res, 401, 'invalid_client');
  const wanted = scope ? scope.split(' ') : SCOPES;
  if (!wanted.every((s) => SCOPES.includes(s))) return refuse(res, 400, 'invalid_scope');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://express.example', aud: 'urn:onvy:project:' + project, sub: client.id, project_id: project, principal_type: 'client',
    scope: wanted.join(' '), iat: now, nbf: now, exp: now + TTL, jti: randomBytes(16).toString('hex'),
  };
  const text = encode({ alg: 'HS256', typ: 'at+jwt' }) + '.' + encode(claims);
  return res.json({ access_token: text + '.' + sign(text), token_type: 'Bearer', expires_in: TTL });
}

app.post('/v1/projects/:project/auth/server', noStore, express.json(), (req, res) => {
  const { scope } = req.body || {};
  if (req.body === undefined || (scope !== undefined && typeof scope !== 'string')) return refuse(res, 400, 'invalid_request');
  return issue(res, req.params.project, basic(req), scope);
});

app.post('/v1/projects/:project/auth/sdk', noStore, express.json(), (req, res) => {
  const { grant, token, client_id: client } = req.body || {};
  if ([grant, token, client].some((v) => typeof v !== 'string' || v === '')) return refuse(res, 400, 'invalid_request');
  return refuse(res, 400, ['exchange', 'refresh'].includes(grant) ? 'invalid_grant' : 'unsupported_grant_type');
});

app.post('/oauth/token', noStore, express.urlencoded(), (req, res) => {
  const form = Object.fromEntries(Object.entries(req.body || {}).filter(([, v]) => v !== ''));
  if (Object.values(form).some((v) => typeof v !== 'string') || !form.grant_type) return refuse(res, 400, 'invalid_request');
  let client = basic(req);
  if (form.client_secret !== undefined) {
    if (client) return refuse(res, 400, 'invalid_request');
    client = { id: form.client_id || '', secret: form.client_secret };
  }
  if (form.grant_type !== 'client_credentials') return refuse(res, 400, 'unsupported_grant_type');
  const own = client && Object.keys(PROJECTS).find((p) => PROJECTS[p].id === client.id && same(PROJECTS[p].secret, client.secret));
  if (own && form.audience !== undefined && form.audience !== 'urn:onvy:project:' + own) return refuse(res, 400, 'invalid_target');
  return issue(res, own || '', client, form.scope);
});

function needs(scope) {
  return (req, res, next) => {
    const [scheme, token] = (req.get('authorization') || '').split(' ');
    if (!scheme || scheme.toLowerCase() !== 'bearer' || !token) {
      return res.set('WWW-Authenticate', 'Bearer realm="express"').status(401).json({ error: 'unauthorized', message: 'a token is missing' });
    }
    const claims = verify(token);
    if (!claims) {
      return res.set('WWW-Authenticate', 'Bearer realm="express", error="invalid_token"').status(401).json({ error: 'invalid_token', message: 'the token is not valid' });
    }
    if (!claims.scope.split(' ').includes(scope)) {
      return res.set('WWW-Authenticate', `Bearer realm="express", error="insufficient_scope", scope="${scope}"`).status(403).json({ error: 'insufficient_scope', message: scope });
    }
    req.users = users[claims.project_id];
    return next();
  };
}

// Users.

const isText = (v) => typeof v === 'string' && v.isWellFormed();
const isNumber = (v) => typeof v === 'number' && Number.isFinite(v);
const isDate = (v) => typeof v === 'string' && /^\d{4}-\d\d-\d\d$/.test(v) && !Number.isNaN(Date.parse(v)) && new Date(v).toISOString().startsWith(v);
const isObject = (v) => typeof v === 'object' && v !== null && !Array.isArray(v);
const partsAre = (parts) => (v) => isObject(v) && Object.entries(v).every(([k, x]) => Object.hasOwn(parts, k) && parts[k](x));
const FIELDS = {
  language: isText, firstname: isText, lastname: isText,
  tz_offset: (v) => Number.isInteger(v) && Math.abs(v) < 2 ** 31,
  measurement_unit: (v) => ['metric', 'imperial'].includes(v),
  gender: (v) => ['male', 'female', 'other'].includes(v),
  birthday: isDate, height: isNumber, weight: isNumber,
  thresholds: partsAre({ ftp: isNumber, lthr: isNumber, mhr: isNumber }),
  location: partsAre({ lat: isNumber, lon: isNumber }),
  coach_config: partsAre({ enabled: (v) => typeof v === 'boolean' }),
};

// wrong is what is wrong with a body, or null.
function wrong(body, nulls) {
  if (!isObject(body)) return 'the body is not an object';
  for (const [name, value] of Object.entries(body)) {
    if (name === 'id') continue;
    if (Object.hasOwn(FIELDS, name) && !(nulls && value === null) && !FIELDS[name](value)) return name + ' is not valid';
  }
  return null;
}

const fieldsOf = (body) => Object.fromEntries(Object.entries(body).filter(([name]) => Object.hasOwn(FIELDS, name)));
const bad = (res, message) => res.status(400).json({ error: 'invalid_request', message });
const unknown = (res) => res.status(404).json({ error: 'not_found', message: 'no such user' });
const json = express.json({ limit: '1mb' });

app.post('/users', needs('users:create'), json, (req, res) => {
  const problem = wrong(req.body, false);
  if (problem) return bad(res, problem);
  const { id } = req.body;
  if (!isText(id) || id === '') return bad(res, 'id is not valid');
  if (req.users.has(id)) return res.status(409).json({ error: 'conflict', message: 'the id is taken' });
  const at = new Date().toISOString();
  const user = { id, measurement_unit: 'metric', ...fieldsOf(req.body), created_at: at, updated_at: at };
  req.users.set(id, user);
  return res.status(201).json(user);
});

app.get('/users', needs('users:read'), (req, res) => {
  const { page, limit: text = '100' } = req.query;
  const limit = typeof text === 'string' && /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 1000) return bad(res, 'limit is not valid');
  let after = '';
  if (page !== undefined) {
    const plain = typeof page === 'string' ? Buffer.from(page, 'base64url').toString() : '';
    if (!plain.startsWith('after:') || Buffer.from(plain).toString('base64url') !== page) return bad(res, 'page is not valid');
    after = plain.slice('after:'.length);
  }
  const ids = [...req.users.keys()].sort().filter((id) => id > after);
  const pagination = { limit, total: req.users.size };
  if (page !== undefined) pagination.page = page;
  if (ids.length > limit) pagination.next_page = Buffer.from('after:' + ids[limit - 1]).toString('base64url');
  return res.json({ users: ids.slice(0, limit).map((id) => req.users.get(id)), pagination });
});

const one = app.route('/users/:id');

one.get(needs('users:read'), (req, res) => {
  const user = req.users.get(req.params.id);
  return user ? res.json(user) : unknown(res);
});

one.put(needs('users:update'), json, (req, res) => {
  const user = req.users.get(req.params.id);
  if (!user) return unknown(res);
  const problem = wrong(req.body, false);
  if (problem) return bad(res, problem);
  if (req.body.id !== undefined && req.body.id !== user.id) return bad(res, 'the id of a user does not change');
  const now = { id: user.id, measurement_unit: 'metric', ...fieldsOf(req.body), created_at: user.created_at, updated_at: later(user) };
  req.users.set(user.id, now);
  return res.json(now);
});

one.patch(needs('users:update'), json, (req, res) => {
  const user = req.users.get(req.params.id);
  if (!user) return unknown(res);
  const problem = wrong(req.body, true);
  if (problem) return bad(res, problem);
  if (req.body.id !== undefined && req.body.id !== user.id) return bad(res, 'the id of a user does not change');
  const now = { ...user };
  for (const [name, value] of Object.entries(fieldsOf(req.body))) {
    if (value === null) delete now[name];
    else if (isObject(value)) now[name] = { ...user[name], ...value };
    else now[name] = value;
  }
  now.measurement_unit ??= 'metric';
  if (JSON.stringify(now) !== JSON.stringify(user)) now.updated_at = later(user);
  req.users.set(user.id, now);
  return res.json(now);
});

one.delete(needs('users:delete'), (req, res) => (req.users.delete(req.params.id) ? res.status(204).end() : unknown(res)));

// later is a time after that of the last change.
const later = (user) => new Date(Math.max(Date.now(), Date.parse(user.updated_at) + 1)).toISOString();

const server = app.listen(0, '127.0.0.1', () => console.log('listening', server.address().port));
