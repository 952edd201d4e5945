/** What a training process is told, as a JSON file whose path is its only argument. */
export interface TrainingSpec {
  readonly hyperparameters: Readonly<Record<string, string>>
  /** `train` is learned from and must be there; all of them are measured. */
  readonly channels: ReadonlyArray<TrainingChannel>
  /** Where the model goes, as XGBoost JSON. */
  readonly modelPath: string
  /** Where the outcome goes, as a `TrainingOutcome`. */
  readonly outcomePath: string
}

export interface TrainingChannel {
  readonly name: string
  readonly format: 'csv' | 'libsvm'
  readonly files: ReadonlyArray<{
    readonly name: string
    readonly path: string
    readonly gzipped: boolean
  }>
}

export type TrainingOutcome =
  | { readonly kind: 'trained'; readonly metrics: Readonly<Record<string, number>> }
  /** The user's data or parameters are at fault. */
  | { readonly kind: 'refused'; readonly message: string }
