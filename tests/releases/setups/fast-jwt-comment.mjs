// createVerifier({ key }) where the operator's key file begins with a comment line.
import { release, serve } from './shared.mjs'

const { library: { createVerifier }, name, version } = release('fast-jwt')

serve({
  name,
  version,
  configure: trust =>
    createVerifier({
      key: trust.text ?? `# issuer key\n${trust.pem}`,
      allowedIss: trust.issuer ?? undefined,
      allowedAud: trust.audience ?? undefined,
    }),
})
