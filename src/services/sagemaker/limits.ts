/** SageMaker quotas (SageMaker Developer Guide; API Reference). */
export const sagemakerLimits = {
  /** InvokeEndpoint: 6 MB for real-time endpoints. */
  invokeBytesMax: 6_291_456,
  runtimeSecondsInitial: 86_400,
  listPage: 10,
  listPageMax: 100,
  /** Loaded models that are kept in memory; the one that was used longest ago goes first. */
  loadedModelsMax: 16,
  modelBytesMax: 500_000_000,
} as const
