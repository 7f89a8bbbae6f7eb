// An OAuth token endpoint, as the certified OpenID provider oidc-provider has
// it; client_credentials is switched on, the rest is its default.
'use strict';

const http = require('node:http');

(async () => {
  const { default: Provider } = await import('oidc-provider');
  const provider = new Provider('http://127.0.0.1', {
    clients: [{
      client_id: 'server', client_secret: 'oidc-secret-0123456789', redirect_uris: [], response_types: [],
      grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic', scope: 'users:create users:read',
    }],
    scopes: ['users:create', 'users:read'],
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    routes: { token: '/oauth/token' },
    jwks: undefined,
  });
  const server = http.createServer(provider.callback());
  server.listen(0, '127.0.0.1', () => console.log('listening', server.address().port));
})();
