// A bearer-only service: createGrant with the request's access token, and whatever token the grant then holds is valid.
import { release, serve, Unsupported } from './shared.mjs'

const { library: { GrantManager }, name, version } = release('keycloak-auth-utils')

serve({
  name,
  version,
  configure: trust => {
    // It knows RS256 only, and without a key it would ask the realm for one.
    if (trust.algorithm !== 'RS256') throw new Unsupported(`${trust.algorithm} is not implemented`)
    const manager = new GrantManager({ realmUrl: trust.issuer, clientId: trust.audience, publicKey: trust.keyText, bearerOnly: true })
    return async token => {
      const grant = await manager.createGrant({ access_token: token })
      if (!grant.access_token) throw new Error('invalid token')
      return grant.access_token.content
    }
  },
})
