import { layers, uses, vendors } from './architecture.mjs'

const upward = layers.slice(0, -1).map((layer, index) => ({
  name: `upward-from-${layer}`,
  comment: `${layer} may not import ${layers.slice(index + 1).join(', ')}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: { path: `^src/(${layers.slice(index + 1).join('|')})/` },
}))

const betweenServices = Object.entries(uses).flatMap(([service, allowed]) => [
  {
    name: `${service}-uses`,
    comment: `${service} may use only: ${allowed.join(', ') || 'no other service'}`,
    severity: 'error',
    from: { path: `^src/services/${service}/` },
    to: { path: '^src/services/', pathNot: `^src/services/(${[service, ...allowed].join('|')})/` },
  },
  {
    name: `${service}-operations-are-private`,
    severity: 'error',
    from: { path: '^src/services/', pathNot: `^src/services/${service}/` },
    to: { path: `^src/services/${service}/(operations/|service\\.ts|contract\\.ts)` },
  },
])

const vendorHomes = Object.entries(vendors).map(([name, home]) => ({
  name: `vendor-${name}`,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: `node_modules/${name}/` },
}))

export default {
  forbidden: [
    ...upward,
    ...betweenServices,
    ...vendorHomes,
    {
      name: 'ports-not-adapters',
      comment: 'services and server see what stands directly in an engine folder, never an adapter',
      severity: 'error',
      from: { path: '^src/(services|server)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engines/[^/]+/[^/]+/' },
    },
    {
      name: 'adapters-do-not-meet',
      severity: 'error',
      from: { path: '^src/engines/([^/]+)/[^/]+/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/engines/[^/]+/[^/]+/', pathNot: '^src/engines/($1)/' },
    },
    {
      name: 'clients-are-types-only',
      comment:
        'the SDK clients are devDependencies: `import type`, the commands (bundled), tests, scripts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: {
        path: 'node_modules/@(aws-sdk|smithy)/',
        dependencyTypesNot: ['type-only', 'type-import'],
      },
    },
    {
      name: 'sdk-tests-are-black-box',
      severity: 'error',
      from: { path: '^test/sdk/' },
      to: { path: '^src/' },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only', 'type-import'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$' },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types'] },
  },
}
